"""The Hub: its API of papers, models, datasets and Spaces, and the raw files.

Sources: recorded answers, huggingface.co/docs/hub (API, rate limits), and the reading of its answers in
huggingface_hub: a stranger who asks for what does not exist gets a bare 401, a gated repository shows its
metadata and answers 401 with `X-Error-Code: GatedRepo` for files.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from tracker.sandbox.huggingface.world import KINDS, HubWorld, WorldArtifact
from tracker.sandbox.messages import TEXT, SandboxRequest, SandboxResponse, json_response

MOST_LISTED = 1000
MOST_DAILY = 100
_SORTS = {"createdAt": "createdAt", "lastModified": "lastModified", "likes": "likes", "downloads": "downloads"}


def respond(request: SandboxRequest, world: HubWorld) -> SandboxResponse:
    """The response to a GET below the site's address."""
    if request.method not in ("GET", "HEAD"):
        return _error(request, 404, "Not Found")
    parts = [part for part in request.path.split("/") if part]
    if parts[:1] == ["api"]:
        return _api(request, world, parts[1:])
    kind = parts.pop(0) if parts[:1] and parts[0] in ("datasets", "spaces") else "models"
    if len(parts) > 4 and parts[2] in ("raw", "resolve"):
        return _file(request, world, kind, parts)
    return _error(request, 404, "Not Found")


def _api(request: SandboxRequest, world: HubWorld, parts: list[str]) -> SandboxResponse:
    match parts:
        case ["papers", arxiv_id]:
            paper = world.paper(arxiv_id)
            return _error(request, 404, "Paper not found") if paper is None else json_response(paper)
        case ["daily_papers"]:
            return _daily(request, world)
        case ["arxiv", arxiv_id, "repos"]:
            return json_response({kind: [found.record(whole=False) for found in _tagged(world, kind, [f"arxiv:{arxiv_id}"])]
                            for kind in KINDS})  # fmt: skip
        case [kind] if kind in KINDS:
            return _list(request, world, kind)
        case [kind, *name] if kind in KINDS and len(name) in (1, 2):
            return _one(request, world, kind, "/".join(name))
        case [kind, space, name, "revision", revision] if kind in KINDS:
            if revision != "main":
                return _error(request, 404, f"Invalid rev id: {revision}", "RevisionNotFound")
            return _one(request, world, kind, f"{space}/{name}")
    return _error(request, 404, "Sorry, we can't find the page you are looking for.")


def _error(request: SandboxRequest, status: int, message: str, code: str = "") -> SandboxResponse:
    headers = {"x-error-message": message} | ({"x-error-code": code} if code else {})
    if request.path.startswith("/api/"):
        return json_response({"error": message}, status, headers)
    return SandboxResponse(status=status, body=message.encode(), content_type=TEXT, headers=headers)


def _unknown(request: SandboxRequest) -> SandboxResponse:
    """Without an account, a missing repository and a private one get the same response."""
    if request.account:
        return _error(request, 404, "Repository not found", "RepoNotFound")
    message = "Invalid username or password."
    body = json.dumps({"error": message}).encode() if request.path.startswith("/api/") else message.encode()
    kind = "application/json; charset=utf-8" if request.path.startswith("/api/") else TEXT
    challenge = 'Bearer realm="Authentication required", charset="UTF-8"'
    return SandboxResponse(status=401, body=body, content_type=kind, headers={"www-authenticate": challenge})


def _one(request: SandboxRequest, world: HubWorld, kind: str, name: str) -> SandboxResponse:
    found = world.find(kind, name)
    if found is None or found.private:
        return _unknown(request)
    if found.id != name:
        location = f"{request.base}/api/{kind}/{quote(found.id)}"
        return SandboxResponse(
            status=307,
            body=f"Temporary Redirect. Redirecting to {location}".encode(),
            headers={"location": location},
        )
    return json_response(found.record(whole=True))


