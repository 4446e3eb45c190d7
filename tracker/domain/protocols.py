"""The protocols between the layers: what stages require of fetching, the clock and progress.

They are here so that no stage imports the code that implements them. All datetimes are aware and in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Response:
    """An upstream's whole response. `headers` has lower-case names; `url` is the last one requested."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body parsed as JSON. Raises ValueError if it is not JSON."""
        return json.loads(self.body)


class Clock(Protocol):
    """The product's time, which `TRACKER_NOW` may have moved."""

    def now(self) -> datetime:
        """The time now, aware and in UTC."""
        ...


class Fetch(Protocol):
    """The only door to the network. Paces requests, obeys stops and budgets, bounds bytes and time.

    Every method raises UpstreamStopped when no request to the upstream is allowed now, and UpstreamError when it
    gave no usable response (network failure, timeout, 5xx after retries, oversized body). 429 and
    rate-limiting 403 become UpstreamStopped. Every other status is returned.
    """

    def get(
        self,
        upstream: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET `path` below the base URL of `upstream`, following same-upstream redirects."""
        ...

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        """POST `json` to `path` below the base URL of `upstream`."""
        ...

    def page(self, url: str) -> Response:
        """GET an http(s) address found in a paper or a page: guarded, bounded, each redirect checked.

        Raises UpstreamError (upstream `web`) with a reason if the guard refuses an address or there is no usable
        response; 429 and 5xx raise it too.
        """
        ...

    def post_form(self, url: str, fields: Mapping[str, str], *, seconds: float) -> Response:
        """POST a form to an address that the operator configured, once, within `seconds` and without following redirects.

        Raises UpstreamStopped and UpstreamError (upstream `hub`); every status but 429 and 5xx is returned.
        """
        ...

    def post_body(
        self, upstream: str, url: str, content: bytes, headers: Mapping[str, str], *, seconds: float
    ) -> Response:
        """POST bytes to an address that the operator configured, once, within `seconds` and without following redirects.

        `upstream` names it for stops, as `webhook:NAME`. Raises UpstreamStopped and UpstreamError; every status is
        returned.
        """
        ...

    def has_token(self, upstream: str) -> bool:
        """Whether requests to `upstream` carry an account's token."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class Turn(Protocol):
    """The right to send one request to a group of upstreams, while nobody else sends one."""

    def is_valid(self) -> bool:
        """Whether the request may still leave: the process may have been stopped for longer than its turn lasts."""
        ...

    def end(self) -> None:
        """Give the turn back, after the response."""
        ...


class Turns(Protocol):
    """Grants turns to all machines of an installation, one at a time for each group of upstreams."""

    def take_turn(self, name: str, seconds: float) -> Turn | float:
        """The turn, or the seconds after which to try again. The next is granted `seconds` after its end.

        Raises StoreError where that cannot be found out: then no request may leave.
        """
        ...


class UpstreamMemory(Protocol):
    """What fetching must remember across processes and restarts; the store implements it."""

    @property
    def turns(self) -> Turns | None:
        """Who grants turns; None where files of the data folder do, on one machine."""
        ...

    def stopped(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        """(until, reason) of the stop in force at `now`; None if requests are allowed."""
        ...

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        """Forbid requests before `until`; a later stop replaces an earlier one."""
        ...

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        """Take one request of `limit` per `seconds`; None if granted, else the time at which the next one is free."""
        ...

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        """Store the result of a request: `error` is None for a good response, else a short reason."""
        ...


class Progress(Protocol):
    """Receives how far long work is, and shows it: a bar on a terminal, log lines elsewhere."""

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """Report that `done` of `total` steps of `stage` are finished; `total` is None if not known."""
        ...
