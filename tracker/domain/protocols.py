"""The protocols that join the floors: what a stage may ask of fetching, of memory, of the clock and of who watches.

They are here so that the stages need not know who fulfils them. All datetimes are aware and in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Response:
    """An upstream's answer, whole. `headers` has lower-case names; `url` is the last one asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.body)


class Clock(Protocol):
    """Tells the product's time, which `TRACKER_NOW` may have moved."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Fetch(Protocol):
    """The only way out. Paces, obeys stops and budgets, bounds bytes and time.

    Every method raises UpstreamStopped when the upstream may not be asked now, and UpstreamError when it
    gave no usable answer (network failure, timeout, 5xx after retries, oversized body). 429 and
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
        """POST a JSON body."""
        ...

    def page(self, url: str) -> Response:
        """GET an http(s) address that stands in a paper or a page: guarded, bounded, redirects checked one by one.

        Raises UpstreamError (upstream `web`) with a reason in words where the guard refuses an address or no
        usable answer comes; 429 and 5xx too.
        """
        ...

    def post_form(self, url: str, fields: Mapping[str, str], *, seconds: float) -> Response:
        """POST a form to an address of the operator's, once, within `seconds` and without following redirects.

        Raises UpstreamStopped and UpstreamError (upstream `hub`); every status but 429 and 5xx is returned.
        """
        ...

    def has_token(self, upstream: str) -> bool:
        """Whether requests to it carry an account's token."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class UpstreamMemory(Protocol):
    """What fetching must remember across processes and restarts; fulfilled by the store."""

    def stopped(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        """(until, reason) of a stop in force at `now`."""
        ...

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        """Forbid requests until then; a later stop replaces an earlier one."""
        ...

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        """Take one request of `limit` per `seconds`; None if granted, else when the next is free."""
        ...

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        """Note the result of a request: None for a good answer, else a short reason."""
        ...


class Progress(Protocol):
    """Told by long work how far it is: a bar on a terminal, log lines elsewhere."""

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """`done` of `total` in `stage`."""
        ...


class FeedResponse(Protocol):
    """What a feed by query, of an author or a keyword comes to."""

    @property
    def location(self) -> str | None:
        """Path and query of its canonical form without a leading slash, where that is another address."""
        ...

    @property
    def body(self) -> bytes | None:
        """The feed; None where there is none such."""
        ...


class ApiResponse(Protocol):
    """A whole answer; HEAD gets it without the body."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        ...

    @property
    def body(self) -> bytes:
        """The bytes that a GET gets."""
        ...


class ApiHandler(Protocol):
    """Answers what is asked below `/api/`. Called in a few threads at once; raises nothing."""

    def answer(self, method: str, path: str, query_string: bytes, headers: Mapping[str, str]) -> ApiResponse:
        """`path` is what follows `/api/`; names of `headers` are in lower case."""
        ...


class FeedComposer(Protocol):
    """Makes feeds from the publisher's entries, in memory; asks no database."""

    def answer(self, path: str, query: str) -> FeedResponse:
        """`path` without a leading slash, like `feed.xml` or `feeds/author/Ada-L.atom`; `query` without `?`."""
        ...
