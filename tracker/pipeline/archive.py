"""The archive of papers with open code, from the store to bytes: months and days as files, selections on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from tracker.domain.archive import ArchiveDay
from tracker.domain.items import Item
from tracker.publish import archive_pages, files
from tracker.publish.archive_query import parse_selection
from tracker.publish.overview import Choices, list_choices
from tracker.settings import Settings
from tracker.store import archive, trends
from tracker.store.engine import Store

BATCH = 20
"""Days whose papers are loaded at once."""


def write_archive(
    store: Store,
    settings: Settings,
    days: Sequence[ArchiveDay],
    folder: Path,
    before: Mapping[str, str],
    permit: files.Permit,
) -> dict[str, str]:
    """Write the pages of the days and months that changed since the digests of `before`, remove those of days that are
    no more, and return the digests of all."""
    digests = _digests(days)
    changed = {name for name, digest in digests.items() if before.get(name) != digest}
    for month in sorted({day.month for day in days} & changed):
        page = archive_pages.render_month(month, days, settings)
        files.write_files(folder, {f"{archive_pages.day_path(month)}.html": page}, permit)
    for day, items in _load_days(store, [day for day in days if day.day in changed]):
        files.write_files(folder, archive_pages.render_day(day, days, items, settings), permit)
    if before.keys() - digests.keys() or not before:
        _prune(folder, days)
    return digests


def archive_paths(days: Sequence[ArchiveDay]) -> list[str]:
    """The paths of all pages of the archive, without a leading slash or an ending."""
    months = dict.fromkeys(day.month for day in days)
    paths = [archive_pages.day_path(name) for name in [*months, *(day.day for day in days)]]
    further = [
        f"{archive_pages.day_path(day.day)}/{number}"
        for day in days
        for number in range(2, archive_pages.count_pages(day) + 1)
    ]
    return ["archive", *paths, *further]


def archive_files(days: Sequence[ArchiveDay]) -> set[str]:
    """The names of the files of all pages of the archive."""
    return {f"{path}.html" for path in archive_paths(days)}


def load_archived_items(store: Store, days: Sequence[ArchiveDay]) -> Iterator[Item]:
    """The papers of all days."""
    for _, items in _load_days(store, days):
        yield from items


def load_choices(store: Store, settings: Settings) -> Choices:
    """What the form of filters offers."""
    return list_choices(settings.harvest.categories, trends.count_by_licence(store))


def build_selection_page(store: Store, settings: Settings, query: str) -> tuple[int, bytes]:
    """The status and the page of a selection that a raw query names; a sentence in plain text where it names none.
    Whatever is asked for, it never raises."""
    try:
        selection = parse_selection(query)
    except ValueError as error:
        return 400, f"{error}\n".encode("utf-8", "replace")
    found = archive.count_selected(store, selection)
    shown = archive.load_selected(store, selection, archive_pages.PER_SELECTION)
    return 200, archive_pages.render_selection(selection, shown, found, load_choices(store, settings), settings)


def _digests(days: Sequence[ArchiveDay]) -> dict[str, str]:
    """What each page depends on, by day and by month: its papers, and the pages beside it."""
    names = ["", *(day.day for day in days), ""]
    digests = {day.day: _digest(day.digest, names[at], names[at + 2]) for at, day in enumerate(days)}
    months = list(dict.fromkeys(day.month for day in days))
    around = ["", *months, ""]
    for at, month in enumerate(months):
        of_month = [day.digest for day in days if day.month == month]
        digests[month] = _digest(*of_month, around[at], around[at + 2])
    return digests


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _load_days(store: Store, days: Sequence[ArchiveDay]) -> Iterator[tuple[ArchiveDay, list[Item]]]:
    rest = iter(days)
    while batch := list(islice(rest, BATCH)):
        items = archive.load_items_by_day(store, [day.day for day in batch])
        for day in batch:
            yield day, items.get(day.day, [])


def _prune(folder: Path, days: Sequence[ArchiveDay]) -> None:
    keep = archive_files(days)
    for year in folder.glob("[12][0-9][0-9][0-9]"):
        files.prune_files(folder, year.name, keep)
