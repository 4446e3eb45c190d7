"""Reads the clause that leads to a link: who has it, and what became of it.

The governing verb decides: of release or of use, and whose. Where the verb only says that something can be had, its
subject decides: the authors', this work's, one that somebody else is named for, or no more than "the code".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tracker.detect.roles import clause_words as words
from tracker.detect.roles.name_matching import PaperNames

_MAX_OBJECT = 260
_MAX_NAME_GAP = 90
_PREPOSITION = r"\b(?:on|upon|from|with|in|via|like|for|of|by|to)\b"
_COMMA_LABEL = re.compile(r"^\W*+(?:[\w-]+ )?(?:code|data|materials?|repository|software),\s*$", re.IGNORECASE)
_LABEL = re.compile(r"[:=]\s*[\[({<\"'$\\]*(?:\\?\w+\{)*\s*$")
_WITH_IT = re.compile(r"\b(?:with|using|by means of)\b[^,;]{0,60}$")
_STOPPED = re.compile(r"[a-z\d)\]]{3}(?:\.|[!?]\s)\s*$")
"""The end of a sentence before the link, which says nothing of it."""
_SHORT_LABEL = re.compile(
    rf"\b{words.NOUN}(?: access)? (?:is |are )?(?:at|on|in|under|here|via)\W*$", re.IGNORECASE
)
_MIN_LISTED = 2
"""Commas of the shortest list of packages."""
_MAX_CELLS = 2
"""Cells of a table's row that speak of a link: its own, and the one before it as its label."""
_MAX_LABEL = 6
"""Words of a label that ends in a preposition (`Code at`)."""
_POINTER = re.compile(r"\bsee\s+(?P<what>[^.;:]{1,60}):\W*$", re.IGNORECASE)
"""A pointer to something by its name ("see Foo: URL"), which releases nothing."""
_IN_OURS = re.compile(
    rf"\b(?:in|at|on|from|via|through|under|of) (?:our|my) (?:[\w-]+ ){{0,4}}{words.NOUN}(?: (?:at|on|in|under|here))?\W*$",
    re.IGNORECASE,
)
_APPOSITION = re.compile(r",\s(?:including|such as|together with|along with|as well as)\s[^,]{1,120},")
_OPENING = re.compile(r"[\s\[({<\"'`$\\]*(?:\\?(?:url|href|texttt|path)\s?\{)*\s*$")


class Reading(NamedTuple):
    """What a clause says of its link: `kind` names a weight of `[reading]` in `config/roles.toml`."""

    kind: str
    finite: bool = False
    """Whether a verb of availability says it, rather than a noun beside the link."""
    subject: str = ""
    """What a verb of availability is said of, where neither a name nor a person says whose it is."""


NOTHING = Reading("")
REASONS = {
    "release": "the authors say that they release it",
    "ours": "the authors call it theirs",
    "this-work": "the sentence says that it belongs to this work",
    "own-name": "the sentence is about what the paper presents",
    "introduced": "the sentence presents it",
    "generic": "the sentence says that the code is available there",
    "generic-data": "the sentence says that the data are available there",
    "bare": "the sentence says that something is available there",
    "anaphoric": "the sentence says that something is available there, and not whose it is",
    "other-name": "the sentence says that something with a name of its own is available there",
    "noun": "the words before it name an artifact",
    "named-noun": "the words before it name an artifact with a name of its own",
    "earlier": "the authors call it earlier work of theirs",
    "used": "the sentence says that the authors used it",
    "based": "the sentence says that the work builds on it",
    "others": "the sentence says that it is the work of others",
}
"""What each reading says to a reader."""


def read_clause(lead: str, names: PaperNames, *, footnote: bool) -> Reading:
    """What the words `lead`, from the beginning of the sentence to the link, say of the link.

    Links within them are expected as the word LINK. `footnote` says that the number of a footnote may begin the
    clause.
    """
    if words.ICON.search(lead[-40:]) or words.CLONE.search(lead[-60:]):
        return Reading("generic")
    listed = lead.count(",") >= _MIN_LISTED and words.SOFTWARE_LIST.search(lead)
    if listed or words.EXAMPLE.search(lead) or words.CONTRASTED.search(lead[-40:]):
        return Reading("others")
    if words.OPEN_CITATION.search(lead) and not words.BARE_MARK.search(lead):
        return Reading("others")
    clause = _last_clause(words.CITATION.sub(" CITE ", lead), footnote=footnote)
    if not clause.strip():
        return NOTHING
    if words.REPRODUCED.search(clause):
        return Reading("this-work", finite=True)
    available = last_match(words.AVAILABLE_NOW, clause)
    if "implemented in" in clause and words.WORK_IMPLEMENTED.search(clause) and not words.OTHERS.search(clause):
        return Reading("this-work")
    we = last_match(words.WE_VERB, clause)
    if we is not None and (available is None or not _opens_subject(clause, we, available)):
        reading = _read_we(clause, we, names)
        if reading is not None:
            return reading
    if available is not None and not _used_after(clause, available):
        return _read_available(clause, available, names)
    if (readers := last_match(words.READERS_FIND, clause)) is not None:
        found = clause[readers.end() :]
        return _read_subject(
            found if words.HAS_NOUN.search(found) else clause[: readers.start()], names, finite=True
        )
    return _read_rest(clause, names)


