"""Reading one full text, of a paper whose metadata leave open where its code is.

Nothing of a text is kept but the sentences around its links, and the one that says most of its release.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tracker.detect import detect
from tracker.detect.promises.decision import decide_promise
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Source
from tracker.harvest.full_text import UnreadableTextError, read_full_text
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.scan_results import strongest_mentions
from tracker.store.paper_queue import PaperToRead
from tracker.store.reading_queue import load_absent_sources
from tracker.store.scans import ScanResult

MOST_REFERENCES = 100
"""References of one full text that are stored."""
LIKELY = 0.5
"""A page or a DOI of a full text is stored only if it is at least this likely the authors' own: most are
citations."""


def read_text(cycle: Cycle, paper: PaperToRead) -> list[ScanResult]:
    """What one paper's text links and says of its release, read in the cheapest form that arXiv has. A file that cannot be had is that paper's
    trouble alone; the forms that arXiv does not have are remembered."""
    scan = partial(ScanResult, work=paper.work, version=paper.version)
    try:
        answer = read_full_text(cycle.fetch, paper.paper.arxiv_id, load_absent_sources(cycle.store, paper))
    except UnreadableTextError as error:
        failed = next(source for source in (Source.PDF, Source.TEX, Source.HTML) if source not in error.absent)
        return [
            *(scan(source=source, outcome="absent") for source in error.absent),
            scan(source=failed, outcome="unknown", reason=error.reason),
        ]
    absent = [scan(source=source, outcome="absent", reason=answer.reason) for source in answer.absent]
    if answer.text is None:
        return absent
    reading, rules = detect.read_full_text(answer.text.text, answer.text.format, resolve_url), cycle.rules.roles
    decisions = decide_roles(reading.mentions, paper.paper, rules)
    # The text alone: what title, abstract and comment say is known already, and stored by the scan of the metadata.
    body = Paper(arxiv_id=paper.paper.arxiv_id)
    said = decide_promise(body, reading.mentions, rules, decisions, reading.releases)
    return [
        *absent,
        scan(
            source=answer.text.source,
            mentions=_select_mentions(reading.mentions, decisions, paper.paper, rules),
            promise=said.promise,
            promise_evidence=said.evidence,
        ),
    ]


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
