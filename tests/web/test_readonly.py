"""While the web server serves, all its queries go through connections that cannot write."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool
from starlette.types import ASGIApp

from tracker import settings
from tracker.cli import service
from tracker.web import process

ASKED = ["/health", "/metrics", "/paper/2606.00001", "/search?q=word", "/api/papers", "/feed.xml?class=open", "/"]


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


async def ask(site: ASGIApp, address: str) -> int:
    """The status of the response to a GET."""
    path, _, query = address.partition("?")
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
    }
    await site(scope, receive, send)
    return int(messages[0]["status"])


def test_no_response_uses_a_connection_that_can_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    taken: list[bool] = []
    statuses: dict[str, int] = {}
    used: dict[str, int] = {}
    connect = sqlite3.connect

    def opening(name: Any, *args: Any, **more: Any) -> sqlite3.Connection:
        opened.append(str(name))
        return connect(name, *args, **more)

    def taking(raw: Any, *_: object) -> None:
        taken.append(raw.execute("PRAGMA query_only").fetchone() == (1,))

    def serve(site: ASGIApp, *_: object) -> None:
        monkeypatch.setattr(sqlite3, "connect", opening)
        monkeypatch.setattr(sqlite3.dbapi2, "connect", opening)
        event.listen(Pool, "checkout", taking)
        try:
            for address in ASKED:
                before = len(opened) + len(taken)
                statuses[address] = asyncio.run(ask(site, address))
                used[address] = len(opened) + len(taken) - before
        finally:
            event.remove(Pool, "checkout", taking)

    monkeypatch.setattr(process, "serve", serve)
    assert service.serve(settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})) == 0
    assert statuses.keys() == set(ASKED)
    assert not [address for address, status in statuses.items() if status >= 500]
    assert [address for address in ASKED if used[address]] == ASKED[:5], "these ask the store"
    assert [name for name in opened if not name.endswith("?mode=ro")] == []
    assert all(taken)
