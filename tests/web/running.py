"""A running server on a small published site, for the tests of the web part."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from tracker.domain.status import Status, Trouble
from tracker.web.app import build_app

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)


WRITTEN = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)


FEED = b"<rss>" + b"an item " * 200 + b"</rss>"


SITE = {
    "feed.xml": FEED,
    "feed.atom": b"<feed/>" * 60,
    "feed.json": b'{"items": []}',
    "feeds.opml": b"<opml/>",
    "feeds.html": b"<p>all feeds</p>",
    "feeds/cs.CL.xml": b"<rss>cs.CL</rss>",
    "feeds/licence/MIT.json": b'{"items": [1]}',
    "sitemap.xml": b"<urlset/>",
    "snapshot/all.db.zst": b"packed already",
    "browse/cs.CL.html": b"<p>cs.CL</p>",
    "paper/2606.00001.html": b"<p>a paper</p>",
    "paper/2606.00001.xml": b"<rss>a paper</rss>",
    "search.html": b"<p>ask</p>",
    "index.html": b"<p>first page</p>" * 40,
    "404.html": b"<p>not here</p>",
    "style.css": b"a { color: red }",
    "favicon.svg": b"<svg/>",
    "robots.txt": b"User-agent: *\n",
}


class SetClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class SteppingSeconds:
    """In place of the monotonic clock of the flood limit: a second passes with each request, so that none is refused
    but where a test means it."""

    def __init__(self) -> None:
        self.at, self.step = 0.0, 1.0

    def __call__(self) -> float:
        self.at += self.step
        return self.at


SECONDS = SteppingSeconds()


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A running server on `folder`; `status` is what its health callable returns or raises."""

    folder: Path
    clock: SetClock = field(default_factory=SetClock)
    status: Any = None
    port: int = 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=names)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, received, response.read())
        finally:
            connection.close()

    def health(self) -> Status:
        if isinstance(self.status, Exception):
            raise self.status
        status: Status = self.status
        return status


def make_status(*troubles: Trouble) -> Status:
    return Status(
        version="0.1.0", now=NOW, papers=850, open_papers=88, checks_waiting=41, scans_waiting=3, github_token=False,
        stages={"harvest": NOW - timedelta(hours=1), "judge": None}, troubles=troubles,
        next_harvest=NOW + timedelta(hours=12),
    )  # fmt: skip


def start(site: Site, /, *, root_path: str = "", **more: Any) -> Callable[[], None]:
    listener = socket.create_server(("127.0.0.1", 0))
    site.port = listener.getsockname()[1]
    app = build_app(site.folder, site.health, site.clock, ttl_minutes=60, **more)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", ws="none", root_path=root_path, access_log=False)
    )
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        listener.close()

    return stop
