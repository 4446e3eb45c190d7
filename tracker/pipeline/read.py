"""The stage that reads papers' metadata, before every other reading and for every paper.

It finds links and promises in titles, abstracts and comments, and decides the role of every link that is stored of
a paper, whichever stage found it. A paper on which this program breaks off keeps nobody else from being read: nothing
is known of it, and each cycle tries it again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from tracker.detect.detect import detect_paper
from tracker.detect.roles.decision import decide_roles
from tracker.domain.mentions import RoleDecision
from tracker.domain.terms import Role, Source
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.pipeline.scan_results import strongest_mentions
from tracker.pipeline.stage import public_reason
from tracker.store import corrections, paper_queue, roles
from tracker.store.scans import ScanResult, save_scans

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 500
"""Papers that are read and committed at once."""
_UNKNOWN_RULES = ""
"""The rules of a reading that broke off: none, so that it is due again with the next cycle."""


def read_papers(cycle: Cycle) -> None:
    """Find links and promises in papers whose texts are new, and decide the roles of all their links."""
    with cycle.stage("read") as stage:
        while count := read_batch(cycle):
            cycle.counts.read_papers += count
            stage.report_progress(cycle.counts.read_papers)
        if unreadable := cycle.counts.unreadable:
            stage.fail(f"{', '.join(unreadable[:5])}: reading broke off by an error of this program; see its log")


def read_batch(cycle: Cycle) -> int:
    """The same for one batch, without a stage of its own; returns how many papers it had."""
    cycle.check_cancelled()
    papers, rules = paper_queue.papers_to_scan(cycle.store, BATCH), cycle.rules.roles
    if not papers:
        return 0
    scans = _each_alone(cycle, papers, lambda paper: _scan_metadata(cycle, paper))
    save_scans(cycle.store, [*scans.values()], rules.version, cycle.now)
    decisions = _decide_roles(cycle, [paper for paper in papers if paper.work in scans])
    roles.save_roles(cycle.store, decisions, rules.version, CHECKED_KINDS, cycle.now)
    broken = [paper for paper in papers if paper.work not in decisions]
    if broken:
        save_scans(cycle.store, [*map(_nothing_known, broken)], _UNKNOWN_RULES, cycle.now)
        paper_queue.postpone_scans(cycle.store, [paper.work for paper in broken])
    return len(papers)


def _each_alone(
    cycle: Cycle, papers: Sequence[paper_queue.PaperToRead], read: Callable[[paper_queue.PaperToRead], T]
) -> dict[str, T]:
    """What `read` gives of each paper, by work, without those on which it breaks off: these are logged."""
    results = {}
    for paper in papers:
        try:
            results[paper.work] = read(paper)
        except Exception as error:  # noqa: BLE001 # any error in the reading of one text is that paper's trouble alone
            report_unreadable(cycle, paper, error)
    return results


def report_unreadable(cycle: Cycle, paper: paper_queue.PaperToRead, error: Exception) -> None:
    """Log that this program broke off at a paper, with the place in the program, and note the paper."""
    name = f"arXiv:{paper.paper.arxiv_id}"
    cycle.counts.unreadable.append(name)
    log.error("reading %s %s; please report it with this paper's id", name, public_reason(error), exc_info=error)


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


def _nothing_known(paper: paper_queue.PaperToRead) -> ScanResult:
    return ScanResult(
        work=paper.work,
        version=paper.version,
        source=Source.METADATA,
        outcome="unknown",
        reason="the program broke off",
    )


def _decide_roles(cycle: Cycle, papers: Sequence[paper_queue.PaperToRead]) -> dict[str, list[RoleDecision]]:
    """The role of every link of these papers, by work; the operator's correction counts before the rules."""
    works = [paper.work for paper in papers]
    mentions, contexts = roles.load_mentions(cycle.store, works), roles.load_artifact_contexts(cycle.store, works)
    corrected = corrections.load_corrected_roles(cycle.store, works)

    def decide(paper: paper_queue.PaperToRead) -> list[RoleDecision]:
        by_link = corrected.get(paper.work, {})
        decided = decide_roles(
            mentions[paper.work],
            paper.paper,
            cycle.rules.roles,
            contexts.get(paper.work, {}),
            pages_trusted=_trust_pages({key: role for key, (role, _) in by_link.items()}),
        )
        return [
            _correct(decision, *by_link[decision.reference.folded])
            if decision.reference.folded in by_link
            else decision
            for decision in decided
        ]

    return _each_alone(cycle, papers, decide)


def _trust_pages(corrected: Mapping[str, Role]) -> bool | None:
    """Whether the operator's corrections say that the paper's pages are the authors' own; None where they say nothing
    of pages."""
    roles = [role for key, role in corrected.items() if key.startswith("page:")]
    return any(role in (Role.OWN, Role.OWN_PAGE) for role in roles) if roles else None


def _correct(decision: RoleDecision, role: Role, reason: str) -> RoleDecision:
    probability = 1.0 if role in (Role.OWN, Role.OWN_PAGE) else 0.0
    return replace(decision, role=role, probability=probability, reasons=(reason, *decision.reasons))
