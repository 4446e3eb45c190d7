"""GitHub's REST API: repositories, their licence, README, files and trees.

Sources: recorded answers, docs.github.com/rest, and reports of what a repository that was taken down answers
(451 with the reason `dmca`, 403 with `tos`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

from tracker.sandbox.file_tree import File, sha1
from tracker.sandbox.github.licensee import OTHER, RecognisedLicence
from tracker.sandbox.github.world import GitHubWorld, WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response

DOCS = "https://docs.github.com/rest"
MOST_TREE_ENTRIES = 100_000
_RAW = re.compile(r"application/vnd\.github(?:\.v3)?\.raw(?:\+json)?\b")


def respond(request: SandboxRequest, world: GitHubWorld) -> SandboxResponse:
    """The response to a GET below the API's base address (`/rate_limit` is the caller's)."""
    parts = [part for part in request.path.split("/") if part]
    if request.method not in ("GET", "HEAD"):
        return _failure(404, "Not Found")
    if not parts:
        return json_response(
            {
                "current_user_url": f"{request.base}/user",
                "repository_url": f"{request.base}/repos/{{owner}}/{{repo}}",
            }
        )
    if parts[0] == "repositories" and len(parts) > 1 and re.fullmatch(r"\d{1,18}", parts[1], re.ASCII):
        repository = world.by_id(int(parts[1]))
        return _failure(404, "Not Found") if repository is None else _below(request, world, repository, parts[2:])
    if parts[0] == "orgs" and len(parts) == 3 and parts[2] == "repos":
        return _of_organisation(request, world, parts[1])
    if parts[0] != "repos" or len(parts) < 3:
        return _failure(404, "Not Found")
    found = world.find(parts[1], parts[2])
    if found is None:
        return _failure(404, "Not Found", "/repos/repos#get-a-repository")
    repository, moved = found
    return _moved(request, repository, parts[3:]) if moved else _below(request, world, repository, parts[3:])


def _of_organisation(request: SandboxRequest, world: GitHubWorld, login: str) -> SandboxResponse:
    """What can be seen of an organisation's repositories, the newest first. Every owner of a world is an organisation."""
    owned = [repository for repository in world.all() if repository.owner.casefold() == login.casefold()]
    if not owned:
        return _failure(404, "Not Found", "/repos/repos#list-organization-repositories")
    kinds = (False,) if request.param("type") == "sources" else (False, True)
    shown = [repository for repository in owned if repository.status == "present" and repository.fork in kinds]
    shown.sort(key=lambda repository: (repository.created_at, repository.name), reverse=True)
    size = request.param("per_page")
    most = min(int(size), 100) if re.fullmatch(r"[1-9]\d{0,3}", size, re.ASCII) else 30
    return json_response([_repository(request.base, repository) for repository in shown[:most]])


def _parent(world: GitHubWorld, repository: WorldRepository) -> dict[str, Any]:
    """What was forked, as far as the tracker reads it; nothing where the world does not say."""
    owner, _, name = (repository.parent or "").partition("/")
    found = world.find(owner, name) if repository.fork and name else None
    return (
        {} if found is None else {"parent": {"full_name": found[0].full_name, "default_branch": found[0].branch}}
    )


def _commit(repository: WorldRepository, branch: str) -> dict[str, str]:
    shown = repository.at(branch) or repository
    return {"sha": shown.head}


def _moved(request: SandboxRequest, repository: WorldRepository, rest: Sequence[str]) -> SandboxResponse:
    location = "/".join([f"{request.base}/repositories/{repository.id}", *rest])
    body = {"message": "Moved Permanently", "url": location,
            "documentation_url": f"{DOCS}/guides/best-practices-for-using-the-rest-api#follow-redirects"}  # fmt: skip
    return json_response(body, 301, {"location": location})


