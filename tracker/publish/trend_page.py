"""The page of trends: each figure with its picture, its table, its definition and its file; pure."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.openness_by_day import DAYS
from tracker.domain.status import Status
from tracker.domain.trend_figures import TrendFigures
from tracker.publish import charts, survival, trend_shares, wording
from tracker.publish.page import render_page
from tracker.settings import Settings

PLACE_LABELS = {
    "repositories": "a repository only",
    "hub": "the Hugging Face Hub only",
    "both": "a repository and the Hub",
    "elsewhere": "other hosts only",
}
LINK_LABELS = {
    "gone": "gone",
    "never_there": "never there",
    "moved": "moved, and the link still leads there",
    "archived": "archived by its owner",
}


def render_trends(figures: TrendFigures, settings: Settings, status: Status) -> bytes:
    """Statistics over time."""
    on_days = trend_shares.shares_on_days(figures)
    months = trend_shares.shares_now(figures)
    with_code = sum(count.papers for count in figures.licences)
    return render_page(
        "trends.html",
        settings,
        status=status,
        figures=figures,
        days=DAYS,
        on_days=on_days,
        day_0=trend_shares.newest_whole(on_days[0]),
        day_0_trend=trend_shares.is_trend(on_days[0]),
        day_categories=_day_shares_by_category(figures, settings.harvest.categories),
        months=months,
        months_trend=trend_shares.is_trend(months),
        categories=[
            (share, trend_shares.shares_now(figures, share.name))
            for share in charts.shares_by_category(figures.months, settings.harvest.categories)
        ],
        facts=[(wording.FACT[fact], share) for fact, share in trend_shares.shares_of_facts(figures)],
        places=[(PLACE_LABELS[place], share) for place, share in trend_shares.shares_of_places(figures)],
        licences=charts.licence_rows(figures.licences),
        with_code=with_code,
        promises=next(iter(figures.promises), None),
        ages=survival.AGES,
        links=trend_shares.add_links(figures.links),
        links_by_age=trend_shares.links_by(figures, "age"),
        links_by_host=trend_shares.links_by(figures, "host"),
        link_share=trend_shares.link_share,
        rot=[
            (label, trend_shares.link_share(trend_shares.add_links(figures.links), name))
            for name, label in LINK_LABELS.items()
        ],
        never_there=trend_shares.never_there_share(figures),
        charts=charts,
        fewest=trend_shares.FEWEST_MONTHS,
    )


def _day_shares_by_category(
    figures: TrendFigures, categories: Sequence[str]
) -> list[tuple[str, dict[int, charts.Share | None]]]:
    """For each category with figures, the share of its newest whole month by day after the announcement."""
    rows = []
    for category in categories:
        by_day = trend_shares.shares_on_days(figures, category)
        if any(by_day.values()):
            rows.append((category, {day: trend_shares.newest_whole(shares) for day, shares in by_day.items()}))
    return rows
