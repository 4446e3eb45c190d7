"""The web application: which address leads to which endpoint. It only reads.

A request passes the middleware from the first to the last, then the first route that matches it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, Router

from tracker.domain.protocols import Clock
from tracker.domain.status import Status
from tracker.publish.addresses import MOVED
from tracker.publish.composed_feeds import Composer
from tracker.web.api import Api, ApiEndpoint
from tracker.web.badges import BadgeEndpoint, Badges
from tracker.web.dynamic import DynamicPages, StorePages, WorkerThreads
from tracker.web.files import CachePolicy, FileEndpoint, FileRoute, NotFound, SnapshotEndpoint
from tracker.web.health import Health, HealthEndpoints, MetricsRenderer
from tracker.web.middleware import Errors, FloodLimit, ForwardedClient, PublicPrefix, RequestBounds
from tracker.web.own_address import FILLED, FilledFileEndpoint
from tracker.web.published import PublishedFiles
from tracker.web.redirects import FoldedRoute, Redirects
from tracker.web.references import TYPES, ReferenceEndpoint, References
from tracker.web.saved import SavedEndpoint, SavedPage


class OnDemand(TypedDict, total=False):
    """What is made when it is asked for. Without a maker its addresses do not exist."""

    pages: StorePages | None
    composer: Composer | None
    compose: Callable[[str], tuple[int, bytes]] | None
    """The page of a feed that a query composes, with its status."""
    archive: Callable[[str], tuple[int, bytes]] | None
    """The page of a selection of the archive, with its status."""
    api: Api | None
    references: References | None
    badges: Badges | None
    saved: SavedPage | None
    snapshots: Path | None
    """The folder of snapshots."""


def build_app(
    folder: Path,
    health: Callable[[], Status],
    clock: Clock,
    *,
    ttl_minutes: int,
    public_url: str = "",
    websub_hub: str = "",
    next_harvest: Callable[[], datetime | None] | None = None,
    metrics: MetricsRenderer | None = None,
    needs_store: bool = True,
    **made: Unpack[OnDemand],
) -> Router:
    """The ASGI application that serves what the publisher writes to `folder`, and what is `made` on demand.

    `health` may raise or hang; `/health` then says so. `public_url` is the address that readers see, and its path is
    the prefix of all addresses. `next_harvest` returns when arXiv is asked next; until then caches may show what they
    have while they ask again. `needs_store`: whether `/health?ready` is true only while the store answers.
    """
    files, threads = PublishedFiles(folder), WorkerThreads()
    not_found = NotFound(files)
    policy = CachePolicy(
        clock, ttl_minutes=ttl_minutes, next_harvest=next_harvest, public_url=public_url, websub_hub=websub_hub
    )
    dynamic = DynamicPages(
        threads=threads,
        policy=policy,
        not_found=not_found,
        pages=made.get("pages"),
        composer=made.get("composer"),
        compose=made.get("compose"),
        archive=made.get("archive"),
    )
    monitoring = HealthEndpoints(folder, Health(health, clock, metrics), not_found, needs_store=needs_store)
    routes: list[BaseRoute] = [
        _file_route(files, policy, dynamic, public_url),
        FoldedRoute(files),
        Route("/health", monitoring.health),
        Route("/metrics", monitoring.metrics),
        *_maker_routes(made, files, threads, not_found),
        *_moved_routes(files, not_found),
        *_dynamic_routes(dynamic),
        *_snapshot_routes(made.get("snapshots"), policy, not_found),
    ]
    # Not Starlette(), whose two layers for errors wrap every message that is sent: a 304 took a quarter longer.
    return Router(routes, redirect_slashes=False, default=not_found, middleware=_middleware(public_url, not_found))


def _file_route(files: PublishedFiles, policy: CachePolicy, dynamic: DynamicPages, public_url: str) -> FileRoute:
    endpoint = FileEndpoint(files, policy)
    filled = {} if public_url else dict.fromkeys(FILLED, FilledFileEndpoint(endpoint, policy))
    return FileRoute(files, endpoint, dynamic.paths_with_query(), filled)


def _moved_routes(files: PublishedFiles, not_found: NotFound) -> list[BaseRoute]:
    redirects = Redirects(files, not_found)
    return [
        *(Route(f"/{address}", redirects.moved) for address in MOVED),
        Route("/{name:path}.html", redirects.without_ending),
        Route("/{name:path}/", redirects.without_slash),
    ]


def _snapshot_routes(folder: Path | None, policy: CachePolicy, not_found: NotFound) -> list[BaseRoute]:
    return [Route("/snapshot/{name}", SnapshotEndpoint(folder, policy, not_found))] if folder else []


def _maker_routes(
    made: OnDemand, files: PublishedFiles, threads: WorkerThreads, not_found: NotFound
) -> list[BaseRoute]:
    routes: list[BaseRoute] = []
    if api := made.get("api"):
        routes.append(Route("/api/{path:path}", ApiEndpoint(api, threads)))
    if references := made.get("references"):
        cite = ReferenceEndpoint(
            references, files=files, composer=made.get("composer"), threads=threads, not_found=not_found
        )
        routes += [Route(f"/{{name:path}}.{ending}", cite.respond) for ending in TYPES]
    if badges := made.get("badges"):
        routes.append(Route("/badge/{name:path}.svg", BadgeEndpoint(badges, threads, not_found).respond))
    if saved := made.get("saved"):
        routes.append(Route("/saved", SavedEndpoint(saved, threads).respond, methods=["GET", "HEAD", "POST"]))
    return routes


def _dynamic_routes(dynamic: DynamicPages) -> list[BaseRoute]:
    return [
        Route("/search", dynamic.search),
        Route("/archive", dynamic.archive),
        Route("/paper/{name:path}", dynamic.paper),
        Route("/feed.{ending}", dynamic.main_feed),
        Route("/feeds", dynamic.feeds),
        Route("/feeds/{name:path}", dynamic.feed),
    ]


def _middleware(public_url: str, not_found: NotFound) -> list[Middleware]:
    prefix = urlsplit(public_url).path.strip("/")
    return [
        Middleware(Errors),
        Middleware(ForwardedClient),
        Middleware(PublicPrefix, prefix=f"/{prefix}" if prefix else ""),
        Middleware(FloodLimit),
        Middleware(RequestBounds, not_found=not_found),
    ]
