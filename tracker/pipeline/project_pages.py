"""The stage that follows project pages, of papers whose metadata leave open where their code is."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.detect.pages import find_page_mentions
from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.mentions import Mention
from tracker.domain.terms import Source
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.scan_results import strongest_mentions
from tracker.store import paper_queue
from tracker.store.scans import ScanResult, save_scans

PAGES_OF_A_PAPER = 2
"""Pages of one paper that are followed at most."""


def read_project_pages(cycle: Cycle) -> None:
    """Follow the project pages of papers that show no code of their own, one hop."""
    if not cycle.settings.may_ask("web"):
        return
    with cycle.stage("project_pages") as stage:
        waiting = paper_queue.works_with_pages(cycle.store, cycle.settings.limits.pages, cycle.now)
        for paper, links in stage.each(waiting):
            scan = _scan_pages(cycle, paper, links[:PAGES_OF_A_PAPER])
            save_scans(cycle.store, [scan], cycle.rules.roles.version, cycle.now)
            cycle.counts.project_pages += 1


def _scan_pages(cycle: Cycle, paper: paper_queue.PaperToRead, links: Sequence[Reference]) -> ScanResult:
    """What the pages of one paper link. A page that cannot be had is that page's trouble alone."""
    mentions: list[Mention] = []
    outcome, reason = "unknown", ""
    for link in links:
        try:
            response = cycle.fetch.page(link.url)
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            reason = f"{link.url}: {error.reason}"
            continue
        if response.status == 200 and not response.body.strip():
            # A host in trouble answers so; no page is empty.
            reason = f"{link.url} answered with nothing"
        elif response.status == 200:
            outcome = "read"
            mentions += find_page_mentions(response.body, link, response.url, resolve_url)
        elif outcome == "unknown":
            outcome, reason = "absent", f"{link.url} answered {response.status}"
    return ScanResult(
        work=paper.work,
        version=paper.version,
        source=Source.PAGE,
        mentions=strongest_mentions(mentions, paper.paper, cycle.rules.roles),
        outcome=outcome,
        reason="" if outcome == "read" else reason,
    )
