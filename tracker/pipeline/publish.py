"""The stage that publishes: what is new enters the feeds, and every file that changed is written.

A feed is rendered only when what stands in it changed; files whose bytes stay the same are left alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tracker.domain.feeds import FEED_FORMATS, Channel
from tracker.domain.items import Item
from tracker.pipeline.context import Cycle
from tracker.pipeline.site import build_site
from tracker.pipeline.status import read_status
from tracker.publish import feed_entry, feed_list, feeds, files, opml, readable_text
from tracker.publish.addresses import site_address
from tracker.settings import Settings
from tracker.store import feed_entries, items
from tracker.store.engine import Store

NOT_OPEN, UNLINKED = 30, 20
"""Papers of these kinds that the first page shows."""


def publish(cycle: Cycle, to: Path | None = None) -> None:
    """Enter what is new into the feeds, and write the files that changed, to the public folder or to `to`."""
    with cycle.stage("publish"):
        cycle.counts.entered += feed_entries.add_new_entries(cycle.store, cycle.now)
        write_site(cycle, to)


def write_site(cycle: Cycle, to: Path | None = None) -> None:
    """Build the site from the store: feeds in three formats, the list of feeds, and the pages."""
    settings, store = cycle.settings, cycle.store
    main = items.load_feed_items(store, feed_entries.MAIN_FEED, settings.feed.most)
    entered = {
        name: items.load_feed_items(store, name, settings.feed.most)
        for name in feed_entries.FEEDS
        if name != feed_entries.MAIN_FEED
    }
    channels = feed_list.list_channels(main, entered, settings, cycle.worker.watched, _thin(store, main, settings))
    cycle.worker.composer.load(main, entered)
    folder = to or settings.public_dir
    site = build_site(
        store,
        settings,
        read_status(cycle.worker, cycle.now),
        newest=channels[0][1].items,
        not_open=items.load_not_open_items(store, NOT_OPEN),
        releases=items.load_release_items(store),
        unlinked=items.load_unlinked_items(store, UNLINKED),
        channels=channels,
    )
    rendered, digests = _feeds(channels, settings, {} if to else cycle.worker.rendered, folder)
    files.write_files(
        folder,
        {
            **rendered,
            "feeds.opml": opml.write_opml(channels, settings.feed, site_address(settings)),
            **site,
        },
    )
    if not to:
        # A paper that left all feeds and lists is shown on demand, as it stands; its old page would never change again.
        files.prune_files(folder, "paper", site)
        cycle.worker.rendered.update(digests)


def _thin(store: Store, main: Sequence[Item], settings: Settings) -> dict[str, list[Item]]:
    """The newest entries of those categories of which the newest of all are too few to fill a feed."""
    feed = settings.feed
    if len(main) < feed.most:
        return {}
    seen = Counter(category for item in main for category in item.categories)
    few = [name for name in settings.harvest.categories if seen[name] < feed.items]
    return {name: items.load_feed_items(store, feed_entries.MAIN_FEED, feed.items, name) for name in few}


def clear_caches() -> None:
    """Give back what was kept while publishing: a service does it between cycles."""
    readable_text.clear_cache()
    feed_entry.clear_cache()


def _feeds(
    channels: Sequence[tuple[str, Channel]], settings: Settings, known: Mapping[str, str], folder: Path
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The feeds that changed since `known`, by path, and the digests of all."""
    made: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    of_items: dict[int, bytes] = {}
    for _, channel in channels:
        digests[channel.name] = digest = _digest(channel, of_items)
        for feed_format in FEED_FORMATS:
            path = channel.path(feed_format)
            if known.get(channel.name) != digest or not (folder / path).exists():
                made[path] = feeds.write_feed(
                    channel,
                    feed_format,
                    settings.feed,
                    public_url=settings.public_url,
                    address=site_address(settings),
                    hub=settings.notify.websub_hub,
                )
    return made, digests


def _digest(channel: Channel, of_items: dict[int, bytes]) -> str:
    """A name for what a feed shows; each item is looked at once for all feeds."""
    whole = hashlib.sha256(f"{channel.name}\n{channel.title}\n{channel.description}".encode(errors="replace"))
    for item in channel.items:
        if id(item) not in of_items:
            of_items[id(item)] = hashlib.sha256(repr(item).encode(errors="replace")).digest()
        whole.update(of_items[id(item)])
    return whole.hexdigest()
