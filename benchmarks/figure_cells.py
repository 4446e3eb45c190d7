"""The cells of the CSV files that follow from others: shares, intervals, whole months; and the files of the reports.

Each is computed here in another way than the product does it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isnan, sqrt

from benchmarks.figure_truth import Z, expected_days, happened_in, kept_of, listed_in
from benchmarks.simulated_year import END, Paper
from tracker.domain.month_report import COUNTS
from tracker.settings import Settings

Files = Mapping[str, Sequence[Mapping[str, str]]]
"""The rows of each CSV file by its name."""
_ROUNDING = 2e-6


def wilson(hits: int, size: int) -> tuple[float, float]:
    """Wilson's interval of 95 %: the shares p with (hits / size - p)² = z² p (1 - p) / size."""
    share, square = hits / size, Z * Z / size
    half = sqrt((2 * share + square) ** 2 - 4 * (1 + square) * share * share)
    return (2 * share + square - half) / (2 * (1 + square)), (2 * share + square + half) / (2 * (1 + square))


def newcombe(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """Newcombe's interval (method 10) for the difference of two shares, each as (hits, size)."""
    (low_1, high_1), (low_2, high_2) = wilson(*before), wilson(*after)
    share_1, share_2 = before[0] / before[1], after[0] / after[1]
    change = share_2 - share_1
    return (
        change - sqrt((share_2 - low_2) ** 2 + (share_1 - high_1) ** 2),
        change + sqrt((share_2 - high_2) ** 2 + (share_1 - low_1) ** 2),
    )


def share_cells(hits: int, size: int) -> list[float | None]:
    """Share and interval; nothing where nothing is known."""
    return [hits / size, *wilson(hits, size)] if size else [None] * 3


def first_month(made: Iterable[Paper], settings: Settings) -> str:
    """The month in which reading began: it and those before are not whole."""
    return f"{min(paper.seen_at for paper in made) - timedelta(days=settings.harvest.first_days):%Y-%m}"


def end_of(month: str) -> datetime:
    """The end of a month."""
    return (datetime.fromisoformat(f"{month}-28").replace(tzinfo=UTC) + timedelta(days=4)).replace(day=1)


def faults_of_cells(files: Files, made: Sequence[Paper], settings: Settings) -> list[str]:
    """Every derived cell that differs, as a sentence."""
    began = first_month(made, settings)
    expected = [*_of_months(files, began), *_of_sums(files), *_of_organisations(files)]
    faults = [
        f"{dict(row)}: {column} is {value} expected"
        for row, cells in expected
        for column, value in cells.items()
        if not _is_equal(row[column], value)
    ]
    faults += _faults_of_promises(files["promises"], made)
    months = sorted(name.removesuffix("/counts") for name in files if name.endswith("/counts"))
    over = sorted({month for month, _ in happened_in(made) if began < month < f"{END:%Y-%m}"})
    if months != over:
        faults.append(f"reports: {months}, {over} expected")
    return [*faults, *(fault for month in months for fault in _faults_of_report(files, month, made, settings))]


_Expected = Iterator[tuple[Mapping[str, str], Mapping[str, float | None]]]
"""Rows, each with some of its columns as they should be."""


def _share_columns(hits: int, size: int, before: str = "") -> dict[str, float | None]:
    columns = (f"{before}{end}" for end in ("share", "low", "high"))
    return dict(zip(columns, share_cells(hits, size), strict=True))


def _of_months(files: Files, began: str) -> _Expected:
    for row in files["open-by-day"]:
        papers, known, opened, unknown = (int(row[name]) for name in ("papers", "known", "open", "unknown"))
        is_whole = row["month"] > began and end_of(row["month"]) + timedelta(days=int(row["day"]) + 1) <= END
        bounds = {"if_unknown_not_open": opened / papers, "if_unknown_open": (opened + unknown) / papers}
        yield row, {"whole": is_whole, **_share_columns(opened, known), **bounds}
    for row in files["open-now"]:
        is_whole = began < row["month"] < f"{END:%Y-%m}"
        papers = int(row["read"]) + int(row["unread"])
        yield row, {"whole": is_whole, "papers": papers, **_share_columns(int(row["open"]), int(row["read"]))}


def _of_sums(files: Files) -> _Expected:
    of_month = Counter[str]()
    for row in files["places"]:
        of_month[row["month"]] += int(row["papers"])
    for row in files["places"]:
        of = of_month[row["month"]]
        yield row, {"of": of, **_share_columns(int(row["papers"]), of)}
    of = sum(int(row["papers"]) for row in files["licences"])
    for row in files["licences"]:
        yield row, {"of": of, **_share_columns(int(row["papers"]), of)}
    for row in files["links"]:
        yield row, _share_columns(int(row["gone"]), int(row["checked"]), "gone_")
    for row in files["never-there"]:
        yield row, _share_columns(int(row["never_there"]), int(row["papers"]))


def _of_organisations(files: Files) -> _Expected:
    for row in files["comparison"]:
        for fact in ("code", "weights", "data"):
            yield row, _share_columns(int(row[f"{fact}_open"]), int(row[f"{fact}_of"]), f"{fact}_")


def _is_equal(cell: str, value: float | None) -> bool:
    return cell == "" if value is None else cell != "" and abs(float(cell) - value) < _ROUNDING


def _faults_of_promises(rows: Sequence[Mapping[str, str]], made: Sequence[Paper]) -> Iterator[str]:
    expected = kept_of(made)
    if {(row["group"], row["name"], int(row["days"])) for row in rows} != expected.keys():
        yield "promises: other groups are expected"
    for row in rows:
        numbers, shares = expected.get((row["group"], row["name"], int(row["days"])), ([], None))
        cells = [row["share"], row["low"], row["high"]]
        wanted = [None if value is None or isnan(value) else value for value in shares or [None] * 3]
        is_same = all(_is_equal(cell, value) for cell, value in zip(cells, wanted, strict=True))
        if [int(row[name]) for name in ("promises", "kept", "at_risk")] != numbers or not is_same:
            yield f"promises: {dict(row)}: {numbers} and {shares} expected"


def _faults_of_report(files: Files, month: str, made: Sequence[Paper], settings: Settings) -> Iterator[str]:
    happened = happened_in(made)
    counts = [(row["month"], row["figure"], int(row["papers"])) for row in files[f"{month}/counts"]]
    if counts != [(month, name, happened[month, name]) for name in COUNTS]:
        yield f"report of {month}: counts: {counts}"
    events = [tuple(row.values()) for row in files[f"{month}/events"]]
    if events != (wanted := listed_in(made, month)):
        different = next((pair for pair in zip(events, wanted, strict=False) if pair[0] != pair[1]), None)
        yield f"report of {month}: {len(events)} events, {len(wanted)} expected; the first other one: {different}"
    changes = [list(row.values()) for row in files[f"{month}/changes"]]
    for row, change in zip(changes, _changes(month, made, settings), strict=True):
        if row[:6] != change[:6] or any(
            abs(float(cell) - float(value)) > _ROUNDING for cell, value in zip(row[6:], change[6:], strict=True)
        ):
            yield f"report of {month}: {row}, {change} expected"


def _changes(month: str, made: Sequence[Paper], settings: Settings) -> list[list[str]]:
    """The rows of `changes.csv`."""
    days, began = expected_days(made), first_month(made, settings)
    before = f"{datetime.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"
    rows = []
    for category in ("all", *sorted(settings.harvest.categories)):
        for day in (0, 30):
            sizes = []
            for name in (before, month):
                states = days.get((name, category, day), {})
                known = sum(states.values()) - states.get(("unknown",), 0)
                is_whole = name > began and end_of(name) + timedelta(days=day + 1) <= END
                sizes.append((states.get(("open",), 0), known if is_whole else 0))
            (open_1, known_1), (open_2, known_2) = sizes
            if known_1 and known_2:
                change, (low, high) = open_2 / known_2 - open_1 / known_1, newcombe(*sizes)
                order = low <= 0 <= high, -abs(change), category, day
                cells = [
                    str(cell) for cell in (category, day, open_1, known_1, open_2, known_2, change, low, high)
                ]
                rows.append((order, cells))
    return [cells for _, cells in sorted(rows)]