def _below(
    request: SandboxRequest, world: GitHubWorld, repository: WorldRepository, rest: Sequence[str]
) -> SandboxResponse:
    if repository.status != "present":
        return _blocked(repository)
    if not rest:
        return json_response(_repository(request.base, repository) | _parent(world, repository))
    if rest[0] == "branches" and len(rest) == 1:
        names = repository.branches if repository.tree else ()
        return json_response(
            [{"name": name, "commit": _commit(repository, name), "protected": False} for name in names]
        )
    if rest[0] == "compare" and len(rest) > 1:
        status = world.compare(repository, "/".join(rest[1:]).partition("...")[2])
        return (
            _failure(404, "Not Found", "/commits/commits#compare-two-commits")
            if status is None
            else json_response({"status": status})
        )
    what = rest[0]
    if what == "contents":
        return _contents(request, repository, "/".join(rest[1:]))
    if what == "license" and len(rest) == 1:
        return _license(request, repository)
    if what == "readme" and len(rest) == 1:
        file = repository.readme
        return (
            _failure(404, "Not Found", "/repos/contents#get-a-repository-readme")
            if file is None
            else _file(request, repository, file)
        )
    if what == "languages" and len(rest) == 1:
        return json_response(dict.fromkeys(repository.languages, 1000))
    if list(rest[:2]) == ["git", "trees"] and len(rest) > 2:
        return _tree(request, repository, "/".join(rest[2:]))
    if what == "commits" and not repository.tree:
        return _failure(409, "Git Repository is empty.", "/commits/commits#list-commits")
    return _failure(404, "Not Found")


def _blocked(repository: WorldRepository) -> SandboxResponse:
    legal = repository.status == "blocked"
    block = {
        "reason": "dmca" if legal else "tos",
        "created_at": repository.pushed_at,
        "html_url": "https://github.com/github/dmca" if legal else "https://github.com/tos",
    }
    return json_response({"message": "Repository access blocked", "block": block}, 451 if legal else 403)


def _failure(status: int, message: str, where: str = "") -> SandboxResponse:
    return json_response({"message": message, "documentation_url": DOCS + where, "status": str(status)}, status)


def _licence(base: str, licence: RecognisedLicence | None) -> dict[str, Any] | None:
    if licence is None:
        return None
    url = None if licence is OTHER else f"{base}/licenses/{licence.key}"
    return {
        "key": licence.key,
        "name": licence.name,
        "spdx_id": licence.spdx,
        "url": url,
        "node_id": f"L_{licence.key}",
    }


def _repository(base: str, repository: WorldRepository) -> dict[str, Any]:
    url = f"{base}/repos/{repository.full_name}"
    html = f"https://github.com/{repository.full_name}"
    organisation = {
        "login": repository.owner, "id": repository.owner_id, "node_id": f"O_{repository.owner_id}",
        "url": f"{base}/users/{repository.owner}", "html_url": f"https://github.com/{repository.owner}",
        "type": "Organization", "site_admin": False,
    }  # fmt: skip
    return {
        "id": repository.id, "node_id": f"R_{repository.id}", "name": repository.name,
        "full_name": repository.full_name, "private": False, "owner": organisation, "html_url": html,
        "description": repository.description, "fork": repository.fork, "url": url,
        "trees_url": f"{url}/git/trees{{/sha}}", "languages_url": f"{url}/languages",
        "commits_url": f"{url}/commits{{/sha}}", "contents_url": f"{url}/contents/{{+path}}",
        "created_at": repository.created_at, "updated_at": repository.pushed_at, "pushed_at": repository.pushed_at,
        "git_url": f"git://github.com/{repository.full_name}.git", "ssh_url": f"git@github.com:{repository.full_name}.git",
        "clone_url": f"{html}.git", "homepage": None, "size": repository.kilobytes, "stargazers_count": 0,
        "watchers_count": 0, "language": repository.languages[0] if repository.languages else None,
        "has_issues": True, "has_wiki": True, "has_pages": False, "forks_count": 0, "archived": repository.archived,
        "disabled": False, "open_issues_count": 0, "license": _licence(base, repository.licence),
        "allow_forking": True, "is_template": False, "topics": [], "visibility": "public", "forks": 0,
        "open_issues": 0, "watchers": 0, "default_branch": repository.branch, "temp_clone_token": None,
        "network_count": 0, "subscribers_count": 0,
    }  # fmt: skip


def _license(request: SandboxRequest, repository: WorldRepository) -> SandboxResponse:
    if not repository.licence_files:
        return _failure(404, "Not Found", "/licenses/licenses#get-the-license-for-a-repository")
    file = repository.licence_files[0]
    if _RAW.search(request.headers.get("accept", "")):
        return _file(request, repository, file)
    return json_response(
        _content(request.base, repository, file, whole=True)
        | {"license": _licence(request.base, repository.licence)}
    )


def _file(request: SandboxRequest, repository: WorldRepository, file: File) -> SandboxResponse:
    if _RAW.search(request.headers.get("accept", "")):
        return SandboxResponse(
            body=file.data or b"", content_type="application/vnd.github.raw+json; charset=utf-8"
        )
    return json_response(_content(request.base, repository, file, whole=True))


