"""What the authors say of releasing their work: that it is available, that it is promised, or nothing.

The tense of each sentence that names code, data or weights and a release decides (`statements`). A link of the authors'
own counts through its sentence, and alone where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from tracker.detect.links import link_context
from tracker.detect.promises import statements
from tracker.detect.promises.statements import tense_of
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.name_signals import is_placeholder
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Promise, Role

# A sentence without any of these words says nothing of a release. The leading space makes the search quick.
_HINTS = re.compile(
    r" (?:releas|av[ai]{1,3}l|open(?:ed|ing|ly)?[- ]?sourc|public|publish|accessib|accessed|openly|our code|source code|codes?(?:base)?(?: ?[:,()]| (?:is|are|will|and|at|to|can|in|here|"
    r"release|upon|has|becomes?)\b)|download|upon |soon|repo(?:s|\b)|git(?:hub|lab)|codeberg|hugging ?face|share[ds]?\b|sharing|we provide|found (?:at|on|in|here)|obtained (?:from|at)|data:|"
    r"hosted|deposited|archived|licen[cs]ed?\b|tba\b|stay tuned|upload|to follow|will (?:appear|follow)|accompan|gpl|find |visit |open (?:the|our|up)\b)"
)
_OPENING = str.maketrans(dict.fromkeys("([{<\"'*_\u201c\u2018/", " "))
"""Characters before a word, as the space that the hints begin with."""
_CODE_KINDS = frozenset({"repository", "gist", "code", "archive", "project", "record"})
_MAX_SENTENCES = 400
"""Sentences of one text that are read; an abstract has a tenth of that."""
_METADATA_PLACES = frozenset({Place.TITLE, Place.ABSTRACT, Place.COMMENT})
_ARTIFACTS = frozenset({"repository", "gist", "model", "dataset", "space", "studio", "collection", "code", "record", "project",
                        "archive", "organisation"})  # fmt: skip


def decide_promise(
    paper: Paper,
    mentions: Sequence[Mention],
    rules: RoleRules,
    decisions: Sequence[RoleDecision] | None = None,
) -> tuple[Promise, str]:
    """(promise, the sentence that says so) of one paper; the sentence is empty for `none`.

    `decisions` are the roles of `mentions`, if they were decided already. Available beats promised only where
    it covers the code: a promise of code beside released data stays a promise, and so does a link that its
    own sentence calls future, or that is only a placeholder.
    """
    if decisions is None:
        decisions = decide_roles(mentions, paper, rules)
    now, later, passing = _sort_sentences(paper)
    linked: list[tuple[str, bool]] = []
    for decision in decisions:
        if decision.reference.kind not in _ARTIFACTS:
            continue
        if decision.place not in _METADATA_PLACES and tense_of(decision.evidence) is Promise.PROMISED:
            later += [decision.evidence] if decision.role is Role.OWN else []
            continue
        if is_placeholder(decision.reference, rules):
            later.append(decision.evidence)
            now = [sentence for sentence in now if not _overlap(sentence, decision.evidence)]
        elif decision.role is Role.OWN and not any(_overlap(sentence, decision.evidence) for sentence in later):
            linked.append((decision.evidence, decision.reference.kind in _CODE_KINDS))
    of_code = [sentence for sentence in now if statements.names_code(sentence)]
    of_code += [
        evidence
        for evidence, code in linked
        if statements.names_code(evidence) or (code and not statements.names_data(evidence))
    ]
    later_of_code = [
        sentence for sentence in later if statements.names_code(sentence) or not statements.names_data(sentence)
    ]
    available = of_code or ([*now, *(evidence for evidence, _ in linked)] if not later_of_code else [])
    if available:
        return Promise.AVAILABLE, available[0][: link_context.MAX_EVIDENCE]
    promised = later_of_code or later
    if passing and not promised:
        return Promise.AVAILABLE, passing[0][: link_context.MAX_EVIDENCE]
    return (Promise.PROMISED, promised[0][: link_context.MAX_EVIDENCE]) if promised else (Promise.NONE, "")


def _sort_sentences(paper: Paper) -> tuple[list[str], list[str], list[str]]:
    """The sentences of title, abstract and comment about a release: (those of now, of later, in passing)."""
    now: list[str] = []
    later: list[str] = []
    passing: list[str] = []
    for written in (paper.abstract, paper.comment, paper.title):
        text = link_context.collapse_spaces(written) if "  " in written or "\n" in written else written
        for sentence in islice(link_context.sentences_at(text, _hint_positions(text)), _MAX_SENTENCES):
            tense = tense_of(sentence)
            if tense is Promise.PROMISED:
                later.append(sentence)
            elif tense is Promise.AVAILABLE:
                now.append(sentence)
            elif statements.is_in_passing(sentence, paper.title):
                passing.append(sentence)
    return now, later, passing


def _hint_positions(text: str) -> list[int]:
    """The positions, ascending, around which a sentence about a release may be; the white space of `text` is collapsed."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    return [hint.start() for hint in _HINTS.finditer(" " + lower.translate(_OPENING))]


def _overlap(sentence: str, evidence: str) -> bool:
    """Whether two excerpts are of one sentence; either may be cut at its beginning."""
    return evidence[-60:] in sentence or sentence[-60:] in evidence
