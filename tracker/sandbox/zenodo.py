"""Zenodo's API: records, from `zenodo/NUMBER.json` of a world, which hold the API's responses.

`{"status": 410}` plays a removed record.
"""

from __future__ import annotations

from pathlib import Path

from tracker.sandbox.file_tree import read_facts
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address."""
    match [part for part in request.path.split("/") if part]:
        case ["records", number] if number.isdigit() and (root / f"{number}.json").is_file():
            record = read_facts(root / f"{number}.json")
            status = record.get("status")
            if isinstance(status, int) and status >= 400:
                return json_response({"status": status, "message": "The record has been deleted."}, status)
            return json_response({"id": int(number), **record})
    return json_response({"status": 404, "message": "The persistent identifier does not exist."}, 404)
