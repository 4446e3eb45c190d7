"""The stand-in as a Starlette application: every upstream below its own path, and the control paths.

arXiv's API is at `/arxiv/api/query`, its OAI-PMH at `/arxiv/oai`, its files are below `/arxiv`, its RSS is at `/arxiv/rss`, GitHub is at `/github` (GraphQL at
`/github/graphql`), the Hub at `/hf`, the open web at `/web`.
`/_sandbox/requests`, `/_sandbox/misbehave`, `/_sandbox/limits` and `/_sandbox/reset` are for tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tracker.domain.errors import WorldError
from tracker.domain.protocols import Clock
from tracker.sandbox import bitbucket, forgejo, gitlab, swh, web, zenodo
from tracker.sandbox.answer import Answer, Ask, as_json, stamp
from tracker.sandbox.arxiv import papers, rss, site
from tracker.sandbox.arxiv.api import ArxivApiStandIn
from tracker.sandbox.arxiv.oai import ArxivOai
from tracker.sandbox.budget import HOUR_SECONDS, HUB_WINDOW_SECONDS, Budget, Ledger, RequestLimits
from tracker.sandbox.faults import KINDS, Board, bend
from tracker.sandbox.github import graphql_api, rest
from tracker.sandbox.github.world import GitHubWorld
from tracker.sandbox.huggingface import api
from tracker.sandbox.huggingface.world import HubWorld

PATHS = {
    "arxiv_api": "/arxiv/api",
    "arxiv_oai": "/arxiv/oai",
    "arxiv_rss": "/arxiv/rss",
    "arxiv_site": "/arxiv",
    "github_api": "/github",
    "huggingface": "/hf",
    "web": "/web",
    "gitlab": "/gitlab/api/v4",
    "codeberg": "/codeberg/api/v1",
    "bitbucket": "/bitbucket/2.0",
    "zenodo": "/zenodo/api",
    "software_heritage": "/swh/api/1",
}
"""Where each upstream's own address begins."""
UPSTREAMS = {
    "arxiv_api": "/arxiv/api/query",
    "arxiv_oai": "/arxiv/oai",
    "arxiv_rss": "/arxiv/rss",
    "arxiv_site": "/arxiv",
    "github_api": "/github",
    "huggingface": "/hf",
    "web": "/web",
    "gitlab": "/gitlab/api/v4",
    "codeberg": "/codeberg/api/v1",
    "bitbucket": "/bitbucket/2.0",
    "zenodo": "/zenodo/api",
    "software_heritage": "/swh/api/1",
}
"""What `[upstreams]` must name, below the sandbox's address."""
FORGES: Mapping[str, tuple[Callable[[Ask, Path], Answer], str]] = {
    "gitlab": (gitlab.answer, "gitlab"),
    "codeberg": (forgejo.answer, "forgejo/codeberg.org"),
    "bitbucket": (bitbucket.answer, "bitbucket"),
    "zenodo": (zenodo.answer, "zenodo"),
    "software_heritage": (swh.answer, "swh"),
}
"""Who answers for the other hosts, and from which folder of a world."""
SERVERS = (("api/v4", "gitlab", gitlab.answer), ("api/v1", "forgejo", forgejo.answer))
"""Programs that other servers run too, in a folder named after each: they are asked through the web."""
MOST_LOGGED = 100_000
MOST_BODY = 4 * 1024 * 1024
GZIP_FROM = 1400


class CutShort(Exception):
    """Ends a response before its end, so that the server closes the connection."""


