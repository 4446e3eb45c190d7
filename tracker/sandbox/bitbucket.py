"""Bitbucket's API 2.0: repositories, listings and files, from `bitbucket/OWNER/NAME` of a world."""

from __future__ import annotations

import uuid
from pathlib import Path

from tracker.sandbox.file_tree import find_folder, read_facts
from tracker.sandbox.github.world import WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address."""
    match [part for part in request.path.split("/") if part]:
        case ["repositories", owner, name, *rest]:
            found = find_folder(root, owner, name)
            if found is not None:
                return _below(
                    WorldRepository(found.parent.name, found.name, found, read_facts(found / "repo.json")), rest
                )
    return _missing("Repository not found")


def _below(repository: WorldRepository, rest: list[str]) -> SandboxResponse:
    if repository.status != "present":
        return json_response({"type": "error", "error": {"message": "Access denied."}}, 403)
    match rest:
        case []:
            return json_response({
                "type": "repository", "uuid": f"{{{uuid.uuid5(uuid.NAMESPACE_URL, str(repository.id))}}}",
                "slug": repository.name,
                "full_name": repository.full_name, "is_private": False, "created_on": repository.created_at,
                "updated_on": repository.pushed_at,
                "language": repository.languages[0].lower() if repository.languages else "",
                "mainbranch": {"type": "branch", "name": repository.branch} if repository.tree else None,
                "parent": {"type": "repository"} if repository.fork else None,
            })  # fmt: skip
        case ["refs", "branches"]:
            return json_response({"values": [{"name": name} for name in repository.branches]})
        case ["src", *ref] if len(ref) < 2 and repository.tree and (shown := _at(repository, ref)) is not None:
            values = [{"type": "commit_file", "path": path, "size": file.size, "commit": {"hash": shown.head}}
                      for path, file in shown.tree.items()]  # fmt: skip
            more = {"next": "page=2"} if len(values) > 100 else {}
            return json_response({"pagelen": 100, "page": 1, "values": values[:100], **more})
        case ["src", ref, *path] if (shown := _at(repository, [ref])) is not None and "/".join(path) in shown.tree:
            return SandboxResponse(body=shown.tree["/".join(path)].data or b"")
    return _missing("No such file or directory")


def _at(repository: WorldRepository, ref: list[str]) -> WorldRepository | None:
    """The repository as a branch or commit (none: the main branch) shows it."""
    shown = (repository.at(name) for name in repository.branches)
    by_commit = next((each for each in shown if each is not None and [each.head] == ref), None)
    return by_commit or repository.at(ref[0] if ref else "")


def _missing(message: str) -> SandboxResponse:
    return json_response({"type": "error", "error": {"message": message}}, 404)
