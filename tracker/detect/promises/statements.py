"""What one sentence says of a release: clause by clause, in which tense, and of what.

A clause with a plan, or with a condition before or behind its address, promises; one without says that something is
public. "The data are public, code will follow" is one statement of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.detect.promises import release_words as words
from tracker.domain.terms import Promise

MAX_SENTENCE = 1_200
"""Characters of a sentence that are read."""
_NEAR = 110
"""Characters around a plan in which the thing that it concerns is named."""
_LONGEST_NAME = 40
"""Characters of a name before the colon of a title."""
_SHORT = 60
"""Characters of a note such as "Code upon acceptance", which needs no verb."""
_URL = re.compile(
    r"(?:\\(?:url|href|texttt|nolinkurl) ?\{ ?)?(?:https?://|\bwww\.|\b(?:github|gitlab|bitbucket|huggingface|codeberg|zenodo|osf|gitee|kaggle)\.\w{2,4}/)[^\s<>]{0,2000}?(?=[.,;:!?)\]}\"'*]{0,5}(?:\s|$|[<>]))"
)
_CONTRACTIONS = (("\u2019", "'"), ("'ll", " will"), ("'ve", " have"), ("'re", " are"), ("we'd ", "we would "))
_OURS = re.compile(r"\b(?:our|we)\b", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_NEW_SUBJECT = (
    rf"(?=(?:the |our |its |all |both |this |a |an )?(?:\w[\w-]* ){{0,3}}?(?:{words.THING}|documentation|details|more|it|we)\b"
    r"[^,;]{0,40}?\b(?:will|shall|is|are|has|have|can|to be|coming)\b|will (?!be (?:\w+ )?(?:maintained|updated)))"
)
# Where a new clause may begin, if what precedes is one.
_BOUNDARY = re.compile(
    rf";\s|,? (?:and|but|while|whereas|though|although|yet) {_NEW_SUBJECT}| and (?=(?:will|intend to|plan to|aim to|hope to|commit to) )|, {_NEW_SUBJECT}|\s\((?=[^()]{{0,60}}\b{words.STRICT}\b[^()]{{0,60}}\))"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|can|could|may|will|shall|would|releas\w+|provid\w+|publish\w*|open[- ]?sourc\w+|available|public|found|see|making|sharing)\b|:\s"
)
_OPENS_WITH_CODE = re.compile(
    r"\W*(?:(?:the |all |our )?(?:training|evaluation|inference|analysis) )?(?:codes?|source)"
)
_CONDITIONAL = re.compile(
    r"^\W*(?:if|once|when|whenever|after|upon|following|pending|should|while|since|as soon as|until|because|although|though|given|to|in order to|for)\b"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one clause says: `promised` or `available`, and whether it is of code or of data."""

    promise: Promise
    of_code: bool
    of_data: bool


def read_sentence(sentence: str) -> tuple[Statement, ...]:
    """The statements of one sentence, its white space collapsed, in order."""
    if words.BEFORE_OTHERS.search(text := simplify(sentence)) and " our " not in text:
        return ()
    statements: list[Statement] = []
    subject = ""
    for clause in _split_clauses(text):
        own_subject = words.THINGS.search(clause) is not None
        tense = _clause_tense(
            clause, text, inherited=bool(subject) and not own_subject and not words.OTHER_SUBJECT.search(clause)
        )
        if tense is not Promise.NONE:
            named = clause if own_subject or not subject else f"{subject} {clause}"
            statements.append(
                Statement(tense, words.CODE.search(named) is not None, words.DATA.search(named) is not None)
            )
        if own_subject:
            subject = clause
    return tuple(statements)


def tense_of(sentence: str) -> Promise:
    """What one sentence says of a release as a whole: what is public counts if it is the code, else a promise."""
    statements = read_sentence(sentence)
    public = [each for each in statements if each.promise is Promise.AVAILABLE]
    if len(public) == len(statements):
        return Promise.AVAILABLE if public else Promise.NONE
    later_of_code = any(each.of_code for each in statements if each.promise is Promise.PROMISED)
    covered = any(each.of_code for each in public) and not later_of_code
    return Promise.AVAILABLE if covered else Promise.PROMISED


def names_code(sentence: str) -> bool:
    """Whether a sentence names code outside its addresses."""
    return words.CODE.search(_URL.sub(" ", sentence.lower())) is not None


def names_data(sentence: str) -> bool:
    """Whether a sentence names data outside its addresses."""
    return words.DATA.search(_URL.sub(" ", sentence.lower())) is not None


def names_ours(sentence: str) -> bool:
    """Whether a sentence speaks of the authors' own thing, or says that they release something."""
    return _OURS.search(sentence) is not None


