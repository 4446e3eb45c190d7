"""Bitbucket's API 2.0: repositories, listings and files, from `bitbucket/OWNER/NAME` of a world."""

from __future__ import annotations

import uuid
from pathlib import Path

from tracker.sandbox.file_tree import find_folder, read_facts
from tracker.sandbox.github.world import WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """One answer to a GET below the API's base address."""
    match [part for part in request.path.split("/") if part]:
        case ["repositories", owner, name, *rest]:
            found = find_folder(root, owner, name)
            if found is not None:
                return _below(
                    WorldRepository(found.parent.name, found.name, found, read_facts(found / "repo.json")), rest
                )
    return _missing("Repository not found")


def _below(one: WorldRepository, rest: list[str]) -> SandboxResponse:
    if one.status != "present":
        return json_response({"type": "error", "error": {"message": "Access denied."}}, 403)
    match rest:
        case []:
            return json_response({
                "type": "repository", "uuid": f"{{{uuid.uuid5(uuid.NAMESPACE_URL, str(one.id))}}}", "slug": one.name,
                "full_name": one.full_name, "is_private": False, "created_on": one.created_at,
                "updated_on": one.pushed_at, "language": one.languages[0].lower() if one.languages else "",
                "mainbranch": {"type": "branch", "name": one.branch} if one.tree else None,
                "parent": {"type": "repository"} if one.fork else None,
            })  # fmt: skip
        case ["src"] | ["src", _] if one.tree:
            values = [{"type": "commit_file", "path": path, "size": file.size, "commit": {"hash": one.head}}
                      for path, file in one.tree.items()]  # fmt: skip
            more = {"next": "page=2"} if len(values) > 100 else {}
            return json_response({"pagelen": 100, "page": 1, "values": values[:100], **more})
        case ["src", _, *path] if "/".join(path) in one.tree:
            return SandboxResponse(body=one.tree["/".join(path)].data or b"")
    return _missing("No such file or directory")


def _missing(message: str) -> SandboxResponse:
    return json_response({"type": "error", "error": {"message": message}}, 404)
