"""The stage that sends people notices of what entered the main feed.

It cannot fail a cycle nor hold it up: it is bounded in seconds, and what could not be sent is sent in the next
one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from tracker.domain.feeds import MAIN_FEED
from tracker.domain.items import Item
from tracker.domain.terms import Fact
from tracker.notify import deliveries, notices
from tracker.notify.deliveries import Deliveries
from tracker.notify.notices import NewsItem, NoticeOutcome
from tracker.pipeline.context import Cycle
from tracker.pipeline.websub import end_trouble
from tracker.publish import feed_entry
from tracker.publish.feed_filters import deciding_licence, is_open, mentions_phrase
from tracker.settings import Notify, is_loopback
from tracker.store import times
from tracker.store.items import load_feed_items

STAGE = "notices"
NEWS_FOR = timedelta(days=3)
"""What entered the feed longer ago is no news: a service that is down for longer misses it."""


def send_notices(cycle: Cycle) -> None:
    """Send each service a digest of what entered the main feed since its last one; nothing where nothing did.

    What is about to be sent is noted as sent before, and that is taken back only where a service plainly did not
    take it: a kill in between can lose a notice, but never send one twice. A service that is new here gets what
    entered in this cycle, and nothing older."""
    urls = {notices.hash_url(url): url for url in notices.notify_urls(cycle.settings)}
    if not urls:
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE, contained=True) as stage:
        stage.fail(_send(cycle, urls))


def _send(cycle: Cycle, urls: Mapping[str, str]) -> str:
    """Send what is due to the services of `urls`, by identity; returns what went wrong, empty where nothing
    did."""
    settings = cycle.settings
    notices.require_apprise(settings)
    known = deliveries.load_deliveries(settings.data_dir)
    recent, fresh = _fresh_items(cycle, urls, known.notified)
    noted = {service: {work: _entered_text(item) for work, item in recent.items()} for service in urls}
    cycle.worker.require_lease()
    if noted != known.notified:
        deliveries.save_deliveries(settings.data_dir, Deliveries(known.websub_hub, known.site, known.feeds, noted))
    wanted = {service: [item for item in fresh[service] if is_wanted(item, settings.notify)] for service in urls}
    # A moved clock must not send to real people.
    due = [service for service in urls if wanted[service] and (settings.now is None or is_loopback(urls[service]))]
    if not due:
        return ""
    results = notices.send_notices(
        [(urls[service], _digest(cycle, wanted[service])) for service in due],
        seconds=settings.notify.seconds,
        is_cancelled=cycle.cancel.is_set,
    )
    failed = [
        service
        for service, sent in zip(due, results, strict=True)
        if sent.result in (NoticeOutcome.FAILED, NoticeOutcome.UNUSABLE)
    ]
    for service in failed:
        for item in fresh[service]:
            del noted[service][item.work]
    if failed:
        deliveries.save_deliveries(settings.data_dir, Deliveries(known.websub_hub, known.site, known.feeds, noted))
    numbers = {service: number for number, service in enumerate(urls, 1)}
    return "; ".join(
        filter(None, (_failure(numbers[service], sent) for service, sent in zip(due, results, strict=True)))
    )


def _fresh_items(
    cycle: Cycle, services: Iterable[str], notified: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, Item], dict[str, list[Item]]]:
    """The items that entered the main feed lately, by work, and those of them that each service has not had.
    `notified`: the works that each service has had."""
    main = load_feed_items(cycle.store, MAIN_FEED, cycle.settings.feed.most)
    recent = {
        item.work: item
        for item in main
        if item.entered_at and cycle.now - NEWS_FOR <= item.entered_at <= cycle.now
    }
    older = {item.work: "" for item in main[cycle.counts.entered :]}
    fresh = {
        service: [item for work, item in recent.items() if work not in notified.get(service, older)]
        for service in services
    }
    return recent, fresh


def _failure(number: int, sent: notices.NoticeResult) -> str:
    name = f"service {number} of TRACKER_NOTIFY_URLS" + (f" ({sent.service})" if sent.service else "")
    match sent.result:
        case NoticeOutcome.FAILED:
            return f"{name} did not take the notice; it is sent again in the next cycle"
        case NoticeOutcome.UNUSABLE:
            return f"{name} has an address that apprise does not know"
        case NoticeOutcome.UNKNOWN:
            return f"{name} did not answer in time; the notice may have arrived and is not sent again"
    return ""


def _entered_text(item: Item) -> str:
    """When an item entered the feed, as text."""
    return times.format_utc(item.entered_at) if item.entered_at else ""


def is_wanted(item: Item, filters: Notify) -> bool:
    """Whether an item has any of the categories, all of the facts open, and any of the words; an empty filter
    takes everything."""
    return (
        (not filters.categories or not set(filters.categories).isdisjoint(item.categories))
        and all(is_open(item, fact) for fact in filters.facts)
        and (not filters.keywords or any(mentions_phrase(item, word) for word in filters.keywords))
    )


def _digest(cycle: Cycle, wanted: Sequence[Item]) -> notices.Notice:
    settings = cycle.settings
    news = [_news(item, settings.public_url) for item in wanted[: settings.notify.items]]
    return notices.build_notice(news, len(wanted), more_at=settings.public_url)


def _news(item: Item, public_url: str) -> NewsItem:
    entry = feed_entry.build_entry(item, public_url)
    shipped = []
    for fact in Fact:
        if is_open(item, fact):
            spdx = deciding_licence(item, fact)[0]
            shipped.append(f"{fact.value} ({spdx})" if spdx else fact.value)
    return NewsItem(entry.title, entry.url or "", ", ".join(shipped))
