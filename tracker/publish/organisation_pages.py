"""The pages of organisations and the CSV files of their comparison; pure.

`docs/method.md` defines every column and has a query over the public views that gives the same figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from tracker.domain.organisation_figures import SHIPPED, OrganisationFigures, PromiseState
from tracker.domain.status import Status
from tracker.domain.terms import Fact, State
from tracker.domain.trend_figures import TrendFigures
from tracker.publish import charts, trend_shares, wording
from tracker.publish.addresses import is_safe_path
from tracker.publish.charts import Share
from tracker.publish.feed_pages import FeedPage
from tracker.publish.page import MAIN_CHANNEL, render_page
from tracker.publish.trend_files import INTERVAL, share_cells, write_csv
from tracker.settings import Settings

_COMPARED = (Fact.CODE, Fact.WEIGHTS, Fact.DATA)


def build_organisation_pages(
    figures: TrendFigures,
    settings: Settings,
    status: Status,
    feeds: Iterable[FeedPage] = (),
    papers: Collection[str] | None = None,
) -> dict[str, bytes]:
    """The comparison, a page for each organisation, and the files, by name. `feeds` are the pages of feeds; `papers` the
    arXiv ids that have a page in a static copy, None where each paper has one."""
    by_name = {page.channel.name: page for page in feeds}
    of_all = figures.organisations
    rows = [
        (
            each,
            page_path(each),
            [(fact, open_share(each, fact)) for fact in _COMPARED],
            sum(each.promises_by_state.values()),
        )
        for each in of_all
    ]
    pages = {
        "organisations.html": render_page(
            "organisations.html",
            settings,
            status=status,
            rows=rows,
            compared=_COMPARED,
            figures=figures,
            charts=charts,
        ),
        **build_organisation_files(figures),
    }
    for each in of_all:
        if path := page_path(each):
            feed = by_name.get(f"org/{each.name}")
            pages[f"{path}.html"] = _render_organisation(each, figures, settings, status, feed, papers)
    return pages


def build_organisation_files(figures: TrendFigures) -> dict[str, bytes]:
    """The CSV files by name."""
    of_all = figures.organisations
    return {
        "organisations/comparison.csv": write_csv(
            (
                "organisation", "papers", "by_affiliation", "releases",
                *(f"{fact}_{name}" for fact in _COMPARED for name in ("of", "open", *INTERVAL)),
                "promises", *PromiseState, "relicensed",
            ),
            (_compared_cells(each) for each in of_all),
        ),
        "organisations/terms.csv": write_csv(
            ("organisation", "year", "fact", "state", "licence_class", "papers", "releases"), _rows_of_terms(of_all)
        ),
    }  # fmt: skip


def page_path(figures: OrganisationFigures) -> str:
    """The path of an organisation's page; empty where its name cannot be a file's."""
    path = f"organisation/{figures.name}"
    return path if is_safe_path(path) and path.count("/") == 1 else ""


def open_share(figures: OrganisationFigures, fact: Fact, year: str = "", now: str = "") -> Share:
    """The share of papers whose fact is open now: of the code, among papers where its state is known; of anything else,
    among papers that have it. `now` is the year that is not over."""
    papers = figures.count_papers(fact, year=year)
    opened = figures.count_papers(fact, (State.OPEN,), year)
    if fact is Fact.CODE:
        counted = papers - figures.count_papers(fact, (State.UNKNOWN,), year)
    else:
        counted = figures.count_papers(fact, SHIPPED, year)
    return Share(year, papers, opened, 0, partial=bool(year) and year >= now, unread=papers - counted)


def _compared_cells(figures: OrganisationFigures) -> Sequence[object]:
    cells: list[object] = [figures.name, figures.papers, figures.by_affiliation, figures.released]
    for fact in _COMPARED:
        share = open_share(figures, fact)
        cells += [share.read, share.open, *share_cells(share)]
    promises = [figures.promises_by_state.get(state, 0) for state in PromiseState]
    return [*cells, sum(promises), *promises, figures.licence_changes]


def _rows_of_terms(of_all: Iterable[OrganisationFigures]) -> Iterator[Sequence[object]]:
    for figures in of_all:
        for count in figures.terms:
            yield (figures.name, count.year, count.fact.value, count.state.value, count.licence_class, count.papers,
                   count.releases)  # fmt: skip


def _render_organisation(
    each: OrganisationFigures,
    figures: TrendFigures,
    settings: Settings,
    status: Status,
    feed: FeedPage | None,
    papers: Collection[str] | None,
) -> bytes:
    now = f"{figures.counted_at:%Y}"
    years = [open_share(each, Fact.CODE, year, now) for year in each.years]
    return render_page(
        f"{page_path(each)}.html",
        settings,
        template="organisation.html.j2",
        status=status,
        channel=feed.channel if feed else MAIN_CHANNEL,
        page=feed,
        organisation=each,
        counted_at=figures.counted_at,
        shares=[(fact, open_share(each, fact)) for fact in _COMPARED],
        years=[(share, {fact: open_share(each, fact, share.name, now) for fact in _COMPARED}) for share in years],
        is_trend=trend_shares.is_trend(years),
        by_year=years,
        terms=[(wording.FACT[fact], _terms_by_year(each, fact)) for fact in _COMPARED],
        promised=sum(each.promises_by_state.values()),
        states=tuple(PromiseState),
        charts=charts,
        is_paper=lambda arxiv_id: papers is None or arxiv_id in papers,
    )


def _terms_by_year(figures: OrganisationFigures, fact: Fact) -> list[tuple[str, dict[str, int]]]:
    """Terms with their number of papers by year, for those that occur."""
    labels = {
        (State.OPEN, ""): "open",
        **{(State.AVAILABLE, class_.value): f"available, {label}" for class_, label in wording.CLASS.items()},
        (State.GATED, ""): "gated (access on request)",
    }
    rows: list[tuple[str, dict[str, int]]] = []
    for (state, class_), label in labels.items():
        counts: Counter[str] = Counter()
        for count in figures.terms:
            if count.fact is fact and count.state is state and class_ in ("", count.licence_class):
                counts[count.year] += count.papers
        if counts.total():
            rows.append((label, counts))
    return rows
