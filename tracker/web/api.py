"""The JSON API: the public views over HTTP, read-only.

`config/openapi.json` describes its parameters and responses; parameters are checked against the schemas there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tracker.domain.errors import QueryTimeout, StoreError
from tracker.publish import jsonld
from tracker.settings import Settings
from tracker.store import api_queries, readonly_sql
from tracker.store.engine import Store
from tracker.web.api_parameters import ApiProblem, check_parameters, description, pattern
from tracker.web.conditional import matches_etag
from tracker.web.dynamic import WorkerThreads
from tracker.web.responses import ANY_ORIGIN, NOSNIFF, GeneratedResponse

T = TypeVar("T")
log = logging.getLogger(__name__)

QUERY_SECONDS = 2.0
"""How long the database may work for one response."""
AT_ONCE, PATIENCE_SECONDS = 4, 2.0
"""Queries that run at once, and how long another waits for its turn."""
CACHE_SECONDS = 60
JSON, LD, PROBLEM = "application/json", "application/ld+json", "application/problem+json"
SHARED = {**ANY_ORIGIN, "access-control-expose-headers": "ETag, Link", **NOSNIFF}
"""Headers of every response with a body."""
_WITH_VERSION = re.compile(r"(.+[0-9])v[0-9]{1,3}")


class Api:
    """Answers from a store, which can be read only. Called in several threads at once; raises nothing."""

    def __init__(
        self, settings: Settings, store: Store, require_readable: Callable[[], None] = lambda: None
    ) -> None:
        """`require_readable` raises StoreError while the store must not be read."""
        self._require_readable = require_readable
        self._store, self._public_url = store, settings.public_url.rstrip("/")
        self._slots = BoundedSemaphore(AT_ONCE)

    def respond(self, method: str, path: str, query_string: bytes, headers: Mapping[str, str]) -> Response:
        """The response to a request. `path` is what follows `/api/`, unquoted; names of `headers` are in lower case."""
        try:
            if method not in ("GET", "HEAD"):
                raise ApiProblem(405, "Only GET and HEAD.", headers={"allow": "GET, HEAD"})
            return self._route(path, query_string, headers)
        except ApiProblem as problem:
            return _problem(problem)
        except StoreError as error:
            log.warning("api: %s", error)
            return _problem(ApiProblem(503, "The store cannot be read now.", headers={"retry-after": "5"}))
        except Exception as error:
            log.exception("api: a request failed (%s)", type(error).__name__)
            return _problem(ApiProblem(500, "Something went wrong; it is in the log."))

    def _route(self, path: str, query_string: bytes, headers: Mapping[str, str]) -> Response:
        if path == "openapi.json":
            check_parameters(query_string, "/api/openapi.json")
            return _tagged(self._description(), JSON, headers)
        if path == "papers":
            return self._papers(check_parameters(query_string, "/api/papers"), headers)
        if path.startswith("papers/"):
            check_parameters(query_string, "/api/papers/{arxiv_id}")
            return self._paper(path.removeprefix("papers/"), headers)
        raise ApiProblem(404, "There is nothing here; /api/openapi.json lists the addresses.")

    def _description(self) -> bytes:
        servers = {"servers": [{"url": self._public_url}]} if self._public_url else {}
        return _json({**description(), **servers})

    def _papers(self, parameters: dict[str, str], headers: Mapping[str, str]) -> Response:
        filters = dict(parameters)
        by, limit = filters.pop("by", "submitted"), int(filters.pop("limit", "50"))
        moment, _, arxiv_id = filters.pop("cursor", "").partition("~")
        before = (moment, arxiv_id) if moment else None
        papers, following = self._query(
            lambda connection: api_queries.list_papers(connection, filters, by=by, before=before, limit=limit)
        )
        cursor = "~".join(following) if following else None
        more = {"link": f'<?{urlencode({**parameters, "cursor": cursor})}>; rel="next"'} if cursor else {}
        return _tagged(_json({"papers": papers, "next_cursor": cursor}), JSON, headers, more)

    def _paper(self, arxiv_id: str, headers: Mapping[str, str]) -> Response:
        schema = description()["paths"]["/api/papers/{arxiv_id}"]["get"]["parameters"][0]["schema"]
        if not pattern(schema["pattern"]).fullmatch(arxiv_id):
            hint = " Ids carry no version." if _WITH_VERSION.fullmatch(arxiv_id) else ""
            raise ApiProblem(400, f"This is no arXiv id; one is written like 2607.01234.{hint}", "arxiv_id")
        as_ld = _prefers_ld(headers.get("accept", ""))
        if as_ld:
            item = self._query(lambda connection: api_queries.load_paper_item(connection, arxiv_id))
            body = _json(jsonld.build_jsonld(item)) if item else None
        else:
            paper = self._query(lambda connection: api_queries.load_paper(connection, arxiv_id))
            body = _json(paper) if paper else None
        if body is None:
            raise ApiProblem(404, f"{arxiv_id} is not in the store.")
        return _tagged(body, LD if as_ld else JSON, headers, {"vary": "Accept"})

    def _query(self, question: Callable[[Any], T]) -> T:
        """The result of a query, on a connection that can only read and for a bounded time."""
        self._require_readable()
        if not self._slots.acquire(timeout=PATIENCE_SECONDS):
            raise ApiProblem(503, "Too much is asked at once; try again.", headers={"retry-after": "5"})
        try:
            with self._store.read() as connection, readonly_sql.limit_reading(connection, QUERY_SECONDS):
                return question(connection)
        except QueryTimeout:
            detail = (
                f"This took longer than {QUERY_SECONDS:g} seconds; ask for less: a category, a time, fewer words."
            )
            raise ApiProblem(503, detail, headers={"retry-after": "60"}) from None
        finally:
            self._slots.release()


class ApiEndpoint:
    """The API over ASGI. Its responses are made in threads."""

    def __init__(self, api: Api, threads: WorkerThreads) -> None:
        self._api, self._threads = api, threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any method (ASGI 3). Raises Busy."""
        path = scope["route_path"].removeprefix("/api/")
        headers = Headers(scope=scope)
        respond = partial(self._api.respond, scope["method"], path, scope["query_string"], headers)
        response = await self._threads.run(respond)
        await response(scope, receive, send)


