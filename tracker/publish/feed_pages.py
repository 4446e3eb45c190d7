"""The pages of feeds: which feeds have their own page, its path and its label; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.feeds import Channel
from tracker.domain.terms import Fact
from tracker.publish.addresses import is_safe_path
from tracker.publish.feed_titles import SITES
from tracker.publish.wording import name_category

KINDS = {fact.value for fact in Fact}
_FOLDERS = ("licence", "org", "host", "kind")
"""Filters whose feeds have a page: `feeds/org/Ai2.xml` shows what `browse/org/Ai2` shows."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A feed and the page that shows the same papers. `path` is the page's, without a leading slash or an ending."""

    group: str
    label: str
    path: str
    channel: Channel

    @property
    def kind(self) -> str:
        """`category`, `licence`, `org`, `host` or `kind`."""
        return self.path.split("/")[1]

    @property
    def title(self) -> str:
        """The label for people: of a category with its name."""
        return name_category(self.label) if self.kind == "category" else self.label


def page_path(channel: Channel) -> str:
    """The path of a feed's page; empty if it has no page of its own (the main feed, keywords, papers, events)."""
    if channel.page.startswith("browse/"):
        return channel.page.removesuffix(".html")
    folder, slash, rest = channel.name.partition("/")
    if slash:
        return f"browse/{channel.name}" if folder in _FOLDERS and rest else ""
    if not folder or folder.startswith("?") or channel.page:
        return ""
    return f"browse/kind/{folder}" if folder in KINDS else f"browse/category/{folder}"


def list_feed_pages(channels: Iterable[tuple[str, Channel]]) -> list[FeedPage]:
    """The feeds that have a page, in the order given; each path once."""
    pages: dict[str, FeedPage] = {}
    for group, channel in channels:
        path = page_path(channel)
        if path and is_safe_path(path):
            pages.setdefault(path, FeedPage(group, feed_label(channel), path, channel))
    return list(pages.values())


def feed_label(channel: Channel) -> str:
    """`cs.CL`, `MIT`, `Ai2`, `GitHub`, `Weights`: the last part of a feed's name."""
    folder, _, last = channel.name.partition("/")
    if folder in ("host", "kind"):
        name = SITES.get(last, last) if folder == "host" else last
        return name[:1].upper() + name[1:]
    last = last or channel.name or channel.title
    return last.capitalize() if last in KINDS else last


def form_choices(channels: Iterable[tuple[str, Channel]]) -> dict[str, list[str]]:
    """The values that the form of feeds offers, by filter, from the names of the feeds."""
    choices: dict[str, list[str]] = {"cat": [], "org": [], "licence": []}
    for _, channel in channels:
        folder, slash, value = channel.name.partition("/")
        if slash and folder in choices:
            choices[folder].append(value)
        elif page_path(channel).startswith("browse/category/"):
            choices["cat"].append(channel.name)
    return choices


def group_channels(channels: Sequence[tuple[str, Channel]]) -> dict[str, list[Channel]]:
    """Feeds to subscribe to, by group in the order given, without composed feeds and those of single papers."""
    groups: dict[str, list[Channel]] = {}
    for group, channel in channels:
        if not channel.name.startswith(("paper/", "?")):
            groups.setdefault(group, []).append(channel)
    return groups
