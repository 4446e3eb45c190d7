"""Feeds: their names and paths, their formats, and what a feed holds.

The main feed's name is empty; another's is the part of its path between `/feeds/` and the ending.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.digests import Digest
from tracker.domain.items import Item
from tracker.domain.month_report import MonthReport
from tracker.domain.terms import Fact

FACT_FEEDS = (Fact.WEIGHTS, Fact.DATA, Fact.DEMO)
"""The facts whose openings have a feed of their own, named as the fact; those of code are the main feed."""
PROMISE_KEPT_FEED = "event/promise-kept"
GONE_FEED = "event/gone"
DAILY_FEED, WEEKLY_FEED = "daily", "weekly"
"""The feeds of digests: an item is a day or a week."""
REPORTS_FEED = "reports"
"""The feed of the monthly reports."""
MAIN_FEED = "main"
"""The name in the store of the feed whose name in addresses is empty."""


class EventType(StrEnum):
    """What happened, as webhooks name it."""

    CODE_OPENED = "code.opened"
    WEIGHTS_OPENED = "weights.opened"
    DATA_OPENED = "data.opened"
    DEMO_OPENED = "demo.opened"
    PROMISE_KEPT = "promise.kept"
    ARTIFACT_GONE = "artifact.gone"


EVENT_TYPES = {
    MAIN_FEED: EventType.CODE_OPENED,
    Fact.WEIGHTS.value: EventType.WEIGHTS_OPENED,
    Fact.DATA.value: EventType.DATA_OPENED,
    Fact.DEMO.value: EventType.DEMO_OPENED,
    PROMISE_KEPT_FEED: EventType.PROMISE_KEPT,
    GONE_FEED: EventType.ARTIFACT_GONE,
}
"""What an entry of each feed reports, by the feed's name in the store."""


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A format of feeds: the ending of its paths, its media type, and its name for people."""

    ending: str
    media_type: str
    label: str


RSS = FeedFormat("xml", "application/rss+xml", "RSS")
ATOM = FeedFormat("atom", "application/atom+xml", "Atom")
JSON_FEED = FeedFormat("json", "application/feed+json", "JSON Feed")
FEED_FORMATS = (RSS, ATOM, JSON_FEED)
"""RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1: every feed is published in each of them."""
FEED_SUFFIXES = frozenset(f".{feed_format.ending}" for feed_format in FEED_FORMATS)
"""The endings of feed files, with the dot."""
FORMAT_BY_ENDING = {feed_format.ending: feed_format for feed_format in FEED_FORMATS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed, ready to be written in any format.

    `name` is empty for the main feed, else the part of the path between `/feeds/` and the ending: `cs.CL`, `weights`,
    `licence/MIT`, `org/Ai2`, `event/gone`; or `paper/ID` for the feed of one paper; or the canonical query of a composed
    feed, beginning with `?`. `page` is the path of the page for people that shows the same, without a leading slash.
    """

    name: str
    title: str
    description: str
    items: tuple[Item, ...]
    page: str = ""
    digests: tuple[Digest, ...] = ()
    """What a feed of digests holds instead of papers."""
    reports: tuple[MonthReport, ...] = ()
    """What the feed of reports holds instead of papers."""

    @property
    def count(self) -> int:
        """How many items it has."""
        return len(self.items) or len(self.digests) or len(self.reports)

    def path(self, feed_format: FeedFormat) -> str:
        """Where it is served, without a leading slash: `feed.xml`, `feeds/cs.CL.atom`, `feed.xml?cat=cs.CL`."""
        ending = feed_format.ending
        if not self.name or self.name.startswith("?"):
            return f"feed.{ending}{self.name}"
        return f"{self.name}.{ending}" if self.name.startswith("paper/") else f"feeds/{self.name}.{ending}"
