"""Evidence from one mention: where it is in the paper, and the words around the link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from tracker.detect.roles.clause_context import labels_other, labels_own, read_beside
from tracker.detect.roles.clauses import REASONS, Reading, read_clause
from tracker.detect.roles.mention_words import (
    entry_of,
    footnote_host,
    is_among_others,
    lead_to,
    sentence_before,
    words_after,
    words_before,
)
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.name_signals import is_under
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source

FULL_TEXTS = frozenset({Source.HTML, Source.TEX, Source.PDF})
_FOOTNOTES = (Place.FOOTNOTE, Place.TITLE_FOOTNOTE)
_FIRST_PERSON = frozenset({"release", "ours", "this-work"})
_LABELS = frozenset({"generic", "generic-data", "bare"})
_FIGURE_SCRIPT = re.compile(
    r"/blob/[^?#]{0,200}(?:fig(?:ure)?s?|plots?|scripts?)[^?#]{0,100}\.(?:py|ipynb|r|jl|m)$", re.IGNORECASE
)
_THREAD = re.compile(r"/(?:issues|pulls?|discussions|merge_requests)(?:/|$)", re.IGNORECASE)
_MAX_CUE_TEXT = 400
_IMPORTED = -1.0
"""Log-odds of a link that only another tracker's list names: worth a check of the repository, no more."""
_METADATA_PLACES = (Place.TITLE, Place.ABSTRACT, Place.COMMENT)


class WeighedMention(NamedTuple):
    """One mention with its evidence."""

    score: float
    """Log-odds that the artifact is the authors' own."""
    reasons: list[str]
    leaning: float
    """The weight of the words that decide: below 0 where they speak against, 0 where no pattern matches."""
    mention: Mention


def weigh_mention(mention: Mention, rules: RoleRules, names: PaperNames) -> WeighedMention:
    """The evidence of the place and the words of one mention."""
    score = rules.kinds.get(mention.reference.kind, 0.0)
    if mention.source is Source.IMPORT:
        return WeighedMention(score + _IMPORTED, ["an imported list links it"], 0.0, mention)
    if mention.source is Source.WATCH:
        reason = "its owner is in the operator's list"
        return WeighedMention(rules.signals["watch"], [reason], 0.0, mention)
    if mention.source is Source.HUB_LIST and mention.place is Place.HUB:
        return WeighedMention(rules.signals["hub-list"], ["the Hub lists it as citing the paper"], 0.0, mention)
    if mention.place is Place.HUB:
        score += rules.signals["hub-record"]
        return WeighedMention(score, ["the Hub's record of the paper links it"], 0.0, mention)
    reading = _read(mention, names)
    reasons = [f"it is linked in the {mention.place.value.replace('-', ' ')}"]
    if mention.place is Place.BIBLIOGRAPHY and not reading.finite:
        score += rules.places[Place.BIBLIOGRAPHY.value]
        if not is_page(mention) and names.is_own_entry(*entry_of(mention)):
            score += rules.signals["own-entry"]
            reasons.append("the entry has the paper's title, or its authors and the name of their work")
        said = min(rules.readings.get(reading.kind, 0.0), 0.0)
    else:
        # A sentence of the authors' is not an entry, wherever the bibliography seems to end.
        misplaced = mention.place is Place.BIBLIOGRAPHY and reading.kind in _FIRST_PERSON
        place = Place.SECTION if misplaced else mention.place
        score += rules.places[place.value]
        said = rules.readings.get(reading.kind, 0.0)
    if mention.source in FULL_TEXTS and _FIGURE_SCRIPT.search(mention.url):
        score += rules.signals["figure-script"]
        reasons.append("the link leads to the script of a figure")
    # A project page sends its readers to the issues of its own repository.
    if mention.source is not Source.PAGE and _THREAD.search(mention.url):
        score += rules.signals["thread"]
        reasons.append("the link leads to a thread of its users")
    if mention.source in FULL_TEXTS and is_among_others(mention):
        score += rules.signals["in-a-row"]
    return _weigh_words(mention, score, reasons, rules, (said, REASONS.get(reading.kind, "")))


def _read(mention: Mention, names: PaperNames) -> Reading:
    in_footnote = mention.place in _FOOTNOTES
    lead = lead_to(mention)
    reading = read_clause(lead, names, footnote=in_footnote)
    if in_footnote and reading.kind in _LABELS and labels_other(footnote_host(mention), names):
        return Reading("other-name", reading.finite)
    if in_footnote and reading.kind == "bare" and labels_own(footnote_host(mention)):
        return Reading("ours", reading.finite)
    if mention.source in FULL_TEXTS and mention.place is not Place.ABSTRACT:
        before = lead if in_footnote else sentence_before(mention)
        return read_beside(reading, before, names)
    return reading


def _weigh_words(
    mention: Mention, score: float, reasons: list[str], rules: RoleRules, said: tuple[float, str]
) -> WeighedMention:
    """Add the strongest words for and the strongest words against to the evidence of the place.

    The words are `said`, the weight and the words of the clause's reading, and the cues of the rules.
    """
    texts = {"before": words_before(mention), "after": words_after(mention), "evidence": mention.evidence}
    leaning = 0.0
    for cues, sign in ((rules.for_, 1.0), (rules.against, -1.0)):
        hits = [
            (sign * cue.weight, cue.words)
            for cue in cues
            if not (cue.pages_only and not is_page(mention))
            and cue.pattern.search(texts[cue.where][-_MAX_CUE_TEXT:])
        ]
        if sign * said[0] > 0:
            hits.append((sign * said[0], said[1]))
        if hits:
            weight, words = max(hits)
            # The words against come last and decide: where both match, the sentence is about others' work.
            leaning = sign * weight
            score += leaning
            reasons.append(words)
    return WeighedMention(score, reasons, leaning, mention)


def is_page(mention: Mention) -> bool:
    """Whether the mention is of a page or a DOI rather than of an artifact on a known host."""
    return mention.reference.kind in ("page", "doi")


def is_project_page(mention: Mention, rules: RoleRules) -> bool:
    """Whether a mention of a page is of one about the work rather than of the artifact itself."""
    host = urlsplit(mention.reference.url).netloc.partition(":")[0]
    if mention.place is Place.HUB:
        return True
    if mention.reference.kind == "page" and is_under(host, rules.page_hosts):
        return True
    cue = next(cue for cue in rules.for_ if cue.name == "project-page")
    return cue.pattern.search(words_before(mention)[-_MAX_CUE_TEXT:]) is not None


def is_in_metadata(group: Sequence[Mention]) -> bool:
    """Whether title, abstract or comment name this artifact; a page is not an artifact here."""
    return not is_page(group[0]) and any(mention.place in _METADATA_PLACES for mention in group)
