"""GitLab's API v4: projects, their trees and files, from `gitlab/GROUP/…/NAME` of a world.

Another server's projects are in `gitlab/HOST/GROUP/…/NAME` and are reached through the web. Shapes follow recorded
responses; a project that has moved answers 301 to its number.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from tracker.sandbox.file_tree import File, list_folders, read_facts
from tracker.sandbox.github.world import WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response

MOST_DEPTH = 22
_PARTS = ("repository.json", "repo.json", "tree.txt", "files")


def respond(request: SandboxRequest, root: Path) -> SandboxResponse:
    """The response to a GET below the API's base address; `root` holds the projects of one server."""
    parts = [part for part in request.path.split("/") if part]
    if parts[:1] != ["projects"] or len(parts) < 2:
        return _missing("404 Not Found")
    known = list(projects(root))
    end = next((i for i, part in enumerate(parts) if i > 1 and part in ("repository", "languages")), len(parts))
    name = "/".join(parts[1:end])
    for project in known:
        if name.casefold() == project.full_name.casefold() or name == str(project.id):
            return _below(request, project, parts[end:])
    for project in known:
        if name in (project.facts.get("moved_from") or ()):
            return SandboxResponse(
                status=301, headers={"location": f"{request.base}/projects/{project.id}?license=true"}
            )
    return _missing("404 Project Not Found")


def projects(root: Path) -> Iterator[WorldRepository]:
    """Every project below a folder; a folder with a tree, files or facts is one, any other a group."""
    # Folders named after a server, right below the folder of gitlab.com, are not of it.
    waiting = [folder for folder in list_folders(root) if root.name != "gitlab" or "." not in folder.name]
    while waiting:
        folder = waiting.pop()
        if any((folder / part).exists() for part in _PARTS):
            yield WorldRepository(
                folder.parent.relative_to(root).as_posix(), folder.name, folder, read_facts(folder / "repo.json")
            )
        elif len(folder.relative_to(root).parts) < MOST_DEPTH:
            waiting += list_folders(folder)


def _below(request: SandboxRequest, project: WorldRepository, rest: list[str]) -> SandboxResponse:
    if project.status != "present":
        return json_response({"message": "403 Forbidden"}, 403)
    match rest:
        case []:
            return json_response(_facts(request, project))
        case ["languages"]:
            return json_response(dict.fromkeys(project.languages, 10.0))
        case ["repository", "tree"]:
            return _tree(request, project)
        case ["repository", "branches"]:
            return json_response([{"name": name} for name in project.branches])
        case ["repository", "files", *path] if (file := _file(request, project, "/".join(path))) is not None:
            text = base64.b64encode(file.data or b"").decode()
            return json_response(
                {"file_name": file.name, "file_path": file.path, "encoding": "base64", "content": text}
            )
    return _missing("404 Not Found")


def _facts(request: SandboxRequest, project: WorldRepository) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": project.id, "name": project.name, "path": project.name, "path_with_namespace": project.full_name,
        "description": project.description, "default_branch": project.branch if project.tree else None,
        "created_at": project.created_at, "last_activity_at": project.pushed_at, "archived": project.archived,
        "empty_repo": not project.tree, "visibility": "public",
    }  # fmt: skip
    if project.fork:
        facts["forked_from_project"] = {"id": 1}
    if request.param("license") == "true":
        licence = project.licence
        facts["license"] = None if licence is None else {"key": licence.key, "name": licence.name}
    return facts


def _file(request: SandboxRequest, project: WorldRepository, path: str) -> File | None:
    shown = project.at(request.param("ref"))
    return None if shown is None else shown.tree.get(path)


def _tree(request: SandboxRequest, project: WorldRepository) -> SandboxResponse:
    shown = project.at(request.param("ref"))
    start = f"{request.param('path').strip('/')}/".lstrip("/")
    files = {path: file for path, file in (shown.tree if shown else {}).items() if path.startswith(start)}
    if not files:
        return _missing("404 Tree Not Found")
    size = max(
        1, min(100, int(request.param("per_page", "20")) if request.param("per_page", "20").isdigit() else 20)
    )
    page = int(request.param("page", "1")) if request.param("page", "1").isdigit() else 1
    entries = [{"id": file.oid, "name": file.name, "type": "blob", "path": path, "mode": "100644"}
               for path, file in files.items()]  # fmt: skip
    more = len(entries) > page * size
    return json_response(
        entries[(page - 1) * size : page * size], 200, {"x-next-page": str(page + 1) if more else ""}
    )


def _missing(message: str) -> SandboxResponse:
    return json_response({"message": message}, 404)
