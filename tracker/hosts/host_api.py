"""Asking a host's API a few times for one check, and what its responses mean.

Hosts that are asked by plain GET requests share this; GitHub and Hugging Face have folders of their own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tracker.domain.artifacts import Check
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Outcome
from tracker.hosts import json_fields

MOST_REQUESTS = 7
"""Requests that one check of one artifact may cost; most take four."""
MOST_TEXT = 100_000
"""Characters of a file's text that are kept."""
MOST_PATHS = 20_000
"""Entries of a file list that are read."""


class Unreadable(Exception):
    """Part of an artifact that is present could not be read, so its check is `unknown`. The message is the reason."""


class HostApi:
    """The API of one host for one check of one artifact, which may cost at most `MOST_REQUESTS` requests.

    `at` is the name of an upstream in the settings, or an https base address; the latter is fetched as a page, behind
    the guard that judges addresses. `name` is what reasons call the host. `left` is how many requests remain.
    """

    def __init__(self, fetch: Fetch, at: str, name: str) -> None:
        self._fetch = fetch
        self._at = at
        self.name = name
        self.left = MOST_REQUESTS

    def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """GET `path` below the API's address. Raises UpstreamError, and Unreadable when no request is left.

        `headers` are for a named upstream alone.
        """
        if self.left <= 0:
            raise Unreadable("it would take more requests than one check may cost")
        self.left -= 1
        if not self._at.startswith("https://"):
            return self._fetch.get(self._at, path, params=params, headers=headers)
        return self._fetch.page(f"{self._at}{path}{'?' + urlencode(params) if params else ''}")

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of a resource that must exist by now. Raises UpstreamError, and Unreadable for any other status."""
        response = self.get(path, params)
        if response.status != 200:
            raise Unreadable(f"{self.name} answered {response.status} to the request for its files")
        return json_fields.parse_body(response)

    def get_base64_file(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """The text of a file that the API returns as JSON with base64 in `content`; empty where it holds none.

        Raises UpstreamError, and Unreadable where the file cannot be had or decoded.
        """
        file = json_fields.as_mapping(self.get_json(path, params))
        try:
            raw = base64.b64decode(json_fields.as_text(file.get("content")) or "")
        except (binascii.Error, ValueError):
            raise Unreadable("a file of it cannot be decoded") from None
        return raw.decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]

    def get_file(self, path: str) -> str:
        """The text of a file that the API returns as it is. Raises UpstreamError and Unreadable."""
        response = self.get(path)
        if response.status != 200:
            raise Unreadable(f"{self.name} answered {response.status} to the request for a file")
        return response.body[: 4 * MOST_TEXT].decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]


def run_check(perform: Callable[[], Check]) -> Check:
    """The check that `perform` returns; where it raises UpstreamError or Unreadable, an unknown one with the reason.

    Raises UpstreamStopped, because the references that wait stay due then.
    """
    try:
        return perform()
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return unknown_check(error.reason)
    except Unreadable as error:
        return unknown_check(str(error))


def unknown_check(reason: str) -> Check:
    """A check that could not find out anything, for the `reason` given."""
    return Check(outcome=Outcome.UNKNOWN, reason=reason)


def check_absence(api: HostApi, response: Response) -> Check | None:
    """The check that follows from a status other than 200 (absent, blocked or unknown); None for status 200."""
    if response.status == 404:
        return Check(outcome=Outcome.ABSENT, reason=f"not found on {api.name}: never there, deleted, or private")
    if response.status == 410:
        return Check(outcome=Outcome.ABSENT, reason=f"removed from {api.name}")
    if response.status == 451:
        return Check(outcome=Outcome.BLOCKED, reason=f"{api.name} answered 451: blocked for legal reasons")
    if response.status != 200:
        return unknown_check(f"{api.name} answered {response.status}")
    return None


def quote_path(path: str) -> str:
    """A path with escapes as a URL needs them, its slashes kept."""
    return quote(path, safe="/")
