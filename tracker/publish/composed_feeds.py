"""Feeds that readers compose by a query, built from entries in memory: no database, bounded in number and size.

`/feed.xml?cat=cs.CL,cs.LG&has=weights&licence=osi` has one canonical form; all others redirect to it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from tracker.config_files import Organisation
from tracker.domain.feeds import FORMAT_BY_ENDING, Channel, FeedFormat
from tracker.domain.items import Item
from tracker.publish import feeds
from tracker.publish.addresses import site_address
from tracker.publish.feed_filters import Clause, is_same_author, matches
from tracker.publish.feed_query import (
    MOST_QUERY,
    FeedQueryError,
    Vocabulary,
    build_vocabulary,
    canonical_query,
    parse_pairs,
    parse_query,
    split_query,
)
from tracker.publish.feed_titles import composed_title, only
from tracker.publish.feed_window import newest_items
from tracker.publish.readable_text import readable_text
from tracker.publish.saved_papers import is_saved_query, parse_saved, saved_channel, saved_query
from tracker.settings import Settings

MOST_CACHED, MOST_BYTES = 256, 16_000_000
FOLDERS = ("author", "keyword", "host", "kind", "licence", "org")
"""Filters that have feeds of their own, at `feeds/KEY/VALUE`."""


@dataclass(frozen=True, slots=True)
class ComposedFeed:
    """The path of an address's canonical form, or the feed at the address, or what is wrong with the address in one
    sentence; all None if there is no such feed."""

    location: str | None = None
    body: bytes | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The entries of one publish and what is derived from them; replaced as a whole."""

    main: tuple[Item, ...] = ()
    papers: Mapping[str, Item] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    entered: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    """The entries of the other feeds that have their own, by the feed's name."""
    cache: OrderedDict[str, bytes] = field(default_factory=OrderedDict, compare=False)
    """The feeds that were built from them."""


