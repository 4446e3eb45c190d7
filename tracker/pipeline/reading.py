"""The stages that read further, of papers that show no repository of their own: a round of some minutes.

Three sources are read in turn, paper by paper: the Hub's record, the full text, the project pages. Each has a pace of
its own. While arXiv's runs (one request every three seconds), the others are asked, so that they cost no time. What a
paper shows is decided at once: a link in its record saves the request for its text. A source that refuses ends its own
stage, and the others go on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.domain.errors import TrackerError, UpstreamError
from tracker.domain.reading import ReadDepth
from tracker.domain.terms import Source
from tracker.pipeline.backlog import DAY_SECONDS, budget_name, read_sources
from tracker.pipeline.context import Cycle
from tracker.pipeline.full_text import read_text
from tracker.pipeline.hub_records import read_record
from tracker.pipeline.project_pages import read_pages
from tracker.pipeline.read import read_batch, report_unreadable
from tracker.pipeline.stage import Stage, public_reason
from tracker.store.paper_queue import PaperToRead
from tracker.store.reading_queue import count_waiting, papers_to_read
from tracker.store.scans import ScanResult, save_scans
from tracker.store.upstreams import StoredUpstreams

log = logging.getLogger(__name__)

BATCH = 10
"""Papers that are chosen at once: what is announced meanwhile comes before the others soon."""


_TRIED = {ReadDepth.RECORD: Source.HUB_RECORD, ReadDepth.TEXT: Source.HTML, ReadDepth.PAGE: Source.PAGE}
"""What counts as tried where this program breaks off, so that the paper is not read again at once."""


@dataclass(slots=True)
class _Source:
    """One source: its stage, how a paper is read there, at most how often a day, and which papers are next."""

    depth: ReadDepth
    stage: Stage
    read: Callable[[Cycle, PaperToRead], list[ScanResult]]
    per_day: int
    is_over: bool
    """Whether it may not be asked any more in this round."""
    papers: deque[PaperToRead] = field(default_factory=deque)

    def report_progress(self, cycle: Cycle) -> None:
        """Report how many of its papers were read, over all rounds."""
        self.stage.report_progress(cycle.counts.further[self.depth], cycle.counts.to_read[self.depth])


def read_further(cycle: Cycle) -> bool:
    """Read what is due of papers that show no repository of their own, until nothing is or the round is over; returns
    whether anything was read.

    Sets `cycle.is_unfinished` where papers are left that the next round can read."""
    before = cycle.counts.further.total()
    ends_at = _round_end(cycle)
    with (
        cycle.stage("hub_records") as records,
        cycle.stage("full_text") as texts,
        cycle.stage("project_pages") as pages,
    ):
        sources = _list_sources(cycle, records, texts, pages)
        _estimate_totals(cycle)
        is_over = False
        # A clock that was set back ends the round, too: else it would last as much longer.
        while not (is_over := not cycle.now <= cycle.clock.now() < ends_at):
            was_read = [_read_next(cycle, source, sources) for source in sources]
            if not any(was_read):
                break
        # A link in a paper's record saved the request for its text: the totals of the beginning are too high.
        _estimate_totals(cycle)
        for source in sources:
            if cycle.counts.further[source.depth]:
                source.report_progress(cycle)
    left = count_waiting(cycle.store, cycle.now, [source.depth for source in sources if not source.is_over])
    cycle.is_unfinished = is_over and left.papers > 0
    return cycle.counts.further.total() > before


def _round_end(cycle: Cycle) -> datetime:
    """When the round ends: a harvest comes before reading."""
    round_end = cycle.now + timedelta(minutes=cycle.settings.limits.round_minutes)
    return min(end for end in (round_end, cycle.worker.next_harvest(), cycle.deadline) if end is not None)


def _list_sources(cycle: Cycle, records: Stage, texts: Stage, pages: Stage) -> list[_Source]:
    """The sources, cheapest first."""
    limits, read = cycle.settings.limits, read_sources(cycle.settings)
    return [
        _Source(depth, stage, how, most, is_over=depth not in read)
        for depth, stage, how, most in (
            (ReadDepth.RECORD, records, read_record, limits.hub_records_per_day),
            (ReadDepth.TEXT, texts, read_text, limits.full_texts_per_day),
            (ReadDepth.PAGE, pages, read_pages, limits.pages_per_day),
        )
    ]


def _estimate_totals(cycle: Cycle) -> None:
    """Note how many papers each source has read when nothing is left, over all rounds."""
    counts, waiting = cycle.counts, count_waiting(cycle.store, cycle.now).by_source
    counts.to_read = {depth: counts.further[depth] + number for depth, number in waiting.items()}


def _read_next(cycle: Cycle, source: _Source, sources: Sequence[_Source]) -> bool:
    """Read one paper from one source; False where none waits for it, or it may not be asked."""
    cycle.check_cancelled()
    if not source.papers and not source.is_over:
        cheaper = [other.depth for other in sources[: sources.index(source)] if not other.is_over]
        source.papers.extend(papers_to_read(cycle.store, source.depth, BATCH, cycle.now, cheaper))
    if source.is_over or not source.papers or _is_spent(cycle, source):
        return False
    paper = source.papers.popleft()
    try:
        scans = source.read(cycle, paper)
    except UpstreamError as error:
        source.stage.fail_upstream(error)
        source.is_over = True
        return False
    except TrackerError:
        raise
    except Exception as error:  # noqa: BLE001 # any error in the reading of one text is that paper's trouble alone
        report_unreadable(cycle, paper, error)
        source.stage.fail(f"arXiv:{paper.paper.arxiv_id}: {public_reason(error)}; see the log of this program")
        reason = f"the program {public_reason(error)}"
        scans = [
            ScanResult(
                work=paper.work,
                version=paper.version,
                source=_TRIED[source.depth],
                outcome="unknown",
                reason=reason,
            )
        ]
    save_scans(cycle.store, scans, cycle.rules.roles.version, cycle.now)
    while read_batch(cycle):
        pass
    cycle.counts.further[source.depth] += 1
    source.report_progress(cycle)
    return True


def _is_spent(cycle: Cycle, source: _Source) -> bool:
    """Take one paper of the day's bound, or end the source where it is reached."""
    until = StoredUpstreams(cycle.store).spend(
        budget_name(source.depth), source.per_day, DAY_SECONDS, cycle.clock.now()
    )
    if until is not None:
        # Nothing is wrong: `/health` and the pages show what waits.
        log.info("%s: the %d papers a day are read; the next at %s", source.stage.name, source.per_day, until)
        source.is_over = True
    return source.is_over