def _problem(problem: ApiProblem) -> Response:
    """The problem document; its type `about:blank` means that the title is the status's own (RFC 9457, 4.2.1)."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **({"parameter": problem.parameter} if problem.parameter else {}),
    }
    headers = {**SHARED, "content-type": PROBLEM, "cache-control": "no-store", **problem.headers}
    return Response(_json(document), problem.status, headers)


def _tagged(
    body: bytes, content_type: str, headers: Mapping[str, str], more: Mapping[str, str] | None = None
) -> Response:
    """200 with this body, or 304 where the request's headers say that the reader has it; `more` headers go with both."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    shared = {"etag": f'"{digest}"', "cache-control": f"public, max-age={CACHE_SECONDS}", **(more or {})}
    tags = headers.get("if-none-match")
    if tags is not None and matches_etag(tags.encode("latin-1", "replace"), digest):
        return Response(status_code=304, headers={**ANY_ORIGIN, **shared})
    return GeneratedResponse(body, 200, {**SHARED, "content-type": content_type, **shared})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _prefers_ld(accept: str) -> bool:
    """Whether JSON-LD is named, and weighs no less than plain JSON where that is named as well."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(",")[:32]:
        kind, _, rest = part.partition(";")
        weight = re.search(r"(?:^|;)\s*q=([0-9.]{1,6})\s*(?:;|$)", rest)
        try:
            weights[kind.strip()] = float(weight[1]) if weight else 1.0
        except ValueError:
            weights[kind.strip()] = 0.0
    return weights.get(LD, 0.0) > 0 and weights.get(LD, 0.0) >= weights.get(JSON, 0.0)
