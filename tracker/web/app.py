"""The web application: which address leads to which endpoint. It only reads.

A request passes the middleware from the first to the last, then the first route that matches it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, Router

from tracker.domain.protocols import Clock
from tracker.domain.status import Status
from tracker.publish.composed_feeds import Composer
from tracker.web.addresses import ARCHIVE, FEEDS, MAIN_FEEDS, MOVED, SEARCH
from tracker.web.api import Api, ApiEndpoint
from tracker.web.badges import BadgeEndpoint, Badges
from tracker.web.dynamic import DynamicPages, StorePages, WorkerThreads
from tracker.web.files import CachePolicy, FileEndpoint, FileRoute, NotFound, SnapshotEndpoint
from tracker.web.health import Health, HealthEndpoints, MetricsRenderer
from tracker.web.middleware import Errors, FloodLimit, ForwardedClient, PublicPrefix, RequestBounds
from tracker.web.published import PublishedFiles
from tracker.web.redirects import FoldedRoute, Redirects
from tracker.web.references import TYPES, ReferenceEndpoint, References
from tracker.web.saved import SavedEndpoint, SavedPage


def build_app(
    folder: Path,
    health: Callable[[], Status],
    clock: Clock,
    *,
    ttl_minutes: int,
    public_url: str = "",
    websub_hub: str = "",
    pages: StorePages | None = None,
    composer: Composer | None = None,
    compose: Callable[[str], tuple[int, bytes]] | None = None,
    archive: Callable[[str], tuple[int, bytes]] | None = None,
    api: Api | None = None,
    references: References | None = None,
    badges: Badges | None = None,
    saved: SavedPage | None = None,
    snapshots: Path | None = None,
    next_harvest: Callable[[], datetime | None] | None = None,
    metrics: MetricsRenderer | None = None,
) -> Router:
    """The ASGI application that serves what the publisher writes to `folder`, and what is made on demand.

    `health` may raise or hang; `/health` then says so. `public_url` is the address that readers see, and its path is
    the prefix of all addresses. `compose` makes the page of a feed that a query composes, and `archive` that of a
    selection of the archive, each with its status. `snapshots` is the folder of snapshots. `next_harvest` returns when arXiv is asked
    next; until then caches may show what they have while they ask again.
    """
    files = PublishedFiles(folder)
    not_found = NotFound(files)
    threads = WorkerThreads()
    policy = CachePolicy(
        clock, ttl_minutes=ttl_minutes, next_harvest=next_harvest, public_url=public_url, websub_hub=websub_hub
    )
    dynamic = DynamicPages(
        threads=threads,
        policy=policy,
        not_found=not_found,
        pages=pages,
        composer=composer,
        compose=compose,
        archive=archive,
    )
    redirects = Redirects(files, not_found)
    monitoring = HealthEndpoints(folder, Health(health, clock, metrics), not_found)
    with_query = (
        (MAIN_FEEDS if composer else frozenset())
        | ({SEARCH} if pages else frozenset())
        | ({FEEDS} if compose else frozenset())
        | ({ARCHIVE} if archive else frozenset())
    )
    citing: list[BaseRoute] = []
    if references:
        cite = ReferenceEndpoint(references, files=files, composer=composer, threads=threads, not_found=not_found)
        citing = [Route(f"/{{name:path}}.{ending}", cite.respond) for ending in TYPES]
    routes: list[BaseRoute] = [
        FileRoute(files, FileEndpoint(files, policy), with_query),
        FoldedRoute(files),
        Route("/health", monitoring.health),
        Route("/metrics", monitoring.metrics),
        Route("/api/{path:path}", ApiEndpoint(api, threads) if api else not_found),
        *(Route(f"/{address}", redirects.moved) for address in MOVED),
        Route("/{name:path}.html", redirects.without_ending),
        Route("/{name:path}/", redirects.without_slash),
        *citing,
        Route(
            "/badge/{name:path}.svg", BadgeEndpoint(badges, threads, not_found).respond if badges else not_found
        ),
        Route(
            "/saved",
            SavedEndpoint(saved, threads).respond if saved else not_found,
            methods=["GET", "HEAD", "POST"],
        ),
        Route("/search", dynamic.search),
        Route("/archive", dynamic.archive),
        Route("/paper/{name:path}", dynamic.paper),
        Route("/feed.{ending}", dynamic.main_feed),
        Route("/feeds", dynamic.feeds),
        Route("/feeds/{name:path}", dynamic.feed),
        Route("/snapshot/{name}", SnapshotEndpoint(snapshots, policy, not_found) if snapshots else not_found),
    ]
    # Not Starlette(), whose two layers for errors wrap every message that is sent: a 304 took a quarter longer.
    return Router(routes, redirect_slashes=False, default=not_found, middleware=_middleware(public_url, not_found))


def _middleware(public_url: str, not_found: NotFound) -> list[Middleware]:
    prefix = urlsplit(public_url).path.strip("/")
    return [
        Middleware(Errors),
        Middleware(ForwardedClient),
        Middleware(PublicPrefix, prefix=f"/{prefix}" if prefix else ""),
        Middleware(FloodLimit),
        Middleware(RequestBounds, not_found=not_found),
    ]
