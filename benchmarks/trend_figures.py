"""Every figure of `/trends`, `/reports` and `/organisations` over a simulated year, against its truth and against the
queries of `docs/method.md`.

    python -m benchmarks.trend_figures 50000 [SEED]

prints how long a store of so many papers is counted, and every figure that differs.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import figure_truth
from benchmarks.figure_cells import faults_of_cells
from benchmarks.figure_tables import faults_of_pages
from benchmarks.figure_truth import Rows
from benchmarks.simulated_store import write_store
from benchmarks.simulated_year import BASE, CATEGORIES, END, Paper, make_papers
from tracker.domain.status import Status
from tracker.domain.terms import Fact
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline.trend_figures import count_trends
from tracker.publish import month_report, organisation_pages, trend_files, trend_page
from tracker.publish.trend_shares import LINK_NUMBERS
from tracker.settings import Settings, load_settings
from tracker.store import statistics
from tracker.store.archive import count_open_by_category
from tracker.store.readonly_sql import run_query
from tracker.store.upgrade import open_store

METHOD = Path(__file__).parents[1] / "docs" / "method.md"
COMPARED = ("papers", "code_of", "code_open", "weights_of", "weights_open", "data_of", "data_open", "promises", "kept",
            "waiting", "lapsed", "dropped", "relicensed")  # fmt: skip
"""Columns of `/organisations/comparison.csv` that are counted, and that the query has."""
QUERIES: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {
    "open-by-day": (
        "Open code on a day after the announcement",
        ("month", "category", "day"),
        ("papers", "known", "open", "unknown"),
    ),
    "open-now": ("Open by now", ("month", "category", "fact"), ("papers", "read", "open", "unread")),
    "places": ("Repositories and the Hub", ("month", "place"), ("papers",)),
    "licences": ("Licences", ("licence",), ("papers",)),
    "links": ("Links", ("host", "age"), LINK_NUMBERS),
    "never-there": ("Papers that link what was never there", ("month",), ("papers", "never_there")),
    "comparison": ("Organisations", ("organisation",), COMPARED),
    "reports": ("Monthly report", ("month", "figure"), ("papers",)),
    "promises": ("Promises", ("days",), ("promises", "kept", "at_risk")),
}
"""The heading of the query in the method for each file, with the columns that name a row, and those that are counted."""
Files = dict[str, list[dict[str, str]]]


def build_site(figures: TrendFigures, settings: Settings) -> dict[str, bytes]:
    """Every page and file that shows the figures, by name."""
    status = Status(
        version="", now=figures.counted_at, papers=0, open_papers=0, checks_waiting=0, scans_waiting=0,
        github_token=True, stages={},
    )  # fmt: skip
    return {
        "trends.html": trend_page.render_trends(figures, settings, status),
        **trend_files.build_trend_files(figures, settings.harvest.categories),
        **month_report.build_reports(figures, settings, status),
        **organisation_pages.build_organisation_pages(figures, settings, status),
    }


def read_files(site: dict[str, bytes]) -> Files:
    """The rows of each CSV file: by the name of the figure, those of reports as `2026-05/counts`."""
    files = {Path(name).stem: content for name, content in site.items() if name.endswith(".csv")}
    for name, content in site.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                files |= {
                    f"{Path(name).stem}/{Path(each).stem}": archive.read(each) for each in archive.namelist()
                }
    return {
        name: list(csv.DictReader(io.StringIO(content.decode(), newline=""))) for name, content in files.items()
    }


def run_queries(url: str) -> dict[str, list[dict[str, Any]]]:
    """What each query of the method gives on this store, by the heading above it."""
    text = METHOD.read_text(encoding="utf-8")
    given = {}
    for heading, sql in re.findall(
        r"^## ([^\n]+)$(?:(?!^## ).)*?^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    ):
        names, rows = run_query(url, sql.replace("2026-06-17T05:00:00Z", f"{END:%Y-%m-%dT%H:%M:%SZ}"))
        given[heading] = [dict(zip(names, row, strict=True)) for row in rows]
    return given


def faults_of(
    site: dict[str, bytes], files: Files, url: str, made: Sequence[Paper], settings: Settings
) -> list[str]:
    """Every figure that differs from the generator's truth, from the method's query, or between a file and a page."""
    return [
        *faults_of_queries(files, url),
        *_faults_of_truth(files, made),
        *_faults_of_views(url, made),
        *_faults_of_totals(url, made),
        *faults_of_cells(files, made, settings),
        *faults_of_pages(site, files, settings),
    ]


def faults_of_queries(files: Files, url: str) -> list[str]:
    """Every figure that differs between the files and the queries of the method."""
    queries, faults = run_queries(url), list[str]()
    months = {name.removesuffix("/counts") for name in files if name.endswith("/counts")}
    queries["Monthly report"] = [row for row in queries["Monthly report"] if row["month"] in months]
    reported = [row for month in months for row in files[f"{month}/counts"]]
    promised = [row for row in files["promises"] if row["group"] == "all"]
    for name, (heading, keys, counted) in QUERIES.items():
        rows = {"reports": reported, "promises": promised}.get(name) or files.get(name, [])
        faults += _compare(
            f"{name}, query", _select(rows, keys, counted), _select(queries[heading], keys, counted)
        )
    shares = {row["days"]: row["share"] for row in promised}
    faults += [
        f"promises, query: {row['days']}: {shares[str(row['days'])]} in the file, {row['share']} expected"
        for row in queries["Promises"]
        if shares and abs(float(shares[str(row["days"])] or 0) - (row["share"] or 0)) > 1e-6
    ]
    return faults


def _compare(name: str, ours: Rows, theirs: Rows) -> Iterator[str]:
    ours, theirs = +ours, +theirs
    for key in sorted({*ours, *theirs}, key=str):
        if ours[key] != theirs[key]:
            yield f"{name}: {key}: {ours[key]} in the file, {theirs[key]} expected"


def _faults_of_truth(files: Files, made: Sequence[Paper]) -> list[str]:
    now, terms = ("month", "category", "fact"), ("organisation", "year", "fact", "state", "licence_class")
    by_day = ("papers", "known", "open", "unknown")
    organisations = (*COMPARED, "releases", "by_affiliation")
    truths: list[tuple[str, Sequence[str], Sequence[str], Rows]] = [
        ("open-by-day", ("month", "category", "day"), by_day, _days_of(made)),
        ("open-now", now, ("open",), _named(figure_truth.open_now_of(made), "open")),
        ("open-now", now, ("unknown",), _named(figure_truth.unknown_of(made), "unknown")),
        ("places", ("place",), ("papers",), _named(figure_truth.places_of(made), "papers")),
        ("licences", ("licence", "class"), ("papers",), _named(figure_truth.licences_of(made), "papers")),
        ("links", ("host", "age"), LINK_NUMBERS, figure_truth.links_of(made)),
        ("never-there", ("month",), ("papers", "never_there"), figure_truth.never_there_of(made)),
        ("comparison", ("organisation",), organisations, figure_truth.organisations_of(made)),
        ("terms", terms, ("papers", "releases"), figure_truth.terms_of(made)),
    ]
    return [
        *(f"{name}: no figure" for name, *_, truth in truths if not truth),
        *(
            fault
            for name, keys, counted, truth in truths
            for fault in _compare(f"{name}, truth", _select(files[name], keys, counted), truth)
        ),
    ]


def _faults_of_views(url: str, made: Sequence[Paper]) -> list[str]:
    """What the public views say of readiness, base models and histories that were rewritten."""
    marks = "SELECT value ->> 0, count(*) FROM artifacts, json_each(readiness) GROUP BY 1"
    bound = f"SELECT licence_class, count(*) FROM artifacts WHERE licence_source LIKE '%{BASE}%' GROUP BY 1"
    rewritten: Rows = Counter({(): figure_truth.happened_total(made, "rewritten")})
    return [
        *_compare("readiness", _read(url, marks), figure_truth.marks_of(made)),
        *_compare("rewritten checks", _read(url, "SELECT sum(rewritten) FROM checks"), rewritten),
        *_compare("base models", _read(url, bound), figure_truth.bound_of(made)),
    ]


def _faults_of_totals(url: str, made: Sequence[Paper]) -> list[str]:
    """The numbers of the first page and of the list of feeds."""
    store = open_store(url)
    counts, opened = statistics.load_counts(store, END), count_open_by_category(store)
    store.close()
    ours = {
        ("" if category == "all" else category, Fact(fact)): 0
        for _, category, fact in figure_truth.open_now_of(made)
    }
    for (_, category, fact), number in figure_truth.open_now_of(made).items():
        ours["" if category == "all" else category, Fact(fact)] += number
    expected = {
        "papers": len(made),
        "open_papers": ours["", Fact.CODE],
        "read_papers": figure_truth.count_read(made),
    }
    faults = [
        f"{name}: {counts[name]}, {number} expected" for name, number in expected.items() if counts[name] != number
    ]
    return faults if opened == ours else [*faults, f"open by category: {opened}, {ours} expected"]


def _select(rows: Iterable[Any], keys: Sequence[str], counted: Sequence[str]) -> Rows:
    """The numbers of rows by their keys and the name of the number. SQL's sum of nothing is NULL."""
    numbers: Rows = Counter()
    for row in rows:
        for name in counted:
            numbers[(*(str(row[key]) for key in keys), name)] += int(row[name] or 0)
    return numbers


