"""Reading the Hub's record of one paper, which shows no repository of its own by then."""

from __future__ import annotations

from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source
from tracker.hosts.huggingface import lists
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.hub_lists import card_mention
from tracker.store.paper_queue import PaperToRead
from tracker.store.scans import ScanResult


def read_record(cycle: Cycle, paper: PaperToRead) -> list[ScanResult]:
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
    return [
        ScanResult(
            work=paper.work,
            version=paper.version,
            source=Source.HUB_RECORD,
            mentions=(*own, *citing),
            outcome="absent" if record is None else "read",
        )
    ]
