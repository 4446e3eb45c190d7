"""How long the pages of trends, reports and organisations take from the figures that are kept, and how large these are.

Part of `make bench-store`. A page has 100 ms, whatever the store holds. Times are those of the processor: rendering is
computing alone, and other programs on the machine do not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker.domain.status import Status
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline.trend_figures import count_trends
from tracker.publish import month_report, organisation_pages, trend_files, trend_page
from tracker.settings import Settings, load_settings
from tracker.store.engine import Store
from tracker.store.publications import FIGURES, Publication, load_figures, save_publication
from tracker.store.tables.service import PUBLICATION

ROUNDS = 5


def measure(store: Store, now: datetime) -> None:
    """Count the figures of a store, keep them, and print what each page takes that is rendered from what was kept."""
    settings, begun = load_settings(environ={}), time.perf_counter()
    figures = count_trends(store, settings, now)
    assert figures.days  # a benchmark
    print(f"  {time.perf_counter() - begun:12.1f} s   the figures of the trends, once a day", flush=True)
    status = Status(
        version="",
        now=now,
        papers=0,
        open_papers=0,
        checks_waiting=0,
        scans_waiting=0,
        github_token=True,
        stages={},
    )
    save_publication(store, Publication(status=status, has_snapshot=False, settings={}), figures)
    with store.read() as connection:
        stored = select(func.length(PUBLICATION.c.content)).where(PUBLICATION.c.name == FIGURES)
        size = connection.execute(stored).scalar_one()
    milliseconds, kept = _time_best(lambda: load_figures(store))
    print(f"  {milliseconds:12.1f} ms  the kept figures read, {size / 1000:,.0f} kB")
    for name, render in _pages(kept, settings, status).items():
        milliseconds, files = _time_best(render)
        print(
            f"  {milliseconds:12.1f} ms  {name}: {len(files)} files, {sum(map(len, files.values())) / 1000:,.0f} kB",
            flush=True,
        )


def _pages(
    figures: TrendFigures, settings: Settings, status: Status
) -> dict[str, Callable[[], Mapping[str, bytes]]]:
    largest = replace(figures, organisations=figures.organisations[:1])
    (month, *_) = month_report.list_reports(figures)
    newest = replace(figures, reports=(month,))
    return {
        "the page of trends": lambda: {"trends.html": trend_page.render_trends(figures, settings, status)},
        "its files": lambda: trend_files.build_trend_files(figures, settings.harvest.categories),
        "the newest report with its archive": lambda: month_report.build_reports(newest, settings, status),
        "all reports": lambda: month_report.build_reports(figures, settings, status),
        "the largest organisation": lambda: organisation_pages.build_organisation_pages(largest, settings, status),
        "all organisations": lambda: organisation_pages.build_organisation_pages(figures, settings, status),
    }


def _time_best(ask: Callable[[], Any]) -> tuple[float, Any]:
    """The milliseconds of processor time of the fastest of ROUNDS, and the result."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        result = ask()
        times.append(time.process_time() - begun)
    return min(times) * 1000, result
