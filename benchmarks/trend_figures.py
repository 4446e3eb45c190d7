"""Every figure of `/trends` and `/organisations` over a simulated year, against its truth and against the queries of `docs/method.md`.

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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.simulated_year import (
    CATEGORIES,
    DAY,
    END,
    HOUR,
    LABS,
    PROMISES,
    Paper,
    affiliations_of,
    has_copy,
    make_papers,
    owner_of,
    write_store,
)
from tracker.domain.month_report import KINDS
from tracker.domain.openness_by_day import DAYS
from tracker.domain.terms import Cause, EventKind, State
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline.trend_figures import count_trends
from tracker.publish import organisation_pages, trend_files
from tracker.publish.trend_shares import LINK_NUMBERS
from tracker.settings import Settings, load_settings
from tracker.store.readonly_sql import run_query
from tracker.store.upgrade import open_store

METHOD = Path(__file__).parents[1] / "docs" / "method.md"
Rows = Counter[tuple[Any, ...]]
COMPARED = ("papers", "code_of", "code_open", "weights_of", "weights_open", "data_of", "data_open", "promises", "kept",
            "waiting", "lapsed", "dropped", "relicensed")  # fmt: skip
"""Columns of `/organisations/comparison.csv` that are counted."""


def expected_days(made: Iterable[Paper]) -> dict[tuple[str, str, int], Rows]:
    """The states of the papers by (month, category, day), as the generator knows them."""
    states: dict[tuple[str, str, int], Rows] = defaultdict(Counter)
    for paper in made:
        for day in DAYS:
            state = paper.state_on(day)
            for category in ("all", *paper.categories):
                if state is not None:
                    states[f"{paper.announced_at:%Y-%m}", category, day][state,] += 1
    return states


def read_files(figures: TrendFigures, settings: Settings) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file, by the name of the figure."""
    files = {
        **trend_files.build_trend_files(figures, settings.harvest.categories),
        **organisation_pages.build_organisation_files(figures),
    }
    return {
        Path(name).stem: list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        for name, content in files.items()
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
    figures: dict[str, list[dict[str, str]]], counted: TrendFigures, url: str, made: Sequence[Paper]
) -> list[str]:
    """Every figure that differs from the generator's truth or from the method's query, as a sentence."""
    queries, faults = run_queries(url), []

    def compare(name: str, ours: Rows, theirs: Rows) -> None:
        if not ours:
            faults.append(f"{name}: no figure")
        faults.extend(
            f"{name}: {key}: {ours[key]} in the file, {theirs[key]} expected"
            for key in sorted({*ours, *theirs}, key=str)
            if ours[key] != theirs[key]
        )

    def select_(rows: Iterable[Any], keys: Sequence[str], counted: Sequence[str]) -> Rows:
        return Counter(
            {(*(str(row[key]) for key in keys), name): int(row[name]) for row in rows for name in counted}
        )

    truth: Rows = Counter()
    for (month, category, day), states in expected_days(made).items():
        for name, number in {
            "papers": states.total(), "known": states.total() - states["unknown",], "open": states["open",],
            "unknown": states["unknown",],
        }.items():  # fmt: skip
            truth[month, category, str(day), name] = number
    by_day = ("month", "category", "day"), ("papers", "known", "open", "unknown")
    compare("open by day, truth", select_(figures["open-by-day"], *by_day), truth)
    compare(
        "open by day, query",
        select_(figures["open-by-day"], *by_day),
        select_(queries["Open code on a day after the announcement"], *by_day),
    )
    now = ("month", "category", "fact"), ("papers", "read", "open", "unread")
    compare("open now, query", select_(figures["open-now"], *now), select_(queries["Open by now"], *now))
    compare("open now, truth", _code_by_month(figures["open-now"]), _code_of(made))
    places = ("month", "place"), ("papers",)
    compare(
        "places, query",
        Counter({key: number for key, number in select_(figures["places"], *places).items() if number}),
        select_(queries["Repositories and the Hub"], *places),
    )
    compare("places, truth", _total_by(figures["places"], "place"), _places_of(made))
    licences = ("licence",), ("papers",)
    compare("licences, query", select_(figures["licences"], *licences), select_(queries["Licences"], *licences))
    compare("licences, truth", _total_by(figures["licences"], "licence"), _licences_of(made))
    faults += _faults_of_promises(figures["promises"], queries["Promises"], made)
    links = ("host", "age"), LINK_NUMBERS
    compare("links, query", select_(figures["links"], *links), select_(queries["Links"], *links))
    compare("links, truth", +select_(figures["links"], *links), _links_of(made))
    never = ("month",), ("papers", "never_there")
    compare(
        "never there, query",
        select_(figures["never-there"], *never),
        select_(queries["Papers that link what was never there"], *never),
    )
    compare("never there, truth", +select_(figures["never-there"], *never), _never_there_of(made))
    compared = ("organisation",), COMPARED
    named = ("organisation",), ("by_affiliation",)
    compare(
        "organisations, query",
        select_(figures["comparison"], *compared),
        select_(_zeros(queries["Organisations"]), *compared),
    )
    ours = +select_(figures["comparison"], *compared) + select_(figures["comparison"], *named)
    compare("organisations, truth", ours, _organisations_of(made))
    compare(
        "terms",
        _papers_by_terms(figures["terms"]),
        +select_(figures["comparison"], ("organisation",), ("papers", "code_open", "weights_of")),
    )
    reported: Rows = Counter(
        {(report.month, name): number for report in counted.reports for name, number in report.counts.items()}
    )
    compare(
        "reports, query",
        +reported,
        Counter({(row["month"], row["figure"]): row["papers"] for row in queries["Monthly report"]}),
    )
    compare("reports, truth", +reported, _happened_in(made))
    return faults


