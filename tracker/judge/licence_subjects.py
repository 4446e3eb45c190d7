"""What a sentence of prose is about: the code, the weights, the data, the whole work, or something else; pure.

The words of the sentence are those of `sentence_words`. Nothing here knows grammar: nouns, their order, prepositions and
"and" decide. All searches are linear in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from tracker.domain.terms import Fact
from tracker.judge.licence_classes import LicenceRules
from tracker.judge.licence_words import comparable_words, flatten_text, merge_uses

_COMMA = re.compile(r",|、|/|&")
ENGLISH = re.compile(r"\b(?:the|this|is|are|our|for|may|only|use|license)\b")
"""Words that most English sentences have."""
_ARTICLE = (
    r"(?: (?:the|this|that|these|our|its|your|a|an|any|all|both|following|original|official|same|related|associated"
    r"|trained|pretrained|training|source|accompanying|corresponding|released))*"
)
_AND = re.compile(
    r"(?: (?:and|or|as well as|together with|along with|with|including|und|et|y|e|i|oder|ou))+"
    + _ARTICLE
    + r"(?: (?:die|der|das|les|la|los|as|os))? | ?(?:和|与|與|及|以及|と|や|および|및|와|과) ?"
)
_MODIFIES = re.compile(
    r"\b(?:in|on|from|within|of|for|with|by|at|to|via|under|into|through|about|like|per)" + _ARTICLE + " $"
)
_USED = re.compile(
    r"\b(?:use|uses|usage|using|redistribution|distribution|modification|reproduction|download|license|access|terms|rights"
    r"|exploitation|application|copy|copies)(?: (?:of|for|to))" + _ARTICLE + " $"
)
_RELATIVE = re.compile(r"\b(?:which|whose|that (?:is|are|was|were|has|have))\b")
_VERB = re.compile(
    r"^(.{0,120}?)\b(?:is|are|was|were|can|cannot|may|must|should|shall|will|has|have|requires?|comes?)\b"
)
_FILLERS = frozenset(
    "note that please also the this it they these those all everything you we user users everyone anyone any its use "  # noqa: SIM905 - words read better so
    "uses usage used using important notice disclaimer warning attention caution however additionally furthermore here "
    "there for and or an in no not non noncommercial commercial only free freely license licensed terms purpose purposes "
    "research academic academics personal educational strictly solely our released available provided distributed under by "
    "of to at if want permission without redistribution distribution modification which is are be companies company industry "
    "copyright reserved intended".split()
)
"""Words before a verb that name no subject of their own."""
_LATIN_NAME = re.compile(r"\b[a-z][a-z0-9.+]{2,}\b")


class SubjectKind(StrEnum):
    """What a word of a sentence stands for. The words of `OTHER` are about something that is not judged."""

    CODE = "code"
    WEIGHTS = "weights"
    DATA = "data"
    WHOLE = "whole"
    OTHER = "other"


Mention = tuple[int, int, SubjectKind]
"""(start, end, kind) of a noun in the words of a sentence."""
FACT_KINDS = {
    Fact.CODE: SubjectKind.CODE,
    Fact.WEIGHTS: SubjectKind.WEIGHTS,
    Fact.DATA: SubjectKind.DATA,
    Fact.DEMO: SubjectKind.CODE,
}


def sentence_words(sentence: str) -> str:
    """The words of a sentence that are compared; a comma is an "and", so that what it joins is seen."""
    return " ".join(comparable_words(flatten_text(_COMMA.sub(" and ", merge_uses(sentence)))))


def find_mentions(words: str, rules: LicenceRules) -> list[tuple[int, int, SubjectKind]]:
    """(start, end, kind) of each word that names a part of the work or something else, in order."""
    patterns = [(says, FACT_KINDS[fact]) for fact, says in rules.fact_words.items()]
    patterns += [
        (rules.prose.whole, SubjectKind.WHOLE),
        (rules.elsewhere, SubjectKind.OTHER),
        (rules.text_words, SubjectKind.OTHER),
    ]
    found = sorted((*match.span(), kind) for says, kind in patterns for match in says.finditer(words))
    return [
        (start, end, SubjectKind.OTHER if words.endswith("their ", 0, start) else kind)
        for start, end, kind in found
    ]


def find_subject(words: str, start: int, end: int, mentions: Sequence[Mention]) -> frozenset[SubjectKind]:
    """What the words from `start` to `end` are about; empty where the sentence names nothing that is known.

    The last noun before them counts, with those that "and" joins to it ("code and models may only be used …"), else a
    noun inside or after ("commercial use of the data is forbidden"). A noun behind a preposition belongs to another
    one ("the models in this repository"), and what stands before "which" is not the subject of what follows.
    """
    if relative := list(_RELATIVE.finditer(words, 0, start)):
        antecedent = [mention for mention in mentions if mention[1] == relative[-1].start() - 1]
        own = [mention for mention in mentions if relative[-1].end() <= mention[0] < start]
        if not own:
            return frozenset(kind for _, _, kind in antecedent) or frozenset({SubjectKind.OTHER})
    before = [mention for mention in mentions if mention[1] <= start]
    free = [mention for mention in before if not _is_modifier(words, mention[0])]
    if free or before:
        return _last_group(words, free or before)
    behind = [mention for mention in mentions if mention[0] >= start]
    inside = [mention for mention in behind if mention[0] < end]
    found = _groups(words, inside or behind)
    return frozenset(kind for _, _, kind in found[0]) if found else frozenset()


def _is_modifier(words: str, place: int) -> bool:
    head = words[max(0, place - 60) : place]
    return _MODIFIES.search(head) is not None and _USED.search(head) is None


def _last_group(words: str, mentions: Sequence[Mention]) -> frozenset[SubjectKind]:
    return frozenset(kind for _, _, kind in _groups(words, mentions)[-1])


def _groups(words: str, mentions: Sequence[Mention]) -> list[list[Mention]]:
    """The nouns by the groups that "and" joins. Of nouns in a row the last one counts: "model code" is code."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        between = words[groups[-1][-1][1] : mention[0]] if groups else ""
        if groups and not between.strip():
            groups[-1][-1] = mention
        elif groups and _AND.fullmatch(between):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def has_other_subject(words: str, title: frozenset[str]) -> bool:
    """Whether a sentence without a known noun has a subject that is not this work, as the name of a data set."""
    if not words.isascii() and not ENGLISH.search(words):
        return any(name not in title and name not in _FILLERS for name in _LATIN_NAME.findall(words))
    verb = _VERB.search(words)
    if verb is None:
        return False
    subject = set(verb[1].split()) - _FILLERS
    return bool(subject) and subject.isdisjoint(title)
