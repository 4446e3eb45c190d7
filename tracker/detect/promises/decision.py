"""What the authors say of releasing their work: that it is available, that it is promised, or nothing.

The tense of each sentence that names code, data or weights and a release decides (`statements`). A link of the authors'
own counts through its sentence, and alone where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from tracker.detect.links import link_context
from tracker.detect.promises import statements
from tracker.detect.promises.statements import tense_of
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.name_signals import is_placeholder
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention, ReleaseSentence, RoleDecision, StatedPromise
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Promise, Role

# A sentence without any of these words says nothing of a release. The leading space makes the search quick.
_HINTS = re.compile(
    r" (?:releas|av[ai]{1,3}l|open(?:ed|ing|ly)?[- ]?sourc|public|publish|accessib|accessed|openly|our code|source code|codes?(?:base)?(?: ?[:,()]| (?:is|are|will|and|at|to|can|in|here|"
    r"release|upon|has|becomes?)\b)|download|upon |soon|repo(?:s|\b)|git(?:hub|lab)|codeberg|hugging ?face|share[ds]?\b|sharing|we provide|found (?:at|on|in|here)|obtained (?:from|at)|data:|"
    r"hosted|deposited|archived|stored|put (?:at|on|online)|merged|opened|expected in|will (?:live|be linked)|(?:is|are|been) on |free and|make the |and will |licen[cs]ed?\b|tba\b|stay tuned|upload|to follow|will (?:appear|follow)|accompan|gpl|find |visit |open (?:the|our|up)\b)"
)
_OPENING = str.maketrans(dict.fromkeys("([{<\"'*_\u201c\u2018/", " "))
"""Characters before a word, as the space that the hints begin with."""
_CODE_KINDS = frozenset({"repository", "gist", "code", "archive", "project", "record"})
_MAX_SENTENCES = 400
"""Sentences of one text that are read; an abstract has a tenth of that."""
_METADATA_PLACES = frozenset({Place.TITLE, Place.ABSTRACT, Place.COMMENT})
_ARTIFACTS = frozenset({"repository", "gist", "model", "dataset", "space", "studio", "collection", "code", "record", "project",
                        "archive", "organisation", "doi"})  # fmt: skip


class _Said(NamedTuple):
    """One sentence, and where it stands."""

    text: str
    place: Place


def decide_promise(
    paper: Paper,
    mentions: Sequence[Mention],
    rules: RoleRules,
    decisions: Sequence[RoleDecision] | None = None,
    releases: Sequence[ReleaseSentence] = (),
) -> StatedPromise:
    """What one paper says of its release, in title, abstract and comment, in `releases` of its text, and by its links.

    `decisions` are the roles of `mentions`, if they were decided already. Available beats promised only where
    it covers the code: a promise of code beside released data stays a promise, and so does a link that its
    own sentence calls future, or that is only a placeholder.
    """
    if decisions is None:
        decisions = decide_roles(mentions, paper, rules)
    now, later, passing = _sort_sentences(paper, releases)
    now = [said for said in now if not _is_of_others(said, decisions)]
    linked: list[tuple[_Said, bool]] = []
    for decision in decisions:
        empty = is_placeholder(decision.reference, rules)
        if decision.reference.kind not in _ARTIFACTS or not (empty or decision.role is Role.OWN):
            continue
        said = _Said(decision.evidence, decision.place)
        if decision.place not in _METADATA_PLACES and tense_of(decision.evidence) is Promise.PROMISED:
            later += [said] if decision.role is Role.OWN else []
            continue
        if empty:
            later.append(said)
            now = [each for each in now if not _overlap(each.text, said.text)]
        elif decision.role is Role.OWN and not any(_overlap(each.text, said.text) for each in later):
            linked.append((said, decision.reference.kind in _CODE_KINDS))
    return _weigh(now, later, passing, linked)


def _weigh(
    now: Sequence[_Said], later: Sequence[_Said], passing: Sequence[_Said], linked: Sequence[tuple[_Said, bool]]
) -> StatedPromise:
    """The promise of all sentences together; each link says with its sentence whether it is of a kind that holds code."""
    of_code = [said for said in now if statements.names_code(said.text)]
    of_code += [
        said
        for said, holds_code in linked
        if statements.names_code(said.text) or (holds_code and not statements.names_data(said.text))
    ]
    later_of_code = [
        said for said in later if statements.names_code(said.text) or not statements.names_data(said.text)
    ]
    available = of_code or ([*now, *(said for said, _ in linked)] if not later_of_code else [])
    promised = later_of_code or later
    if available or not promised:
        said = next(iter([*available, *passing]), None)
        return _state(Promise.AVAILABLE, said) if said else StatedPromise(promise=Promise.NONE)
    return _state(Promise.PROMISED, promised[0])


def _state(promise: Promise, said: _Said) -> StatedPromise:
    return StatedPromise(promise=promise, evidence=said.text[: link_context.MAX_EVIDENCE], place=said.place)


def _sort_sentences(
    paper: Paper, releases: Sequence[ReleaseSentence]
) -> tuple[list[_Said], list[_Said], list[_Said]]:
    """The sentences about a release of title, abstract, comment and body: (those of now, of later, in passing)."""
    now: list[_Said] = []
    later: list[_Said] = []
    passing: list[_Said] = []
    for written, place in (
        (paper.abstract, Place.ABSTRACT),
        (paper.comment, Place.COMMENT),
        (paper.title, Place.TITLE),
    ):
        text = link_context.collapse_spaces(written) if "  " in written or "\n" in written else written
        for sentence in islice(link_context.sentences_at(text, _hint_positions(text)), _MAX_SENTENCES):
            tense = tense_of(sentence)
            if tense is Promise.PROMISED:
                later.append(_Said(sentence, place))
            elif tense is Promise.AVAILABLE:
                now.append(_Said(sentence, place))
            elif statements.is_in_passing(sentence, paper.title):
                passing.append(_Said(sentence, place))
    for release in releases:
        (later if release.promise is Promise.PROMISED else now).append(_Said(release.text, release.place))
    return now, later, passing


def _hint_positions(text: str) -> list[int]:
    """The positions, ascending, around which a sentence about a release may be; the white space of `text` is collapsed."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    return [hint.start() for hint in _HINTS.finditer(" " + lower.translate(_OPENING))]


def _is_of_others(said: _Said, decisions: Sequence[RoleDecision]) -> bool:
    """Whether all links of a sentence without a word of the authors' own lead to the work of others."""
    if said.place not in _METADATA_PLACES or statements.names_ours(said.text):
        return False
    roles = {
        decision.role
        for decision in decisions
        if decision.reference.kind in _ARTIFACTS and decision.url in said.text and not decision.unsettled
    }
    return bool(roles) and roles <= {Role.MENTION, Role.COMMUNITY}


def _overlap(sentence: str, evidence: str) -> bool:
    """Whether two excerpts are of one sentence; either may be cut at its beginning."""
    return evidence[-60:] in sentence or sentence[-60:] in evidence
