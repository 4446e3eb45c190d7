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

MOST_REQUESTS = 5
"""Requests that one check of one artifact may cost; most take two or three."""
MOST_TEXT = 100_000
"""Characters of a file's text that are kept."""
MOST_PATHS = 20_000
"""Entries of a file list that are read."""


class Unreadable(Exception):
    """Something that is present could not be read, so nothing can be said of it; the text says why."""


class HostApi:
    """One look at one host's API, by an upstream of the settings or by its own public address.

    `at` is the name of an upstream, or an https address, which is fetched as the guarded page it is. `name` is
    how reasons call the host.
    """

    def __init__(self, fetch: Fetch, at: str, name: str) -> None:
        self._fetch = fetch
        self._at = at
        self.name = name
        self.left = MOST_REQUESTS

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        """GET below the API's address. Raises UpstreamError, and Unread when the look's requests are used up."""
        if self.left <= 0:
            raise Unreadable("it would take more requests than one look may cost")
        self.left -= 1
        if not self._at.startswith("https://"):
            return self._fetch.get(self._at, path, params=params)
        return self._fetch.page(f"{self._at}{path}{'?' + urlencode(params) if params else ''}")

    def found(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of what must be there by now. Raises UpstreamError and Unread."""
        answer = self.get(path, params)
        if answer.status != 200:
            raise Unreadable(f"{self.name} answered {answer.status} to the question for its files")
        return json_fields.parse_body(answer)

    def encoded(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """The text of a file that is answered as JSON with base64 in it; empty where there is none."""
        found = json_fields.as_mapping(self.found(path, params))
        try:
            raw = base64.b64decode(json_fields.as_text(found.get("content")) or "")
        except (binascii.Error, ValueError):
            raise Unreadable("a file of it cannot be decoded") from None
        return raw.decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]

    def plain(self, path: str) -> str:
        """The text of a file that is answered as it is."""
        answer = self.get(path)
        if answer.status != 200:
            raise Unreadable(f"{self.name} answered {answer.status} to the question for a file")
        return answer.body[: 4 * MOST_TEXT].decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]


def run_check(look: Callable[[], Check]) -> Check:
    """The check that `look` makes; a failure of any kind is an unknown outcome. Raises UpstreamStopped."""
    try:
        return look()
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return unknown_check(error.reason)
    except Unreadable as error:
        return unknown_check(str(error))


def unknown_check(reason: str) -> Check:
    """A look that told nothing."""
    return Check(outcome=Outcome.UNKNOWN, reason=reason)


def check_absence(api: HostApi, answer: Response) -> Check | None:
    """The check of what is not there or not to be seen, None for an answer that says more."""
    if answer.status == 404:
        return Check(outcome=Outcome.ABSENT, reason=f"not found on {api.name}: never there, deleted, or private")
    if answer.status == 410:
        return Check(outcome=Outcome.ABSENT, reason=f"removed from {api.name}")
    if answer.status == 451:
        return Check(outcome=Outcome.BLOCKED, reason=f"{api.name} answered 451: blocked for legal reasons")
    if answer.status != 200:
        return unknown_check(f"{api.name} answered {answer.status}")
    return None


def quote_path(path: str) -> str:
    """A path as it stands in an address, its slashes kept."""
    return quote(path, safe="/")