class StandIn:
    """Everything the application knows: the world, and what was asked and ordered since the last reset."""

    def __init__(self, world: Path, clock: Clock, limits: RequestLimits) -> None:
        check(world)
        self.clock = clock
        self.limits = limits
        self.ledger = Ledger()
        self.board = Board()
        self.log: deque[dict[str, Any]] = deque(maxlen=MOST_LOGGED)
        self.world = world
        self.arxiv = ArxivApiStandIn(world)
        self.oai = ArxivOai(world)
        self.github = GitHubWorld(world)
        self.hub = HubWorld(world)
        self.stopping = asyncio.Event()

    def answer(self, upstream: str, ask: Ask) -> tuple[Answer, str]:
        """The answer, and the fault that it shows (empty for an honest one)."""
        order = self.board.take(upstream, ask)
        honest = (
            self._forge(upstream)
            if upstream in FORGES
            else {
                "arxiv_api": self._arxiv,
                "arxiv_oai": self._arxiv_oai,
                "arxiv_rss": self._arxiv_rss,
                "arxiv_site": self._arxiv_site,
                "github_api": self._github,
                "huggingface": self._hub,
                "web": self._web,
            }[upstream]
        )
        try:
            if order is None:
                return honest(ask, ""), ""
            return bend(order, ask, lambda twist: honest(ask, twist)), order.kind
        except WorldError as error:
            return Answer(status=500, body=str(error).encode()), "world"

    def _arxiv(self, ask: Ask, twist: str) -> Answer:
        return self.arxiv.answer(ask, twist)

    def _arxiv_oai(self, ask: Ask, _twist: str) -> Answer:
        return self.oai.answer(ask)

    def _arxiv_rss(self, ask: Ask, _twist: str) -> Answer:
        return rss.answer(ask, self.arxiv.papers())

    def _arxiv_site(self, ask: Ask, _twist: str) -> Answer:
        return site.answer(ask, self.world)

    def _forge(self, upstream: str) -> Callable[[Ask, str], Answer]:
        answering, folder = FORGES[upstream]
        return lambda ask, _twist: answering(ask, self.world / folder)

    def _web(self, ask: Ask, _twist: str) -> Answer:
        host, _, path = ask.path.lstrip("/").partition("/")
        for prefix, folder, answering in SERVERS:
            root = self.world / folder / host.lower()
            if "." in host.strip(".") and path.startswith(f"{prefix}/") and root.is_dir():
                base = f"{ask.base}/{host}/{prefix}"
                return answering(replace(ask, path=path.removeprefix(prefix), base=base), root)
        return web.answer(ask, self.world)

    def _github(self, ask: Ask, _twist: str) -> Answer:
        self.github.look_again()
        if not ask.headers.get("user-agent", "").strip():
            message = (
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
            )
            return Answer(status=403, body=message.encode(), content_type="text/html")
        client = ask.account or ask.client
        if ask.path == "/graphql" and ask.method == "POST":
            limit = self.limits.graphql if ask.account else 0
            budget = self.ledger.take(client, "graphql", limit, HOUR_SECONDS, ask.now)
            if ask.account and not budget.granted:
                message = "API rate limit already exceeded for user ID 1."
                spent = {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}]}
                return with_headers(as_json(spent), _github_headers(budget, "graphql"))
            return with_headers(graphql_api.answer(ask, self.github, budget), _github_headers(budget, "graphql"))
        limit = self.limits.github_account if ask.account else self.limits.github_anonymous
        if ask.path == "/rate_limit":
            return self._rate_limit(ask, client, limit)
        budget = self.ledger.take(client, "core", limit, HOUR_SECONDS, ask.now)
        if not budget.granted:
            return with_headers(_spent(ask), _github_headers(budget, "core"))
        found = _conditional(ask, rest.answer(ask, self.github))
        if found.status == 304 and ask.account:
            # Free, but only for requests with an account (docs.github.com, best practices).
            budget = self.ledger.take(client, "core", limit, HOUR_SECONDS, ask.now, cost=-1)
        return with_headers(found, _github_headers(budget, "core"))

    def _rate_limit(self, ask: Ask, client: str, limit: int) -> Answer:
        core = self.ledger.take(client, "core", limit, HOUR_SECONDS, ask.now, cost=0)
        graph = self.limits.graphql if ask.account else 0
        graphql = self.ledger.take(client, "graphql", graph, HOUR_SECONDS, ask.now, cost=0)
        states = {"core": _state(core), "graphql": _state(graphql)}
        return with_headers(as_json({"resources": states, "rate": states["core"]}), _github_headers(core, "core"))

    def _hub(self, ask: Ask, _twist: str) -> Answer:
        bucket = "api" if ask.path.startswith("/api/") else "resolvers"
        limit = self.limits.hub_account if ask.account else self.limits.hub_anonymous
        budget = self.ledger.take(ask.account or ask.client, bucket, limit, HUB_WINDOW_SECONDS, ask.now)
        headers = {
            "ratelimit": f'"{bucket}";r={budget.remaining};t={budget.seconds(ask.now)}',
            "ratelimit-policy": f'"fixed window";"{bucket}";q={budget.limit};w={HUB_WINDOW_SECONDS}',
        }
        if not budget.granted:
            return as_json({"error": "We had to rate limit your IP."}, 429, headers)
        return with_headers(api.answer(ask, self.hub), headers)


def check(world: Path) -> None:
    """WorldError unless the folder holds anything that an upstream could answer."""
    if not world.is_dir():
        raise WorldError(f"{world}: is no folder; name the folder of a world.")
    if not (papers.files(world) or (world / "github").is_dir() or (world / "huggingface").is_dir()):
        raise WorldError(f"{world}: is no world; it holds no *.jsonl of papers, no github/ and no huggingface/.")


def build(world_dir: Path, clock: Clock, limits: RequestLimits | None = None) -> Starlette:
    """The application that plays the upstreams of a world; raises WorldError.

    `clock` tells the time of answers and of budgets. `github/` and `huggingface/` are read at every request,
    papers again when their files change.
    """
    stage = StandIn(world_dir, clock, limits or RequestLimits())
    routes = [
        Route(f"{base}{{path:path}}", _endpoint(stage, name), methods=["GET", "POST"])
        for name, base in PATHS.items()
    ]
    control = {"requests": ["GET"], "misbehave": ["GET", "POST"], "limits": ["GET", "POST"], "reset": ["POST"]}
    routes += [
        Route(f"/_sandbox/{name}", _control(stage, name), methods=methods) for name, methods in control.items()
    ]
    app = Starlette(routes=routes)
    app.state.stage = stage
    return app


