"""How many requests a client has left, in fixed windows, as GitHub and the Hub count them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR_SECONDS = 3600
HUB_WINDOW_SECONDS = 300


@dataclass(slots=True)
class RequestLimits:
    """Requests in one window.

    GitHub's are the real ones (docs.github.com, "Rate limits for the REST API"). The Hub's are generous, so
    that a whole listing day can be played in one go; the real ones are 500 without an account and 1,000 with
    one, in five minutes (huggingface.co/docs/hub/rate-limits). Software Heritage's are those of requests to save without
    an account (swh-web, throttle scope `swh_save_origin`): ten an hour, and 120 questions how one stands.
    """

    github_anonymous: int = 60
    github_account: int = 5000
    graphql: int = 5000
    hub_anonymous: int = 10_000
    hub_account: int = 10_000
    swh_saves: int = 10
    swh_status: int = 120


@dataclass(frozen=True, slots=True)
class Budget:
    """State of one window after a request. `granted` is false if no request was left."""

    limit: int
    used: int
    reset: datetime
    granted: bool

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - self.used)

    def seconds(self, now: datetime) -> int:
        """Whole seconds until the window ends."""
        return max(0, math.ceil((self.reset - now).total_seconds()))


class Ledger:
    """Counts requests per client and resource."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def take(self, client: str, resource: str, limit: int, seconds: int, now: datetime, cost: int = 1) -> Budget:
        """Spend `cost` of `limit` in the window that holds `now`, or begin a window; cost 0 only reads its state."""
        reset, used = self._windows.get((client, resource), (now, 0))
        if now >= reset or (reset - now).total_seconds() > seconds:
            reset, used = now + timedelta(seconds=seconds), 0
        granted = used + cost <= limit
        if granted:
            used += cost
        self._windows[client, resource] = reset, used
        return Budget(limit, used, reset, granted)

    def clear(self) -> None:
        """Forget all clients."""
        self._windows.clear()
