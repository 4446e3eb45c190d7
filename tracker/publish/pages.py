"""Pages for people, as bytes: rendered here, without scripts and without content from other sites; pure.

Every page is named by its file (`paper/2606.00001.html`); it is served without the ending, and links to the others
relative to itself, so that the site works below any path.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from tracker.domain.archive import Selection
from tracker.domain.evidence import WorkEvidence
from tracker.domain.feeds import Channel
from tracker.domain.items import Item
from tracker.domain.status import Status
from tracker.domain.terms import Role
from tracker.publish import answer, error_report, render, steps, wording
from tracker.publish.addresses import is_web_url, page_href
from tracker.publish.documents import Document
from tracker.publish.feed_pages import FeedPage, form_choices, group_channels
from tracker.publish.overview import Overview
from tracker.publish.page import MAIN_CHANNEL, absolute_root, canonical_address, render_page
from tracker.publish.userscript_files import userscript_header
from tracker.settings import Settings

CARDS = 60
"""Items of a feed's page shown as cards; the feed's other items follow in one line each, so that the page stays small."""
ABSTRACTS = 25
"""Cards of a feed's page that show their abstract."""
NEWEST, LATEST_DAYS, LINES = 20, 7, 8
"""What the first page shows: the newest papers as cards, the number of papers of the latest days, and as lines the papers
without open code."""
MOST_EVENTS, MOST_CHECKS, MOST_MENTIONS, MOST_OTHERS, MOST_REPORTS = 200, 20, 10, 100, 40
"""The most rows of each list on a paper's page: somebody may link a thousand things."""
PER_SEARCH = 25


def render_index(
    items: Sequence[Item],
    not_open: Sequence[Item],
    releases: Sequence[Item],
    unlinked: Sequence[Item],
    status: Status,
    settings: Settings,
    *,
    address: str = "",
    feed_pages: Sequence[FeedPage] | None = None,
    overview: Overview | None = None,
) -> bytes:
    """The first page: the newest papers, what leads on to all others, and the tracker's status.

    `address` is the site's, without a trailing slash; empty if it is not known. `feed_pages` are the
    pages of the feeds; None if this is the only page. `overview` has the archive's days and counts.
    """
    overview = overview or Overview()
    shown = items[:NEWEST]
    return render_page(
        "index.html",
        settings,
        status=status,
        address=address,
        days=_by_day(shown),
        counts={day.day: day.papers for day in overview.days},
        latest=overview.days[:LATEST_DAYS],
        overview=overview,
        selection=Selection(),
        total=len(items),
        with_abstract={item.work for item in [*shown, *releases]},
        not_open=not_open[:LINES],
        releases=releases,
        unlinked=unlinked[:LINES],
        feed_pages=[page for page in feed_pages or () if page.channel.items],
        paged=feed_pages is not None,
        anonymous_per_hour=settings.limits.github_anonymous_per_hour,
        ask_contact=not settings.contact.strip() and not status.demo,
    )


def render_not_open(not_open: Sequence[Item], unlinked: Sequence[Item], settings: Settings) -> bytes:
    """The newest papers that were checked and are not open, with the reasons, and those without a link."""
    return render_page("not-open.html", settings, not_open=not_open, unlinked=unlinked)


def render_feed_page(page: FeedPage, settings: Settings, overview: Overview | None = None) -> bytes:
    """The newest papers of one feed, and what leads on to all of the same kind."""
    items = page.channel.items
    return render_page(
        f"{page.path}.html",
        settings,
        page=page,
        channel=page.channel,
        found=overview.counts.get(page.path) if overview else None,
        selections=overview.selections(page) if overview else (),
        items=items[:CARDS],
        more=items[CARDS:],
        with_abstract={item.work for item in items[:ABSTRACTS]},
        template="feed_page.html.j2",
    )


def render_browse(
    feed_pages: Sequence[FeedPage], settings: Settings, status: Status, overview: Overview | None = None
) -> bytes:
    """All pages of feeds, with the number of papers in each."""
    return render_page(
        "browse.html", settings, status=status, feed_pages=feed_pages, overview=overview or Overview()
    )


def render_paper(
    item: Item, evidence: WorkEvidence, settings: Settings, page_paths: Collection[str] = ()
) -> bytes:
    """Everything known of one paper, with its evidence. `page_paths` are the paths of the pages of feeds."""
    artifacts = [(link, evidence.artifact(link.reference)) for link in [*item.own_links(), *item.other_links()]]
    return render_page(
        f"paper/{item.arxiv_id or 'release'}.html",
        settings,
        channel=_own_feed(item) if settings.served else MAIN_CHANNEL,
        item=item,
        evidence=evidence,
        own=[shown for shown in artifacts if shown[0].role in (Role.OWN, Role.OWN_PAGE)],
        others=[shown for shown in artifacts if shown[0].role not in (Role.OWN, Role.OWN_PAGE)][:MOST_OTHERS],
        headline=answer.headline(item),
        explanation=answer.explanation(item),
        citation=answer.citation(item),
        canonical=canonical_address(settings, f"paper/{item.arxiv_id}"),
        history=steps.list_steps(item, evidence)[-MOST_EVENTS:],
        quoted=_is_apart(evidence),
        most_checks=MOST_CHECKS,
        most_mentions=MOST_MENTIONS,
        most_reports=MOST_REPORTS,
        page_paths=page_paths,
        correction=error_report.correction_toml(item),
        report=error_report.report_address(settings.contact, item),
        contact=settings.contact.strip(),
        template="paper.html.j2",
    )


