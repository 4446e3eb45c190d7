"""Feeds that readers compose by a query, built from the entries in memory: no database, bounded in number and size.

`/feed.xml?cat=cs.CL,cs.LG&has=weights&licence=osi` has one canonical form, to which all others are redirected.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from tracker.config_files import Organisation
from tracker.domain.items import Channel, Item
from tracker.domain.terms import Fact, LicenceClass
from tracker.publish import feed_list, feed_window, feeds
from tracker.settings import Settings

ENDINGS = ("xml", "atom", "json")
MOST_QUERY, MOST_VALUES = 2_000, 30
"""Characters of a query and values of one key that are read; what is longer is no feed."""
MOST_KEPT, MOST_BYTES = 256, 16_000_000
SHORTEST_WORD = 3
_KEYS = ("cat", "has", "licence", "org", "author", "keyword")


@dataclass(frozen=True, slots=True)
class ComposedFeed:
    """Where the canonical form of an address is, or the feed that stands there; neither where there is none."""

    location: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What one publish made known; swapped as a whole."""

    main: tuple[Item, ...] = ()
    papers: Mapping[str, Item] = field(default_factory=dict)
    spelled: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each key, how each folded value is written."""
    organisations: Mapping[str, Organisation] = field(default_factory=dict)


class Composer:
    """Answers composed addresses from the entries of the last publish."""

    def __init__(self, settings: Settings, watched: Sequence[Organisation] = ()) -> None:
        self._settings = settings
        self._watched = tuple(watched)
        self._lock = threading.Lock()
        self._loaded = _Loaded()
        self._built: OrderedDict[str, bytes] = OrderedDict()

    def load(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> None:
        """Take the entries of a publish: the main feed's, and those of the feeds with entries of their own."""
        if (loaded := self._known(main, entered)) == self._loaded:
            return
        with self._lock:
            self._loaded = loaded
            self._built = OrderedDict()

    @property
    def entries(self) -> int:
        """How many entries of the main feed the last publish had."""
        return len(self._loaded.main)

    def _known(self, main: Sequence[Item], entered: Mapping[str, Sequence[Item]]) -> _Loaded:
        everything = [*main, *(item for items in entered.values() for item in items)]
        configured = self._settings.harvest.categories
        categories = dict.fromkeys([*configured, *(name for item in main for name in item.categories)])
        licences = dict.fromkeys(spdx for item in main if (spdx := feed_list.deciding_licence(item)[0]))
        return _Loaded(
            main=tuple(main),
            papers={item.arxiv_id: item for item in reversed(everything) if item.arxiv_id},
            spelled={
                "cat": {name.casefold(): name for name in categories},
                "has": {fact.value: fact.value for fact in Fact},
                "licence": {
                    name.casefold(): name for name in [*licences, *(class_.value for class_ in LicenceClass)]
                },
                "org": {one.name.casefold(): one.name for one in self._watched},
            },
            organisations={one.name: one for one in self._watched},
        )

    def answer(self, path: str, query: str) -> ComposedFeed:
        """The answer to a path without leading slash, as `feed.xml` or `feeds/author/NAME.atom`, and a raw query."""
        name, dot, ending = path.rpartition(".")
        if not dot or ending not in ENDINGS or len(path) + len(query) > MOST_QUERY:
            return ComposedFeed()
        loaded = self._loaded
        if name == "feed":
            return self._composed(loaded, ending, query)
        if name.startswith("paper/"):
            item = loaded.papers.get(name.removeprefix("paper/"))
            return self._paper(item, ending, path) if item else ComposedFeed()
        folder, _, value = name.removeprefix("feeds/").partition("/")
        if not name.startswith("feeds/") or folder not in ("author", "keyword"):
            return ComposedFeed()
        wanted = self._wanted(loaded, [(folder, unquote(value))])
        if wanted is None or not wanted:
            return ComposedFeed()
        canonical = f"{folder}/{quote(wanted[folder][0], safe='.+-')}"
        if f"feeds/{canonical}" not in (name, quote(name, safe="/.+-")):
            return ComposedFeed(location=f"feeds/{canonical}.{ending}")
        return self._feed(f"feeds/{canonical}.{ending}", lambda: self._channel(loaded, wanted, canonical), ending)

    def _composed(self, loaded: _Loaded, ending: str, query: str) -> ComposedFeed:
        try:
            pairs = parse_qsl(query, max_num_fields=MOST_VALUES)
        except ValueError:
            return ComposedFeed()
        wanted = self._wanted(loaded, pairs)
        if wanted is None:
            return ComposedFeed()
        canonical = _canonical(wanted)
        if not canonical:
            return ComposedFeed(location=f"feed.{ending}")
        if canonical != query:
            return ComposedFeed(location=f"feed.{ending}?{canonical}")
        return self._feed(
            f"feed.{ending}?{canonical}", lambda: self._channel(loaded, wanted, f"?{canonical}"), ending
        )

    def _wanted(self, loaded: _Loaded, pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]] | None:
        """The known values of each key, sorted and each once; None where one is asked for that cannot be. Keys that
        mean nothing here are left out."""
        asked: dict[str, dict[str, None]] = {}
        for key, text in pairs:
            if key not in _KEYS:
                continue
            values = [text] if key == "author" else text.split(",")
            if len(values) > MOST_VALUES:
                return None
            for value in filter(None, map(feed_list.fold_name, values)):
                spelled = loaded.spelled[key].get(value) if key in loaded.spelled else value
                if spelled is None or (key == "keyword" and not _is_word(value)):
                    return None
                asked.setdefault(key, {})[spelled] = None
        return {key: tuple(sorted(asked[key])) for key in _KEYS if key in asked}

    def _channel(self, loaded: _Loaded, wanted: Mapping[str, tuple[str, ...]], name: str) -> Channel:
        items = [item for item in loaded.main if _fits(item, wanted, loaded.organisations)]
        feed = self._settings.feed
        words = "; ".join(f"{key} {', '.join(values)}" for key, values in wanted.items())
        return Channel(
            name=name,
            title=f"{feed.title}: {words}",
            description=f"{feed.description} Only {words}.",
            items=tuple(feed_window.newest_items(items, feed)),
        )

    def _paper(self, item: Item, ending: str, path: str) -> ComposedFeed:
        name = f"paper/{item.arxiv_id}"
        feed = self._settings.feed
        channel = Channel(
            name=name, title=f"{feed.title}: {item.title}", description=feed.description, items=(item,), page=name
        )
        return self._feed(path, lambda: channel, ending)

    def _feed(self, address: str, made: Callable[[], Channel], ending: str) -> ComposedFeed:
        """The feed at an address, built once for each publish."""
        with self._lock:
            built, known = self._built, self._built.get(address)
            if known is not None:
                built.move_to_end(address)
                return ComposedFeed(body=known)
        body = feeds.write_feed(
            made(),
            ending,
            self._settings.feed,
            public_url=self._settings.public_url,
            address=feed_window.site_address(self._settings),
            hub=self._settings.notify.websub_hub,
        )
        with self._lock:
            built[address] = body
            while len(built) > MOST_KEPT or sum(map(len, built.values())) > MOST_BYTES:
                built.popitem(last=False)
        return ComposedFeed(body=body)


def _canonical(wanted: Mapping[str, tuple[str, ...]]) -> str:
    return "&".join(
        f"{key}={','.join(quote(value, safe='.+-') for value in values)}" for key, values in wanted.items()
    )


def _is_word(value: str) -> bool:
    return len(value) >= SHORTEST_WORD and value.replace("_", "").isalnum()


def _fits(item: Item, wanted: Mapping[str, tuple[str, ...]], organisations: Mapping[str, Organisation]) -> bool:
    """Whether an item has one of the values of each key; of `has` all."""
    spdx, class_ = feed_list.deciding_licence(item)
    for key, values in wanted.items():
        match key:
            case "cat":
                fits = any(value in item.categories for value in values)
            case "has":
                fits = all(feed_list.is_open(item, Fact(value)) for value in values)
            case "licence":
                fits = any(value in (spdx, class_.value) for value in values)
            case "org":
                fits = any(feed_list.belongs_to(item, organisations[value]) for value in values)
            case "author":
                fits = any(feed_list.is_written_by(item, value) for value in values)
            case _:
                fits = any(feed_list.mentions_word(item, value) for value in values)
        if not fits:
            return False
    return True