class Composer:
    """Builds the feeds of composed addresses from the entries of the last publish."""

    def __init__(self, settings: Settings, watched: Sequence[Organisation] = ()) -> None:
        self._settings = settings
        self._watched = tuple(watched)
        self._lock = threading.Lock()
        self._loaded = self._derive((), {})

    def load(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> None:
        """Take the entries of a publish: those of the main feed, and those of the feeds that have their own."""
        if (loaded := self._derive(main, entered)) == self._loaded:
            return
        self._loaded = loaded

    @property
    def entries(self) -> int:
        """How many entries of the main feed the last publish had."""
        return len(self._loaded.main)

    def _derive(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> _Loaded:
        everything = [*main, *(item for items in entered.values() for item in items)]
        return _Loaded(
            main=tuple(main),
            papers={item.arxiv_id: item for item in reversed(everything) if item.arxiv_id},
            vocabulary=build_vocabulary(main, self._settings.harvest.categories, self._watched),
            organisations={organisation.name: organisation for organisation in self._watched},
            entered={name: tuple(items) for name, items in entered.items()},
        )

    def describe(self, query: str) -> Channel | None:
        """The feed of a raw query with its items, named by the canonical query; None where nothing is asked for.

        Raises FeedQueryError.
        """
        loaded = self._loaded
        clauses = parse_query(query, loaded.vocabulary)
        return self._channel(loaded, clauses, f"?{canonical_query(clauses)}") if clauses else None

    def choices(self) -> dict[str, list[str]]:
        """The values that the form of feeds offers, by filter."""
        spellings = self._loaded.vocabulary.spellings
        return {key: sorted(set(spellings[key].values()), key=str.casefold) for key in ("cat", "org", "licence")}

    def answer(self, path: str, query: str) -> ComposedFeed:
        """The feed of a path without a leading slash, as `feed.xml` or `feeds/author/NAME.atom`, and a raw query."""
        name, dot, ending = path.rpartition(".")
        feed_format = FORMAT_BY_ENDING.get(ending)
        if not dot or feed_format is None or len(path) > MOST_QUERY:
            return ComposedFeed()
        loaded = self._loaded
        try:
            if name == "feed":
                return self._feed_by_query(loaded, feed_format, query)
            if name.startswith("paper/"):
                item = loaded.papers.get(name.removeprefix("paper/"))
                return self._feed_of_paper(loaded, item, feed_format, path) if item else ComposedFeed()
            if name.startswith("feeds/"):
                named = self._name_pair(loaded, name.removeprefix("feeds/"))
                return self._named_feed(loaded, named, feed_format, name, query)
        except FeedQueryError as error:
            return ComposedFeed(problem=str(error))
        return ComposedFeed()

    def _name_pair(self, loaded: _Loaded, name: str) -> tuple[str, str]:
        """The filter and the value of a feed's name; the filter is empty for a feed of none."""
        folder, slash, value = name.partition("/")
        if slash:
            return (folder, unquote(value)) if folder in FOLDERS else ("", name)
        return ("cat", name) if name.casefold() in loaded.vocabulary.spellings["cat"] else ("", name)

    def _named_feed(
        self, loaded: _Loaded, named: tuple[str, str], feed_format: FeedFormat, name: str, query: str
    ) -> ComposedFeed:
        """The feed of one filter, or, where a query narrows it, the way to the feed composed of both."""
        key, value = named
        if query:
            if not key:
                raise FeedQueryError("This feed takes no filters; feed.xml does: feed.xml?cat=cs.CL&has=weights")
            clauses = parse_pairs([named, *split_query(query)], loaded.vocabulary)
            return ComposedFeed(location=f"feed.{feed_format.ending}?{canonical_query(clauses)}")
        if not key or key == "cat":
            return ComposedFeed()
        try:
            clauses = parse_pairs([named], loaded.vocabulary)
        except FeedQueryError:
            if key == "keyword":
                raise
            return ComposedFeed()
        if not clauses:
            return ComposedFeed()
        if len(clauses) > 1 or len(clauses[0].values) != 1 or clauses[0].without:
            return ComposedFeed(location=f"feed.{feed_format.ending}?{canonical_query(clauses)}")
        folder, value = clauses[0].key, clauses[0].values[0]
        if folder == "has":
            return ComposedFeed(location=f"feeds/{value}.{feed_format.ending}")
        canonical = f"{folder}/{quote(value, safe='.+-')}"
        location = f"feeds/{canonical}.{feed_format.ending}"
        if f"feeds/{canonical}" not in (name, quote(name, safe="/.+-")):
            return ComposedFeed(location=location)
        return self._feed(loaded, location, lambda: self._channel(loaded, clauses, canonical), feed_format)

    def _feed_by_query(self, loaded: _Loaded, feed_format: FeedFormat, query: str) -> ComposedFeed:
        if is_saved_query(query):
            return self._feed_of_saved(loaded, feed_format, query)
        clauses = parse_query(query, loaded.vocabulary)
        canonical = canonical_query(clauses)
        location = f"feed.{feed_format.ending}" + (f"?{canonical}" if canonical else "")
        if not canonical or canonical != query:
            return ComposedFeed(location=location)
        return self._feed(loaded, location, lambda: self._channel(loaded, clauses, f"?{canonical}"), feed_format)

    def _feed_of_saved(self, loaded: _Loaded, feed_format: FeedFormat, query: str) -> ComposedFeed:
        arxiv_ids = parse_saved(query)
        canonical = saved_query(arxiv_ids)
        location = f"feed.{feed_format.ending}?{canonical}"
        if canonical != query:
            return ComposedFeed(location=location)
        settings = self._settings
        return self._feed(
            loaded, location, lambda: saved_channel(arxiv_ids, loaded.main, loaded.entered, settings), feed_format
        )

    def _channel(self, loaded: _Loaded, clauses: Sequence[Clause], name: str) -> Channel:
        items = [item for item in loaded.main if matches(item, clauses, loaded.organisations)]
        feed = self._settings.feed
        selection = composed_title(clauses, _author_names(loaded.main, clauses))
        empty = "" if items else f" {_nothing(clauses, len(loaded.main))}"
        return Channel(
            name=name,
            title=f"{feed.title}: {selection}",
            description=f"{feed.description} {only(selection)}{empty}",
            items=tuple(newest_items(items, feed)),
            page=f"feeds?{canonical_query(clauses)}",
        )

    def _feed_of_paper(self, loaded: _Loaded, item: Item, feed_format: FeedFormat, path: str) -> ComposedFeed:
        name = f"paper/{item.arxiv_id}"
        feed = self._settings.feed
        channel = Channel(
            name=name, title=f"{feed.title}: {item.title}", description=feed.description, items=(item,), page=name
        )
        return self._feed(loaded, path, lambda: channel, feed_format)

    def _feed(
        self, loaded: _Loaded, location: str, build: Callable[[], Channel], feed_format: FeedFormat
    ) -> ComposedFeed:
        """The feed at a canonical address, written once for each publish. `build` takes its items from `loaded`: what a
        request builds while another publish comes must not be kept with that one."""
        with self._lock:
            if (cached := loaded.cache.get(location)) is not None:
                loaded.cache.move_to_end(location)
                return ComposedFeed(body=cached)
        body = feeds.write_feed(
            build(),
            feed_format,
            self._settings.feed,
            public_url=self._settings.public_url,
            address=site_address(self._settings),
            hub=self._settings.notify.websub_hub,
        )
        with self._lock:
            loaded.cache[location] = body
            while len(loaded.cache) > MOST_CACHED or sum(map(len, loaded.cache.values())) > MOST_BYTES:
                loaded.cache.popitem(last=False)
        return ComposedFeed(body=body)


def _author_names(items: Sequence[Item], clauses: Sequence[Clause]) -> dict[str, str]:
    """How the authors that clauses name write themselves in the papers of the feed."""
    wanted = {
        author for clause in clauses if clause.key == "author" for author in (*clause.values, *clause.without)
    }
    names: dict[str, str] = {}
    for author in wanted:
        written = (name for item in items for name in item.authors if is_same_author(name, author))
        if found := next(written, None):
            names[author] = readable_text(found)
    return names


def _nothing(clauses: Sequence[Clause], count: int) -> str:
    """That no paper matches, as a sentence; of authors also what may be the reason."""
    names = [value for clause in clauses if clause.key == "author" for value in clause.values]
    if names:
        return (
            f"None of the {count} papers in the feed now names such an author; "
            "write the whole name as the paper does, or wait for the first."
        )
    return f"None of the {count} papers in the feed now matches; the first that does will appear here."
