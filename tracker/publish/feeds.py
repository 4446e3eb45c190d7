"""Feeds as bytes: feedgen behind one door, its faults mended here; pure and deterministic.

Equal items give equal bytes: no date of building, no version, nothing volatile.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import feedgen.entry
from feedgen.feed import FeedGenerator

from tracker.domain.items import Channel, Item
from tracker.publish import feed_entry, jsonfeed, latex
from tracker.settings import Feed

if TYPE_CHECKING:
    from tracker.publish.feed_entry import FeedEntry

log = logging.getLogger(__name__)

TYPES = {
    "xml": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
"""The formats by the endings of their paths, with their media types."""
SITE = "https://arxiv.org/"
"""Where a channel points when nobody knows where the site is reached."""
ARXIV_SCHEME = "http://arxiv.org/schemas/atom"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for no date: RSS needs none and feedgen would fill in the present one; Atom must have one."""
_NO_DATE = re.compile(rb"\s*<lastBuildDate>Sat, 01 Jan 2000[^<]*</lastBuildDate>")
_UTC = re.compile(rb"(<(?:updated|published)>[0-9T:.-]+)\+00:00<")
_PLAIN = re.compile(
    rb"(<(title|description|summary|name|rights|category|dc:creator|dc:rights)(?: [^<>]*)?>)([^<]*)(</\2>)"
)
_SELF = re.compile(rb"<atom:link [^<>]*/>")


class _Entry(feedgen.entry.FeedEntry):  # type: ignore[misc] # feedgen has no types
    """An entry whose links keep what was said of them.

    feedgen 1.0 drops rel, type and title of each link of an Atom entry (lkiesow/python-feedgen issue 135).
    """

    def atom_entry(self, extensions: bool = True) -> Any:
        made = super().atom_entry(extensions)
        for element, link in zip(made.findall("link"), self.link() or [], strict=True):
            for name in ("rel", "type", "title"):
                if link.get(name):
                    element.set(name, link[name])
        return made


def write_feed(
    channel: Channel, ending: str, feed: Feed, *, public_url: str, address: str = "", hub: str = ""
) -> bytes:
    """One feed in the format of its path's `ending`: `xml` (RSS 2.0), `atom` (RFC 4287) or `json` (JSON Feed 1.1).

    Items stand in the order given, newest first. One that cannot be rendered is left out and logged; the others are
    published. `public_url` is the address that the operator gave the site: items link to their pages there, and
    without one to arXiv. `address` is where the site is reached when there is no public one: it names the feed
    itself. With neither, the feed names no address of its own, for a wrong one would lead readers astray. `hub` is
    the WebSub hub that is told of changes. Raises KeyError for another ending.
    """
    kind = TYPES[ending]
    site = (public_url or address).rstrip("/")
    self_url = feed_entry.escape_uri(f"{site}/{channel.path(ending)}") if site else None
    page = feed_entry.escape_uri(f"{site}/{channel.page}") if site else SITE
    entries = _told(channel.items, public_url)
    if ending == "json":
        return jsonfeed.write_json_feed(channel, entries, self_url=self_url, page=page, hub=hub, site=site)
    made = _generator(channel, feed, entries)
    if self_url:
        made.link(href=self_url, rel="self", type=kind)
    if hub:
        made.link(href=feed_entry.escape_uri(hub), rel="hub")
    # feedgen takes the channel's link in RSS from the last one given.
    made.link(href=page, rel="alternate", type="text/html")
    atom = ending == "atom"
    if atom and site:
        made.icon(feed_entry.escape_uri(f"{site}/favicon.svg"))
    _fill(made, entries, _atom if atom else _rss)
    document: bytes = made.atom_str(pretty=True) if atom else made.rss_str(pretty=True)
    return _mended(document, "" if atom else hub)


