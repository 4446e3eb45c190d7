"""Software Heritage's API 1: what `swh/PATH.json` of a world holds, at the path that it is asked for.

`swh/directory/HASH.json` is the list of a folder's entries (in an object, as `content`).
"""

from __future__ import annotations

from pathlib import Path

from tracker.sandbox.answer import Answer, Ask, as_json
from tracker.sandbox.file_tree import read_facts


def answer(ask: Ask, root: Path) -> Answer:
    """One answer to a GET below the API's base address."""
    path = (root / f"{ask.path.strip('/')}.json").resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return as_json({"exception": "NotFoundExc", "reason": "The resource could not be found"}, 404)
    found = read_facts(path)
    return as_json(found["content"] if ask.path.startswith("/directory/") and "content" in found else found)
