"""The stage that publishes: what is new enters the feeds, and every file that changed is written.

A feed is rendered only when its items changed; files whose bytes stay the same are left alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tracker.domain.feeds import FEED_FORMATS, MAIN_FEED, Channel
from tracker.domain.items import Item
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline.archive import archive_files, write_archive
from tracker.pipeline.context import Cycle
from tracker.pipeline.digests import list_digests
from tracker.pipeline.kept_address import describe_other_address
from tracker.pipeline.publication import describe_publication
from tracker.pipeline.publisher import Publisher, SiteMemory
from tracker.pipeline.site import build_site
from tracker.pipeline.trend_figures import SMALL, keep_trends
from tracker.publish import feed_list, feeds, files, month_report, opml
from tracker.publish.addresses import site_address
from tracker.settings import Settings
from tracker.store import feed_entries, items
from tracker.store.archive import load_days
from tracker.store.engine import Store
from tracker.store.lost_store import has_items
from tracker.store.publications import Publication, load_figures, save_publication

NOT_OPEN, UNLINKED = 60, 20
"""How many papers of these kinds are listed."""


def publish(cycle: Cycle, to: Path | None = None) -> None:
    """Enter what is new into the feeds, and write the files that changed, to the public folder or to `to`."""
    with cycle.stage("publish") as stage:
        if to is None and (other := describe_other_address(cycle.settings)):
            stage.fail(other)
            return
        cycle.counts.entered += feed_entries.add_new_entries(cycle.store, cycle.now)
        if not write_site(cycle, to):
            stage.fail(
                "the published feed has items and this store has none; bring its store back (`tracker restore`), or "
                "move the published folder away"
            )


def write_site(cycle: Cycle, to: Path | None = None, memory: SiteMemory | None = None) -> bool:
    """Build the site from the store: feeds in three formats, the list of feeds, and the pages. What it shows beside the
    rows of the store is stored too, unless it goes `to` another folder, so that others can render the same.

    Returns False, with nothing written, where that would take the last item from the published feed.
    """
    publication = describe_publication(cycle.worker, cycle.now)
    figures = load_trends(cycle.worker, publication)
    if not render_site(cycle.worker, publication, figures, to, memory):
        return False
    if to is None:
        is_kept = publication.status.papers > SMALL and figures.counted_at == cycle.now
        save_publication(cycle.store, publication, figures if is_kept else None)
    return True


def render_unpublished(publisher: Publisher) -> None:
    """Render the site of a store from which nothing was published yet, and store nothing."""
    publication = describe_publication(publisher, publisher.now())
    render_site(publisher, publication, load_trends(publisher, publication))


def load_trends(publisher: Publisher, publication: Publication) -> TrendFigures:
    """The figures of the trends for a publication: counted, or those that are kept for the day."""
    status = publication.status
    kept = load_figures(publisher.store)
    return keep_trends(publisher.store, publisher.settings, status.now, status.papers, kept)


def render_site(
    publisher: Publisher,
    publication: Publication,
    figures: TrendFigures,
    to: Path | None = None,
    memory: SiteMemory | None = None,
) -> bool:
    """Render the site of a publication into the public folder, or `to` another one as files alone; only the store is
    read. `memory` is what that copy was made of, where it is kept from cycle to cycle.

    Returns False, with nothing written, where that would take the last item from the published feed.
    """
    settings, store, status = publisher.settings, publisher.store, publication.status
    if to:
        settings = settings.model_copy(update={"served": False})
    else:
        memory = publisher.site
    known = memory or SiteMemory()
    main, entered = _load_entries(store, settings.feed.most)
    folder, address = to or settings.public_dir, settings.public_url if to else site_address(settings)
    if not main and has_items(folder / "feed.xml"):
        # Entries are never deleted: a store without any is not the one that published these.
        return False
    publisher.composer.load(main, entered)
    days = load_days(store)
    sparse = _load_sparse_categories(store, main, settings)
    channels = feed_list.list_channels(main, entered, settings, publisher.watched, sparse)
    channels[1:1] = list_digests(store, settings, days, status.now, known.digested)
    channels += month_report.report_channels(figures, settings)
    site = build_site(
        store, settings, status, **_load_lists(store), newest=channels[0][1].items, channels=channels, days=days,
        figures=figures, has_snapshot=publication.has_snapshot,
    )  # fmt: skip
    rendered, digests = _render_changed_feeds(channels, settings, known.rendered, folder, address)
    listed = opml.write_opml(channels, settings.feed, settings.public_url)
    files.write_files(folder, {**rendered, "feeds.opml": listed, **site}, publisher.require_lease)
    archived = write_archive(store, settings, days, folder, known.archived, publisher.require_lease)
    if memory:
        memory.archived.clear()
        memory.archived.update(archived)
        memory.rendered.update(digests)
        # A paper that left all feeds and lists is shown on demand, from the store; its old page would never change.
        files.prune_files(folder, "paper", site)
        # Nor would that of an organisation that is watched no more.
        files.prune_files(folder, "organisation", site)
    if to and memory:
        feed_paths = (channel.path(feed_format) for _, channel in channels for feed_format in FEED_FORMATS)
        files.prune_files(folder, "", {*feed_paths, "feeds.opml", *site, *archive_files(days)})
    return True


def _load_lists(store: Store) -> dict[str, list[Item]]:
    """The lists of the pages beside the newest entries."""
    return {
        "not_open": items.load_not_open_items(store, NOT_OPEN),
        "releases": items.load_release_items(store),
        "unlinked": items.load_unlinked_items(store, UNLINKED),
    }


def _load_entries(store: Store, most: int) -> tuple[list[Item], dict[str, list[Item]]]:
    """The newest entries of the main feed, and of each other feed by its name."""
    others = (name for name in feed_entries.FEEDS if name != MAIN_FEED)
    entered = {name: items.load_feed_items(store, name, most) for name in others}
    return items.load_feed_items(store, MAIN_FEED, most), entered


def _load_sparse_categories(store: Store, main: Sequence[Item], settings: Settings) -> dict[str, list[Item]]:
    """The newest entries of those categories of which the newest of all are too few to fill a feed."""
    feed = settings.feed
    if len(main) < feed.most:
        return {}
    count = Counter(category for item in main for category in item.categories)
    sparse = [name for name in settings.harvest.categories if count[name] < feed.items]
    return {name: items.load_feed_items(store, MAIN_FEED, feed.items, name) for name in sparse}


def _render_changed_feeds(
    channels: Sequence[tuple[str, Channel]],
    settings: Settings,
    before: Mapping[str, str],
    folder: Path,
    address: str,
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The feeds whose digest is not that of `before`, by path, and the digests of all."""
    rendered: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    item_digests: dict[int, bytes] = {}
    for _, channel in channels:
        digests[channel.name] = digest = _digest(channel, item_digests)
        for feed_format in FEED_FORMATS:
            path = channel.path(feed_format)
            if before.get(channel.name) != digest or not (folder / path).exists():
                rendered[path] = feeds.write_feed(
                    channel,
                    feed_format,
                    settings.feed,
                    public_url=settings.public_url,
                    address=address,
                    hub=settings.notify.websub_hub,
                )
    return rendered, digests


def _digest(channel: Channel, item_digests: dict[int, bytes]) -> str:
    """The digest of what a feed shows; `item_digests`, by object identity, lets each item be hashed once for all
    feeds."""
    digest = hashlib.sha256(f"{channel.name}\n{channel.title}\n{channel.description}".encode(errors="replace"))
    digest.update(repr((channel.digests, channel.reports)).encode(errors="replace"))
    for item in channel.items:
        if id(item) not in item_digests:
            item_digests[id(item)] = hashlib.sha256(repr(item).encode(errors="replace")).digest()
        digest.update(item_digests[id(item)])
    return digest.hexdigest()
