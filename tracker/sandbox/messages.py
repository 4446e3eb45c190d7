"""Requests and responses of the stand-in, independent of any web framework."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRequest:
    """One request. `path` is below the upstream's base address and starts with a slash.

    `base` is that address (`http://127.0.0.1:PORT/github`), so that links in responses stay on this machine.
    `query` keeps order and repeats; `headers` has lower-case names; `now` is the sandbox's time in UTC.
    """

    method: str
    path: str
    base: str
    now: datetime
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"

    def param(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def params(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(value for key, value in self.query if key == name)

    @property
    def account(self) -> str:
        """The value of the `Authorization` header, empty without that header."""
        return self.headers.get("authorization", "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxResponse:
    """One response. `fault` is empty, `cut` (the body ends before its Content-Length) or `hang` (it is sent
    only after `seconds`)."""

    status: int = 200
    body: bytes = b""
    content_type: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    seconds: float = 0.0


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> SandboxResponse:
    """A JSON response, as compact as the upstreams write it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return SandboxResponse(status=status, body=body, content_type=JSON, headers=headers or {})


def with_headers(response: SandboxResponse, headers: Mapping[str, str]) -> SandboxResponse:
    """The response with further headers; its own take precedence."""
    return replace(response, headers={**headers, **response.headers})


def format_utc(moment: datetime, timespec: str = "seconds") -> str:
    """A time as the upstreams write it: `2026-07-01T05:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
