"""What one full text links and says of its release, as the store keeps it; pure.

Nothing of a text is kept but the sentences around its links, and the one that says most of its release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.detect import detect
from tracker.detect.promises.decision import decide_promise
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import FullText, Paper
from tracker.domain.terms import Promise, Source
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.scan_results import strongest_mentions

MOST_REFERENCES = 100
"""References of one full text that are stored."""
LIKELY = 0.5
"""A page or a DOI of a full text is stored only if it is at least this likely the authors' own: most are
citations."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """The mentions of a text that are stored, and what it says of a release with the sentence that says it."""

    source: Source
    mentions: tuple[Mention, ...]
    promise: Promise
    promise_evidence: str


def read_paper_text(text: FullText, paper: Paper, rules: RoleRules) -> TextReading:
    """What a text of this paper shows. `paper` has its title, abstract, comment and authors."""
    reading = detect.read_full_text(text.text, text.format, resolve_url)
    decisions = decide_roles(reading.mentions, paper, rules)
    # The text alone: what title, abstract and comment say is known already, and stored by the scan of the metadata.
    body = Paper(arxiv_id=paper.arxiv_id)
    said = decide_promise(body, reading.mentions, rules, decisions, reading.releases)
    return TextReading(
        text.source, _select_mentions(reading.mentions, decisions, paper, rules), said.promise, said.evidence
    )


def _select_mentions(
    mentions: Sequence[Mention], decisions: Sequence[RoleDecision], paper: Paper, rules: RoleRules
) -> tuple[Mention, ...]:
    """The mentions of a full text that matter, the likeliest first if they are many."""
    probabilities = {decision.reference.folded: decision.probability for decision in decisions}
    likely = sorted(
        (key for key, probability in probabilities.items() if probability >= LIKELY or _names_artifact(key)),
        key=lambda key: -probabilities[key],
    )
    selected = frozenset(likely[:MOST_REFERENCES])
    return strongest_mentions(
        [mention for mention in mentions if mention.reference.folded in selected], paper, rules
    )


def _names_artifact(key: str) -> bool:
    return not key.startswith(("page:", "doi:"))
