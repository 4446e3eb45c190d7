"""The report of each month that is over, written from the figures alone: page, item of a feed, and CSV files; pure.

`docs/method.md` defines every figure and has a query over the public views that gives it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.domain.feeds import REPORTS_FEED, Channel
from tracker.domain.month_report import COUNTS, LISTED, MonthReport
from tracker.domain.status import Status
from tracker.domain.trend_figures import TrendFigures
from tracker.publish import charts, render, wording
from tracker.publish.addresses import PRODUCT_NAME, product_uri
from tracker.publish.charts import Share
from tracker.publish.feed_entry import FeedEntry
from tracker.publish.intervals import difference_interval
from tracker.publish.page import render_page
from tracker.publish.readable_text import clean_text
from tracker.publish.trend_files import TOTAL, write_csv
from tracker.publish.trend_shares import shares_on_days
from tracker.settings import Settings

LABELS = {
    "announced": "Papers announced",
    "opened": "Papers whose code opened",
    "opened_late": "of these, eight days or more after the announcement",
    "promised": "Papers newly seen to announce code",
    "kept": "Papers that kept such a promise",
    "lapsed": "Papers whose promise lapsed",
    "relicensed": "Papers of which an artifact changed its licence",
    "closed": "Papers whose code is no longer open",
    "gone": "Papers of which an artifact is gone",
    "rewritten": "Papers of which a repository lost the commit of its publication",
}
HEADINGS = {
    "kept": "Promises kept",
    "lapsed": "Promises that lapsed",
    "relicensed": "Licences that changed",
    "rewritten": "Histories that were rewritten",
}
DAYS = (0, 30)
"""The days after the announcement whose shares are compared with the month before."""
MOST_CHANGES, IN_FEED = 10, 12
"""Changes that a page shows, and months in the feed."""
_DATE = (2026, 1, 1, 0, 0, 0)
"""Of the files in a bundle: its bytes depend on the figures alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """A share of the month beside that of the month before."""

    category: str
    day: int
    before: Share
    after: Share

    @property
    def difference(self) -> float:
        """The later share less the earlier one."""
        return self.after.share - self.before.share

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval of 95 % (Newcombe)."""
        return difference_interval((self.before.open, self.before.read), (self.after.open, self.after.read))

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.interval
        return low > 0 or high < 0


def list_reports(figures: TrendFigures) -> list[MonthReport]:
    """The reports of the months that are over and began after reading did, the newest first."""
    now = f"{figures.counted_at:%Y-%m}"
    return [report for report in reversed(figures.reports) if figures.first_month < report.month < now]


def list_changes(figures: TrendFigures, month: str, categories: Sequence[str]) -> list[Change]:
    """The shares of a month beside those of the month before, where both months are whole: those whose interval leaves out
    zero first, then the largest."""
    changes = []
    for category in ("", *sorted(categories)):
        for day, shares in shares_on_days(figures, category).items():
            whole = {share.name: share for share in shares if not share.partial and share.read}
            before, after = whole.get(_month_before(month)), whole.get(month)
            if day in DAYS and before and after:
                changes.append(Change(category or TOTAL, day, before, after))
    return sorted(
        changes, key=lambda change: (not change.is_clear, -abs(change.difference), change.category, change.day)
    )


def build_reports(
    figures: TrendFigures, settings: Settings, status: Status, papers: Collection[str] | None = None
) -> dict[str, bytes]:
    """The list of reports, a page for each, and its files in one archive, by name. `papers` are the arXiv ids that have a
    page in a static copy, None where each paper has one."""
    reports = list_reports(figures)
    files = {
        "reports.html": render_page(
            "reports.html", settings, status=status, reports=reports, channel=_channel(reports, settings)
        )
    }
    for report in reports:
        changes = list_changes(figures, report.month, settings.harvest.categories)
        files[f"report/{report.month}.html"] = _render_report(report, changes, figures, settings, status, papers)
        files[f"report/{report.month}.zip"] = _bundle(report, changes)
    return files


def report_channels(figures: TrendFigures, settings: Settings) -> list[tuple[str, Channel]]:
    """The feed of the reports as (group, feed)."""
    return [("Digests", _channel(list_reports(figures), settings))]


def build_report_entry(report: MonthReport, public_url: str) -> FeedEntry:
    """The item of a report. Its name and its date are those of its month."""
    published = _end_of(report.month)
    page = f"{public_url.rstrip('/')}/report/{report.month}" if public_url else None
    counts = [(LABELS[name], report.counts.get(name, 0)) for name in COUNTS]
    body = render.render_template("report_item.html.j2", counts=counts, page=page)
    return FeedEntry(
        id=product_uri("report", report.month),
        url=page,
        external=None,
        title=f"{_name(report.month)}: {report.counts.get('opened', 0)} papers opened their code",
        summary="; ".join(f"{label}: {number}" for label, number in counts) + ".",
        body=clean_text(body),
        authors=(PRODUCT_NAME,),
        codes=(),
        kinds=(),
        artifacts=(),
        published=published,
        changed=published,
        identifier=None,
        rights=None,
        item=None,
    )


def _channel(reports: Sequence[MonthReport], settings: Settings) -> Channel:
    empty = "" if reports else " The first item follows when the first whole month is over."
    return Channel(
        name=REPORTS_FEED,
        title=f"{settings.feed.title}: monthly report",
        description=f"One item for each month (UTC), once it is over: what was announced, opened, promised and kept.{empty}",
        items=(),
        page="reports",
        reports=tuple(reports[:IN_FEED]),
    )


def _render_report(
    report: MonthReport,
    changes: Sequence[Change],
    figures: TrendFigures,
    settings: Settings,
    status: Status,
    papers: Collection[str] | None,
) -> bytes:
    return render_page(
        f"report/{report.month}.html",
        settings,
        template="report.html.j2",
        status=status,
        report=report,
        title=_name(report.month),
        counted_at=figures.counted_at,
        counts=[(name, LABELS[name], report.counts.get(name, 0)) for name in COUNTS],
        share=next((share for share in shares_on_days(figures)[0] if share.name == report.month), None),
        lists=[
            (
                HEADINGS[figure],
                [event for event in report.events if event.figure == figure],
                report.counts.get(figure, 0),
            )
            for figure in LISTED
        ],
        changes=changes[:MOST_CHANGES],
        compared=len(changes),
        charts=charts,
        is_paper=lambda arxiv_id: papers is None or arxiv_id in papers,
    )


def _bundle(report: MonthReport, changes: Sequence[Change]) -> bytes:
    """The files of a report as a zip."""
    events = ((event.figure, event.at.strftime("%Y-%m-%dT%H:%M:%SZ"), event.arxiv_id, event.reference, event.detail)
              for event in report.events)  # fmt: skip
    files = {
        "counts.csv": write_csv(("month", "figure", "papers"), ((report.month, name, report.counts.get(name, 0)) for name in COUNTS)),
        "events.csv": write_csv(("figure", "happened_at", "arxiv_id", "reference", "detail"), events),
        "changes.csv": write_csv(
            ("category", "day", "open_before", "known_before", "open", "known", "difference", "low", "high"), _rows_of(changes)
        ),
    }  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"report-{report.month}/{name}", _DATE), content)
    return buffer.getvalue()


def _rows_of(changes: Sequence[Change]) -> Iterator[Sequence[object]]:
    for change in changes:
        ends = (f"{value:.6f}" for value in (change.difference, *change.interval))
        yield (change.category, change.day, change.before.open, change.before.read, change.after.open, change.after.read,
               *ends)  # fmt: skip


def _name(month: str) -> str:
    return wording.format_month(month)


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"


def _end_of(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
