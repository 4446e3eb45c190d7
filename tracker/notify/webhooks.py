"""Webhooks by the Standard Webhooks specification 1.0.0 (standardwebhooks.com): what is sent, how it is signed, when it
is sent again.

A webhook is named by its name in the settings, never by its address, which may hold a token.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from tracker.domain.errors import SettingsError, UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch
from tracker.domain.setting_checks import parse_webhook_secrets
from tracker.settings import Settings, Webhook

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""The specification's schedule of retries, as far as it lies within `LIFETIME`."""
LIFETIME = timedelta(days=1)
"""So long after it was first due a delivery gets its last try."""
MOST_JITTER = 0.1
"""Up to this part of a delay is added to it, so that many deliveries do not come back at once."""
REQUEST_SECONDS = 15.0
"""The timeout of one request, in seconds; the specification recommends 15 to 30."""


class Answer(Enum):
    """What came of a try. `REFUSED`: a response that refuses this event alone, such as 400; `DOWN`: no response, 429 or
    5xx, or a stop that one of these brought; `GONE`: 410."""

    TAKEN = "taken"
    REFUSED = "refused"
    DOWN = "down"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try of one delivery, and a reason as a clause where it failed. `was_sent`: whether a request was made."""

    answer: Answer
    reason: str = ""
    was_sent: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it is sent: its id, the same at every try, and the JSON."""

    id: str
    body: bytes


def load_secrets(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The secrets of webhooks by their names. Raises SettingsError for an invalid secret."""
    text = settings.webhook_secrets.get_secret_value() if settings.webhook_secrets else ""
    try:
        return parse_webhook_secrets(text)
    except ValueError as error:
        raise SettingsError(f"TRACKER_WEBHOOK_SECRETS {error}.") from None


def build_message(
    webhook: str, feed: str, event: str, event_type: str, at: datetime, data: Mapping[str, Any]
) -> Message:
    """The message of an event to a webhook. Its id is made of the webhook, the feed and the event, and of nothing that
    changes."""
    digest = hashlib.sha256("\n".join((webhook, feed, event)).encode()).hexdigest()[:32]
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    document = {"type": event_type, "timestamp": moment, "data": data}
    return Message(f"msg_{digest}", json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def sign(message: Message, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a message that is sent at `now`, signed with each of the secrets."""
    from standardwebhooks import Webhook as Signer  # noqa: PLC0415 # only where there are webhooks

    body = message.body.decode()
    signatures = [Signer(secret).sign(message.id, now, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send_message(
    fetch: Fetch, webhook: Webhook, message: Message, secrets: Sequence[str], seconds: float
) -> Attempt:
    """Send a message once, within `seconds`. Raises Cancelled only."""
    # The receiver compares the time with its own clock, so it is the real one, wherever TRACKER_NOW is.
    headers = sign(message, secrets, datetime.now(UTC))
    try:
        response = fetch.post_body(
            f"webhook:{webhook.name}", webhook.url, message.body, headers, seconds=min(seconds, REQUEST_SECONDS)
        )
    except UpstreamStopped as error:
        return Attempt(Answer.DOWN, error.reason, was_sent=False)
    except UpstreamError as error:
        return Attempt(Answer.DOWN, error.reason)
    status = response.status
    if 200 <= status < 300:
        return Attempt(Answer.TAKEN)
    if status == 410:
        return Attempt(Answer.GONE, "it answered 410 and gets nothing more; change its address or remove it")
    if status == 429 or status >= 500:
        return Attempt(Answer.DOWN, f"it answered {status}")
    hint = ", and redirects are not followed" if 300 <= status < 400 else ""
    return Attempt(Answer.REFUSED, f"it answered {status}{hint}")


def plan_retry(message_id: str, tries: int, added_at: datetime, now: datetime) -> datetime | None:
    """When a delivery that failed `tries` times, at last `now`, is tried again; None where it ends."""
    end = added_at + LIFETIME
    if now >= end:
        return None
    if tries > len(RETRY_DELAYS):
        return end
    jitter = MOST_JITTER * int(message_id[-4:], 16) / 0xFFFF
    return min(end, now + RETRY_DELAYS[tries - 1] * (1 + jitter))
