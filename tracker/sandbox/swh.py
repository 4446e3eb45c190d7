"""Software Heritage's API 1: the content of `swh/PATH.json` of a world, at the same path.

`swh/directory/HASH.json` is the list of a folder's entries (in an object, as `content`).
"""

from __future__ import annotations

from pathlib import Path

from tracker.sandbox.file_tree import read_facts
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address."""
    path = (root / f"{request.path.strip('/')}.json").resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return json_response({"exception": "NotFoundExc", "reason": "The resource could not be found"}, 404)
    found = read_facts(path)
    return json_response(
        found["content"] if request.path.startswith("/directory/") and "content" in found else found
    )
