"""Reading one full text from arXiv, of a paper whose metadata leave open where its code is."""

from __future__ import annotations

from functools import partial

from tracker.domain.terms import Source
from tracker.harvest.full_text import UnreadableTextError, read_full_text
from tracker.pipeline.context import Cycle
from tracker.pipeline.text_reading import read_paper_text
from tracker.store.paper_queue import PaperToRead
from tracker.store.reading_queue import load_absent_sources
from tracker.store.scans import ScanResult


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
    reading = read_paper_text(answer.text, paper.paper, cycle.rules.roles)
    return [
        *absent,
        scan(
            source=reading.source,
            mentions=reading.mentions,
            promise=reading.promise,
            promise_evidence=reading.promise_evidence,
        ),
    ]
