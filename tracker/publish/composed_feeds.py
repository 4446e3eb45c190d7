"""Feeds that readers compose by a query, built from entries in memory: no database, bounded in number and size.

`/feed.xml?cat=cs.CL,cs.LG&has=weights&licence=osi` has one canonical form; all others redirect to it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from tracker.config_files import Organisation
from tracker.domain.feeds import FORMAT_BY_ENDING, Channel, FeedFormat
from tracker.domain.items import Item
from tracker.domain.terms import Fact, LicenceClass
from tracker.publish import feeds
from tracker.publish.addresses import site_address
from tracker.publish.feed_filters import FILTER_KEYS, deciding_licence, fold_name, matches
from tracker.publish.feed_window import newest_items
from tracker.settings import Settings

MOST_QUERY, MOST_VALUES = 2_000, 30
"""Characters of an address, and values of one key: a longer address has no feed."""
MOST_CACHED, MOST_BYTES = 256, 16_000_000
SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class ComposedFeed:
    """The path of an address's canonical form, or the feed at the address; both None if there is no such feed."""

    location: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The entries of one publish and what is derived from them; replaced as a whole."""

    main: tuple[Item, ...] = ()
    papers: Mapping[str, Item] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each key, how each folded value is written."""
    organisations: Mapping[str, Organisation] = field(default_factory=dict)


class Composer:
    """Builds the feeds of composed addresses from the entries of the last publish."""

    def __init__(self, settings: Settings, watched: Sequence[Organisation] = ()) -> None:
        self._settings = settings
        self._watched = tuple(watched)
        self._lock = threading.Lock()
        self._loaded = _Loaded()
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    def load(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> None:
        """Take the entries of a publish: those of the main feed, and those of the feeds that have their own."""
        if (loaded := self._derive(main, entered)) == self._loaded:
            return
        with self._lock:
            self._loaded = loaded
            self._cache = OrderedDict()

    @property
    def entries(self) -> int:
        """How many entries of the main feed the last publish had."""
        return len(self._loaded.main)

    def _derive(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> _Loaded:
        everything = [*main, *(item for items in entered.values() for item in items)]
        configured = self._settings.harvest.categories
        categories = dict.fromkeys([*configured, *(name for item in main for name in item.categories)])
        licences = dict.fromkeys(spdx for item in main if (spdx := deciding_licence(item)[0]))
        return _Loaded(
            main=tuple(main),
            papers={item.arxiv_id: item for item in reversed(everything) if item.arxiv_id},
            spellings={
                "cat": {name.casefold(): name for name in categories},
                "has": {fact.value: fact.value for fact in Fact},
                "licence": {
                    name.casefold(): name for name in [*licences, *(class_.value for class_ in LicenceClass)]
                },
                "org": {organisation.name.casefold(): organisation.name for organisation in self._watched},
            },
            organisations={organisation.name: organisation for organisation in self._watched},
        )

    def answer(self, path: str, query: str) -> ComposedFeed:
        """The feed of a path without a leading slash, as `feed.xml` or `feeds/author/NAME.atom`, and a raw query."""
        name, dot, ending = path.rpartition(".")
        feed_format = FORMAT_BY_ENDING.get(ending)
        if not dot or feed_format is None or len(path) + len(query) > MOST_QUERY:
            return ComposedFeed()
        loaded = self._loaded
        if name == "feed":
            return self._feed_by_query(loaded, feed_format, query)
        if name.startswith("paper/"):
            item = loaded.papers.get(name.removeprefix("paper/"))
            return self._feed_of_paper(item, feed_format, path) if item else ComposedFeed()
        folder, _, value = name.removeprefix("feeds/").partition("/")
        if not name.startswith("feeds/") or folder not in ("author", "keyword"):
            return ComposedFeed()
        wanted = self._parse(loaded, [(folder, unquote(value))])
        if not wanted:
            return ComposedFeed()
        canonical = f"{folder}/{quote(wanted[folder][0], safe='.+-')}"
        location = f"feeds/{canonical}.{ending}"
        if f"feeds/{canonical}" not in (name, quote(name, safe="/.+-")):
            return ComposedFeed(location=location)
        return self._feed(location, lambda: self._channel(loaded, wanted, canonical), feed_format)

    def _feed_by_query(self, loaded: _Loaded, feed_format: FeedFormat, query: str) -> ComposedFeed:
        try:
            pairs = parse_qsl(query, max_num_fields=MOST_VALUES)
        except ValueError:
            return ComposedFeed()
        wanted = self._parse(loaded, pairs)
        if wanted is None:
            return ComposedFeed()
        canonical = _canonical_query(wanted)
        location = f"feed.{feed_format.ending}" + (f"?{canonical}" if canonical else "")
        if not canonical or canonical != query:
            return ComposedFeed(location=location)
        return self._feed(location, lambda: self._channel(loaded, wanted, f"?{canonical}"), feed_format)

    def _parse(self, loaded: _Loaded, pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]] | None:
        """The known values of each key, sorted, each once; None if a value is unknown or there are too many. Unknown
        keys are ignored."""
        wanted: dict[str, dict[str, None]] = {}
        for key, text in pairs:
            if key not in FILTER_KEYS:
                continue
            values = [text] if key == "author" else text.split(",")
            if len(values) > MOST_VALUES:
                return None
            for value in filter(None, map(fold_name, values)):
                spelling = loaded.spellings[key].get(value) if key in loaded.spellings else value
                if spelling is None or (key == "keyword" and not _is_word(value)):
                    return None
                wanted.setdefault(key, {})[spelling] = None
        return {key: tuple(sorted(wanted[key])) for key in FILTER_KEYS if key in wanted}

    def _channel(self, loaded: _Loaded, wanted: Mapping[str, tuple[str, ...]], name: str) -> Channel:
        items = [item for item in loaded.main if matches(item, wanted, loaded.organisations)]
        feed = self._settings.feed
        selection = "; ".join(f"{key} {', '.join(values)}" for key, values in wanted.items())
        return Channel(
            name=name,
            title=f"{feed.title}: {selection}",
            description=f"{feed.description} Only {selection}.",
            items=tuple(newest_items(items, feed)),
        )

    def _feed_of_paper(self, item: Item, feed_format: FeedFormat, path: str) -> ComposedFeed:
        name = f"paper/{item.arxiv_id}"
        feed = self._settings.feed
        channel = Channel(
            name=name, title=f"{feed.title}: {item.title}", description=feed.description, items=(item,), page=name
        )
        return self._feed(path, lambda: channel, feed_format)

    def _feed(self, location: str, build: Callable[[], Channel], feed_format: FeedFormat) -> ComposedFeed:
        """The feed at a canonical address, written once for each publish."""
        with self._lock:
            cache, cached = self._cache, self._cache.get(location)
            if cached is not None:
                cache.move_to_end(location)
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
            cache[location] = body
            while len(cache) > MOST_CACHED or sum(map(len, cache.values())) > MOST_BYTES:
                cache.popitem(last=False)
        return ComposedFeed(body=body)


def _canonical_query(wanted: Mapping[str, tuple[str, ...]]) -> str:
    return "&".join(
        f"{key}={','.join(quote(value, safe='.+-') for value in values)}" for key, values in wanted.items()
    )


def _is_word(value: str) -> bool:
    return len(value) >= SHORTEST_WORD and value.replace("_", "").isalnum()
