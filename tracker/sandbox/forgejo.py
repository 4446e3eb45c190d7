"""Forgejo's API v1: repositories, trees and files, from `forgejo/HOST/OWNER/NAME` of a world.

Codeberg has its own upstream; other servers are reached through the web. No licence is stated, as in the
recorded responses of Forgejo 10.
"""

from __future__ import annotations

import base64
from pathlib import Path

from tracker.sandbox.file_tree import File, find_folder, list_folders, read_facts
from tracker.sandbox.github.world import WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address; `root` holds the owners of one server."""
    match [part for part in request.path.split("/") if part]:
        case ["repos", owner, name, *rest]:
            found = find_folder(root, owner, name)
            if found is not None:
                return _below(
                    request,
                    WorldRepository(found.parent.name, found.name, found, read_facts(found / "repo.json")),
                    rest,
                )
            for folder in (each for space in list_folders(root) for each in list_folders(space)):
                if f"{owner}/{name}" in (read_facts(folder / "repo.json").get("moved_from") or ()):
                    where = "/".join([request.base, "repos", folder.parent.name, folder.name, *rest])
                    return SandboxResponse(status=301, headers={"location": where})
    return _missing()


def _below(request: SandboxRequest, repository: WorldRepository, rest: list[str]) -> SandboxResponse:
    if repository.status != "present":
        return json_response({"message": "Forbidden"}, 403)
    match rest:
        case []:
            return json_response({
                "id": repository.id, "name": repository.name, "full_name": repository.full_name,
                "empty": not repository.tree, "fork": repository.fork,
                "archived": repository.archived, "default_branch": repository.branch, "created_at": repository.created_at,
                "updated_at": repository.pushed_at, "language": repository.languages[0] if repository.languages else "",
                "description": repository.description or "", "private": False,
            })  # fmt: skip
        case ["branches"]:
            return json_response([{"name": name} for name in repository.branches])
        case ["git", "trees", *ref] if repository.tree and (shown := repository.at("/".join(ref))) is not None:
            entries = [{"path": path, "mode": "100644", "type": "blob", "size": file.size, "sha": file.oid}
                       for path, file in shown.tree.items()]  # fmt: skip
            return json_response(
                {"sha": repository.head, "tree": entries[:1000], "truncated": len(entries) > 1000, "page": 1}
            )
        case ["contents", *path] if (file := _file(request, repository, "/".join(path))) is not None:
            text = base64.b64encode(file.data or b"").decode()
            return json_response({"name": file.name, "path": file.path, "encoding": "base64", "content": text})
    return _missing()


def _file(request: SandboxRequest, repository: WorldRepository, path: str) -> File | None:
    shown = repository.at(request.param("ref"))
    return None if shown is None else shown.tree.get(path)


def _missing() -> SandboxResponse:
    return json_response({"message": "The target couldn't be found.", "errors": []}, 404)
