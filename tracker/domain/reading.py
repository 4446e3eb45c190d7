"""How far a paper was read, and which sources are still to be read of it; pure.

Title, abstract and comment of every paper are read first. Of a paper that shows no repository of its own by then, the
cheaper sources come before the dearer ones: the Hub's record, the full text, the authors' project pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.terms import Source


class ReadDepth(StrEnum):
    """The deepest source that was read of a paper's newest version."""

    METADATA = "metadata"
    RECORD = "record"
    TEXT = "text"
    PAGE = "page"


FURTHER = (ReadDepth.RECORD, ReadDepth.TEXT, ReadDepth.PAGE)
"""What is read further, cheapest first."""
TEXT_SOURCES = (Source.HTML, Source.TEX, Source.PDF)
"""The forms of a full text, cheapest first."""
_DEPTH = {
    Source.METADATA: ReadDepth.METADATA,
    Source.HUB_RECORD: ReadDepth.RECORD,
    **dict.fromkeys(TEXT_SOURCES, ReadDepth.TEXT),
    Source.PAGE: ReadDepth.PAGE,
}
RETRY = timedelta(days=1)
"""A text or a page that could not be had is requested again after so long …"""
RETRY_WITHIN = timedelta(days=30)
"""… for so long after the paper was first seen."""
RECORD_AGAIN, WAIT = timedelta(days=30), timedelta(days=730)
"""Where a release is promised, the Hub's record is asked again after so long, for so long."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading of one source of one version."""

    source: Source
    version: int
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """From when on each source is to be read (None: not at all), how deep the paper was read, and when last."""

    record_due_at: datetime | None = None
    text_due_at: datetime | None = None
    page_due_at: datetime | None = None
    depth: ReadDepth | None = None
    read_at: datetime | None = None


def plan_reading(
    scans: Sequence[Scan],
    *,
    latest: int,
    first_seen: datetime,
    shows_code: bool,
    has_page: bool,
    promised: bool,
    backfilled: bool = False,
) -> ReadingPlan:
    """What is to be read further of a paper, from what was read of it.

    `latest` is its newest version, `shows_code` whether it shows a repository of its own, `has_page` whether a project
    page of its authors, and `promised` whether its authors promise a release. What was read of older versions counts
    for the Hub's record alone, which is about the paper. Of a version that was `backfilled` nothing is to be read
    further: millions of them would take the upstreams' pace from the papers of the day.
    """
    newest = [scan for scan in scans if scan.version == latest]
    metadata = [scan for scan in newest if scan.source is Source.METADATA and scan.outcome == "read"]
    records = [scan for scan in scans if scan.source is Source.HUB_RECORD]
    texts = [scan for scan in newest if scan.source in TEXT_SOURCES]
    pages = [scan for scan in newest if scan.source is Source.PAGE]
    if not metadata:
        return ReadingPlan()
    depth = list_depths(scans, latest)[-1]
    read_at = max(scan.at for scan in (*metadata, *records, *texts, *pages))
    if shows_code or backfilled:
        return ReadingPlan(depth=depth, read_at=read_at)
    since, until = metadata[0].at, first_seen + RETRY_WITHIN
    return ReadingPlan(
        record_due_at=_record_due(records, since, first_seen, promised=promised),
        text_due_at=_retry_at(texts, text_outcome(texts), since, until),
        page_due_at=_retry_at(pages, pages[0].outcome if pages else None, since, until) if has_page else None,
        depth=depth,
        read_at=read_at,
    )


def list_depths(scans: Sequence[Scan], latest: int) -> tuple[ReadDepth, ...]:
    """The sources that were read of a paper whose newest version is `latest`, cheapest first.

    That the Hub has no record of it is known by reading; of a text or a page that is absent nothing is known."""
    read = {
        depth
        for scan in scans
        for depth in (_DEPTH.get(scan.source),)
        if depth
        and (
            scan.outcome != "unknown"
            if depth is ReadDepth.RECORD
            else scan.version == latest and scan.outcome == "read"
        )
    }
    return tuple(depth for depth in ReadDepth if depth in read)


def text_outcome(texts: Sequence[Scan]) -> str | None:
    """What came of reading a full text in its forms: `read`, `absent` where arXiv has it in none, `unknown` where one
    of them could not be had; None where none was requested."""
    outcomes = {scan.outcome for scan in texts}
    return next((outcome for outcome in ("read", "unknown", "absent") if outcome in outcomes), None)


def _record_due(
    records: Sequence[Scan], since: datetime, first_seen: datetime, *, promised: bool
) -> datetime | None:
    if not records:
        return since
    again = max(scan.at for scan in records) + RECORD_AGAIN
    return again if promised and again <= first_seen + WAIT else None


def _retry_at(scans: Sequence[Scan], outcome: str | None, since: datetime, until: datetime) -> datetime | None:
    if outcome is None:
        return since
    again = max(scan.at for scan in scans) + RETRY
    return again if outcome == "unknown" and again <= until else None
