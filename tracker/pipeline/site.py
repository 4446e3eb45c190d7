"""The pages for people, from the store to bytes: all static ones at once, a paper's and a search's on demand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from tracker.domain.archive import ArchiveDay
from tracker.domain.feeds import Channel
from tracker.domain.items import Item
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.domain.status import Status
from tracker.domain.terms import Fact
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline import archive
from tracker.pipeline.trend_figures import count_trends
from tracker.publish import (
    api_page,
    archive_pages,
    feed_pages,
    month_report,
    organisation_pages,
    pages,
    trend_files,
    trend_page,
)
from tracker.publish.addresses import is_safe_path, site_address
from tracker.publish.documents import load_documents
from tracker.publish.feed_pages import FeedPage
from tracker.publish.feed_query import query_of_search
from tracker.publish.overview import Overview, count_by_page, list_choices
from tracker.publish.pages import SearchPage
from tracker.publish.userscript_files import build_userscript_files
from tracker.settings import Settings
from tracker.store import evidence, items, trends
from tracker.store.archive import count_open_by_category
from tracker.store.engine import Store
from tracker.store.search import SearchOrder, find_papers

BATCH = 200
"""Papers whose evidence is read at once."""
LONGEST_SEARCH = 200
"""Characters of a search that are read."""
MOST_FOUND = 500
"""Papers that a search finds at most: nobody reads more."""


def build_site(
    store: Store,
    settings: Settings,
    status: Status,
    *,
    newest: Sequence[Item],
    not_open: Sequence[Item] = (),
    releases: Sequence[Item] = (),
    unlinked: Sequence[Item] = (),
    channels: Sequence[tuple[str, Channel]] = (),
    days: Sequence[ArchiveDay] = (),
    figures: TrendFigures | None = None,
    has_snapshot: bool = False,
) -> dict[str, bytes]:
    """The static pages by the name of their file, without the archive's days and months: the lists, the statistics, and
    a page for every paper in one of the lists.

    `newest` are the items of the main feed in order; `channels` all feeds with the name of their group; `days` those of
    the archive; `figures` of the trends are counted where there are none; `has_snapshot` says whether there is one to
    link. A copy that is not served (`settings.served`) answers no query: it has no forms and no pages that need the
    server, and a page for every paper of the archive.
    """
    trend_figures = figures or count_trends(store, settings, status.now)
    public = settings.public_url.rstrip("/")
    address, of_feeds = site_address(settings) if settings.served else public, feed_pages.list_feed_pages(channels)
    overview = _load_overview(store, settings, of_feeds, days, trend_figures)
    everything = [*newest, *not_open, *unlinked, *(item for _, channel in channels for item in channel.items)]
    if not settings.served:
        everything += archive.load_archived_items(store, days)
    by_work = {item.work: item for item in reversed(everything) if item.arxiv_id}
    lists, shown = (newest, not_open, releases, unlinked), {str(item.arxiv_id) for item in by_work.values()}
    site = {
        "index.html": pages.render_index(
            *lists, status, settings, address=public, feed_pages=of_feeds, overview=overview
        ),
        **archive_pages.render_archive(overview, settings),
        "not-open.html": pages.render_not_open(not_open, unlinked, settings),
        "browse.html": pages.render_browse(of_feeds, settings, status, overview),
        "feeds.html": pages.render_feeds(channels, settings, status, address=public),
        **_build_figures(trend_figures, settings, status, of_feeds, shown),
        "about.html": pages.render_about(settings, status, has_snapshot=has_snapshot and settings.served),
        **_build_fixed(settings, address),
        **(_build_of_server(settings, status, address) if settings.served else {}),
        **{f"{page.path}.html": pages.render_feed_page(page, settings, overview) for page in of_feeds},
        **_render_papers(store, settings, by_work, {page.path for page in of_feeds}),
    }
    if address:
        changes = {**_page_changes(site, by_work), **dict.fromkeys(archive.archive_paths(days))}
        site["sitemap.xml"] = pages.sitemap_xml(changes, address)
    return site


def _build_figures(
    figures: TrendFigures, settings: Settings, status: Status, of_feeds: Sequence[FeedPage], shown: Collection[str]
) -> dict[str, bytes]:
    """The pages of trends, months and organisations with their files. `shown` are the arXiv ids that have a page in a copy that
    is not served."""
    papers = None if settings.served else shown
    return {
        "trends.html": trend_page.render_trends(figures, settings, status),
        **trend_files.build_trend_files(figures, settings.harvest.categories),
        **month_report.build_reports(figures, settings, status, papers),
        **organisation_pages.build_organisation_pages(figures, settings, status, of_feeds, papers),
    }


def _build_fixed(settings: Settings, address: str) -> dict[str, bytes]:
    """The pages and files that say nothing of papers."""
    return {
        **pages.render_docs(load_documents(), settings),
        "404.html": pages.render_not_found(settings),
        "robots.txt": pages.robots_txt(address),
        **pages.load_assets(),
    }


def _build_of_server(settings: Settings, status: Status, address: str) -> dict[str, bytes]:
    """The pages and files that mean nothing without the server: they search, or ask its API."""
    return {
        "search.html": pages.render_search(SearchPage(most=MOST_FOUND), [], settings, status),
        "userscript.html": pages.render_userscript(settings, address),
        **build_userscript_files(address),
        "api/docs.html": api_page.render_api(settings),
    }


def _load_overview(
    store: Store,
    settings: Settings,
    of_feeds: Sequence[FeedPage],
    days: Sequence[ArchiveDay],
    figures: TrendFigures,
) -> Overview:
    opened, licences = count_open_by_category(store), trends.count_by_licence(store)
    return Overview(
        days=days,
        opened=opened,
        counts=count_by_page(of_feeds, opened, licences, figures.organisations),
        choices=list_choices(settings.harvest.categories, licences),
        served=settings.served,
    )


def build_paper_page(store: Store, settings: Settings, arxiv_id: str) -> bytes | None:
    """The page of any stored paper, None if it does not exist. Whatever is asked for, it never raises."""
    work = f"arxiv:{_plain(arxiv_id)}"
    item = items.load_item(store, work)
    dossier = evidence.load_evidence(store, [work]).get(work) if item else None
    return pages.render_paper(item, dossier, settings) if item and dossier else None


def is_stored(store: Store, arxiv_id: str) -> bool:
    """Whether a paper is stored."""
    return items.load_item(store, f"arxiv:{arxiv_id}") is not None


def build_search_page(
    store: Store,
    settings: Settings,
    words: str,
    page: int,
    status: Status | None = None,
    asked: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The page of a search: papers that hold all words, `page` counted from 1. Whatever is asked for, it never
    raises.

    `asked` may have `sort` (an order), `has` (an open fact) and `cat` (a category); other values mean nothing.
    """
    query = " ".join(_plain(words).split())[:LONGEST_SEARCH]
    order = next((known for known in SearchOrder if known == asked.get("sort")), SearchOrder.OPEN)
    fact = next((known for known in Fact if known == asked.get("has")), None)
    category = asked.get("cat", "") if asked.get("cat") in settings.harvest.categories else ""
    matches = find_papers(store, query, MOST_FOUND, order=order, fact=fact, category=category)
    last = max(1, -(-len(matches) // pages.PER_SEARCH))
    number = min(max(page, 1), last)
    shown = matches[(number - 1) * pages.PER_SEARCH : number * pages.PER_SEARCH]
    results = [item for arxiv_id in shown if (item := items.load_item(store, f"arxiv:{arxiv_id}")) is not None]
    narrowed = {"has": fact.value if fact else "", "cat": category}
    filters = {key: value for key, value in narrowed.items() if value}
    search = SearchPage(
        wanted=query,
        found=len(matches),
        number=number,
        most=MOST_FOUND,
        asked={**filters, **({"sort": order.value} if order is not SearchOrder.OPEN else {})},
        feed="" if parse_arxiv_id(query) else query_of_search(query, filters),
        missing=(parse_arxiv_id(query) or "") if not matches else "",
    )
    return pages.render_search(search, results, settings, status)


def _plain(text: str) -> str:
    """What a database takes as text: no NUL and no half of a surrogate pair."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _render_papers(
    store: Store, settings: Settings, by_work: Mapping[str, Item], page_paths: set[str]
) -> dict[str, bytes]:
    rendered, works = {}, sorted(by_work)
    for start in range(0, len(works), BATCH):
        for work, dossier in evidence.load_evidence(store, works[start : start + BATCH]).items():
            name = f"paper/{by_work[work].arxiv_id}"
            if is_safe_path(name):
                rendered[f"{name}.html"] = pages.render_paper(by_work[work], dossier, settings, page_paths)
    return rendered


def _page_changes(site: Iterable[str], by_work: Mapping[str, Item]) -> dict[str, datetime | None]:
    """The pages that a robot should read, by path, with the time of their last change where it is known."""
    changed = {f"paper/{item.arxiv_id}": item.changed_at for item in by_work.values()}
    paths = [
        name.removesuffix(".html")
        for name in site
        if name.endswith(".html") and name not in ("404.html", "search.html")
    ]
    return {"" if path == "index" else path: changed.get(path) for path in paths}
