"""arXiv's RSS: only the latest announcement, read where neither the API nor OAI-PMH answers.

Source: info.arxiv.org/help/rss, and arXiv's own program (arXiv/arxiv-feed). It has at most 2,000 items, without comments
and times of submission. What is missing is filled in when another source answers again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from lxml import etree

from tracker.domain.errors import UpstreamError
from tracker.domain.papers import Version
from tracker.domain.protocols import Fetch
from tracker.harvest import announcements, oai_records
from tracker.harvest.arxiv_text import CATEGORY, WITHDRAWN, clean_text

UPSTREAM = "arxiv_rss"
MOST_ITEMS = 2_000
"""The most items of a channel; one that holds so many may lack others."""
NEW_KINDS = frozenset({"new", "cross"})
_KINDS = NEW_KINDS | {"replace", "replace-cross"}
_GUID = re.compile(r"oai:arXiv\.org:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/\d{7})v([1-9]\d{0,2})", re.ASCII)
_ARXIV = "{http://arxiv.org/schemas/atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ABSTRACT = "Abstract:"


@dataclass(frozen=True, slots=True)
class RssItem:
    """One announced version. RSS has no times of submission, so its times are the latest possible ones."""

    version: Version
    kind: str
    """`new`, `cross`, `replace` or `replace-cross`."""


@dataclass(frozen=True, slots=True)
class RssChannel:
    """The announcement of one day; `unread` counts the items that could not be read."""

    day: date
    items: tuple[RssItem, ...]
    unread: int = 0


def read_today(fetch: Fetch, categories: Iterable[str], holidays: Iterable[date]) -> RssChannel:
    """The latest announcement in these categories.

    Raises UpstreamStopped, and UpstreamError where no valid response came.
    """
    response = fetch.get(UPSTREAM, f"/{'+'.join(categories)}")
    if response.status != 200:
        raise UpstreamError(UPSTREAM, f"a response with status {response.status}")
    channel = parse_channel(response.body, frozenset(holidays))
    if isinstance(channel, str):
        raise UpstreamError(UPSTREAM, channel)
    return channel


def parse_channel(body: bytes, holidays: frozenset[date]) -> RssChannel | str:
    """The announcement in the body of a response, or a clause that says what is wrong with it."""
    if not body.strip():
        return "an empty response"
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError, LookupError):
        return "a response that is not complete XML"
    if root.getroottree().docinfo.internalDTD is not None:
        return "a response with a document type, which a feed does not have"
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None:
        return "a response that is not RSS"
    published = _date(channel.findtext("pubDate") or channel.findtext("lastBuildDate") or "")
    if published is None:
        return "a channel without its date"
    # At midnight in New York the feed changes to the announcement of the evening before.
    day = announcements.previous_day(published.astimezone(announcements.NEW_YORK).date(), holidays)
    latest = announcements.submission_window(day, holidays)[1] - timedelta(seconds=1)
    parsed = [_item(node, latest) for node in channel.iterchildren("item")]
    items = tuple(item for item in parsed if item is not None)
    return RssChannel(day, items, len(parsed) - len(items))


def _item(node: etree._Element, latest: datetime) -> RssItem | None:
    guid = _GUID.fullmatch((node.findtext("guid") or "").strip())
    kind = (node.findtext(f"{_ARXIV}announce_type") or "").strip()
    listed = [(category.text or "").strip() for category in node.iterchildren("category")]
    categories = tuple(dict.fromkeys(name for name in listed if CATEGORY.fullmatch(name)))
    if guid is None or kind not in _KINDS or not categories:
        return None
    _, marked, abstract = clean_text(node.findtext("description") or "").partition(_ABSTRACT)
    text = abstract.strip() if marked else ""
    return RssItem(
        Version(
            arxiv_id=guid[1],
            n=int(guid[2]),
            title=" ".join(clean_text(node.findtext("title") or "").split()),
            abstract=text,
            authors=oai_records.parse_authors(clean_text(node.findtext(f"{_DC}creator") or "")),
            categories=categories,
            primary_category=categories[0],
            comment=None,
            submitted_at=latest,
            updated_at=latest,
            licence=(node.findtext(f"{_DC}rights") or "").strip() or None,
            withdrawn=bool(WITHDRAWN.match(text)),
        ),
        kind,
    )


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text.strip())
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo and date.year in announcements.YEARS else None
