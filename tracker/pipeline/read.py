"""The stage that reads papers' metadata, before every other reading and for every paper.

It finds links and promises in titles, abstracts and comments, and decides the role of every link that is stored of
a paper, whichever stage found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.detect.detect import detect_paper
from tracker.detect.roles.decision import decide_roles
from tracker.domain.mentions import RoleDecision
from tracker.domain.terms import Role, Source
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.pipeline.scan_results import strongest_mentions
from tracker.store import corrections, paper_queue, roles
from tracker.store.scans import ScanResult, save_scans

BATCH = 500
"""Papers that are read and committed at once."""


def read_papers(cycle: Cycle) -> None:
    """Find links and promises in papers whose texts are new, and decide the roles of all their links."""
    with cycle.stage("read") as stage:
        while count := read_batch(cycle):
            cycle.counts.read_papers += count
            stage.report_progress(cycle.counts.read_papers)


def read_batch(cycle: Cycle) -> int:
    """The same for one batch, without a stage of its own; returns how many papers it had."""
    cycle.check_cancelled()
    papers, rules = paper_queue.papers_to_scan(cycle.store, BATCH), cycle.rules.roles
    if papers:
        save_scans(cycle.store, [_scan_metadata(cycle, paper) for paper in papers], rules.version, cycle.now)
        roles.save_roles(cycle.store, _decide_roles(cycle, papers), rules.version, CHECKED_KINDS, cycle.now)
    return len(papers)


def _scan_metadata(cycle: Cycle, paper: paper_queue.PaperToRead) -> ScanResult:
    rules = cycle.rules.roles
    detection = detect_paper(paper.paper, resolve_url, rules)
    return ScanResult(
        work=paper.work,
        version=paper.version,
        source=Source.METADATA,
        mentions=strongest_mentions(detection.mentions, paper.paper, rules),
        promise=detection.promise,
        promise_evidence=detection.promise_evidence,
    )


def _decide_roles(cycle: Cycle, papers: Sequence[paper_queue.PaperToRead]) -> dict[str, list[RoleDecision]]:
    """The role of every link of these papers, by work; the operator's correction counts before the rules."""
    works = [paper.work for paper in papers]
    mentions, contexts = roles.load_mentions(cycle.store, works), roles.load_artifact_contexts(cycle.store, works)
    corrected = corrections.load_corrected_roles(cycle.store, works)
    decisions = {}
    for paper in papers:
        by_link = corrected.get(paper.work, {})
        decided = decide_roles(
            mentions[paper.work],
            paper.paper,
            cycle.rules.roles,
            contexts.get(paper.work, {}),
            pages_trusted=_trust_pages({key: role for key, (role, _) in by_link.items()}),
        )
        decisions[paper.work] = [
            _correct(decision, *by_link[decision.reference.folded])
            if decision.reference.folded in by_link
            else decision
            for decision in decided
        ]
    return decisions


def _trust_pages(corrected: Mapping[str, Role]) -> bool | None:
    """Whether the operator's corrections say that the paper's pages are the authors' own; None where they say nothing
    of pages."""
    roles = [role for key, role in corrected.items() if key.startswith("page:")]
    return any(role in (Role.OWN, Role.OWN_PAGE) for role in roles) if roles else None


def _correct(decision: RoleDecision, role: Role, reason: str) -> RoleDecision:
    probability = 1.0 if role in (Role.OWN, Role.OWN_PAGE) else 0.0
    return replace(decision, role=role, probability=probability, reasons=(reason, *decision.reasons))