def is_in_passing(sentence: str, title: str) -> bool:
    """Whether a sentence only mentions that what it introduces, or what the title names, is open source."""
    text = simplify(sentence)
    name = title.partition(":")[0].strip().lower()
    named = 1 < len(name) <= _LONGEST_NAME and text.startswith(name) and words.IS_OPEN.match(text, len(name))
    return bool(named) or ("open" in text and words.IN_PASSING.search(text) is not None)


def simplify(sentence: str) -> str:
    """The sentence as the patterns read it: in lower case, contractions written out, each address as `<url>`."""
    text = sentence[:MAX_SENTENCE].lower()
    if "'" in text or "\u2019" in text:
        for short, full in _CONTRACTIONS:
            text = text.replace(short, full)
    if "/" in text or "www." in text:
        text = _URL.sub("<url>", text)
    return _DECIMAL.sub("", text)


def _split_clauses(text: str) -> Iterator[str]:
    """The clauses of a sentence; a part that has no verb, or that is only a condition, stays with what follows."""
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        before = text[start : boundary.start()]
        if not _FINITE.search(before) or _CONDITIONAL.search(before):
            continue
        yield before
        start = boundary.end()
    yield text[start:]


def _clause_tense(clause: str, sentence: str, *, inherited: bool) -> Promise:
    """What one clause says; `inherited` if the thing it is about is named in the clause before."""
    if words.OTHER_AUTHORS.search(clause) and not words.OURS.search(clause):
        return Promise.NONE
    if "codes" in clause and words.OTHER_CODES.search(clause) and not words.OURS.search(clause):
        return Promise.NONE
    if _is_planned(clause, inherited=inherited):
        return Promise.NONE if words.FUTURE_WORK.search(clause) else Promise.PROMISED
    release = _find_release(clause)
    if (
        release is None
        or words.DENIED.search(release[0])
        or _is_of_others(clause, sentence, release)
        or _is_withheld(clause)
    ):
        return Promise.NONE
    return Promise.AVAILABLE


def _find_release(clause: str) -> re.Match[str] | None:
    """The words of a clause that say that something is public."""
    for needed, forms in words.RELEASES:
        if needed.search(clause):
            for form in forms:
                if found := form.search(clause):
                    return found
    return None


def _is_planned(clause: str, *, inherited: bool) -> bool:
    """Whether a clause puts a release into the future, by its tense, by a condition or by a word such as "soon"."""
    for form in words.PLANS:
        for plan in form.finditer(clause):
            before = clause[: plan.start()]
            if words.DENIED.search(plan[0]):
                continue
            if plan[0].startswith("to be") and words.SUBJECT_OF_TO_BE.search(before):
                continue
            if words.NOT_PLANNED.search(clause, plan.start(), plan.end() + 40):
                continue
            if words.OF_THE_PAPER.search(before) and not words.STRICT_THINGS.search(before):
                continue
            near = clause[max(0, plan.start() - _NEAR) : plan.end() + _NEAR]
            if inherited or words.THINGS.search(near) or words.OPENED.search(clause, plan.start()):
                return True
    soon = words.SOON.search(clause)
    if (
        soon is not None
        and not words.NOT_PLANNED.search(clause, 0, soon.end())
        and (inherited or words.THINGS.search(clause))
    ):
        before = clause[: soon.start()]
        return not (words.OF_THE_PAPER.search(before) and not words.STRICT_THINGS.search(before))
    condition = words.CONDITION.search(clause)
    if condition is None:
        return False
    rest = f"{clause[: condition.start()]} {clause[condition.end() :]}"
    about = (
        words.STRICT_THINGS.search(rest)
        or words.OPENED.search(rest)
        or (inherited and words.RELEASE_WORDS.search(rest))
    )
    return about is not None and (words.RELEASE_WORDS.search(rest) is not None or len(rest) <= _SHORT)


def _is_of_others(clause: str, sentence: str, release: re.Match[str]) -> bool:
    """Whether the release is of others' work, or of a page or a paper alone."""
    if words.BASED_ON.search(clause, 0, release.end()):
        return True
    if words.NO_ARTIFACT.search(clause) and not words.STRICT_THINGS.search(clause):
        return True
    return (
        words.OTHERS.search(sentence) is not None
        and not words.OURS.search(clause)
        and not _OPENS_WITH_CODE.match(release.group())
    )


def _is_withheld(clause: str) -> bool:
    """Whether only reviewers or those who ask receive what a clause offers."""
    return words.NOT_PUBLIC.search(clause) is not None and "public" not in clause and "<url>" not in clause
