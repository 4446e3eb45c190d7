"""The sandbox as a Starlette application: each upstream below its own path, and the control paths for tests."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import time
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tracker.domain.protocols import Clock
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.control import control_routes
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc
from tracker.sandbox.stand_in import StandIn

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
    "datacite": "/datacite/dois",
}
"""The path below which each upstream is played; the first that matches plays, so `/arxiv` comes last of arXiv's."""
UPSTREAMS = PATHS | {"arxiv_api": "/arxiv/api/query"}
"""The path that `[upstreams]` must name for each, below the sandbox's address."""
MOST_BODY = 4 * 1024 * 1024
GZIP_FROM = 1400


class CutShort(Exception):
    """Ends a response before its end, so that the server closes the connection."""


def build_app(world_dir: Path, clock: Clock, limits: RequestLimits | None = None) -> Starlette:
    """The application that plays the upstreams of a world. Raises WorldError.

    `clock` gives the time of responses and of budgets. `github/` and `huggingface/` are read at every request,
    papers again when their files change.
    """
    stand_in = StandIn(world_dir, clock, limits or RequestLimits())
    played = [
        Route(f"{base}{{path:path}}", _endpoint(stand_in, upstream), methods=["GET", "POST"])
        for upstream, base in PATHS.items()
    ]
    app = Starlette(routes=[*played, *control_routes(stand_in)])
    app.state.stand_in = stand_in
    return app


def _endpoint(stand_in: StandIn, upstream: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(web_request: Request) -> Response:
        arrived, at = time.monotonic(), time.time()
        body = b""
        async for chunk in web_request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                return Response(status_code=413)
        request = SandboxRequest(
            method=web_request.method,
            path=web_request.path_params["path"] or "/",
            base=f"{str(web_request.base_url).rstrip('/')}{PATHS[upstream]}",
            now=stand_in.clock.now(),
            query=tuple(web_request.query_params.multi_items()),
            headers={name.lower(): value for name, value in web_request.headers.items()},
            body=body,
            client=web_request.client.host if web_request.client else "127.0.0.1",
        )
        response, fault = stand_in.respond(upstream, request)
        stand_in.log.append({
            "at": at, "monotonic": arrived, "now": format_utc(request.now), "upstream": upstream,
            "method": request.method, "path": request.path, "query": web_request.url.query,
            "status": response.status, "fault": fault, "account": bool(request.account),
            "user_agent": request.headers.get("user-agent", ""), "seconds": round(time.monotonic() - arrived, 6),
        })  # fmt: skip
        return PlayedResponse(response, request, stand_in)

    return endpoint


class PlayedResponse(Response):
    """Sends a response of the sandbox with its fault; compressed if the client accepts that, as the upstreams do."""

    def __init__(self, response: SandboxResponse, request: SandboxRequest, stand_in: StandIn) -> None:
        body = response.body
        headers = {"date": format_datetime(request.now, usegmt=True), **response.headers}
        if len(body) >= GZIP_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        super().__init__(body, response.status, headers, response.content_type)
        if response.status == 304:
            del self.headers["content-type"]
        self._response = response
        self._stand_in = stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send as a Starlette response does, unless a fault was ordered."""
        if self._response.fault == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stand_in.stopping.wait(), self._response.seconds)
        if self._response.fault == "cut":
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            part = bytes(self.body)[: len(self.body) * 2 // 3]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            raise CutShort
        await super().__call__(scope, receive, send)
