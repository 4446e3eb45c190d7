"""Software Heritage's API 1: the content of `swh/PATH.json` of a world, at the same path, and its "save code now".

`swh/directory/HASH.json` is the list of a folder's entries (in an object, as `content`). A request to archive a
repository is accepted, and archived at the second question how it stands; `swh/save.json` maps repositories to fields of
the answers that are otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tracker.sandbox.budget import HOUR_SECONDS, Ledger, RequestLimits
from tracker.sandbox.file_tree import read_facts, sha1
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc, json_response, with_headers

_SAVE = re.compile(r"/origin/save/(?:git/url/(?P<origin>.+?)|(?P<number>\d{1,9}))/?", re.ASCII)


class SoftwareHeritage:
    """The archive of a world, with the requests to save since the start."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._saves: list[dict[str, Any]] = []

    def forget_requests(self) -> None:
        """Forget all requests to save."""
        self._saves.clear()

    def respond(self, request: SandboxRequest, ledger: Ledger, limits: RequestLimits) -> SandboxResponse:
        """The response to a request below the API's base address."""
        save = _SAVE.fullmatch(request.path)
        if save is None:
            return _read_file(request, self._root)
        scope, limit = ("save", limits.swh_saves) if request.method == "POST" else ("status", limits.swh_status)
        budget = ledger.take(request.client, f"swh-{scope}", limit, HOUR_SECONDS, request.now)
        headers = {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(budget.remaining),
            "x-ratelimit-reset": str(int(budget.reset.timestamp())),
        }
        if not budget.granted:
            seconds = budget.seconds(request.now)
            reason = f"Request was throttled. Expected available in {seconds} seconds."
            headers["retry-after"] = str(seconds)
            return json_response({"exception": "Throttled", "reason": reason}, 429, headers)
        if request.method == "POST":
            return with_headers(self._save(save["origin"] or "", request), headers)
        return with_headers(self._status(save["origin"], int(save["number"] or 0)), headers)

    def _save(self, origin: str, request: SandboxRequest) -> SandboxResponse:
        said = read_facts(self._root / "save.json").get(origin, {})
        if said.get("save_request_status") == "rejected":
            reason = "The origin url is blacklisted and will not be loaded into the archive."
            return json_response({"exception": "ForbiddenExc", "reason": reason}, 403)
        under_way = [save for save in self._saves if save["origin_url"] == origin and save["visit_date"] is None]
        if not under_way:
            under_way = [
                {
                    "id": len(self._saves) + 1,
                    "request_url": f"{request.base}/origin/save/{len(self._saves) + 1}/",
                    "origin_url": origin,
                    "visit_type": "git",
                    "save_request_date": format_utc(request.now),
                    "save_request_status": "accepted",
                    "save_task_status": "pending",
                    "visit_date": None,
                    "visit_status": None,
                    "note": None,
                    "snapshot_swhid": None,
                    **said,
                }
            ]
            self._saves += under_way
        return json_response(under_way[0])

    def _status(self, origin: str | None, number: int) -> SandboxResponse:
        found = [save for save in self._saves if save["origin_url"] == origin or save["id"] == number]
        if not found:
            reason = f"No save requests found for visit of type git on origin with url {origin}."
            return json_response({"exception": "NotFoundExc", "reason": reason}, 404)
        shown = [dict(save) for save in found]
        for save in found:
            self._advance(save)
        return json_response(shown if origin is not None else shown[0])

    def _advance(self, save: dict[str, Any]) -> None:
        """What the next question is answered; `save.json` may hold it back."""
        said = read_facts(self._root / "save.json").get(save["origin_url"], {})
        if save["save_task_status"] == "pending" and "save_task_status" not in said:
            snapshot = f"swh:1:snp:{sha1(save['origin_url'].encode())}"
            save |= {
                "save_task_status": "succeeded",
                "visit_date": save["save_request_date"],
                "visit_status": "full",
            }
            save |= {"snapshot_swhid": snapshot, **said}


def _read_file(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The file of the world at the request's path."""
    path = (root / f"{request.path.strip('/')}.json").resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return json_response({"exception": "NotFoundExc", "reason": "The resource could not be found"}, 404)
    found = read_facts(path)
    return json_response(
        found["content"] if request.path.startswith("/directory/") and "content" in found else found
    )