def _file(request: SandboxRequest, world: HubWorld, kind: str, parts: list[str]) -> SandboxResponse:
    name, path = f"{parts[0]}/{parts[1]}", "/".join(parts[4:])
    found = world.find(kind, name)
    if found is None or found.private:
        return _unknown(request)
    if found.id != name:
        place = "" if kind == "models" else f"/{kind}"
        location = f"{request.base}{place}/{quote(found.id)}/{parts[2]}/{quote(parts[3])}/{quote(path)}"
        return SandboxResponse(
            status=307,
            body=f"Temporary Redirect. Redirecting to {location}".encode(),
            headers={"location": location},
        )
    if found.disabled:
        return _error(request, 403, "Access to this resource is disabled.")
    if found.gated:
        what = f"Access to {kind.removesuffix('s')} {found.id} is restricted"
        if request.account:
            return _error(request, 403, f"{what} and you are not in the authorized list.", "GatedRepo")
        return _error(
            request,
            401,
            f"{what}. You must have access to it and be authenticated to access it. Please log in.",
            "GatedRepo",
        )
    sha = found.record(whole=True)["sha"]
    if parts[3] not in ("main", sha):
        return _error(request, 404, f"Invalid rev id: {parts[3]}", "RevisionNotFound")
    file = found.tree.get(path)
    if file is None:
        return _error(request, 404, "Entry not found", "EntryNotFound")
    headers = {"x-repo-commit": sha, "etag": f'"{file.oid}"'}
    guessed = mimetypes.guess_type(path)[0] or "text/plain"
    readable = guessed.startswith("text/") or guessed == "application/json"
    content_type = TEXT if readable else "application/octet-stream"
    return SandboxResponse(body=file.data or b"", content_type=content_type, headers=headers)


def _tagged(world: HubWorld, kind: str, tags: Iterable[str]) -> list[WorldArtifact]:
    wanted = {tag.casefold() for tag in tags}
    return [found for found in world.all(kind)
            if not found.private and wanted <= {tag.casefold() for tag in found.tags}]  # fmt: skip


def _number(request: SandboxRequest, name: str, default: int, most: int) -> int:
    text = request.param(name)
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _list(request: SandboxRequest, world: HubWorld, kind: str) -> SandboxResponse:
    tags = [tag.strip() for value in request.params("filter") for tag in value.split(",") if tag.strip()]
    found = _tagged(world, kind, tags)
    if author := request.param("author").casefold():
        found = [artifact for artifact in found if artifact.id.casefold().startswith(f"{author}/")]
    if search := request.param("search").casefold():
        found = [artifact for artifact in found if search in artifact.id.casefold()]
    if sort := request.param("sort"):
        if sort not in _SORTS:
            return _error(request, 400, f"Invalid sort: {sort}")
        found.sort(
            key=lambda artifact: _sort_value(artifact, sort), reverse=request.param("direction", "-1") != "1"
        )
    limit = max(1, _number(request, "limit", MOST_LISTED, MOST_LISTED))
    start = _number(request, "cursor", 0, 10**9)
    whole = request.param("full").lower() in ("true", "1", "full")
    page = [artifact.record(whole=whole) for artifact in found[start : start + limit]]
    return json_response(page, headers=_next(request, "cursor", start + limit, more=start + limit < len(found)))


def _sort_value(artifact: WorldArtifact, sort: str) -> tuple[float, str]:
    if sort in ("likes", "downloads"):
        value = artifact.facts.get(sort)
        return (float(value) if isinstance(value, int | float) else 0.0), ""
    return 0.0, artifact.created_at if sort == "createdAt" else str(
        artifact.facts.get(sort) or artifact.created_at
    )


def _next(request: SandboxRequest, name: str, value: int, *, more: bool) -> dict[str, str]:
    if not more:
        return {}
    query = [(key, old) for key, old in request.query if key != name] + [(name, str(value))]
    return {"link": f'<{request.base}{request.path}?{urlencode(query)}>; rel="next"'}


def _daily(request: SandboxRequest, world: HubWorld) -> SandboxResponse:
    """Papers that somebody submitted to the daily list: those whose record has `submittedOnDailyAt`."""
    papers = [paper for paper in world.papers() if paper.get("submittedOnDailyAt")]
    if date := request.param("date"):
        if date > request.now.date().isoformat():
            return _error(request, 400, "date must not be in the future")
        papers = [paper for paper in papers if str(paper["submittedOnDailyAt"]).startswith(date)]
    papers.sort(key=lambda paper: str(paper.get("submittedOnDailyAt")), reverse=True)
    limit = max(1, _number(request, "limit", 50, MOST_DAILY))
    page = _number(request, "p", 0, 10**6)
    shown: list[dict[str, Any]] = [
        {"paper": paper, "publishedAt": paper.get("publishedAt"), "title": paper.get("title"),
         "summary": paper.get("summary"), "numComments": 0, "isAuthorParticipating": False}
        for paper in papers[page * limit : (page + 1) * limit]
    ]  # fmt: skip
    return json_response(shown, headers=_next(request, "p", page + 1, more=(page + 1) * limit < len(papers)))
