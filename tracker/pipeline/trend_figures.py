"""The figures of `/trends` and `/organisations`, counted from the store and kept: counting a large store takes seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tracker.config_files import load_watchlist
from tracker.domain.trend_figures import TrendFigures
from tracker.judge.openness import GONE_ABSENCES, GONE_DAYS
from tracker.publish.survival import group_promises
from tracker.settings import Settings
from tracker.store import link_rot, month_events, openness_days, organisation_figures, trends
from tracker.store.engine import Store

MONTHS = 24
"""Months that the trends show."""
SMALL = 20_000
"""Papers up to which a store is counted whenever it is published; a larger one is counted once a day."""


def count_trends(store: Store, settings: Settings, now: datetime) -> TrendFigures:
    """Count every figure now."""
    since = (now - timedelta(days=MONTHS * 30.5)).strftime("%Y-%m")
    sources = {each.name: each.sources for each in load_watchlist().organisation}
    began = trends.first_seen_at(store)
    links, never_there = link_rot.count_links(store, now, GONE_ABSENCES, timedelta(days=GONE_DAYS))
    return TrendFigures(
        counted_at=now,
        first_month=f"{began - timedelta(days=settings.harvest.first_days):%Y-%m}" if began else "",
        days=tuple(openness_days.count_by_day(store, since, settings.harvest.categories, now)),
        months=tuple(trends.count_by_month(store, since)),
        places=tuple(trends.count_by_place(store, since)),
        licences=tuple(trends.count_by_licence(store)),
        promises=tuple(group_promises(trends.load_waiting_times(store, now), settings.harvest.categories)),
        links=tuple(links),
        never_there=tuple(never_there),
        reports=tuple(month_events.count_month_events(store, since)),
        organisations=tuple(
            replace(each, sources=sources.get(each.name, ()))
            for each in organisation_figures.count_organisations(store)
        ),
    )


def keep_trends(
    store: Store, settings: Settings, now: datetime, papers: int, kept: TrendFigures | None
) -> TrendFigures:
    """The figures of today (UTC): those that are kept, where the store is large and they were counted today."""
    if kept is not None and papers > SMALL and kept.counted_at.date() == now.date() and kept.counted_at <= now:
        return kept
    return count_trends(store, settings, now)
