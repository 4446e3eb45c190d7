"""The policy for every request, of httpx and of the arxiv library: stops, budgets, pace and retries."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from importlib import metadata

from tracker.domain.errors import BudgetSpent, UpstreamError, UpstreamStopped
from tracker.domain.protocols import Clock, UpstreamMemory
from tracker.fetch import response_policy
from tracker.fetch.pace import Permit, Sleep, UpstreamPaces, hourly_budget, make_sleep, pace_group
from tracker.fetch.request_counts import REQUEST_COUNTS
from tracker.settings import Settings, Upstreams

RETRIES = 3
"""Further tries after a failure that may be temporary."""
FIRST_BACKOFF_SECONDS = 2.0
"""The wait before the first retry. It doubles with each retry, and up to half as much is added at random."""
WHOLE_ANSWER = 4.0
"""A response may take this many times `limits.read_seconds` in all, however steadily its bytes arrive."""
HOUR_SECONDS = 3600
RECORD_SECONDS = 30.0
"""Seconds between two records of a good response; failures are always recorded."""
LOST_IN_A_ROW = 3
"""So many requests in a row without a usable response, each after its retries, mean that the upstream is down …"""
LOST_SECONDS = 600.0
"""… and it is not asked for so long. What waits stays due, instead of failing one by one. The time doubles with each
further failure, up to `response_policy.MOST_WAIT_SECONDS`."""
MOST_HOSTS = 4096
"""Hosts of pages whose failures are counted at once. Strangers name them, and a service runs for years."""
_MOST_WAITS = 10


def user_agent(settings: Settings) -> str:
    """The User-Agent `arxiv-code-tracker/VERSION (+CONTACT)`: arXiv and GitHub ask each client to name itself."""
    try:
        version = metadata.version("arxiv-code-tracker")
    except metadata.PackageNotFoundError:
        version = "0"
    contact = "".join(letter for letter in settings.contact if " " < letter <= "~" and letter not in "()")
    return f"arxiv-code-tracker/{version}" + (f" (+{contact[:200]})" if contact else "")


class RequestPolicy:
    """Decides when an upstream may be asked, and what its responses mean for the next request.

    `memory` keeps stops, budgets and results across processes. `sleep` waits real seconds or raises Cancelled; the
    default raises it when `cancel` is set. `jitter` returns a number in [0, 1).
    """

    def __init__(
        self,
        settings: Settings,
        memory: UpstreamMemory,
        clock: Clock,
        cancel: threading.Event | None = None,
        *,
        sleep: Sleep | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self.sleep = sleep or make_sleep(cancel)
        self._memory = memory
        self._clock = clock
        self._jitter = jitter
        self._paces = UpstreamPaces(settings, self.sleep, turns=memory.turns)
        self.anonymous: set[str] = set()
        """Upstreams that are asked without the token of the settings, because they refuse it."""
        self._refusals: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._recorded: dict[str, datetime] = {}

    def wait_until_allowed(self, upstream: str) -> None:
        """Return when the upstream may be asked, after waiting for the end of short stops and used-up budgets.

        Raises UpstreamStopped where that would take longer than `response_policy.patience_seconds`, and Cancelled.
        """
        self._wait_while(upstream, lambda now: self._find_stop(upstream, now))
        limit = hourly_budget(self.settings, upstream, anonymous=upstream in self.anonymous)
        if limit is not None:
            self._wait_while(upstream, lambda now: self._spend(upstream, limit, now), BudgetSpent)

    def hold_turn(self, upstream: str) -> AbstractContextManager[Permit]:
        """A context that waits for the upstream's pace and holds it for one request, with the permit to ask just
        before that leaves. StoreError where a server grants the turns and cannot be asked."""
        return self._paces.pace_of(upstream).turn()

    def judge_response(
        self, upstream: str, status: int, headers: Mapping[str, str], body: bytes, *, tried: int, retries: int
    ) -> float | None:
        """None where a response is to be taken, else the seconds to wait before the next try.

        `tried` is the number of tries that failed before this one, `retries` the most that may follow the first.
        Raises UpstreamStopped where the upstream refuses for longer than the product waits, and UpstreamError where no
        retry is left or none would help.
        """
        ruling = response_policy.rule_on_response(upstream, status, headers, body)
        REQUEST_COUNTS.add(upstream, ruling.action.value, status)
        if ruling.action is response_policy.Action.TAKE:
            self._refusals.pop(upstream, None)
            self._lost.pop(upstream, None)
            if ruling.seconds is not None:
                self._stop(upstream, ruling.seconds, ruling.reason)
            self._record(upstream, None)
            return None
        self._record(upstream, ruling.reason)
        if ruling.action is response_policy.Action.FAIL:
            raise UpstreamError(upstream, ruling.reason)
        if ruling.action is response_policy.Action.REFUSED:
            seconds = max(self.settings.limits.stop_hours * HOUR_SECONDS, ruling.seconds or 0.0)
            raise UpstreamStopped(upstream, ruling.reason, self._stop(upstream, seconds, ruling.reason))
        if ruling.action is response_policy.Action.RETRY and ruling.seconds is None:
            return self.backoff_seconds(upstream, ruling.reason, tried, retries)
        return self._refusal_wait(upstream, ruling, last=tried >= retries)

    def backoff_seconds(self, upstream: str, reason: str, tried: int, retries: int) -> float:
        """The seconds before the next try after a failure that may be temporary.

        Raises UpstreamError when no retry is left.
        """
        if tried >= retries:
            raise UpstreamError(upstream, reason)
        return FIRST_BACKOFF_SECONDS * 2.0**tried * (1.0 + self._jitter() / 2.0)

    def record_failure(self, upstream: str, reason: str) -> None:
        """Record a request that brought no response, or none that can be used."""
        REQUEST_COUNTS.add(upstream, None)
        self._record(upstream, reason)

    def lost_request(self, upstream: str, reason: str) -> UpstreamError:
        """The error to raise for a request without a usable response; UpstreamStopped after too many in a row."""
        self._lost[upstream] = lost = self._lost.get(upstream, 0) + 1
        if lost < LOST_IN_A_ROW:
            return UpstreamError(upstream, reason)
        # Until the upstream answers again, each further request that fails stops it for longer.
        seconds = min(response_policy.MOST_WAIT_SECONDS, LOST_SECONDS * 2.0 ** min(lost - LOST_IN_A_ROW, 10))
        return UpstreamStopped(upstream, reason, self._stop(upstream, seconds, reason))

    def judge_page(self, upstream: str, status: int | None, headers: Mapping[str, str], reason: str = "") -> None:
        """Record the response of a host of pages; `status` is None where none came, and `reason` says why.

        Pages are not retried. A host that refuses or fails again and again is stopped for longer and longer, by its
        own name (`web:HOST`), without effect on other hosts.
        """
        ruling = response_policy.rule_on_response(upstream, status or 503, headers, b"")
        REQUEST_COUNTS.add(upstream, ruling.action.value if status else None, status or None)
        wait = ruling.seconds
        if ruling.action is response_policy.Action.TAKE:
            self._refusals.pop(upstream, None)
            if self._lost.pop(upstream, None):
                self._record(upstream, None)
        elif ruling.action is response_policy.Action.WAIT:
            self._refusals[upstream] = self._refusals.get(upstream, 0) + 1
            wait = response_policy.refusal_wait_seconds(self._refusals[upstream]) if wait is None else wait
        else:
            self._lost[upstream] = lost = self._lost.get(upstream, 0) + 1
            if wait is None and lost >= LOST_IN_A_ROW:
                wait = response_policy.refusal_wait_seconds(lost - LOST_IN_A_ROW + 1)
        if ruling.action is not response_policy.Action.TAKE:
            self._lost.setdefault(upstream, 1)
            for counted in (self._lost, self._refusals):
                while len(counted) > MOST_HOSTS:  # drop the oldest; its stop stays in the store
                    del counted[next(iter(counted))]
            self._record(upstream, reason or ruling.reason)
        if wait is not None:
            self._stop(upstream, wait, reason or ruling.reason)

    def _refusal_wait(self, upstream: str, ruling: response_policy.Ruling, *, last: bool) -> float:
        seconds = ruling.seconds
        if seconds is None:
            self._refusals[upstream] = self._refusals.get(upstream, 0) + 1
            seconds = response_policy.refusal_wait_seconds(self._refusals[upstream])
        seconds += self._jitter() * min(1.0, seconds)
        # The stop is stored, so that other processes of the installation wait as well.
        until = self._stop(upstream, seconds, ruling.reason)
        if last or seconds > response_policy.patience_seconds(upstream):
            raise UpstreamStopped(upstream, ruling.reason, until)
        return seconds

    def _wait_while(
        self,
        upstream: str,
        find_stop: Callable[[datetime], tuple[datetime, str] | None],
        refusal: type[UpstreamStopped] = UpstreamStopped,
    ) -> None:
        for tries_left in reversed(range(_MOST_WAITS)):
            now = self._clock.now()
            stop = find_stop(now)
            if stop is None:
                return
            until, reason = stop
            seconds = (until - now).total_seconds()
            if not tries_left or seconds > response_policy.patience_seconds(upstream):
                raise refusal(upstream, reason, until)
            self.sleep(max(0.0, seconds) + 0.01)

    def _find_stop(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        # A stop of one of arXiv's upstreams stops them all.
        names = [name for name in Upstreams.model_fields if pace_group(name) == pace_group(upstream)] or [upstream]
        stops = [stop for name in names if (stop := self._memory.stopped(name, now))]
        return max(stops, default=None)

    def _spend(self, upstream: str, limit: int, now: datetime) -> tuple[datetime, str] | None:
        what = " without GITHUB_TOKEN" if upstream == "github_api" else ""
        if limit <= 0:
            return now + timedelta(hours=1), f"no requests{what} are allowed by the settings"
        until = self._memory.spend(upstream, limit, HOUR_SECONDS, now)
        return None if until is None else (until, f"the {limit} requests an hour{what} are spent")

    def _stop(self, upstream: str, seconds: float, reason: str) -> datetime:
        until = self._clock.now() + timedelta(seconds=seconds)
        self._memory.stop(upstream, until, reason)
        return until

    def _record(self, upstream: str, error: str | None) -> None:
        now = self._clock.now()
        last = self._recorded.get(upstream)
        if error is None and last is not None and abs((now - last).total_seconds()) < RECORD_SECONDS:
            return
        if error is None:
            self._recorded[upstream] = now
            while len(self._recorded) > MOST_HOSTS:
                del self._recorded[next(iter(self._recorded))]
        else:
            self._recorded.pop(upstream, None)
        self._memory.record(upstream, now, error)
