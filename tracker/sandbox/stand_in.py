"""The stand-in apart from any web framework: which module plays which upstream, and what was asked and ordered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tracker.domain.errors import WorldError
from tracker.domain.protocols import Clock
from tracker.sandbox import bitbucket, datacite, forgejo, gitlab, swh, web, zenodo
from tracker.sandbox.arxiv import rss, site
from tracker.sandbox.arxiv.api import ArxivApiStandIn
from tracker.sandbox.arxiv.oai import ArxivOai
from tracker.sandbox.arxiv.papers import paper_files
from tracker.sandbox.budget import HUB_WINDOW_SECONDS, Ledger, RequestLimits
from tracker.sandbox.faults import FaultOrders, faulty_response
from tracker.sandbox.github import rate_limits
from tracker.sandbox.github.world import GitHubWorld
from tracker.sandbox.huggingface import api
from tracker.sandbox.huggingface.world import HubWorld
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response, with_headers

RespondFromFolder = Callable[[SandboxRequest, Path], SandboxResponse]
FORGES: Mapping[str, tuple[RespondFromFolder, str]] = {
    "gitlab": (gitlab.respond, "gitlab"),
    "codeberg": (forgejo.respond, "forgejo/codeberg.org"),
    "bitbucket": (bitbucket.respond, "bitbucket"),
    "zenodo": (zenodo.respond, "zenodo"),
}
"""The module that plays each of the other hosts, and its folder of a world."""
SELF_HOSTED = (("api/v4", "gitlab", gitlab.respond), ("api/v1", "forgejo", forgejo.respond))
"""Programs that other servers run too, in a folder named after each: they are reached through the web."""
MOST_LOGGED = 100_000


class StandIn:
    """The state of the sandbox: the world, and the requests and fault orders since the last reset."""

    def __init__(self, world: Path, clock: Clock, limits: RequestLimits) -> None:
        check_world(world)
        self.clock = clock
        self.limits = limits
        self.ledger = Ledger()
        self.orders = FaultOrders()
        self.log: deque[dict[str, Any]] = deque(maxlen=MOST_LOGGED)
        self.world = world
        self.arxiv = ArxivApiStandIn(world)
        self.oai = ArxivOai(world)
        self.github = GitHubWorld(world)
        self.hub = HubWorld(world)
        self.software_heritage = swh.SoftwareHeritage(world / "swh")
        self.stopping = asyncio.Event()

    def respond(self, upstream: str, request: SandboxRequest) -> tuple[SandboxResponse, str]:
        """The response, and the fault that it shows (empty for an honest one)."""
        order = self.orders.take(upstream, request)
        try:
            if order is None:
                return self._honest(upstream, request), ""
            return faulty_response(
                order, request, lambda twist: self._honest(upstream, request, twist)
            ), order.kind
        except WorldError as error:
            return SandboxResponse(status=500, body=str(error).encode()), "world"

    def _honest(self, upstream: str, request: SandboxRequest, twist: str = "") -> SandboxResponse:
        """What the upstream would answer; `twist` is a fault of arXiv's index, or empty."""
        match upstream:
            case "arxiv_api":
                return self.arxiv.respond(request, twist)
            case "arxiv_oai":
                return self.oai.respond(request, twist)
            case "arxiv_rss":
                return rss.respond(request, self.arxiv.papers())
            case "datacite":
                return datacite.respond(request, self.arxiv.papers(), twist)
            case "arxiv_site":
                return site.respond(request, self.world)
            case "github_api":
                return rate_limits.respond(request, self.github, self.ledger, self.limits)
            case "huggingface":
                return self._hub(request)
            case "software_heritage":
                return self.software_heritage.respond(request, self.ledger, self.limits)
            case "web":
                return self._web(request)
        respond, folder = FORGES[upstream]
        return respond(request, self.world / folder)

    def _web(self, request: SandboxRequest) -> SandboxResponse:
        host, _, path = request.path.lstrip("/").partition("/")
        for prefix, folder, respond in SELF_HOSTED:
            root = self.world / folder / host.lower()
            if "." in host.strip(".") and path.startswith(f"{prefix}/") and root.is_dir():
                base = f"{request.base}/{host}/{prefix}"
                return respond(replace(request, path=path.removeprefix(prefix), base=base), root)
        return web.respond(request, self.world)

    def _hub(self, request: SandboxRequest) -> SandboxResponse:
        bucket = "api" if request.path.startswith("/api/") else "resolvers"
        limit = self.limits.hub_account if request.account else self.limits.hub_anonymous
        client = request.account or request.client
        budget = self.ledger.take(client, bucket, limit, HUB_WINDOW_SECONDS, request.now)
        headers = {
            "ratelimit": f'"{bucket}";r={budget.remaining};t={budget.seconds(request.now)}',
            "ratelimit-policy": f'"fixed window";"{bucket}";q={budget.limit};w={HUB_WINDOW_SECONDS}',
        }
        if not budget.granted:
            return json_response({"error": "We had to rate limit your IP."}, 429, headers)
        return with_headers(api.respond(request, self.hub), headers)


def check_world(world: Path) -> None:
    """Raise WorldError unless the folder holds something that an upstream could answer."""
    if not world.is_dir():
        raise WorldError(f"{world}: is not a folder; name the folder of a world.")
    if not (paper_files(world) or (world / "github").is_dir() or (world / "huggingface").is_dir()):
        raise WorldError(
            f"{world}: is not a world; it holds no *.jsonl of papers, no github/ and no huggingface/."
        )
