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

from tracker.sandbox.answer import TEXT, Answer, Ask, as_json
from tracker.sandbox.huggingface.world import KINDS, HubWorld, WorldArtifact

MOST_LISTED = 1000
MOST_DAILY = 100
_SORTS = {"createdAt": "createdAt", "lastModified": "lastModified", "likes": "likes", "downloads": "downloads"}


def answer(ask: Ask, world: HubWorld) -> Answer:
    """One answer to a GET below the site's address."""
    if ask.method not in ("GET", "HEAD"):
        return _error(ask, 404, "Not Found")
    parts = [part for part in ask.path.split("/") if part]
    if parts[:1] == ["api"]:
        return _api(ask, world, parts[1:])
    kind = parts.pop(0) if parts[:1] and parts[0] in ("datasets", "spaces") else "models"
    if len(parts) > 4 and parts[2] in ("raw", "resolve"):
        return _file(ask, world, kind, parts)
    return _error(ask, 404, "Not Found")


def _api(ask: Ask, world: HubWorld, parts: list[str]) -> Answer:
    match parts:
        case ["papers", arxiv_id]:
            paper = world.paper(arxiv_id)
            return _error(ask, 404, "Paper not found") if paper is None else as_json(paper)
        case ["daily_papers"]:
            return _daily(ask, world)
        case ["arxiv", arxiv_id, "repos"]:
            return as_json({kind: [found.record(whole=False) for found in _tagged(world, kind, [f"arxiv:{arxiv_id}"])]
                            for kind in KINDS})  # fmt: skip
        case [kind] if kind in KINDS:
            return _list(ask, world, kind)
        case [kind, *name] if kind in KINDS and len(name) in (1, 2):
            return _one(ask, world, kind, "/".join(name))
        case [kind, space, name, "revision", revision] if kind in KINDS:
            if revision != "main":
                return _error(ask, 404, f"Invalid rev id: {revision}", "RevisionNotFound")
            return _one(ask, world, kind, f"{space}/{name}")
    return _error(ask, 404, "Sorry, we can't find the page you are looking for.")


def _error(ask: Ask, status: int, message: str, code: str = "") -> Answer:
    headers = {"x-error-message": message} | ({"x-error-code": code} if code else {})
    if ask.path.startswith("/api/"):
        return as_json({"error": message}, status, headers)
    return Answer(status=status, body=message.encode(), content_type=TEXT, headers=headers)


def _unknown(ask: Ask) -> Answer:
    """Nobody without an account is told whether a repository is missing or private."""
    if ask.account:
        return _error(ask, 404, "Repository not found", "RepoNotFound")
    message = "Invalid username or password."
    body = json.dumps({"error": message}).encode() if ask.path.startswith("/api/") else message.encode()
    kind = "application/json; charset=utf-8" if ask.path.startswith("/api/") else TEXT
    challenge = 'Bearer realm="Authentication required", charset="UTF-8"'
    return Answer(status=401, body=body, content_type=kind, headers={"www-authenticate": challenge})


def _one(ask: Ask, world: HubWorld, kind: str, name: str) -> Answer:
    found = world.find(kind, name)
    if found is None or found.private:
        return _unknown(ask)
    if found.id != name:
        location = f"{ask.base}/api/{kind}/{quote(found.id)}"
        return Answer(
            status=307,
            body=f"Temporary Redirect. Redirecting to {location}".encode(),
            headers={"location": location},
        )
    return as_json(found.record(whole=True))


