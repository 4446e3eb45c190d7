"""The pages of the archive: its months and days as files, and selections on demand; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from tracker.domain.archive import ArchiveDay, Order, Selection
from tracker.domain.feeds import Channel
from tracker.domain.items import Item
from tracker.domain.terms import Fact, State
from tracker.publish import wording
from tracker.publish.archive_query import feed_query, selection_query
from tracker.publish.overview import Choices, Overview
from tracker.publish.page import render_page
from tracker.publish.ranking import ORDER, ranked
from tracker.settings import Settings

PER_DAY = 150
"""Papers on one page of a day; a day with more has further pages."""
PER_SELECTION = 50
"""Papers on one page of a selection."""


def day_path(day: str) -> str:
    """`2026/06/16` for `2026-06-16`, and `2026/06` for a month."""
    return day.replace("-", "/")


def count_pages(day: ArchiveDay) -> int:
    """How many pages a day has."""
    return max(1, -(-(day.papers + day.closed) // PER_DAY))


def render_archive(overview: Overview, settings: Settings) -> dict[str, bytes]:
    """All months with the number of papers in each, and the form of filters; and the same of each year. By the name of
    the file."""
    years = {day.day[:4] for day in overview.days}
    return {
        "archive.html": _render_months("archive.html", overview, overview.days, settings),
        **{
            f"{year}.html": _render_months(
                f"{year}.html", overview, [day for day in overview.days if day.day[:4] == year], settings
            )
            for year in sorted(years)
        },
    }


def _render_months(name: str, overview: Overview, days: Sequence[ArchiveDay], settings: Settings) -> bytes:
    years = [(year, list(months)) for year, months in groupby(_months(days), key=lambda month: month.day[:4])]
    return render_page(
        name,
        settings,
        title="Archive" if name == "archive.html" else name.removesuffix(".html"),
        years=years,
        papers=sum(day.papers for day in days),
        overview=overview,
        selection=Selection(),
        template="archive.html.j2",
    )


def render_month(month: str, days: Sequence[ArchiveDay], settings: Settings) -> bytes:
    """The days of a month with the number of papers on each; `days` are those of the whole archive, the newest first."""
    months = [counts.day for counts in _months(days)]
    return render_page(
        f"{day_path(month)}.html",
        settings,
        month=month,
        days=[day for day in days if day.month == month],
        before=_beside(months, month, 1),
        after=_beside(months, month, -1),
        template="month.html.j2",
    )


def render_day(
    day: ArchiveDay, days: Sequence[ArchiveDay], items: Sequence[Item], settings: Settings
) -> dict[str, bytes]:
    """The pages of a day by the name of their file; `items` are its papers, the newest first."""
    names = [known.day for known in days]
    still = ranked(item for item in items if _is_open(item))
    ordered = [*still, *(item for item in items if not _is_open(item))]
    last = max(1, -(-len(ordered) // PER_DAY))
    rendered = {}
    for number in range(1, last + 1):
        shown = ordered[(number - 1) * PER_DAY : number * PER_DAY]
        path = day_path(day.day) + (f"/{number}" if number > 1 else "")
        rendered[f"{path}.html"] = render_page(
            f"{path}.html",
            settings,
            day=day,
            items=[item for item in shown if _is_open(item)],
            closed=[item for item in shown if not _is_open(item)],
            before=_beside(names, day.day, 1),
            after=_beside(names, day.day, -1),
            number=number,
            last=last,
            order=ORDER,
            template="day.html.j2",
        )
    return rendered


def render_selection(
    selection: Selection, items: Sequence[Item], found: int, choices: Choices, settings: Settings
) -> bytes:
    """One page of a selection: `items` of `found` in all."""
    last = max(1, -(-found // PER_SELECTION))
    query = feed_query(selection)
    title = describe_selection(selection, choices.licences)
    feed = Channel(name=f"?{query}" if query else "", title=title, description="", items=())
    return render_page(
        "archive.html",
        settings,
        template="selection.html.j2",
        channel=feed,
        selection=selection,
        title=title,
        items=items,
        found=found,
        first=(selection.page - 1) * PER_SELECTION + 1,
        before=selection_query(replace(selection, page=selection.page - 1)) if selection.page > 1 else None,
        after=selection_query(replace(selection, page=selection.page + 1)) if selection.page < last else None,
        other_order=_other_order(selection),
        choices=choices,
    )


def describe_selection(selection: Selection, licences: Sequence[str] = ()) -> str:
    """A selection in words, as `Open weights in Computation and language (cs.CL) under MIT`; `licences` are SPDX ids as
    they are written."""
    classes = {class_.value: f"a licence that is {label}" for class_, label in wording.CLASS.items()}
    names = {**{spdx.lower(): spdx for spdx in licences}, **classes}
    facts = " and ".join(wording.FACT[fact].lower() for fact in selection.facts)
    within = " or ".join(wording.name_category(code) for code in selection.categories)
    terms = " or ".join(names.get(licence, licence) for licence in selection.licences)
    return f"Open {facts}{f' in {within}' if within else ''}{f' under {terms}' if terms else ''}"


def _months(days: Sequence[ArchiveDay]) -> list[ArchiveDay]:
    """The months as if each were one day; `day` is then `2026-06`."""
    months = []
    for month, group in groupby(days, key=lambda day: day.month):
        of_month = list(group)
        months.append(
            ArchiveDay(
                day=month,
                papers=sum(day.papers for day in of_month),
                closed=sum(day.closed for day in of_month),
                opened={fact: sum(day.opened.get(fact, 0) for day in of_month) for fact in Fact},
            )
        )
    return months


def _beside(names: Sequence[str], name: str, step: int) -> str:
    """The name that many places after this one in a list from new to old; empty where there is none."""
    at = names.index(name) + step if name in names else -1
    return names[at] if 0 <= at < len(names) else ""


def _other_order(selection: Selection) -> str:
    other = Order.NEWEST if selection.order is Order.SUBMITTED else Order.SUBMITTED
    return selection_query(replace(selection, order=other, page=1))


def _is_open(item: Item) -> bool:
    code = item.verdict(Fact.CODE)
    return code is not None and code.state is State.OPEN