def with_headers(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """The answer with further headers; its own win."""
    return replace(answer, headers={**headers, **answer.headers})


def _state(budget: Budget) -> dict[str, int]:
    return {
        "limit": budget.limit,
        "used": budget.used,
        "remaining": budget.remaining,
        "reset": int(budget.reset.timestamp()),
    }


def _github_headers(budget: Budget, resource: str) -> dict[str, str]:
    state = _state(budget)
    return {f"x-ratelimit-{name}": str(value) for name, value in state.items()} | {
        "x-ratelimit-resource": resource,
        "x-github-media-type": "github.v4; format=json" if resource == "graphql" else "github.v3; format=json",
    }


def _spent(ask: Ask) -> Answer:
    who = (
        "user ID 1."
        if ask.account
        else f"{ask.client}. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
    )
    docs = "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"
    return as_json({"message": f"API rate limit exceeded for {who}", "documentation_url": docs}, 403)


def _conditional(ask: Ask, found: Answer) -> Answer:
    if found.status != 200:
        return found
    etag = f'W/"{hashlib.sha256(found.body).hexdigest()}"'
    asked = [tag.strip().removeprefix("W/") for tag in ask.headers.get("if-none-match", "").split(",")]
    headers = {
        "etag": etag,
        "cache-control": "private, max-age=60, s-maxage=60" if ask.account else "public, max-age=60, s-maxage=60",
    }
    if etag.removeprefix("W/") in asked or asked == ["*"]:
        return Answer(status=304, headers=headers)
    return with_headers(found, headers)


def _endpoint(stage: StandIn, upstream: str) -> Any:
    async def endpoint(request: Request) -> Response:
        arrived, at = time.monotonic(), time.time()
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                return Response(status_code=413)
        ask = Ask(
            method=request.method,
            path=request.path_params["path"] or "/",
            base=f"{str(request.base_url).rstrip('/')}{PATHS[upstream]}",
            now=stage.clock.now(),
            query=tuple(request.query_params.multi_items()),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            client=request.client.host if request.client else "127.0.0.1",
        )
        answer, fault = stage.answer(upstream, ask)
        stage.log.append({
            "at": at, "monotonic": arrived, "now": stamp(ask.now), "upstream": upstream, "method": ask.method, "path": ask.path,
            "query": request.url.query, "status": answer.status, "fault": fault, "account": bool(ask.account),
            "user_agent": ask.headers.get("user-agent", ""), "seconds": round(time.monotonic() - arrived, 6),
        })  # fmt: skip
        return Played(answer, ask, stage)

    return endpoint


class Played(Response):
    """Sends an Answer, faults included; compressed when the client can read that, as the upstreams do."""

    def __init__(self, answer: Answer, ask: Ask, stage: StandIn) -> None:
        body = answer.body
        headers = {"date": format_datetime(ask.now, usegmt=True), **answer.headers}
        if len(body) >= GZIP_FROM and "gzip" in ask.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        super().__init__(body, answer.status, headers, answer.content_type)
        if answer.status == 304:
            del self.headers["content-type"]
        self._answer = answer
        self._stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As a Starlette response does, unless a fault was ordered."""
        if self._answer.fault == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stage.stopping.wait(), self._answer.seconds)
        if self._answer.fault == "cut":
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            part = bytes(self.body)[: len(self.body) * 2 // 3]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            raise CutShort
        await super().__call__(scope, receive, send)


def _control(stage: StandIn, name: str) -> Any:
    async def requests(request: Request) -> Response:
        wanted = request.query_params.get("upstream")
        return JSONResponse([entry for entry in stage.log if wanted in (None, entry["upstream"])])

    async def misbehave(request: Request) -> Response:
        if request.method == "POST":
            try:
                wanted = json.loads(await request.body())
                given = [stage.board.give(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
            return JSONResponse([order.as_dict() for order in given])
        kinds = {upstream: sorted(names) for upstream, names in KINDS.items()}
        return JSONResponse({"kinds": kinds, "orders": [order.as_dict() for order in stage.board.orders]})

    async def limits(request: Request) -> Response:
        if request.method == "POST":
            try:
                wanted = {str(key): int(value) for key, value in json.loads(await request.body()).items()}
                replace(stage.limits, **wanted)
            except (ValueError, TypeError, AttributeError):
                return JSONResponse({"error": f"limits must be numbers of {', '.join(asdict(stage.limits))}"}, 400)
            for key, value in wanted.items():
                setattr(stage.limits, key, value)
        return JSONResponse(asdict(stage.limits))

    async def reset(_request: Request) -> Response:
        stage.log.clear()
        stage.board.clear()
        stage.ledger.clear()
        return JSONResponse({})

    return {"requests": requests, "misbehave": misbehave, "limits": limits, "reset": reset}[name]
