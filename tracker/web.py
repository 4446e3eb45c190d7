"""Read-only HTTP: the published files from memory, and `/health`. The read path of a feed touches no database."""

from __future__ import annotations

import gzip
import hashlib
import logging
import socket
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tracker.errors import TrackerError
from tracker.protocols import Clock
from tracker.published import Status

log = logging.getLogger(__name__)

TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
HEALTH = {"cache-control": "no-store", "access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
BURST, PER_SECOND, CLIENTS = 60, 5.0, 4096
"""A client may ask this many times at once and then so often a second; so many clients are remembered."""
STOP_SECONDS = 3
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Page:
    """A published file, ready to be sent."""

    plain: bytes
    packed: bytes | None
    etag: str
    modified: datetime
    stamp: int


class Files:
    """The published files, read again when they change on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: dict[str, Page] = {}

    def page(self, name: str) -> Page | None:
        """A file of the site by its path, None when there is none. Only names inside the folder exist."""
        if (
            any(part in ("", ".", "..") or part.startswith(".") for part in name.split("/"))
            or "\\" in name
            or "\0" in name
        ):
            return None
        path = self._folder / name
        try:
            stamp = path.stat().st_mtime_ns
            known = self._pages.get(name)
            if known is not None and known.stamp == stamp:
                return known
            plain = path.read_bytes()
        except (OSError, ValueError):
            return None
        page = Page(
            plain,
            _packed(path, plain),
            hashlib.sha256(plain).hexdigest()[:32],
            datetime.fromtimestamp(stamp // 1_000_000_000, UTC),
            stamp,
        )
        self._pages[name] = page
        return page


def _packed(path: Path, plain: bytes) -> bytes | None:
    """The compressed form beside a file, if it is that of these bytes: the two are replaced one after the other,
    and a publisher may have been killed between."""
    try:
        packed = path.with_name(f"{path.name}.gz").read_bytes()
        return packed if gzip.decompress(packed) == plain else None
    except (OSError, EOFError, zlib.error):
        return None


class Flood:
    """A token bucket for each client address, bounded in number."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Whether one more request of this client is served."""
        now = self._clock.now().timestamp()
        left, at = self._buckets.pop(client, (float(BURST), now))
        left = min(float(BURST), left + max(0.0, now - at) * PER_SECOND)
        served = left >= 1
        self._buckets[client] = (left - 1 if served else left, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return served


def build(
    folder: Path, health: Callable[[], Status], clock: Clock, *, ttl_minutes: int, prefix: str = ""
) -> Starlette:
    """The application: `folder` is what the publisher writes, `health` may raise (then `/health` says so).

    `prefix` is the path of the public address, for proxies that hand it on; those that take it off work as well.
    """
    files, flood, prefix = Files(folder), Flood(clock), prefix.rstrip("/")

    def refused(request: Request, what: str = "") -> Response | None:
        if flood.admits(f"{what}{request.client.host if request.client else ''}"):
            return None
        return Response("Too many requests; wait a minute.\n", 429, {"retry-after": "60"}, "text/plain")

    # Not in a worker thread: the bytes are in memory, and one thread keeps cache and buckets whole.
    async def serve_file(request: Request) -> Response:
        if refusal := refused(request):
            return refusal
        name = request.path_params["path"].removeprefix("/") or "index.html"
        page = files.page(name) if Path(name).suffix in TYPES else None
        if page is not None:
            return _answer(request, page, Path(name).suffix, ttl_minutes * 60)
        if moved := moved_to(request, name):
            return Response(status_code=301, headers={"location": moved})
        missing = files.page("404.html")
        return Response(
            missing.plain if missing else b"Not found.\n",
            404,
            SECURITY,
            TYPES[".html"] if missing else "text/plain",
        )

    def moved_to(request: Request, name: str) -> str | None:
        shorter = name.rstrip("/")
        if prefix and f"/{shorter}" == prefix:
            return f"{prefix}/"
        root = request.scope.get("root_path", "").rstrip("/")
        known = shorter != name and Path(shorter).suffix in TYPES and files.page(shorter)
        return f"{root}/{shorter}" if known else None

    async def serve_health(request: Request) -> Response:
        # A budget of its own: a flood of pages from this machine must not make its health check fail.
        if refusal := refused(request, "health "):
            return refusal
        # In a worker thread: it asks the store, which may wait.
        return await run_in_threadpool(
            _health,
            health,
            clock,
            ready="ready" in request.query_params,
            published=(folder / "index.html").is_file(),
        )

    routes: list[BaseRoute] = [Route("/health", serve_health), Route("/{path:path}", serve_file)]
    return Starlette(routes=[Mount(prefix, routes=routes), *routes] if prefix else routes)


def _answer(request: Request, page: Page, suffix: str, seconds: int) -> Response:
    packed = page.packed if "gzip" in _accepted(request.headers.get("accept-encoding", "")) else None
    etag = f'"{page.etag}{"-gzip" if packed else ""}"'
    headers = {
        "etag": etag,
        "last-modified": format_datetime(page.modified, usegmt=True),
        "vary": "Accept-Encoding",
        "cache-control": f"public, max-age={seconds if suffix == '.xml' else min(seconds, 300)}",
        "content-type": TYPES[suffix],
        **SECURITY,
    }
    if suffix == ".xml":
        headers["access-control-allow-origin"] = "*"
    if _is_unchanged(request.headers, page):
        return Response(
            status_code=304, headers={name: value for name, value in headers.items() if name != "content-type"}
        )
    if packed is not None:
        headers["content-encoding"] = "gzip"
    return Response(packed if packed is not None else page.plain, 200, headers)


def _accepted(header: str) -> set[str]:
    """The encodings that a client takes (RFC 9110, 12.5.3); a weight of zero refuses one."""
    taken = set()
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return taken


def _is_unchanged(headers: Mapping[str, str], page: Page) -> bool:
    """Whether a 304 answers: If-None-Match decides where it is sent, else If-Modified-Since (RFC 9110, 13.2.2)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        known = {page.etag, f"{page.etag}-gzip"}
        return tags.strip() == "*" or any(
            tag.strip().removeprefix("W/").strip('"') in known for tag in tags.split(",")
        )
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
        return page.modified <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError):
        return False


def _health(health: Callable[[], Status], clock: Clock, *, ready: bool, published: bool) -> Response:
    """200 while it serves, whatever the upstreams do; `ready` asks for the store and a first publish too."""
    now = clock.now().replace(microsecond=0)
    try:
        status = health()
    except Exception as error:  # noqa: BLE001 # whatever ails the store, `/health` must say so
        log.warning("health: the store does not answer (%s)", type(error).__name__)
        told = {
            "status": "trouble",
            "now": _text(now),
            "troubles": [
                {"what": "store", "reason": "the store does not answer", "since": _text(now), "next_try": None}
            ],
        }
        return JSONResponse(told, 503 if ready else 200, HEALTH)
    answer: dict[str, object] = {
        "status": "trouble" if status.troubles else "ok",
        "now": _text(now),
        "version": status.version,
        "papers": status.papers,
        "open_papers": status.open_papers,
        "checks_waiting": status.checks_waiting,
        "scans_waiting": status.scans_waiting,
        "github_token": status.github_token,
        "next_harvest": _text(status.next_harvest),
        "stages": {
            name: {"good_at": _text(at), "age_seconds": int((now - at).total_seconds()) if at else None}
            for name, at in sorted(status.stages.items())
        },
        "troubles": [
            {"what": one.what, "reason": one.reason, "since": _text(one.since), "next_try": _text(one.next_try)}
            for one in status.troubles
        ],
    }
    return JSONResponse(answer, 200 if published or not ready else 503, HEALTH)


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None


def serve(app: Starlette, host: str, port: int, on_ready: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` gets the address once the port is taken. TrackerError if it is not free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would leave Nagle's delay on: 40 ms a request on a kept connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise TrackerError(
            f"Cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or set TRACKER_WEB__PORT."
        ) from None
    taken = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            ws="none",
            # Behind a proxy all readers would share its address, and its share of requests. The proxy's word is
            # taken from this machine alone, or from the addresses in uvicorn's FORWARDED_ALLOW_IPS.
            proxy_headers=True,
        )
    )
    # Before the address is told: whoever reads it may come at once.
    listener.listen(BACKLOG)
    on_ready(f"http://{shown}:{taken}/")
    server.run([listener])
