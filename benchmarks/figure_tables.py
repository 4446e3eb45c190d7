"""The numbers on the pages of trends, reports and organisations, against the rows of their CSV files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import html

from benchmarks.figure_cells import Files, newcombe, wilson
from benchmarks.simulated_year import END
from tracker.domain.month_report import COUNTS
from tracker.domain.terms import Fact, LicenceClass
from tracker.domain.trend_figures import LINK_AGES
from tracker.publish import wording
from tracker.publish.month_report import LABELS
from tracker.publish.trend_page import PLACE_LABELS
from tracker.settings import Settings

Row = Mapping[str, str]
_DAYS = ("0", "7", "30", "90", "180")
_AGES = ("30", "90", "180", "365")
_COMPARED = ("code", "weights", "data")
_STATES = ("kept", "waiting", "lapsed", "dropped")


def percent(share: float) -> str:
    """A share as pages write it."""
    return f"{share * 100:.{1 if 0 < share < 0.1 else 0}f} %"


def ends(low: float, high: float) -> str:
    """An interval as pages write it."""
    return f"{percent(low)[:-2]}–{percent(high)}"


def share(hits: int, size: int) -> str:
    """A share; a dash where nothing is known."""
    return percent(hits / size) if size else "–"


def interval(hits: int, size: int) -> str:
    """The interval of a share; a dash where nothing is known."""
    return ends(*wilson(hits, size)) if size else "–"


def faults_of_pages(site: Mapping[str, bytes], files: Files, settings: Settings) -> list[str]:
    """Every row of a table, and every sentence, that the files do not give."""
    faults = []
    pages: dict[str, tuple[dict[str, list[str]], list[str]]] = {
        "trends.html": (_trend_tables(files, settings), _trend_sentences(files)),
        "organisations.html": ({"Organisations": _organisation_rows(files)}, []),
        "reports.html": ({"Reports": _report_rows(files)}, []),
    }
    for row in files["comparison"]:
        pages[f"organisation/{row['organisation']}.html"] = _organisation_page(row, files)
    for name in files:
        if name.endswith("/counts"):
            month = name.removesuffix("/counts")
            pages[f"report/{month}.html"] = _report_page(month, files)
    for name, (tables, sentences) in pages.items():
        page = html.fromstring(site[name].decode())
        for picture in page.xpath("//svg"):
            picture.drop_tree()
        shown, text = _read_tables(page), _text(page)
        for label, expected in tables.items():
            if shown.get(label, []) != expected:
                pairs = zip(shown.get(label, []), expected, strict=False)
                first = next((pair for pair in pairs if pair[0] != pair[1]), None)
                faults.append(
                    f"{name}: {label}: {len(shown.get(label, []))} rows, {len(expected)} expected; the first other one: {first}"
                )
        faults += [f"{name}: not there: {sentence}" for sentence in sentences if sentence not in text]
    return faults


def _read_tables(page: Any) -> dict[str, list[str]]:
    return {
        region.get("aria-label").removesuffix(", table"): [
            " ".join(_text(cell) for cell in row) for row in region.xpath(".//tbody/tr")
        ]
        for region in page.xpath("//div[@role='region']")
    }


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def _sum(rows: Iterable[Row], *names: str) -> list[int]:
    listed = list(rows)
    return [sum(int(row[name]) for row in listed) for name in names]


def _trend_tables(files: Files, settings: Settings) -> dict[str, list[str]]:
    categories = settings.harvest.categories
    now = [row for row in files["open-now"] if row["fact"] == "code"]
    months = [row for row in now if row["category"] == "all"]
    sums = {
        name: _sum((row for row in now if row["category"] == name), "papers", "read", "open", "unknown")
        for name in categories
    }
    order = sorted((name for name in categories if sums[name][0]), key=lambda name: (-sums[name][0], name))
    by_month = {(row["month"], row["category"]): share(int(row["open"]), int(row["read"])) for row in now}
    facts = {
        fact: _sum(
            (row for row in files["open-now"] if row["category"] == "all" and row["fact"] == fact),
            "open",
            "read",
            "unknown",
        )
        for fact in Fact
    }
    places = Counter[str]()
    for row in files["places"]:
        places[row["place"]] += int(row["papers"])
    return {
        "Share of papers with open code after some days": list(_day_rows(files["open-by-day"])),
        "Share of papers with open code after some days by category": list(_category_day_rows(files["open-by-day"], categories)),
        "Share of papers with open code": [
            f"{_month(row)} {row['papers']} {row['read']} {row['open']} {row['unknown']} {_share_and_interval(row)}" for row in reversed(months)
        ],
        "Share by category": [
            f"{name} {papers} {read} {opened} {unknown} {share(opened, read)} {interval(opened, read)} "
            for name in order for papers, read, opened, unknown in (sums[name],)
        ],
        "Shares by month and category": [
            " ".join([_month(row), *(by_month.get((row["month"], name), "–") for name in order)]) for row in reversed(months)
        ],
        "Code, weights, data and demo": [
            f"{wording.FACT[fact]} {opened} {read} {unknown} {share(opened, read)} {interval(opened, read)}"
            for fact, (opened, read, unknown) in facts.items()
        ],
        "Repositories and the Hub": [
            f"{label} {places[name]} {places.total()} {share(places[name], places.total())} {interval(places[name], places.total())}"
            for name, label in PLACE_LABELS.items()
        ],
        "Licences": list(_licence_rows(files["licences"])),
        "Promises kept": list(_promise_rows(files["promises"], is_category=False)),
        "Promises kept by category": list(_promise_rows(files["promises"], is_category=True)),
        "Links by age of the paper": list(_link_rows(files["links"], "age")),
        "Links by host": list(_link_rows(files["links"], "host")),
    }  # fmt: skip


def _month(row: Row) -> str:
    return f"{row['month']}{'' if row['whole'] == '1' else '*'}"


def _share_and_interval(row: Row) -> str:
    hits, size = int(row["open"]), int(row["read"])
    return f"{share(hits, size)} {interval(hits, size)}"


def _day_rows(rows: Sequence[Row]) -> Iterator[str]:
    of = {(row["month"], row["day"]): row for row in rows if row["category"] == "all"}
    for month in sorted({month for month, _ in of}, reverse=True):
        first = of[month, "0"]
        cells = [
            f"{share(int(row['open']), int(row['known']))}{'' if row['whole'] == '1' else '*'}" if row else "–"
            for row in (of.get((month, day)) for day in _DAYS)
        ]
        yield " ".join([month, first["papers"], first["unknown"], *cells])


def _category_day_rows(rows: Sequence[Row], categories: Iterable[str]) -> Iterator[str]:
    for category in categories:
        cells, of = [], [row for row in rows if row["category"] == category]
        for day in _DAYS:
            whole = [row for row in of if row["day"] == day and row["whole"] == "1" and row["known"] != "0"]
            newest = max(whole, key=lambda row: row["month"], default=None)
            if newest is None:
                cells.append("–")
                continue
            hits, size = int(newest["open"]), int(newest["known"])
            cells.append(f"{share(hits, size)} ({interval(hits, size)}; {hits} of {size}; {newest['month']})")
        if of:
            yield " ".join([category, *cells])


def _licence_rows(rows: Sequence[Row]) -> Iterator[str]:
    named = [(row["licence"] or wording.CLASS[LicenceClass(row["class"])], int(row["papers"])) for row in rows]
    total = sum(papers for _, papers in named)
    rest = sum(papers for _, papers in named[10:])
    for name, papers in [*named[:10], *([("others", rest)] if rest else [])]:
        yield f"{name} {papers} ({share(papers, total)}; {interval(papers, total)})"


def _promise_rows(rows: Sequence[Row], *, is_category: bool) -> Iterator[str]:
    groups: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if (row["group"] == "category") is is_category:
            label = "all" if row["group"] == "all" else f"“{row['name']}”"
            label = row["name"] if is_category else "no date given" if row["name"] == "no date" else label
            groups[label][row["days"]] = row
    for label, by_days in groups.items():
        cells = []
        for days in _AGES:
            row = by_days[days]
            of = f" ({ends(float(row['low']), float(row['high']))})" if row["low"] else ""
            cells.append(f"{percent(float(row['share']))}{of}" if row["share"] else "–")
        yield " ".join([label, by_days["30"]["promises"], *cells])


def _link_rows(rows: Sequence[Row], field: str) -> Iterator[str]:
    columns = ("links", "checked", "gone", "gone_with_copy", "never_there", "moved", "archived")
    sums = {
        name: _sum((row for row in rows if row[field] == name), *columns) for name in {row[field] for row in rows}
    }
    by_age = list(LINK_AGES)
    for name in sorted(
        sums, key=lambda name: (by_age.index(name), "") if field == "age" else (-sums[name][0], name)
    ):
        _, checked, gone, copies, never, moved, archived = sums[name]
        rest = (share(number, checked) for number in (never, moved, archived))
        yield " ".join([name, str(checked), share(gone, checked), interval(gone, checked), str(copies), *rest])


def _trend_sentences(files: Files) -> list[str]:
    whole = [
        row for row in files["open-by-day"] if (row["category"], row["day"], row["whole"]) == ("all", "0", "1")
    ]
    newest = max((row for row in whole if row["known"] != "0"), key=lambda row: row["month"])
    hits, known, unknown, papers = (int(newest[name]) for name in ("open", "known", "unknown", "papers"))
    links, checked, gone, copies = _sum(files["links"], "links", "checked", "gone", "gone_with_copy")
    of, never = _sum(files["never-there"], "papers", "never_there")
    year = next(row for row in files["promises"] if row["group"] == "all" and row["days"] == "365")
    with_code = sum(int(row["papers"]) for row in files["licences"])
    day_0 = (
        f"Of the papers announced in {newest['month']}, {share(hits, known)} had open code on the day of their announcement "
        f"(95 % interval {interval(hits, known)}; {hits} of {known} whose state on that day is known; {unknown} unknown). "
        f"Counting every unknown paper as not open gives {percent(hits / papers)}, counting every one as open "
        f"{percent((hits + unknown) / papers)}."
    )
    rot = (
        f"Of {checked} own links of papers whose host says what is there, {share(gone, checked)} are gone (95 % interval "
        f"{interval(gone, checked)}). An archived copy is known of {copies} of the {gone} that are gone. {share(never, of)} of {of} "
        f"papers link something of their own that was never there ({interval(never, of)}; {never} papers). {links - checked} further "
        "links could not be checked."
    )
    return [
        day_0,
        rot,
        f"{year['promises']} promises tracked, {year['kept']} kept.",
        f"Out of {with_code} papers of any month whose code is available, open or not.",
    ]


def _of_and_interval(hits: int, size: int) -> str:
    return f"{hits} of {size} {share(hits, size)} ({interval(hits, size)})" if size else "–"


def _organisation_rows(files: Files) -> list[str]:
    rows = []
    for row in files["comparison"]:
        if row["papers"] != "0" or row["releases"] != "0":
            shares = (_of_and_interval(int(row[f"{fact}_open"]), int(row[f"{fact}_of"])) for fact in _COMPARED)
            kept = f"{row['kept']} of {row['promises']}" if row["promises"] != "0" else "–"
            rows.append(
                " ".join([row["organisation"], row["papers"], *shares, kept, row["relicensed"], row["releases"]])
            )
    return rows


def _organisation_page(row: Row, files: Files) -> tuple[dict[str, list[str]], list[str]]:
    terms = [
        each for each in files["terms"] if each["organisation"] == row["organisation"] and each["papers"] != "0"
    ]
    years = sorted({each["year"] for each in terms})
    tables: dict[str, list[str]] = {"What is open by year": []}
    for year in reversed(years):
        cells = []
        for fact in _COMPARED:
            of_year = [each for each in terms if (each["year"], each["fact"]) == (year, fact)]
            (papers,) = _sum(of_year, "papers")
            (unknown,) = _sum((each for each in of_year if each["state"] == "unknown"), "papers")
            (there,) = _sum((each for each in of_year if each["licence_class"]), "papers")
            (opened,) = _sum((each for each in of_year if each["state"] == "open"), "papers")
            cells.append(_of_and_interval(opened, papers - unknown if fact == "code" else there))
            if fact == "code":
                cells.insert(0, str(papers))
        tables["What is open by year"].append(" ".join([f"{year}{'*' if year >= f'{END:%Y}' else ''}", *cells]))
    for fact in _COMPARED:
        tables[f"{wording.FACT[Fact(fact)]} by terms and year"] = list(_terms_rows(terms, fact, years))
    papers, (code_open, code_of) = row["papers"], (int(row["code_open"]), int(row["code_of"]))
    named, is_one = row["by_affiliation"], papers == "1"
    alone = f", {named} of them by the affiliation alone" if named != "0" else ""
    lead = f"to it by an own artifact under these accounts or by an affiliation on arXiv{alone}."
    sentences = [f"{papers} {'paper belongs' if is_one else 'papers belong'} {lead}"]
    if code_of:
        sentences.append(
            f"The code of {code_open} of the {code_of} whose state is known is open now ({share(code_open, code_of)}, "
            f"95 % interval {interval(code_open, code_of)})."
        )
    if row["promises"] != "0":
        states = ", ".join(f"{row[state]} {state}" for state in _STATES)
        sentences.append(
            f"{row['promises']} {'paper' if row['promises'] == '1' else 'papers'} announced code: {states}."
        )
    return tables, sentences


def _terms_rows(terms: Sequence[Row], fact: str, years: Sequence[str]) -> Iterator[str]:
    labels = [("open", "", "open")]
    labels += [("available", class_.value, f"available, {label}") for class_, label in wording.CLASS.items()]
    labels += [("gated", "", "gated (access on request)")]
    for state, class_, label in labels:
        of = [
            each
            for each in terms
            if (each["fact"], each["state"]) == (fact, state) and class_ in ("", each["licence_class"])
        ]
        if of:
            numbers = (_sum((each for each in of if each["year"] == year), "papers")[0] for year in years)
            yield " ".join([label, *(str(number or "") for number in numbers)])


def _report_rows(files: Files) -> list[str]:
    rows = []
    for name in sorted((name for name in files if name.endswith("/counts")), reverse=True):
        counts = {row["figure"]: row["papers"] for row in files[name]}
        shown = (counts[figure] for figure in ("announced", "opened", "opened_late", "kept", "lapsed"))
        rows.append(" ".join([name.removesuffix("/counts"), *shown]))
    return rows


def _report_page(month: str, files: Files) -> tuple[dict[str, list[str]], list[str]]:
    counts = {row["figure"]: row["papers"] for row in files[f"{month}/counts"]}
    changes = []
    for row in files[f"{month}/changes"][:10]:
        before, after = (
            (int(row[name]), int(row[of])) for name, of in (("open_before", "known_before"), ("open", "known"))
        )
        change, (low, high) = after[0] / after[1] - before[0] / before[1], newcombe(before, after)
        points = f"{change * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})"
        changes.append(
            f"{row['category']} day {row['day']} {share(*before)} ({before[0]} of {before[1]}) {share(*after)} "
            f"({after[0]} of {after[1]}) {points}{', may be chance' if low <= 0 <= high else ''}"
        )
    sentences = []
    for row in files["open-by-day"]:
        hits, known = int(row["open"]), int(row["known"])
        if (row["category"], row["day"], row["month"]) == ("all", "0", month) and known:
            sentences.append(
                f"Of the {row['papers']} papers announced in this month, {hits} of the {known} whose state is known had open code "
                f"on the day of their announcement: {share(hits, known)} (95 % interval {interval(hits, known)})."
            )
    if changes:
        sentences.append(f"{len(files[f'{month}/changes'])} shares were compared")
    tables = {"What happened": [f"{LABELS[name]} {counts[name]}" for name in COUNTS]}
    return tables | ({"Changes": changes} if changes else {}), sentences
