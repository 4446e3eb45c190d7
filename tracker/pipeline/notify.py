"""The stages that tell others what was published: the WebSub hub of feeds that changed, people of new papers.

Nothing here fails or holds up a cycle: it is bounded in seconds, and what could not be told is told in the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from tracker.domain.errors import TrackerError
from tracker.domain.items import Item
from tracker.domain.terms import Fact
from tracker.notify import deliveries, notices, websub
from tracker.notify.deliveries import Remembered
from tracker.notify.notices import News, Result
from tracker.pipeline.context import Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.publish import feed_entry
from tracker.publish.addresses import escape_uri
from tracker.publish.feed_filters import deciding_licence, fold_name, is_open, mentions_word
from tracker.settings import Notify, is_loopback
from tracker.store import stage_status, times
from tracker.store.feed_entries import MAIN_FEED
from tracker.store.items import load_feed_items

PUSH, NOTICES = "push", "notices"
KEPT = timedelta(days=3)
"""What entered the feed longer ago is no news: a service that is down for longer misses it."""


@timed("notices")
def tell(cycle: Cycle) -> None:
    """Both, after a publish."""
    push(cycle)
    notify(cycle)


def push(cycle: Cycle) -> None:
    """Tell the hub of every feed whose file is another than the one it was told of."""
    is_on = bool(cycle.settings.notify.websub_hub)
    _run(cycle, PUSH, (lambda: _push(cycle)) if is_on else None)


def notify(cycle: Cycle) -> None:
    """Send each service a digest of what entered the main feed since its last one; nothing where nothing did.

    What is about to be sent is noted as told before, and taken back only where a service plainly did not take it: a
    kill in between can lose a notice, but never send one twice. A service that is new here is told of what entered in
    this cycle, and of nothing older.
    """
    urls = {notices.identity(url): url for url in notices.urls(cycle.settings)}
    _run(cycle, NOTICES, (lambda: _notify(cycle, urls)) if urls else None)


def _run(
    cycle: Cycle,
    stage: str,
    work: Callable[[], tuple[str, datetime | None]] | None,
) -> None:
    """Close a stage with what hindered its work, and until when; whatever happens in it, the cycle goes on. `work` is
    None where the stage is switched off, which ends its trouble."""
    if work is None:
        if any(trouble.what == stage for trouble in stage_status.load_stages(cycle.store)[1]):
            stage_status.record_stage_done(cycle.store, stage, cycle.now)
        return
    try:
        reason, next_try = work()
    except TrackerError as error:
        cycle.check_cancelled()
        reason, next_try = str(error), None
    except Exception as error:  # noqa: BLE001 # the feed is published: nothing that follows may end the cycle
        # Not its text, which may quote an address.
        reason, next_try = f"broke off ({type(error).__name__})", None
    close_stage(cycle, stage, reason, next_try)


def _push(cycle: Cycle) -> tuple[str, datetime | None]:
    settings = cycle.settings
    hub, site = settings.notify.websub_hub, settings.public_url.rstrip("/")
    known = deliveries.load(settings.data_dir)
    if (known.hub, known.site) != (hub, site):
        known.hub, known.site, known.feeds = hub, site, {}
    files = websub.written(settings.public_dir)
    told = websub.announce(
        cycle.fetch,
        hub,
        # As the feed names itself: that is what readers subscribe to.
        [(path, escape_uri(f"{site}/{path}")) for path in websub.due(files, known.feeds)],
        seconds=settings.notify.seconds,
        check_cancelled=cycle.check_cancelled,
    )
    taken = {path: files[path] for path in told.done}
    feeds = {path: time for path, time in (known.feeds | taken).items() if path in files}
    if taken or feeds != known.feeds:
        known.feeds = feeds
        deliveries.save(settings.data_dir, known)
    return told.reason, told.next_try


def _notify(cycle: Cycle, urls: Mapping[str, str]) -> tuple[str, datetime | None]:
    settings = cycle.settings
    notices.require(settings)
    known = deliveries.load(settings.data_dir)
    main = load_feed_items(cycle.store, MAIN_FEED, settings.feed.most)
    recent = {one.work: one for one in main if one.entered_at and cycle.now - KEPT <= one.entered_at <= cycle.now}
    before = [one.work for one in main[cycle.counts.entered :]]
    told = {who: known.told.get(who, dict.fromkeys(before, "")) for who in urls}
    fresh = {who: [one for work, one in recent.items() if work not in told[who]] for who in urls}
    noted = {who: {work: _stamp(one) for work, one in recent.items()} for who in urls}
    if noted != known.told:
        deliveries.save(settings.data_dir, Remembered(known.hub, known.site, known.feeds, noted))
    wanted = {who: [one for one in fresh[who] if is_wanted(one, settings.notify)] for who in urls}
    asked = [who for who in urls if wanted[who] and (settings.now is None or is_loopback(urls[who]))]
    if not asked:
        return "", None
    sent = notices.send(
        [(urls[who], _digest(cycle, wanted[who])) for who in asked],
        seconds=settings.notify.seconds,
        is_cancelled=cycle.cancel.is_set,
    )
    failed = [who for who, one in zip(asked, sent, strict=True) if one.result in (Result.FAILED, Result.UNUSABLE)]
    for who in failed:
        for one in fresh[who]:
            del noted[who][one.work]
    if failed:
        deliveries.save(settings.data_dir, Remembered(known.hub, known.site, known.feeds, noted))
    order = list(urls)
    troubles = [_trouble(order.index(who) + 1, one) for who, one in zip(asked, sent, strict=True)]
    return "; ".join(filter(None, troubles)), None


def _trouble(number: int, sent: notices.Sent) -> str:
    name = f"service {number} of TRACKER_NOTIFY_URLS" + (f" ({sent.service})" if sent.service else "")
    match sent.result:
        case Result.FAILED:
            return f"{name} did not take the notice; it is sent again in the next cycle"
        case Result.UNUSABLE:
            return f"{name} has an address that apprise does not know"
        case Result.UNKNOWN:
            return f"{name} did not answer in time; the notice may have arrived and is not sent again"
    return ""


def _stamp(item: Item) -> str:
    """When an item entered the feed, as text."""
    return times.format_utc(item.entered_at) if item.entered_at else ""


def is_wanted(item: Item, wanted: Notify) -> bool:
    """Whether an item has any of the categories, all of the facts open, and any of the words; what is empty asks
    nothing."""
    return (
        (not wanted.categories or not set(wanted.categories).isdisjoint(item.categories))
        and all(is_open(item, fact) for fact in wanted.facts)
        and (not wanted.keywords or any(mentions_word(item, fold_name(word)) for word in wanted.keywords))
    )


def _digest(cycle: Cycle, wanted: Sequence[Item]) -> notices.Notice:
    settings = cycle.settings
    news = [_news(item, settings.public_url) for item in wanted[: settings.notify.items]]
    return notices.digest(news, len(wanted), more_at=settings.public_url)


def _news(item: Item, public_url: str) -> News:
    told = feed_entry.build_entry(item, public_url)
    shipped = []
    for fact in Fact:
        if is_open(item, fact):
            spdx = deciding_licence(item, fact)[0]
            shipped.append(f"{fact.value} ({spdx})" if spdx else fact.value)
    return News(told.title, told.url or "", ", ".join(shipped))
