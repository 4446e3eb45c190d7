"""The page of trends and its files: each figure with picture, table, interval and address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import html

from tracker.domain.evidence import LicenceCount, MonthCount, PromiseWait
from tracker.domain.openness_by_day import DayCount
from tracker.domain.terms import Fact, State
from tracker.domain.trend_figures import LinkCount, NeverThere, PlaceCount, TrendFigures
from tracker.publish import trend_files, trend_page, trend_shares
from tracker.publish.charts import Share
from tracker.publish.survival import group_promises
from tracker.settings import Settings

Configured = Callable[..., Settings]
NOW = datetime(2026, 6, 17, 5, tzinfo=UTC)
PROMISES = (
    PromiseWait(0, 60, True, "soon", ("cs.LG",)), PromiseWait(0, 90, False, "soon"), PromiseWait(0, 200, False, "no date"),
)  # fmt: skip
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")


def figures(**changes: Any) -> TrendFigures:
    values: dict[str, Any] = {
        "counted_at": NOW,
        "first_month": "2026-01",
        "days": tuple(
            DayCount(month, category, day, 100, 20 + day // 7, 20)
            for month in MONTHS for category in ("", "cs.LG") for day in (0, 7)
        ),
        "months": (
            MonthCount("2026-05", "", State.OPEN, 30), MonthCount("2026-05", "", State.NONE, 70),
            MonthCount("2026-06", "", State.OPEN, 4), MonthCount("2026-06", "", State.UNKNOWN, 10, unread=4),
            MonthCount("2026-05", "cs.LG", State.OPEN, 1),
            MonthCount("2026-05", "", State.OPEN, 5, 0, Fact.WEIGHTS), MonthCount("2026-05", "", State.UNKNOWN, 95, 0, Fact.WEIGHTS),
        ),
        "places": (PlaceCount("2026-05", 6, 1, 3, 0),),
        "licences": (LicenceCount("MIT", "osi", 30), LicenceCount("", "none", 10)),
        "promises": tuple(group_promises(PROMISES, ["cs.LG"])),
        "links": (
            LinkCount("github", "under 182 days", 60, 50, 2, 1, 3, 4, 5), LinkCount("github", "730 days and more", 50, 50, 18, 9, 0, 0, 5),
            LinkCount("zenodo", "under 182 days", 200, 100, 0, 0, 0, 0, 0),
        ),
        "never_there": (NeverThere("2026-05", 100, 9), NeverThere("2026-06", 60, 1)),
    }  # fmt: skip
    return TrendFigures(**{**values, **changes})


@pytest.fixture
def render(configured: Configured, status: Any) -> Callable[[TrendFigures], Any]:
    return lambda shown: html.fromstring(trend_page.render_trends(shown, configured(), status()))


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def rows(page: Any) -> list[str]:
    return [" ".join(text(cell) for cell in row) for row in page.iter("tr")]


def test_the_share_of_day_0_leads_the_page(render: Any) -> None:
    page = render(figures())
    first = page.xpath("//main//section")[0]
    assert text(first.find("h2")).startswith("Published and the source shared")
    assert "Of the papers announced in 2026-05, 25 % had open code on the day of their announcement" in text(first)
    assert "(95 % interval 17–35 %; 20 of 80 whose state on that day is known; 20 unknown)" in text(first)
    assert "not open gives 20 %, counting every one as open 40 %" in text(first)
    assert len(first.xpath(".//svg")) == 1
    assert "2026-05 100 20 25 % 26 % – – –" in rows(first)
    assert "2026-06 100 20 25 %* 26 %* – – –" in rows(first), "the month is not over"
    assert "2026-01 100 20 25 %* 26 %* – – –" in rows(first), "reading began in it"


def test_numbers_are_in_tables_beside_their_charts(render: Any) -> None:
    page = render(figures())
    for row in (
        "2026-06* 14 10 4 6 40 % 17–69 %",
        "2026-05 100 100 30 0 30 % 22–40 %",
        "Weights 5 100 95 5.0 % 2.2–11 %",
        "a repository and the Hub 3 10 30 % 11–60 %",
        "MIT 30 (75 %; 60–86 %)",
        "no licence found 10 (25 %; 14–40 %)",
        "all 3 0 % 33 % (5.5–95 %) 33 % (5.5–95 %) –",
        "“soon” 2 0 % 50 % (9.0–99 %) – –",
        "no date given 1 0 % 0 % 0 % –",
        "cs.LG 1 0 % – – –",
        "under 182 days 150 1.3 % 0.4–4.7 % 1 3.3 % 2.0 % 2.7 %",
        "730 days and more 50 36 % 24–50 % 9 10 % 0 % 0 %",
        "zenodo 100 0 % 0–3.7 % 0 0 % 0 % 0 %",
    ):
        assert row in rows(page)
    assert "Fewer than half of the promises have been kept so far" in text(page)
    assert (
        "Of 200 own links of papers whose host says what is there, 10 % are gone (95 % interval 6.6–15 %)"
        in text(page)
    )
    assert "6.2 % of 160 papers link something of their own that was never there" in text(page)
    for picture in page.xpath("//svg[@role='img']"):
        named = picture.get("aria-labelledby").split()
        assert [element.get("id") for element in picture if element.tag in ("title", "desc")] == named
    assert len(page.xpath("//main//section[.//svg[@role='img'] and not(.//table)]")) == 0


def test_every_file_that_the_page_links_is_written(render: Any, configured: Configured) -> None:
    linked = {link.removeprefix("./") for link in render(figures()).xpath("//a/@href") if link.endswith(".csv")}
    assert linked == set(trend_files.build_trend_files(figures(), configured().harvest.categories))


def test_a_young_store_shows_no_trend(render: Any) -> None:
    young = figures(
        days=tuple(count for count in figures().days if count.month >= "2026-03"), first_month="2026-02"
    )
    page = render(young)
    first = page.xpath("//main//section")[0]
    assert "This store is young: it has fewer than 4 whole months, so no trend is drawn." in text(first)
    assert not first.xpath(".//svg")
    assert "2026-05 100 20 25 % 26 % – – –" in rows(first), "the figures are there"
    assert not page.xpath("//section[@aria-labelledby='categories']//svg")


def test_a_month_is_whole_for_a_day_once_all_its_papers_have_reached_it() -> None:
    days = tuple(DayCount("2026-05", "", day, 10, 1, 0) for day in (0, 7, 30))
    shares = trend_shares.shares_on_days(figures(days=days))
    assert {day: [share.partial for share in of_day] for day, of_day in shares.items() if of_day} == {
        0: [False], 7: [False], 30: [True],
    }  # fmt: skip
    december = figures(
        days=(DayCount("2025-12", "", 0, 1, 1, 0),),
        first_month="2025-11",
        counted_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    assert not trend_shares.shares_on_days(december)[0][0].partial
    assert trend_shares.newest_whole([Share("2026-05", 3, 0, 0, unread=3)]) is None, "nothing of it is known"


def test_the_files_have_shares_with_their_ends(configured: Configured) -> None:
    files = trend_files.build_trend_files(figures(), ("cs.LG",))
    by_day = list(csv.DictReader(io.StringIO(files["trends/open-by-day.csv"].decode(), newline="")))
    assert by_day[4] == {
        "month": "2026-05", "category": "all", "day": "0", "whole": "1", "papers": "100", "known": "80", "open": "20",
        "unknown": "20", "share": "0.250000", "low": "0.168062", "high": "0.354847", "if_unknown_not_open": "0.200000",
        "if_unknown_open": "0.400000",
    }  # fmt: skip
    assert len(by_day) == 24
    promises = files["trends/promises.csv"].decode().splitlines()
    assert promises[:3] == [
        "group,name,days,promises,kept,at_risk,share,low,high",
        "all,all,30,3,0,3,0.000000,,",
        "all,all,90,3,1,2,0.333333,0.054794,0.945927",
    ]
    assert (
        "github,730 days and more,50,50,18,9,0,0,5,0.360000,0.241387,0.498" in files["trends/links.csv"].decode()
    )
    assert "2026-05,100,9,0.090000,0.048073,0.162262" in files["trends/never-there.csv"].decode()
    empty = trend_files.build_trend_files(TrendFigures(counted_at=NOW), ("cs.LG",))
    assert {content.decode().count("\r\n") for content in empty.values()} == {1}, "the header alone"
    unknown = figures(days=(DayCount("2026-05", "", 0, 2, 0, 2),))
    assert (
        b"2026-05,all,0,1,2,0,0,2,,,,0.000000,1.000000"
        in trend_files.build_trend_files(unknown, ())["trends/open-by-day.csv"]
    )


def test_empty_statistics_say_so(render: Any) -> None:
    shown = text(render(TrendFigures(counted_at=NOW)))
    for part in (
        "No announced paper is stored yet.",
        "No paper is stored yet.",
        "No paper's code was found yet.",
        "No promise has been tracked yet.",
        "No own link has been checked yet.",
    ):
        assert part in shown
