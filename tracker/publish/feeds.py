"""Feeds as bytes: the only use of feedgen, whose faults are mended here; pure and deterministic.

Equal items give equal bytes: no date of building, no version, nothing volatile.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import feedgen.entry
from feedgen.feed import FeedGenerator

from tracker.domain.feeds import ATOM, JSON_FEED, Channel, FeedFormat
from tracker.publish import feed_entry, jsonfeed
from tracker.publish.addresses import PRODUCT_NAME, escape_uri, product_uri
from tracker.publish.digests import build_digest_entry
from tracker.publish.month_report import build_report_entry
from tracker.publish.readable_text import readable_text
from tracker.settings import Feed

if TYPE_CHECKING:
    from tracker.publish.feed_entry import FeedEntry

log = logging.getLogger(__name__)

SITE = "https://arxiv.org/"
"""The page of a feed whose site has no known address."""
ARXIV_SCHEME = "http://arxiv.org/schemas/atom"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""In place of no date: feedgen would fill in the present one, which RSS does not need; Atom requires a date."""
_NO_DATE = re.compile(rb"(?<!\s)\s*<lastBuildDate>Sat, 01 Jan 2000[^<]*</lastBuildDate>")
_UTC = re.compile(rb"(<(?:updated|published)>[0-9T:.-]+)\+00:00<")
_PLAIN = re.compile(
    rb"(<(title|description|summary|name|rights|category|dc:creator|dc:rights)(?: [^<>]*)?>)([^<]*)(</\2>)"
)
_SELF = re.compile(rb"<atom:link [^<>]*/>")


class _Entry(feedgen.entry.FeedEntry):  # type: ignore[misc] # feedgen has no types
    """An entry that keeps the attributes of its links.

    feedgen 1.0 drops rel, type and title of each link of an Atom entry (lkiesow/python-feedgen issue 135).
    """

    def atom_entry(self, extensions: bool = True) -> Any:
        entry = super().atom_entry(extensions)
        for element, link in zip(entry.findall("link"), self.link() or [], strict=True):
            for name in ("rel", "type", "title"):
                if link.get(name):
                    element.set(name, link[name])
        return entry


def write_feed(
    channel: Channel, feed_format: FeedFormat, feed: Feed, *, public_url: str, address: str = "", hub: str = ""
) -> bytes:
    """One feed in one format.

    Items keep the order given, newest first. An item that cannot be rendered is left out and logged; the others are
    published. `public_url` is the address that the operator gave the site: items link to their pages there, and
    without it to arXiv. `address` is where the site is reached if there is no public address: it names the feed
    itself. With neither, the feed does not name its own address, since a wrong one would mislead readers. `hub` is
    the WebSub hub that is notified of changes, empty if there is no such hub.
    """
    site = (public_url or address).rstrip("/")
    self_url = escape_uri(f"{site}/{channel.path(feed_format)}") if site else None
    page = escape_uri(f"{site}/{channel.page}") if site else SITE
    entries = _build_entries(channel, public_url)
    if feed_format is JSON_FEED:
        return jsonfeed.write_json_feed(channel, entries, self_url=self_url, page=page, hub=hub, site=site)
    generator = _generator(channel, feed, entries)
    if self_url:
        generator.link(href=self_url, rel="self", type=feed_format.media_type)
    if hub:
        generator.link(href=escape_uri(hub), rel="hub")
    # feedgen takes the channel's link in RSS from the last one given.
    generator.link(href=page, rel="alternate", type="text/html")
    is_atom = feed_format is ATOM
    if is_atom and site:
        generator.icon(escape_uri(f"{site}/favicon.svg"))
    _add_entries(generator, entries, _atom_entry if is_atom else _rss_entry)
    document: bytes = generator.atom_str(pretty=True) if is_atom else generator.rss_str(pretty=True)
    return _mend(document, "" if is_atom else hub)


