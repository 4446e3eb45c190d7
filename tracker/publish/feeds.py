"""The feed as bytes: feedgen behind one door, its faults mended here; pure and deterministic.

Equal items give equal bytes: no date of building, no version, nothing volatile.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from feedgen.feed import FeedGenerator

from tracker.publish import latex, render, words
from tracker.published import Item
from tracker.settings import Feed

log = logging.getLogger(__name__)

GUID = "arxiv-code-tracker"
SITE = "https://arxiv.org/"
"""Where the channel points when the operator set no public address."""
ARXIV_SCHEME = "http://arxiv.org/schemas/atom"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for no date, which feedgen would fill with the present one; taken out again."""
_NO_DATE = re.compile(rb"\s*<lastBuildDate>Thu, 01 Jan 1970[^<]*</lastBuildDate>")
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)


def rss(items: Sequence[Item], feed: Feed, *, public_url: str, path: str = "feed.xml") -> bytes:
    """RSS 2.0 of items in the order given, newest first.

    An item that cannot be rendered is left out and logged; the others are published. `public_url` is where this
    site is reached; empty: the channel points to arXiv and names no address of its own, for a wrong one would
    lead readers astray.
    """
    made = _generator(feed, public_url, path)
    newest = max((item.changed_at for item in items if item.changed_at), default=None)
    made.lastBuildDate(newest or _NEVER)
    for item in items:
        try:
            entry = _entry(item)
            # Serialised alone first: one bad character would otherwise cost the whole feed.
            entry.rss_entry()
        except Exception:
            log.exception("%s cannot be rendered and is left out of the feed", item.work)
            continue
        made.add_entry(entry, order="append")
    return _mended(made.rss_str(pretty=True))


def _generator(feed: Feed, public_url: str, path: str) -> Any:
    base = f"{public_url.rstrip('/')}/" if public_url else ""
    made = FeedGenerator()
    made.load_extension("dc", atom=False, rss=True)
    made.title(latex.clean(feed.title))
    made.description(latex.clean(feed.description))
    made.language("en")
    made.ttl(feed.ttl_minutes)
    made.generator("arxiv-code-tracker")
    made.docs("https://www.rssboard.org/rss-specification")
    if base:
        made.link(href=f"{base}{path}", rel="self", type="application/rss+xml")
    # feedgen takes the channel's link from the last one given.
    made.link(href=base or SITE, rel="alternate")
    return made


def _entry(item: Item) -> Any:
    from feedgen.feed import FeedEntry  # noqa: PLC0415 # beside its extension

    entry = FeedEntry()
    entry.load_extension("dc", atom=False, rss=True)
    link = words.paper_url(item)
    entry.title(latex.plain(item.title) or latex.clean(item.work))
    entry.guid(latex.clean(f"{GUID}:{item.work}"), permalink=False)
    if link:
        entry.link(href=latex.clean(link))
    entry.published(item.entered_at)
    # The plain abstract comes first: readers take the first of the two as their preview. They read it as HTML
    # (RSS 2.0, `<description>`), where the `<` of a formula would swallow what follows.
    entry.description(escape(latex.plain(item.abstract) or latex.plain(item.title), quote=False))
    entry.content(latex.clean(render.html("item.html.j2", item=item)), type="CDATA")
    codes = filter(None, map(latex.clean, item.categories))
    kinds = filter(None, {latex.clean(link.kind) for link in words.own(item)})
    entry.category(
        [{"term": code, "scheme": ARXIV_SCHEME} for code in codes] + [{"term": kind} for kind in sorted(kinds)]
    )
    if authors := ", ".join(filter(None, map(latex.plain, item.authors))):
        entry.dc.dc_creator(authors)
    if item.arxiv_id:
        entry.dc.dc_identifier(latex.clean(f"doi:10.48550/arXiv.{item.arxiv_id}"))
    if item.licence:
        entry.dc.dc_rights(latex.clean(item.licence))
    return entry


def _mended(document: bytes) -> bytes:
    """No date where none is known, and titles with `&` and `<` as hex references: the form that readers which
    strip tags keep (RSS Advisory Board, Really Simple Syndication Best Practices Profile)."""
    return _TITLE.sub(
        lambda found: b"<title>" + found[1].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;") + b"</title>",
        _NO_DATE.sub(b"", document, count=1),
    )