def _file(ask: Ask, world: HubWorld, kind: str, parts: list[str]) -> Answer:
    name, path = f"{parts[0]}/{parts[1]}", "/".join(parts[4:])
    found = world.find(kind, name)
    if found is None or found.private:
        return _unknown(ask)
    if found.id != name:
        place = "" if kind == "models" else f"/{kind}"
        location = f"{ask.base}{place}/{quote(found.id)}/{parts[2]}/{quote(parts[3])}/{quote(path)}"
        return Answer(
            status=307,
            body=f"Temporary Redirect. Redirecting to {location}".encode(),
            headers={"location": location},
        )
    if found.disabled:
        return _error(ask, 403, "Access to this resource is disabled.")
    if found.gated:
        what = f"Access to {kind.removesuffix('s')} {found.id} is restricted"
        if ask.account:
            return _error(ask, 403, f"{what} and you are not in the authorized list.", "GatedRepo")
        return _error(
            ask,
            401,
            f"{what}. You must have access to it and be authenticated to access it. Please log in.",
            "GatedRepo",
        )
    sha = found.record(whole=True)["sha"]
    if parts[3] not in ("main", sha):
        return _error(ask, 404, f"Invalid rev id: {parts[3]}", "RevisionNotFound")
    file = found.tree.get(path)
    if file is None:
        return _error(ask, 404, "Entry not found", "EntryNotFound")
    headers = {"x-repo-commit": sha, "etag": f'"{file.oid}"'}
    guessed = mimetypes.guess_type(path)[0] or "text/plain"
    readable = guessed.startswith("text/") or guessed == "application/json"
    content_type = TEXT if readable else "application/octet-stream"
    return Answer(body=file.data or b"", content_type=content_type, headers=headers)


def _tagged(world: HubWorld, kind: str, tags: Iterable[str]) -> list[WorldArtifact]:
    wanted = {tag.casefold() for tag in tags}
    return [found for found in world.all(kind)
            if not found.private and wanted <= {tag.casefold() for tag in found.tags}]  # fmt: skip


def _number(ask: Ask, name: str, default: int, most: int) -> int:
    text = ask.param(name)
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _list(ask: Ask, world: HubWorld, kind: str) -> Answer:
    tags = [tag.strip() for value in ask.params("filter") for tag in value.split(",") if tag.strip()]
    found = _tagged(world, kind, tags)
    if author := ask.param("author").casefold():
        found = [artifact for artifact in found if artifact.id.casefold().startswith(f"{author}/")]
    if search := ask.param("search").casefold():
        found = [artifact for artifact in found if search in artifact.id.casefold()]
    if sort := ask.param("sort"):
        if sort not in _SORTS:
            return _error(ask, 400, f"Invalid sort: {sort}")
        found.sort(key=lambda artifact: _sort_value(artifact, sort), reverse=ask.param("direction", "-1") != "1")
    limit = max(1, _number(ask, "limit", MOST_LISTED, MOST_LISTED))
    start = _number(ask, "cursor", 0, 10**9)
    whole = ask.param("full").lower() in ("true", "1", "full")
    page = [artifact.record(whole=whole) for artifact in found[start : start + limit]]
    return as_json(page, headers=_next(ask, "cursor", start + limit, more=start + limit < len(found)))


def _sort_value(artifact: WorldArtifact, sort: str) -> tuple[float, str]:
    if sort in ("likes", "downloads"):
        value = artifact.facts.get(sort)
        return (float(value) if isinstance(value, int | float) else 0.0), ""
    return 0.0, artifact.created_at if sort == "createdAt" else str(
        artifact.facts.get(sort) or artifact.created_at
    )


def _next(ask: Ask, name: str, value: int, *, more: bool) -> dict[str, str]:
    if not more:
        return {}
    query = [(key, old) for key, old in ask.query if key != name] + [(name, str(value))]
    return {"link": f'<{ask.base}{ask.path}?{urlencode(query)}>; rel="next"'}


def _daily(ask: Ask, world: HubWorld) -> Answer:
    """Papers that somebody submitted to the daily list: those whose record has `submittedOnDailyAt`."""
    papers = [paper for paper in world.papers() if paper.get("submittedOnDailyAt")]
    if date := ask.param("date"):
        if date > ask.now.date().isoformat():
            return _error(ask, 400, "date must not be in the future")
        papers = [paper for paper in papers if str(paper["submittedOnDailyAt"]).startswith(date)]
    papers.sort(key=lambda paper: str(paper.get("submittedOnDailyAt")), reverse=True)
    limit = max(1, _number(ask, "limit", 50, MOST_DAILY))
    page = _number(ask, "p", 0, 10**6)
    shown: list[dict[str, Any]] = [
        {"paper": paper, "publishedAt": paper.get("publishedAt"), "title": paper.get("title"),
         "summary": paper.get("summary"), "numComments": 0, "isAuthorParticipating": False}
        for paper in papers[page * limit : (page + 1) * limit]
    ]  # fmt: skip
    return as_json(shown, headers=_next(ask, "p", page + 1, more=(page + 1) * limit < len(papers)))