def _named(rows: Rows, name: str) -> Rows:
    return Counter({(*key, name): number for key, number in rows.items()})


def _read(url: str, sql: str) -> Rows:
    """Rows of a query: the last value of each is a number, the others are its key."""
    _, rows = run_query(url, sql)
    return Counter({tuple(key): number or 0 for *key, number in rows})


def _days_of(made: Iterable[Paper]) -> Rows:
    truth: Rows = Counter()
    for (month, category, day), states in figure_truth.expected_days(made).items():
        for name, number in {
            "papers": states.total(), "known": states.total() - states["unknown",], "open": states["open",],
            "unknown": states["unknown",],
        }.items():  # fmt: skip
            truth[month, category, str(day), name] = number
    return truth


def simulation_settings() -> Settings:
    """Settings that count the simulated categories."""
    return load_settings(environ={}, overlay={"harvest": {"categories": list(CATEGORIES)}})


def main(arguments: Sequence[str]) -> int:
    """Make the store, count, compare, and print how long each step took."""
    count, seed = int(arguments[0]) if arguments else 50_000, int(arguments[1]) if len(arguments) > 1 else 1
    settings = simulation_settings()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/tracker.db"
        store = open_store(url)
        made = make_papers(count, seed)
        _timed("written", lambda: write_store(store, made))
        figures = _timed("counted", lambda: count_trends(store, settings, END))
        site = _timed("rendered", lambda: build_site(figures, settings))
        faults = _timed("compared", lambda: faults_of(site, read_files(site), url, made, settings))
        store.close()
    print(f"{count:,} papers, seed {seed}: {len(faults)} figures differ")
    print("\n".join(faults[:40]))
    return 1 if faults else 0


def _timed(name: str, step: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    result = step()
    print(f"{name} in {time.perf_counter() - begun:.1f} s", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
