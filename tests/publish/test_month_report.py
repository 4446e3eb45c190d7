"""The report of a month: its page, its item and its files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree, html

from tracker.domain.feeds import RSS
from tracker.domain.month_report import MonthEvent, MonthReport
from tracker.domain.openness_by_day import DayCount
from tracker.domain.trend_figures import TrendFigures
from tracker.publish import month_report
from tracker.publish.feeds import write_feed
from tracker.publish.intervals import difference_interval
from tracker.settings import Settings

AT = datetime(2026, 7, 2, 5, tzinfo=UTC)
EVENT = MonthEvent(
    "relicensed", datetime(2026, 6, 9, tzinfo=UTC), "2605.00001", "On <b>parts", "github:a/<b>", "<i>MIT"
)
FIGURES = TrendFigures(
    counted_at=AT,
    first_month="2026-04",
    days=tuple(
        DayCount(month, category, 0, papers, opened, 10)
        for category in ("", "cs.CL")
        for month, papers, opened in (("2026-04", 90, 1), ("2026-05", 110, 20), ("2026-06", 110, 60))
    ),
    reports=(
        MonthReport("2026-04", {"announced": 90}), MonthReport("2026-05", {"announced": 110}),
        MonthReport("2026-06", {"announced": 110, "opened": 70, "relicensed": 2}, (EVENT,)), MonthReport("2026-07", {"announced": 3}),
    ),
)  # fmt: skip
Configured = Callable[..., Settings]


def test_months_are_reported_once_they_are_over_if_reading_began_before_them() -> None:
    assert [report.month for report in month_report.list_reports(FIGURES)] == ["2026-06", "2026-05"]


def test_changes_compare_whole_months_with_newcombes_interval() -> None:
    changes = month_report.list_changes(FIGURES, "2026-06", ["cs.CL"])
    assert [(change.category, change.day, change.is_clear) for change in changes] == [
        ("all", 0, True),
        ("cs.CL", 0, True),
    ]
    low, high = changes[0].interval
    assert (round(changes[0].difference, 3), round(low, 4), round(high, 4)) == (0.4, 0.2677, 0.5125)
    # The example of the source: 56 of 70 less 48 of 80.
    assert [round(end, 4) for end in difference_interval((48, 80), (56, 70))] == [0.0524, 0.3339]
    assert month_report.list_changes(FIGURES, "2026-05", ["cs.CL"]) == [], "reading began in the month before"


def test_a_report_has_a_page_and_files(configured: Configured, status: Any) -> None:
    pages = month_report.build_reports(FIGURES, configured(), status())
    assert set(pages) == {
        "reports.html",
        "report/2026-05.html",
        "report/2026-05.zip",
        "report/2026-06.html",
        "report/2026-06.zip",
    }
    page = html.fromstring(pages["report/2026-06.html"])
    assert not page.xpath("//main//b | //main//i"), "texts of strangers are escaped"
    text = " ".join(page.text_content().split())
    assert "60 of the 100 whose state is known had open code on the day of their announcement: 60 %" in text
    assert "+40.0 (+26.8 to +51.2)" in text
    assert "The first of 2 papers" in text
    assert "../paper/2605.00001" in page.xpath("//main//a/@href")
    assert html.fromstring(pages["reports.html"]).xpath("//tbody//a/@href") == [
        "./report/2026-06",
        "./report/2026-05",
    ]
    static = month_report.build_reports(FIGURES, configured(), status(), papers=set())["report/2026-06.html"]
    assert "https://arxiv.org/abs/2605.00001" in html.fromstring(static).xpath("//main//a/@href")
    with zipfile.ZipFile(io.BytesIO(pages["report/2026-06.zip"])) as bundle:
        files = {
            name: list(csv.DictReader(io.StringIO(bundle.read(name).decode(), newline="")))
            for name in bundle.namelist()
        }
    assert files["report-2026-06/counts.csv"][0] == {"month": "2026-06", "figure": "announced", "papers": "110"}
    assert [row["arxiv_id"] for row in files["report-2026-06/events.csv"]] == ["2605.00001"]
    assert files["report-2026-06/changes.csv"][0]["difference"] == "0.400000"
    assert month_report.build_reports(FIGURES, configured(), status()) == pages, "the same to the byte"


def test_a_report_is_an_item_dated_when_its_month_is_over(configured: Configured) -> None:
    settings = configured()
    ((group, channel),) = month_report.report_channels(FIGURES, settings)
    assert (group, channel.count, channel.path(RSS)) == ("Digests", 2, "feeds/reports.xml")
    feed = etree.fromstring(write_feed(channel, RSS, settings.feed, public_url="https://x.example"))
    assert feed.xpath("//item/title/text()")[0] == "June 2026: 70 papers opened their code"
    assert feed.xpath("//item/link/text()")[0] == "https://x.example/report/2026-06"
    assert feed.xpath("//item/pubDate/text()")[0] == "Wed, 01 Jul 2026 00:00:00 +0000"
    assert month_report.report_channels(TrendFigures(counted_at=AT), settings)[0][1].count == 0