def _read_available(clause: str, available: re.Match[str], names: PaperNames) -> Reading:
    """The reading of a clause with a finite verb of availability."""
    relative = re.search(r"\b(?:which|that)\s*$", clause[: available.start()])
    if relative is not None:
        head = clause[: relative.start()].rstrip(" ,")
        return _read_subject(head[head.rfind(",") + 1 :], names, finite=False)
    if words.THEIRS.search(clause, available.end()):
        return Reading("others", finite=True)
    if _IN_OURS.search(clause, available.end()):
        return Reading("ours", finite=True)
    return _read_subject(clause[: available.start()], names, finite=True)


def _last_clause(text: str, *, footnote: bool) -> str:
    if ("|" in text or " & " in text) and len(cells := words.CELL.split(text)) > _MAX_CELLS:
        text = " ".join(cells[-_MAX_CELLS:])
    if words.BARE_MARK.search(text) or (footnote and words.BARE_FOOTNOTE.search(text)):
        return ""
    if _STOPPED.search(text) and len(text.split()) > _MAX_LABEL:
        if not footnote:
            return ""
        # The mark of a footnote that is the link alone stands behind the full stop of its sentence.
        text = text.rstrip().rstrip(".!?")
    marks = (words.FOOTNOTE_GLUED, words.FOOTNOTE_NUMBER) if footnote else (words.FOOTNOTE_GLUED,)
    for boundary in (words.BOUNDARY, *marks, words.LOST_STOP):
        end = max((found.end() for found in boundary.finditer(text)), default=0)
        if not end:
            continue
        rest = text[end:]
        goes_on = words.PRONOUN.search(rest) or words.SEE.search(rest) or _shares_verb(text, end)
        if rest.strip(" .,:;([") and not goes_on:
            text = rest
    return text


