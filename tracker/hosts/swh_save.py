"""Software Heritage's "save code now": asking it to archive a repository, and following what comes of that.

Its API says of each request whether it was accepted, how the loading goes, and the snapshot that came of it
(archive.softwareheritage.org/api/1/origin/save/doc). A request that is repeated while one for the same repository is
under way gives that one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Fetch, Response
from tracker.hosts import json_fields

UPSTREAM = "software_heritage"
_SITES = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "gitee": "gitee.com"}
_ON_OTHER_SITES = ("gitlab", "forgejo")
_SNAPSHOT = re.compile(r"swh:1:snp:[0-9a-f]{40}", re.ASCII)
_WAITING = ("not created", "not yet scheduled", "pending", "scheduled", "running")
_NOT_WHOLE = ("failed", "not_found", "partial")
_CLOCKS_DIFFER = timedelta(hours=1)


class SaveState(StrEnum):
    """How a request stands. `ASKED`: it was sent, and its answer is not known."""

    ASKED = "asked"
    WAITING = "waiting"
    ARCHIVED = "archived"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SaveStatus:
    """What Software Heritage says of a request: its number, the snapshot's SWHID where it is archived, else a reason."""

    state: SaveState
    number: int | None = None
    swhid: str = ""
    reason: str = ""


def origin_url(reference: str) -> str | None:
    """The address to clone of a repository, from its reference; None where the reference is none of a repository."""
    scheme, _, rest = reference.partition(":")
    first, _, path = rest.partition("/")
    if scheme in _ON_OTHER_SITES and "." in first and "/" in path:
        return f"https://{first}/{path}"
    site = _SITES.get(scheme)
    return f"https://{site}/{rest}" if site and path else None


def request_save(origin: str, fetch: Fetch) -> SaveStatus:
    """Ask for a repository to be archived. Raises UpstreamError where the answer is not usable, and UpstreamStopped."""
    response = fetch.post(UPSTREAM, _path(origin), json={})
    if response.status in (400, 403, 404):
        reason = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(response)).get("reason"))
        return SaveStatus(SaveState.REFUSED, reason=reason or f"it answered {response.status}")
    return _read(response, json_fields.parse_body(response))


def find_save(origin: str, since: datetime, fetch: Fetch) -> SaveStatus | None:
    """The newest request for a repository that was made since then, None where there is none. Raises as `request_save`."""
    response = fetch.get(UPSTREAM, _path(origin))
    if response.status == 404:
        return None
    found = json_fields.parse_body(response)
    if response.status != 200 or not isinstance(found, list):
        return _read(response, found)
    rows = [row for row in map(json_fields.as_mapping, found) if _is_since(row, since)]
    newest = max(rows, key=lambda row: _number(row) or 0, default=None)
    return None if newest is None else _read(response, newest)


def follow_save(number: int, fetch: Fetch) -> SaveStatus:
    """How a request stands. Raises as `request_save`."""
    response = fetch.get(UPSTREAM, f"/origin/save/{number}/")
    if response.status == 404:
        return SaveStatus(SaveState.FAILED, number, reason="Software Heritage does not know the request any more")
    return _read(response, json_fields.parse_body(response))


def read_status(row: Mapping[str, Any]) -> SaveStatus | None:
    """The status from an object of the API; None where it is none.

    Only a full visit counts: what a partial one holds is not known."""
    number, request, task = _number(row), row.get("save_request_status"), row.get("save_task_status")
    swhid, visit = row.get("snapshot_swhid"), row.get("visit_status")
    if number is None or request not in ("accepted", "pending", "rejected"):
        return None
    if request == "rejected":
        note = json_fields.as_line(row.get("note"))
        return SaveStatus(SaveState.REFUSED, number, reason=note or "the request was rejected")
    if task == "failed" or visit in _NOT_WHOLE:
        return SaveStatus(
            SaveState.FAILED, number, reason=f"loading it ended: {visit if task != 'failed' else task}"
        )
    if task == "succeeded" and visit == "full" and isinstance(swhid, str) and _SNAPSHOT.fullmatch(swhid):
        return SaveStatus(SaveState.ARCHIVED, number, swhid)
    # The snapshot of a request that succeeded may follow later.
    return SaveStatus(SaveState.WAITING, number) if task == "succeeded" or task in _WAITING else None


def _read(response: Response, row: object) -> SaveStatus:
    status = read_status(json_fields.as_mapping(row)) if response.status == 200 else None
    if status is None:
        raise UpstreamError(
            UPSTREAM, f"what it answered to a request to archive is not understood ({response.status})"
        )
    return status


def _is_since(row: Mapping[str, Any], since: datetime) -> bool:
    made = json_fields.as_time(row.get("save_request_date"))
    return made is not None and made >= since - _CLOCKS_DIFFER


def _number(row: Mapping[str, Any]) -> int | None:
    number = row.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63 else None


def _path(origin: str) -> str:
    return f"/origin/save/git/url/{quote(origin, safe=':/@%+')}/"