def _build_entries(channel: Channel, public_url: str) -> list[FeedEntry]:
    """What the feed holds as entries, each changed at a moment of its own."""
    entries: list[FeedEntry] = []
    moments = set()
    builders: list[tuple[str, Callable[[], FeedEntry]]] = [
        *((item.work, partial(feed_entry.build_entry, item, public_url)) for item in channel.items),
        *((digest.period.name, partial(build_digest_entry, digest, public_url)) for digest in channel.digests),
        *((report.month, partial(build_report_entry, report, public_url)) for report in channel.reports),
    ]
    for name, build in builders:
        try:
            entry = build()
            while entry.changed in moments:
                entry = replace(entry, changed=entry.changed + timedelta(microseconds=1))
            moments.add(entry.changed)
            entries.append(entry)
        except Exception:
            log.exception("%s cannot be rendered and is left out of the feed", name)
    return entries


def _generator(channel: Channel, feed: Feed, entries: Sequence[FeedEntry]) -> Any:
    """feedgen's generator with what describes the feed as a whole."""
    generator = FeedGenerator()
    generator.load_extension("dc", atom=True, rss=True)
    # A composed feed is named by its address, which is quoted already.
    generator.id(product_uri("feed", unquote(channel.name)))
    # feedgen requires title and description, and those given may have no visible character.
    title = readable_text(channel.title) or PRODUCT_NAME
    description = readable_text(channel.description) or title
    generator.title(title)
    generator.description(description)
    generator.subtitle(description)
    generator.author({"name": PRODUCT_NAME})
    generator.language("en")
    generator.ttl(feed.ttl_minutes)
    generator.generator(PRODUCT_NAME)
    generator.docs("https://www.rssboard.org/rss-specification")
    newest = max((entry.changed for entry in entries), default=_NEVER)
    generator.updated(newest)
    generator.lastBuildDate(newest)
    return generator


def _add_entries(generator: Any, entries: Sequence[FeedEntry], build: Callable[[FeedEntry], _Entry]) -> None:
    for entry in entries:
        try:
            element = build(entry)
        except Exception:
            log.exception("%s cannot be written and is left out of the feed", entry.id)
            continue
        generator.add_entry(element, order="append")


def _common_entry(entry: FeedEntry) -> _Entry:
    """What RSS and Atom share."""
    element = _Entry()
    element.load_extension("dc", atom=True, rss=True)
    element.title(entry.title)
    element.guid(entry.id, permalink=False)
    element.id(entry.id)
    if entry.url:
        element.link(href=entry.url, rel="alternate", type="text/html")
    element.published(entry.published)
    element.category(
        [{"term": code, "scheme": ARXIV_SCHEME} for code in entry.codes] + [{"term": kind} for kind in entry.kinds]
    )
    if entry.identifier:
        element.dc.dc_identifier(entry.identifier)
    return element


def _rss_entry(entry: FeedEntry) -> _Entry:
    element = _common_entry(entry)
    # The plain abstract comes first: readers take the first of the two as their preview. They read it as HTML
    # (RSS 2.0, `<description>`), where the `<` of a formula would swallow what follows.
    element.description(escape(entry.summary, quote=False))
    element.content(entry.body, type="CDATA")
    element.dc.dc_creator(", ".join(entry.authors))
    if entry.rights:
        element.dc.dc_rights(entry.rights)
    # Written alone first: one bad item would otherwise cost the whole feed.
    element.rss_entry()
    return element


def _atom_entry(entry: FeedEntry) -> _Entry:
    element = _common_entry(entry)
    for url, name in entry.artifacts:
        # A title is given only if no reader could take it for HTML.
        element.link(href=url, rel="related", **({} if set("&<") & set(name) else {"title": name}))
    element.updated(entry.changed)
    element.author([{"name": name} for name in entry.authors])
    element.summary(entry.summary)
    element.content(entry.body, type="html")
    if entry.rights:
        element.rights(entry.rights)
    element.atom_entry()
    return element


def _mend(document: bytes, hub: str) -> bytes:
    """The document with what feedgen cannot write: no date where none is known, `Z` for UTC, the WebSub hub in RSS,
    and plain text with `&` and `<` as hex references: the form that readers which strip tags keep (RSS Advisory
    Board, Really Simple Syndication Best Practices Profile)."""
    document = _UTC.sub(rb"\1Z<", _NO_DATE.sub(b"", document, count=1))
    if hub:
        link = f'<atom:link href="{escape(escape_uri(hub))}" rel="hub"/>'.encode()
        document = _SELF.sub(lambda match: match[0] + b"\n    " + link, document, count=1)
    return _PLAIN.sub(
        lambda match: match[1] + match[3].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;") + match[4],
        document,
    )