def _shares_verb(text: str, end: int) -> bool:
    """Whether the words behind an "and" go on with the subject before it, since they name no artifact alone."""
    return text[:end].rstrip().endswith(" and") and words.HAS_NOUN.search(text, end) is None


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last match of a pattern in `text`; None where there is none."""
    found = None
    for found in pattern.finditer(text):  # noqa: B007 # the last match is wanted
        pass
    return found


def _opens_subject(clause: str, we: re.Match[str], available: re.Match[str]) -> bool:
    """Whether `we` is part of the subject of the later verb: `the code that we used for … is available`."""
    if available.start() < we.end():
        return False
    before = clause[: we.start()].rstrip().removesuffix("that").removesuffix("which").rstrip()
    noun = last_match(words.HAS_NOUN, before)
    relative = re.search(r"\b(?:which|that)\s*$", clause[we.end() : available.start()])
    return noun is not None and noun.end() == len(before) and relative is None


def _read_we(clause: str, we: re.Match[str], names: PaperNames) -> Reading | None:
    """The reading of a clause whose verb has the subject `we`; None where the verb says nothing of artifacts."""
    verb, end = we["verb"].lower(), we.end()
    if (second := last_match(words.COORDINATE, clause[end:])) is not None:
        verb, end = second["verb"].lower(), end + second.end()
    object_ = clause[end : end + _MAX_OBJECT]
    if words.MAKES.match(verb) and words.MAKES.match(object_.lstrip()):
        return Reading("used")
    if words.RELEASES.match(verb):
        return _read_release(verb, object_, clause[: we.start()])
    if words.INTRODUCES.match(verb):
        return _read_introduction(object_, names)
    if words.READERS.search(object_):
        return None
    with_it = _WITH_IT.search(object_) and not words.AVAILABLE_NOW.search(object_)
    return _read_use(object_) if words.USES.match(verb) or with_it else None


def _read_release(verb: str, object_: str, before: str) -> Reading | None:
    if words.EARLIER.search(before[-60:]) or re.search(
        r"\b(?:previous|prior|earlier) (?:work|paper|study)", before
    ):
        return Reading("earlier")
    if words.OTHERS.search(object_) and not words.OURS.search(object_):
        return Reading("others")
    if words.LINKS_ONLY.search(object_) and not words.OURS.search(object_):
        return Reading("used") if re.search(r"\bused?\b", object_) else None
    if words.ALONE_RELEASES.match(verb) or words.AVAILABLE_AT.search(object_) or words.HAS_NOUN.search(object_):
        return Reading("release", finite=True)
    return None


def _read_introduction(object_: str, names: PaperNames) -> Reading | None:
    based = last_match(words.BASED, object_)
    if based is not None and not words.AVAILABLE_NOW.search(object_, based.end()):
        return Reading("ours" if words.OURS.search(object_, based.end()) else "based")
    if re.search(r"\b(?:upon|on top of|from|with)\b[^,;]*$", object_):
        return Reading("based")
    if words.OTHERS.search(object_) or "CITE" in object_:
        return Reading("others")
    if words.AVAILABLE_NOW.search(object_) or words.AVAILABLE_AT.search(object_) or names.names_work(object_):
        return Reading("release", finite=True)
    if len(object_) <= _MAX_NAME_GAP and not re.search(r"\b(?:on|in|via|like)\b[^,;]*$", object_):
        return Reading("introduced")
    return None


def _read_use(object_: str) -> Reading | None:
    noun = r"(?:[\w-]+ ){0,3}" + words.NOUN
    if re.search(rf"\b(?:our|my) (?!baseline){noun}\b[^,;]{{0,40}}$", object_, re.IGNORECASE):
        return Reading("earlier" if words.EARLIER.search(object_) else "ours")
    return Reading("used")


def _used_after(clause: str, available: re.Match[str]) -> bool:
    """Whether the words behind the verb of availability turn to something else that was used."""
    rest = clause[available.end() :]
    based = words.BASED.search(rest)
    return based is not None and not words.AVAILABLE_AT.search(rest[based.end() :])


def _read_subject(subject: str, names: PaperNames, *, finite: bool) -> Reading:
    """The reading of what a verb of availability, a label or a link is said of."""
    subject = _APPOSITION.sub(" ", subject)
    if not finite:
        if words.EARLIER.search(subject):
            return Reading("earlier")
        if used := find_use(subject, names):
            return used
    if _is_ours(subject):
        return Reading("ours", finite)
    if _is_of_others(subject, names):
        return Reading("others", finite)
    if words.THIS_WORK.search(subject):
        return Reading("this-work", finite)
    they = words.THEY_RELEASE.search(subject)
    if they is not None and not _is_no_name(they["name"], names):
        return Reading("others", finite)
    if names.names_work(subject):
        return Reading("own-name", finite)
    if "CITE" in subject or _has_other_name(subject, names):
        return Reading("other-name", finite, subject)
    if words.ABOUT.search(subject):
        return Reading("anaphoric", finite)
    if words.HAS_CODE_NOUN.search(subject):
        return Reading("generic", finite, subject)
    return Reading("generic-data" if words.HAS_NOUN.search(subject) else "bare", finite, subject)


def _is_of_others(subject: str, names: PaperNames) -> bool:
    """Whether the subject names others; `the official code` does not, nor does that of what the paper presents."""
    found = words.OTHERS.search(subject)
    if found is None or words.OFFICIAL_OF_THIS.search(subject):
        return False
    return not (words.CALLED_OFFICIAL.match(found[0]) and names.names_work(subject[found.end() :]))


def _is_ours(subject: str) -> bool:
    """Whether the authors own the subject itself, rather than something in it: its head is the last noun phrase or the
    one that opens it."""
    found = words.OURS.search(subject)
    if found is None:
        return words.GLUED_CODE.search(subject) is not None
    tail = subject[found.end() :]
    opens = not subject[: found.start()].strip()
    return (opens or not words.OTHERS.search(tail)) and not re.match(
        r"\s*(?:[\w-]+ ){0,2}implementation of (?:the )?[A-Z]", tail
    )


def _is_no_name(name: str | None, names: PaperNames) -> bool:
    return name is not None and (name.lower() in words.NO_NAMES or names.names_work(name))


def _has_other_name(subject: str, names: PaperNames) -> bool:
    """Whether each part of the subject has a name of its own, before its purpose: a typeset one, or a word with
    capitals."""
    if words.SHAPED_NAME.search(subject):
        return True
    of_a_name = words.OF_A_NAME.search(subject)
    if of_a_name is not None and not _is_no_name(of_a_name["name"], names):
        return True
    end = words.HEAD_END.search(subject)
    if end is not None and words.HAS_NOUN.search(subject[: end.start()]):
        subject = subject[: end.start()]
    parts = [part for part in re.split(r",|\band\b|&", subject) if words.HAS_NOUN.search(part)] or [subject]
    return all(_has_name(part, names) for part in parts)


def _has_name(part: str, names: PaperNames) -> bool:
    first = len(part) - len(part.lstrip(" ,.([{\"'`"))
    for found in words.NAME.finditer(part):
        plain = found[0].rstrip(".-").lower()
        opens = found.start() <= first and found[0][1:].islower()
        if plain in words.PLAIN_CAPITALS or opens or len(plain) < 2 or words.HAS_NOUN.fullmatch(plain):
            continue
        if not names.is_common(plain):
            return True
    return False


def find_use(clause: str, names: PaperNames) -> Reading | None:
    """A participle or passive of use that governs the link."""
    uses = (words.BASED, words.PASSIVE_USE, words.ACTIVE_USE)
    found = [use for pattern in uses if (use := last_match(pattern, clause)) is not None]
    if not found:
        return None
    last = max(found, key=lambda use: use.start())
    if words.OURS.search(clause, last.end()) or names.names_work(clause[last.end() :]):
        return None
    return Reading("based" if last.re is words.BASED else "used")


def _read_rest(clause: str, names: PaperNames) -> Reading:
    """The reading of a clause without a finite verb of availability: a participle, a label, or a noun."""
    available = last_match(words.AVAILABLE_AT, clause)
    label = _LABEL.search(clause) or _COMMA_LABEL.search(clause) or words.STOPPED_LABEL.search(clause)
    head = clause[: available.start()] if available else clause
    if available is None and words.GLUED_AVAILABLE.search(clause):
        return Reading("generic" if "code" in clause.lower() else "bare")
    if available is None and label is None:
        return _read_noun(clause, names)
    if available is not None:
        if used := find_use(clause[: available.end()], names):
            return used
        they = words.THEY_RELEASE.search(clause)
        by_them = they is not None and not _is_no_name(they["name"], names)
        if (by_them or _is_of_others(clause, names)) and not _is_ours(head):
            return Reading("others")
    if words.LISTED_LINKS.search(clause):
        return NOTHING
    if not head.strip(" ,.:;([{\"'\\"):
        head = clause
    if not words.HAS_NOUN.search(head) and not names.names_work(head):
        if available is None:
            return NOTHING
        pointer = _POINTER.search(clause)
        if pointer is not None and _has_other_name(pointer["what"], names):
            return NOTHING
        if len(head.split()) <= 1:
            return Reading("bare")
    return _read_subject(head, names, finite=False)


def _read_noun(clause: str, names: PaperNames) -> Reading:
    """The reading of a link that only follows words: what the last of them name."""
    if words.IMPLEMENTED_AS.search(clause) and not words.OTHERS.search(clause):
        return Reading("introduced")
    if words.OUR_EARLIER.search(clause):
        return Reading("earlier")
    used = None if words.OPENING_PARTICIPLE.search(clause) else find_use(clause, names)
    if used is not None:
        return used
    if not _OPENING.search(clause):
        return NOTHING
    if _SHORT_LABEL.search(clause) and len(clause.split()) <= _MAX_LABEL:
        return _read_subject(clause, names, finite=False)
    phrase = re.split(r"[,(]|\b(?:in|at|on|from|by|and|to|with|of|via|see)\b", clause.rstrip(" ([{\\<\"'"))[-1]
    tail = " ".join(clause.split()[-12:])
    if re.search(
        rf"\b(?:our|my) (?:(?!{_PREPOSITION})[\w-]+ ){{0,4}}{words.NOUN}(?: (?:at|on|in|from|via|under|here))?\W*$",
        clause,
        re.IGNORECASE,
    ):
        return Reading("ours")
    if _is_of_others(tail, names):
        return Reading("others")
    if words.THIS_WORK.search(tail):
        return Reading("this-work")
    if names.is_head(phrase.strip()) or (words.HAS_NOUN.search(phrase) and names.names_work(phrase)):
        return Reading("own-name")
    if words.HAS_NOUN.search(phrase):
        kind = "other-name" if _has_other_name(phrase, names) else "generic"
        return Reading("noun" if kind == "generic" else "named-noun")
    return NOTHING