def _contents(request: SandboxRequest, repository: WorldRepository, path: str) -> SandboxResponse:
    if not repository.tree:
        return _failure(404, "This repository is empty.", "/repos/contents#get-repository-content")
    shown = repository.at(request.param("ref"))
    if shown is None:
        return _failure(
            404, f"No commit found for the ref {request.param('ref')}", "/repos/contents#get-repository-content"
        )
    repository = shown
    if path in repository.tree:
        return _file(request, repository, repository.tree[path])
    prefix = f"{path}/" if path else ""
    entries: dict[str, File | None] = {}
    for name, file in repository.tree.items():
        if name.startswith(prefix):
            first, slash, _rest = name[len(prefix) :].partition("/")
            entries[first] = None if slash else file
    if not entries:
        return _failure(404, "Not Found", "/repos/contents#get-repository-content")
    listed = [
        _folder(request.base, repository, prefix + name)
        if file is None
        else _content(request.base, repository, file, whole=False)
        for name, file in sorted(entries.items())
    ]
    return json_response(listed)


def _content(base: str, repository: WorldRepository, file: File, *, whole: bool) -> dict[str, Any]:
    links = _links(base, repository, file.path, "blob", file.oid)
    raw = f"https://raw.githubusercontent.com/{repository.full_name}/{repository.branch}/{file.path}"
    found = {
        "name": file.name,
        "path": file.path,
        "sha": file.oid,
        "size": file.size,
        **links,
        "download_url": raw,
        "type": "file",
    }
    if whole:
        data = file.data
        # As GitHub answers for a file whose bytes it does not hand out here.
        found["content"] = "" if data is None else base64.encodebytes(data).decode()
        found["encoding"] = "none" if data is None else "base64"
    found["_links"] = {"self": links["url"], "git": links["git_url"], "html": links["html_url"]}
    return found


def _folder(base: str, repository: WorldRepository, path: str) -> dict[str, Any]:
    oid = _folder_oid(repository, path)
    links = _links(base, repository, path, "tree", oid)
    return {
        "name": path.rpartition("/")[2], "path": path, "sha": oid, "size": 0, **links, "download_url": None, "type": "dir",
        "_links": {"self": links["url"], "git": links["git_url"], "html": links["html_url"]},
    }  # fmt: skip


def _links(base: str, repository: WorldRepository, path: str, kind: str, oid: str) -> dict[str, str]:
    url = f"{base}/repos/{repository.full_name}"
    return {
        "url": f"{url}/contents/{path}?ref={repository.branch}",
        "html_url": f"https://github.com/{repository.full_name}/{kind}/{repository.branch}/{path}",
        "git_url": f"{url}/git/{kind}s/{oid}",
    }


def _folder_oid(repository: WorldRepository, path: str) -> str:
    prefix = f"{path}/" if path else ""
    return sha1(
        "".join(
            f"{name} {file.oid}\n" for name, file in repository.tree.items() if name.startswith(prefix)
        ).encode("utf-8", "replace")
    )


def _tree(request: SandboxRequest, repository: WorldRepository, ref: str) -> SandboxResponse:
    if not repository.tree:
        return _failure(409, "Git Repository is empty.", "/git/trees#get-a-tree")
    shown = repository if ref == _folder_oid(repository, "") else repository.at(ref)
    if shown is None:
        return _failure(404, "Not Found", "/git/trees#get-a-tree")
    repository = shown
    recursive = request.param("recursive") not in ("", "0")
    url = f"{request.base}/repos/{repository.full_name}/git"
    entries: dict[str, dict[str, Any]] = {}
    for path, file in repository.tree.items():
        parts = path.split("/")
        for end in range(1, len(parts) if recursive else min(2, len(parts))):
            folder = "/".join(parts[:end])
            if folder not in entries:
                oid = _folder_oid(repository, folder)
                entries[folder] = {
                    "path": folder,
                    "mode": "040000",
                    "type": "tree",
                    "sha": oid,
                    "url": f"{url}/trees/{oid}",
                }
        if recursive or len(parts) == 1:
            entries[path] = {
                "path": path,
                "mode": "100644",
                "type": "blob",
                "sha": file.oid,
                "size": file.size,
                "url": f"{url}/blobs/{file.oid}",
            }
    for path in repository.submodules:
        entries[path] = {"path": path, "mode": "160000", "type": "commit", "sha": sha1(path.encode())}
    listed = [entry for _path, entry in sorted(entries.items())]
    root = _folder_oid(repository, "")
    return json_response({"sha": root, "url": f"{url}/trees/{root}", "tree": listed[:MOST_TREE_ENTRIES],
                    "truncated": len(listed) > MOST_TREE_ENTRIES})  # fmt: skip
