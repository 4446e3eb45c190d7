"""The shelves of the site: which feeds have a page of their own, where it lies, and what it is called; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.feeds import Channel
from tracker.domain.terms import Fact
from tracker.publish.addresses import is_safe_path

KINDS = {fact.value for fact in Fact}
_FOLDERS = {"licence": "licence", "org": "org"}


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One feed with a page that shows the same papers. `path` is the page's, without a leading slash or an ending."""

    group: str
    label: str
    path: str
    channel: Channel

    @property
    def kind(self) -> str:
        """`category`, `licence`, `org` or `kind`."""
        return self.path.split("/")[1]


def page_path(channel: Channel) -> str:
    """Where a feed's page lies, or empty where it has none of its own (the main feed, keywords, papers, events)."""
    if channel.page.startswith("browse/"):
        return channel.page.removesuffix(".html")
    folder, slash, rest = channel.name.partition("/")
    if slash:
        return f"browse/{_FOLDERS[folder]}/{rest}" if folder in _FOLDERS and rest else ""
    if not folder or folder.startswith("?") or channel.page:
        return ""
    return f"browse/kind/{folder}" if folder in KINDS else f"browse/category/{folder}"


def list_feed_pages(channels: Iterable[tuple[str, Channel]]) -> list[FeedPage]:
    """The feeds that have a page, in the order given; each path once."""
    made: dict[str, FeedPage] = {}
    for group, channel in channels:
        where = page_path(channel)
        if where and is_safe_path(where):
            made.setdefault(where, FeedPage(group, feed_label(channel), where, channel))
    return list(made.values())


def feed_label(channel: Channel) -> str:
    """`cs.CL`, `MIT`, `Ai2`, `Weights`: the last part of a feed's name."""
    last = channel.name.partition("/")[2] or channel.name or channel.title
    return last.capitalize() if last in KINDS else last


def group_channels(channels: Sequence[tuple[str, Channel]]) -> dict[str, list[Channel]]:
    """Feeds to subscribe to, by group in the order given; those of one paper and composed ones are left out."""
    made: dict[str, list[Channel]] = {}
    for group, channel in channels:
        if not channel.name.startswith(("paper/", "?")):
            made.setdefault(group, []).append(channel)
    return made
