"""Which named feeds there are, and which items each holds; pure.

Feeds of states (categories, licences, organisations) show the entries of the main feed that match, with the same dates
and ids; feeds of facts and of events have entries of their own, which the store gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from tracker.config_files import Organisation
from tracker.domain.feeds import FACT_FEEDS, GONE_FEED, PROMISE_KEPT_FEED, Channel
from tracker.domain.items import Item
from tracker.domain.terms import ARTIFACT_KINDS, HOSTS
from tracker.publish.feed_filters import Clause, belongs_to, deciding_licence, has_kind, is_at_host
from tracker.publish.feed_titles import composed_title, only
from tracker.publish.feed_window import newest_items
from tracker.settings import Settings

EVENT_FEEDS = {
    PROMISE_KEPT_FEED: ("promises kept", "Papers whose authors announced a release and kept their word."),
    GONE_FEED: (
        "gone",
        "Code, weights and data that were there and are gone, with archived copies where known.",
    ),
}
"""Title and description of the feeds of events, by their name."""


def list_channels(
    main: Sequence[Item],
    entered: Mapping[str, Sequence[Item]],
    settings: Settings,
    watched: Iterable[Organisation] = (),
    thin: Mapping[str, Sequence[Item]] = MappingProxyType({}),
) -> list[tuple[str, Channel]]:
    """All named feeds as (group, feed), in the order in which people read them. `main` are the newest entries of the
    main feed, `entered` those of the feeds that have their own, by name; `thin` are the newest entries of those
    categories of which `main` holds too few."""
    feed = settings.feed
    everything = Channel(
        name="", title=feed.title, description=feed.description, items=tuple(newest_items(main, feed))
    )
    return [
        ("Everything", everything),
        *(("What shipped", channel) for channel in _by_fact(entered, settings)),
        *(("Categories", channel) for channel in _by_category(main, thin, settings)),
        *(("Licences", channel) for channel in _by_licence(main, settings)),
        *(("Organisations", channel) for channel in _by_organisation(main, watched, settings)),
        *(("Hosts", channel) for channel in _by_host(main, settings)),
        *(("Kinds of artifacts", channel) for channel in _by_kind(main, settings)),
        *(("Events", channel) for channel in _by_event(entered, settings)),
    ]


def _by_fact(entered: Mapping[str, Sequence[Item]], settings: Settings) -> Iterator[Channel]:
    for fact in FACT_FEEDS:
        title = f"AI papers with open {fact.value}"
        description = f"Papers whose authors released their {fact.value} under an open licence."
        items = entered.get(fact.value, ())
        yield _channel(fact.value, title, description, items, settings, f"browse/kind/{fact.value}")


def _by_category(
    main: Sequence[Item], thin: Mapping[str, Sequence[Item]], settings: Settings
) -> Iterator[Channel]:
    configured = settings.harvest.categories
    seen = {category for item in main for category in item.categories}
    for name in [*configured, *sorted(seen - set(configured))]:
        items = thin.get(name) or [item for item in main if name in item.categories]
        yield _filtered(name, name, items, settings, f"browse/category/{name}")


def _by_licence(main: Sequence[Item], settings: Settings) -> Iterator[Channel]:
    for spdx in sorted({spdx for item in main if (spdx := deciding_licence(item)[0])}):
        items = [item for item in main if deciding_licence(item)[0] == spdx]
        yield _filtered(f"licence/{spdx}", spdx, items, settings, f"browse/licence/{spdx}")


def _by_organisation(
    main: Sequence[Item], watched: Iterable[Organisation], settings: Settings
) -> Iterator[Channel]:
    for organisation in watched:
        name = f"org/{organisation.name}"
        items = [item for item in main if belongs_to(item, organisation)]
        yield _filtered(name, organisation.name, items, settings, f"browse/{name}")


def _by_host(main: Sequence[Item], settings: Settings) -> Iterator[Channel]:
    for host in HOSTS:
        if items := [item for item in main if is_at_host(item, host)]:
            label = composed_title([Clause("host", (host,))])
            yield _filtered(f"host/{host}", label, items, settings, f"browse/host/{host}")


def _by_kind(main: Sequence[Item], settings: Settings) -> Iterator[Channel]:
    for kind in ARTIFACT_KINDS:
        if items := [item for item in main if has_kind(item, kind)]:
            label = composed_title([Clause("kind", (kind,))])
            yield _filtered(f"kind/{kind}", label, items, settings, f"browse/kind/{kind}")


def _by_event(entered: Mapping[str, Sequence[Item]], settings: Settings) -> Iterator[Channel]:
    for name, (title, description) in EVENT_FEEDS.items():
        items = entered.get(name, ())
        yield _channel(name, f"{settings.feed.title}: {title}", description, items, settings, "feeds")


def _filtered(name: str, label: str, items: Sequence[Item], settings: Settings, page: str) -> Channel:
    title = f"{settings.feed.title}: {label}"
    return _channel(name, title, f"{settings.feed.description} {only(label)}", items, settings, page)


def _channel(
    name: str, title: str, description: str, items: Sequence[Item], settings: Settings, page: str
) -> Channel:
    return Channel(
        name=name, title=title, description=description, items=tuple(newest_items(items, settings.feed)), page=page
    )
