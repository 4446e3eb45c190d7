"""Zenodo's API: records, from `zenodo/NUMBER.json` of a world (what the API answers).

`{"status": 410}` plays a record that was taken away.
"""

from __future__ import annotations

from pathlib import Path

from tracker.sandbox.file_tree import read_facts
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """One answer to a GET below the API's base address."""
    match [part for part in request.path.split("/") if part]:
        case ["records", number] if number.isdigit() and (root / f"{number}.json").is_file():
            record = read_facts(root / f"{number}.json")
            status = record.get("status")
            if isinstance(status, int) and status >= 400:
                return json_response({"status": status, "message": "The record has been deleted."}, status)
            return json_response({"id": int(number), **record})
    return json_response({"status": 404, "message": "The persistent identifier does not exist."}, 404)