def render_feeds(
    channels: Sequence[tuple[str, Channel]], settings: Settings, status: Status, *, address: str
) -> bytes:
    """The page of all feeds: what each holds, and its addresses to copy."""
    return render_page(
        "feeds.html",
        settings,
        status=status,
        address=address,
        groups=group_channels(channels),
        choices=form_choices(channels),
        asked={},
    )


def render_composed_feed(
    channel: Channel | None,
    asked: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    settings: Settings,
    *,
    address: str,
    problem: str = "",
) -> bytes:
    """The page of a feed that the form composed, with its addresses and its newest papers; `channel` is None where
    nothing was asked for, or where `problem` says what is wrong. `asked` has what the fields of the form held."""
    return render_page(
        "feeds.html",
        settings,
        channel=channel or MAIN_CHANNEL,
        address=address,
        composed=channel,
        problem=problem,
        items=channel.items[:PER_SEARCH] if channel else (),
        choices=choices,
        asked=asked,
        template="composed_feed.html.j2",
    )


def render_userscript(settings: Settings, address: str) -> bytes:
    """The page that offers the userscript and the browser extension, and says what they send where."""
    script = userscript_header(address) if address else ""
    return render_page("userscript.html", settings, address=address, script=script)


def render_about(settings: Settings, status: Status, *, has_snapshot: bool = False) -> bytes:
    """How the judging works, its measured accuracy, and thanks. `has_snapshot` says whether there is one to link."""
    measured = json.loads(render.load_asset("accuracy.json"))
    return render_page(
        "about.html",
        settings,
        status=status,
        measured=measured,
        contact=_contact(settings.contact),
        has_snapshot=has_snapshot,
    )


def render_docs(documents: Sequence[Document], settings: Settings) -> dict[str, bytes]:
    """The documents, each on its page, and the list of them, by the name of their file."""
    return {
        "docs.html": render_page("docs.html", settings, documents=documents),
        **{
            f"docs/{document.name}.html": render_page(
                f"docs/{document.name}.html", settings, document=document, template="document.html.j2"
            )
            for document in documents
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of a search's results. `number` counts pages from 1; the search ends at `most` of `found`."""

    wanted: str = ""
    found: int = 0
    number: int = 1
    most: int
    asked: Mapping[str, str] = field(default_factory=dict)
    """The filters and the order that were chosen, by parameter."""
    feed: str = ""
    """The query of the feed of the same words; empty if there is no such feed."""
    missing: str = ""
    """The arXiv id that was typed, where it is not in the store."""

    def address(self, number: int) -> str:
        """The query of another page of the results."""
        return urlencode({"q": self.wanted, **self.asked, "page": number}, errors="replace")


def render_search(
    search: SearchPage, items: Sequence[Item], settings: Settings, status: Status | None = None
) -> bytes:
    """One page of a search's results, and the form that narrows and sorts them."""
    feed = Channel(name=f"?{search.feed}", title=f"Search: {search.wanted}", description="", items=())
    return render_page(
        "search.html",
        settings,
        status=status,
        channel=feed if search.feed else MAIN_CHANNEL,
        search=search,
        wanted=search.wanted,
        items=items,
        per_page=PER_SEARCH,
        with_abstract={item.work for item in items},
        categories=settings.harvest.categories,
    )


def render_not_found(settings: Settings) -> bytes:
    """The page of an address that does not exist."""
    return render_page("404.html", settings, root=absolute_root(settings))


def robots_txt(public_url: str) -> bytes:
    """The robots.txt: robots may read everything except search results, which are rendered for each request."""
    base = public_url.rstrip("/")
    lines = ["User-agent: *", f"Disallow: {urlsplit(base).path}/search?", "Allow: /"]
    return "\n".join([*lines, *([f"Sitemap: {base}/sitemap.xml"] if base else []), ""]).encode()


def sitemap_xml(pages: Mapping[str, datetime | None], address: str) -> bytes:
    """The sitemap (sitemaps.org 0.9) of pages, given as path and time of the newest change, None if it is not known."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path, changed in list(pages.items())[:50_000]:
        when = f"<lastmod>{wording.format_timestamp(changed)}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(page_href(f'{address}/', path))}</loc>{when}</url>")
    return "\n".join([*lines, "</urlset>", ""]).encode()


def load_assets() -> dict[str, bytes]:
    """The style sheet and the icons, by the name of their file."""
    return {name: render.load_asset(name) for name in ("style.css", "favicon.svg", "favicon.ico")}


def _by_day(items: Sequence[Item]) -> list[tuple[datetime | None, list[Item]]]:
    """Items by the day on which they entered, in their order."""
    days: list[tuple[datetime | None, list[Item]]] = []
    for item in items:
        if not days or (days[-1][0] and days[-1][0].date()) != (item.entered_at and item.entered_at.date()):
            days.append((item.entered_at, []))
        days[-1][1].append(item)
    return days


def _is_apart(evidence: WorkEvidence) -> bool:
    """Whether the sentence of the promise is not already shown with a link."""
    sentences = {mention.evidence for artifact in evidence.artifacts for mention in artifact.mentions}
    return bool(evidence.promise_evidence) and evidence.promise_evidence not in sentences


def _own_feed(item: Item) -> Channel:
    return Channel(name=f"paper/{item.arxiv_id}", title=item.title, description="", items=(item,))


def _contact(contact: str) -> str | None:
    """The operator's contact as a link; None if it is neither a web nor a mail address."""
    if is_web_url(contact):
        return contact
    return f"mailto:{contact.removeprefix('mailto:')}" if "@" in contact and " " not in contact else None
