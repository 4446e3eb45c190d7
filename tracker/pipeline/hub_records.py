"""The stage that asks the Hub's records of papers, for those that show no artifact of their own by then."""

from __future__ import annotations

from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source
from tracker.hosts.huggingface import lists
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.hub_lists import card_mention
from tracker.pipeline.scan_results import saved_in_batches
from tracker.store import paper_queue
from tracker.store.scans import ScanResult

BATCH = 25
"""Records that are committed at once."""


def read_hub_records(cycle: Cycle) -> None:
    """Ask the Hub's paper record, once, for papers that show no artifact of their own; new papers first."""
    with cycle.stage("hub_records") as stage, saved_in_batches(cycle, BATCH) as add_scan:
        waiting = paper_queue.works_for_hub_record(cycle.store, cycle.settings.limits.hub_records, cycle.now)
        for paper in stage.each(waiting):
            add_scan(_read_record(cycle, paper))


def _read_record(cycle: Cycle, paper: paper_queue.PaperToRead) -> ScanResult:
    """What the Hub's record of a paper says is its own, and what it lists as citing it."""
    record = lists.read_record(paper.paper.arxiv_id, cycle.fetch)
    own = [
        Mention(
            reference=link,
            url=url,
            place=Place.HUB,
            source=Source.HUB_RECORD,
            evidence=lists.RECORD_SENTENCES.get(how, how),
        )
        for url, how in (record.links if record else ())
        if (link := resolve_url(url)) is not None
    ]
    citing = [
        card_mention(paper.work, listed.reference, listed.reference.url)
        for listed in (record.listed if record else ())
    ]
    return ScanResult(
        work=paper.work,
        version=paper.version,
        source=Source.HUB_RECORD,
        mentions=(*own, *citing),
        outcome="absent" if record is None else "read",
    )