def _happened_in(made: Iterable[Paper]) -> Rows:
    """The papers by month and figure as the generator knows them."""
    works: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in made:
        works[f"{paper.announced_at:%Y-%m}", "announced"].add(paper.work)
        for kind, at, cause in paper.events:
            if cause is Cause.WORLD and kind in KINDS:
                works[f"{at:%Y-%m}", kind.value].add(paper.work)
                if kind is EventKind.OPENED and at >= paper.announced_at + 8 * DAY:
                    works[f"{at:%Y-%m}", "opened_late"].add(paper.work)
        if paper.kept_at and paper.is_seen_to_keep:
            works[f"{paper.kept_at:%Y-%m}", "kept"].add(paper.work)
    return Counter({key: len(of) for key, of in works.items()})


def _zeros(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """SQL's sum of nothing is NULL."""
    return [{name: 0 if value is None else value for name, value in row.items()} for row in rows]


def _organisations_of(made: Iterable[Paper]) -> Rows:
    """The comparison as the generator knows it."""
    counts: Rows = Counter()
    for paper in made:
        for lab in LABS:
            owns = bool(paper.links) and owner_of(paper) in lab.github
            if not owns and not any(name in text for name in lab.affiliations for text in affiliations_of(paper)):
                continue
            happened = {
                "papers": True, "by_affiliation": not owns, "code_of": paper.code is not State.UNKNOWN, "code_open": paper.code is State.OPEN,
                "weights_of": len(paper.links) > 1, "weights_open": len(paper.links) > 1,
                "promises": bool(paper.promise), "kept": bool(paper.promise and paper.kept_at),
                "waiting": bool(paper.promise and not paper.kept_at),
                "relicensed": owns and (EventKind.RELICENSED, Cause.WORLD) in {(kind, cause) for kind, _, cause in paper.events},
            }  # fmt: skip
            for name, is_so in happened.items():
                counts[lab.name, name] += is_so
    return +counts


def _papers_by_terms(rows: Iterable[dict[str, str]]) -> Rows:
    """What the file of terms adds up to."""
    totals: Rows = Counter()
    for row in rows:
        papers = int(row["papers"])
        if row["fact"] == "code":
            totals[row["organisation"], "papers"] += papers
            totals[row["organisation"], "code_open"] += papers if row["state"] == "open" else 0
        elif row["fact"] == "weights" and row["licence_class"]:
            totals[row["organisation"], "weights_of"] += papers
    return +totals


def _faults_of_promises(
    ours: Iterable[dict[str, str]], query: Iterable[dict[str, Any]], made: Iterable[Paper]
) -> list[str]:
    """The promises against the query, and each group against the estimate as its definition reads, step by step."""
    waits: dict[tuple[str, str], list[tuple[float, float, bool]]] = defaultdict(list)
    for paper in made:
        if paper.promise and (paper.is_seen_to_keep or not paper.kept_at):
            ends = (
                (moment - paper.announced_at + 30 * HOUR) / DAY for moment in (paper.seen_at, paper.kept_at or END)
            )
            wait = (*ends, paper.kept_at is not None)
            groups = [("all", "all"), ("wording", PROMISES[paper.promise])]
            for group in [*groups, *(("category", name) for name in paper.categories)]:
                waits[group].append(wait)  # type: ignore[arg-type] # two ends
    by_age, faults = {row["days"]: row for row in query}, []
    for row in ours:
        group, days = waits[row["group"], row["name"]], int(row["days"])
        expected = [len(group), sum(kept and until <= days for _, until, kept in group),
                    sum(since < days <= until for since, until, _ in group)]  # fmt: skip
        share = _estimate(group, days)
        if row["group"] == "all":
            there = by_age[days]
            found = [there["promises"], there["kept"], there["at_risk"], there["share"]]
            if found[:3] != expected or abs((found[3] or 0) - (share or 0)) > 1e-9:
                faults.append(f"promises, query: {days}: {found} by the query, {expected} and {share} expected")
        numbers = [int(row[name]) for name in ("promises", "kept", "at_risk")]
        if numbers != expected or row["share"] != ("" if share is None else f"{share:.6f}"):
            faults.append(f"promises, truth: {row}: {expected} and {share} expected")
    return faults


def _estimate(waits: Sequence[tuple[float, float, bool]], days: float) -> float | None:
    waiting = 1.0
    for age in sorted({until for _, until, kept in waits if kept and until <= days}):
        at_risk = sum(since < age <= until for since, until, _ in waits)
        waiting *= 1 - sum(kept and until == age for _, until, kept in waits) / at_risk
    return 1 - waiting if any(until >= days for _, until, _ in waits) else None


def _links_of(made: Iterable[Paper]) -> Rows:
    links: Rows = Counter()
    for paper in made:
        days = (END - paper.announced_at + 30 * HOUR) / DAY
        age = "under 182 days" if days < 182 else "182 to 364 days"
        for number, (reference, *_) in enumerate(paper.links):
            fate = paper.fate if number == 0 else ""
            happened = {
                "links": True, "checked": fate != "failing", "gone": fate == "gone",
                "gone_with_copy": number == 0 and has_copy(paper), "moved": fate == "moved",
                "archived": fate == "archived", "never_there": fate == "never there",
            }  # fmt: skip
            for name, is_so in happened.items():
                links[reference.host, age, name] += is_so
    return +links


def _never_there_of(made: Iterable[Paper]) -> Rows:
    papers: Rows = Counter()
    for paper in made:
        if paper.links and (paper.fate != "failing" or len(paper.links) > 1):
            month = f"{paper.announced_at - 30 * HOUR:%Y-%m}"
            papers[month, "papers"] += 1
            papers[month, "never_there"] += paper.fate == "never there"
    return +papers


def _code_by_month(rows: Iterable[dict[str, str]]) -> Rows:
    return Counter(
        {
            (row["month"], row["category"]): int(row["open"])
            for row in rows
            if row["fact"] == "code" and int(row["open"])
        }
    )


def _code_of(made: Iterable[Paper]) -> Rows:
    return Counter(
        (f"{paper.announced_at - 30 * HOUR:%Y-%m}", category)
        for paper in made
        if paper.code is State.OPEN
        for category in ("all", *paper.categories)
    )


def _total_by(rows: Iterable[dict[str, str]], key: str) -> Rows:
    totals: Rows = Counter()
    for row in rows:
        totals[row[key],] += int(row["papers"])
    return +totals


def _places_of(made: Iterable[Paper]) -> Rows:
    places: Rows = Counter()
    for paper in made:
        lost = paper.course in ("never there", "failing check", "closed again")
        repository, hub = bool(paper.links) and not lost, len(paper.links) > 1
        if repository or hub:
            places["both" if repository and hub else "repositories" if repository else "hub",] += 1
    return places


def _licences_of(made: Iterable[Paper]) -> Rows:
    return Counter((paper.licence,) for paper in made if paper.code in (State.OPEN, State.AVAILABLE))


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
        faults = _timed("compared", lambda: faults_of(read_files(figures, settings), figures, url, made))
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