def _told(shown: Sequence[Item], public_url: str) -> list[FeedEntry]:
    made: list[FeedEntry] = []
    moments = set()
    for item in shown:
        try:
            one = feed_entry.build_entry(item, public_url)
            while one.changed in moments:
                one = replace(one, changed=one.changed + timedelta(microseconds=1))
            moments.add(one.changed)
            made.append(one)
        except Exception:
            log.exception("%s cannot be rendered and is left out of the feed", item.work)
    return made


def _generator(channel: Channel, feed: Feed, entries: Sequence[FeedEntry]) -> Any:
    made = FeedGenerator()
    made.load_extension("dc", atom=True, rss=True)
    # A composed feed is named by its address, which is quoted already.
    made.id(feed_entry.product_uri("feed", unquote(channel.name)))
    # feedgen writes no feed without them, and what is given may hold nothing that can be shown.
    title = latex.plain_text(channel.title) or feed_entry.GUID
    description = latex.plain_text(channel.description) or title
    made.title(title)
    made.description(description)
    made.subtitle(description)
    made.author({"name": feed_entry.GUID})
    made.language("en")
    made.ttl(feed.ttl_minutes)
    made.generator(feed_entry.GUID)
    made.docs("https://www.rssboard.org/rss-specification")
    newest = max((one.changed for one in entries), default=_NEVER)
    made.updated(newest)
    made.lastBuildDate(newest)
    return made


def _fill(made: Any, entries: Sequence[FeedEntry], build: Callable[[FeedEntry], _Entry]) -> None:
    for one in entries:
        try:
            entry = build(one)
        except Exception:
            log.exception("%s cannot be written and is left out of the feed", one.id)
            continue
        made.add_entry(entry, order="append")


def _entry(one: FeedEntry) -> _Entry:
    """What RSS and Atom share."""
    entry = _Entry()
    entry.load_extension("dc", atom=True, rss=True)
    entry.title(one.title)
    entry.guid(one.id, permalink=False)
    entry.id(one.id)
    if one.url:
        entry.link(href=one.url, rel="alternate", type="text/html")
    entry.published(one.published)
    entry.category(
        [{"term": code, "scheme": ARXIV_SCHEME} for code in one.codes] + [{"term": kind} for kind in one.kinds]
    )
    if one.identifier:
        entry.dc.dc_identifier(one.identifier)
    return entry


def _rss(one: FeedEntry) -> _Entry:
    entry = _entry(one)
    # The plain abstract comes first: readers take the first of the two as their preview. They read it as HTML
    # (RSS 2.0, `<description>`), where the `<` of a formula would swallow what follows.
    entry.description(escape(one.summary, quote=False))
    entry.content(one.body, type="CDATA")
    entry.dc.dc_creator(", ".join(one.authors))
    if one.rights:
        entry.dc.dc_rights(one.rights)
    # Written alone first: one bad item would otherwise cost the whole feed.
    entry.rss_entry()
    return entry


def _atom(one: FeedEntry) -> _Entry:
    entry = _entry(one)
    for url, name in one.artifacts:
        # A title is told only where no reader could take it for HTML.
        entry.link(href=url, rel="related", **({} if set("&<") & set(name) else {"title": name}))
    entry.updated(one.changed)
    entry.author([{"name": name} for name in one.authors])
    entry.summary(one.summary)
    entry.content(one.body, type="html")
    if one.rights:
        entry.rights(one.rights)
    entry.atom_entry()
    return entry


def _mended(document: bytes, hub: str) -> bytes:
    """What feedgen cannot say: no date where none is known, `Z` for UTC, the hub in RSS, and plain text with `&`
    and `<` as hex references: the form that readers which strip tags keep (RSS Advisory Board, Really Simple
    Syndication Best Practices Profile)."""
    document = _UTC.sub(rb"\1Z<", _NO_DATE.sub(b"", document, count=1))
    if hub:
        link = f'<atom:link href="{escape(feed_entry.escape_uri(hub))}" rel="hub"/>'.encode()
        document = _SELF.sub(lambda found: found[0] + b"\n    " + link, document, count=1)
    return _PLAIN.sub(
        lambda found: found[1] + found[3].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;") + found[4],
        document,
    )
