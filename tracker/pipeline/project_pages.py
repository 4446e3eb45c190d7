"""Following the project pages of one paper, one hop, where its metadata leave open where its code is."""

from __future__ import annotations

from tracker.detect.page_promises import find_page_promise
from tracker.detect.pages import find_page_mentions
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.mentions import Mention
from tracker.domain.terms import Promise, Source
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.scan_results import strongest_mentions
from tracker.store.paper_queue import PaperToRead
from tracker.store.reading_queue import load_own_pages
from tracker.store.scans import ScanResult

PAGES_OF_A_PAPER = 2
"""Pages of one paper that are followed at most."""


def read_pages(cycle: Cycle, paper: PaperToRead) -> list[ScanResult]:
    """What the pages of one paper link and announce. A page that cannot be had is that page's trouble alone."""
    mentions: list[Mention] = []
    outcome, reason, announced = "unknown", "", ""
    for link in load_own_pages(cycle.store, paper.work)[:PAGES_OF_A_PAPER]:
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
            if not announced and (line := find_page_promise(response.body, response.url)):
                announced = f"{line} (on the project page {link.url})"
        elif outcome == "unknown":
            outcome, reason = "absent", f"{link.url} answered {response.status}"
    return [
        ScanResult(
            work=paper.work,
            version=paper.version,
            source=Source.PAGE,
            mentions=strongest_mentions(mentions, paper.paper, cycle.rules.roles),
            promise=(Promise.PROMISED if announced else Promise.NONE) if outcome == "read" else None,
            promise_evidence=announced,
            outcome=outcome,
            reason="" if outcome == "read" else reason,
        )
    ]
