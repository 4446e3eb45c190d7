"""A small server that returns prepared responses, a memory in a dictionary, and a time that only sleeping moves."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.stand_ins import SharedTurns
from tracker.settings import Settings, load_settings


@dataclass
class StubResponse:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Stub:
    """Gives `answers` one after another, the last for ever; records the requests."""

    address: str = ""
    answers: list[StubResponse] = field(default_factory=lambda: [StubResponse()])
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def next(self) -> StubResponse:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Memory:
    """A stand-in for the upstreams in the store, in a dictionary."""

    turns: SharedTurns | None = None

    def __init__(self) -> None:
        self.stops: dict[str, tuple[datetime, str]] = {}
        self.spent: dict[str, list[datetime]] = {}
        self.notes: list[tuple[str, str | None]] = []

    def stopped(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        stop = self.stops.get(upstream)
        return stop if stop and stop[0] > now else None

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        self.stops[upstream] = (until, reason)

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        window = timedelta(seconds=seconds)
        recent = [when for when in self.spent.get(upstream, []) if when > now - window]
        if len(recent) >= limit:
            return recent[0] + window
        self.spent[upstream] = [*recent, now]
        return None

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        self.notes.append((upstream, error))


class Time:
    """A clock that only `sleep` moves, which records each wait."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def ticks() -> Time:
    return Time()


@pytest.fixture
def stub_response() -> type[StubResponse]:
    return StubResponse


@pytest.fixture
def stub() -> Iterator[Stub]:
    server_stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self.rfile.read(length)
            server_stub.asked.append(
                (self.command, self.path, {key.lower(): value for key, value in self.headers.items()})
            )
            answer = server_stub.next()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + (10 if answer.cut else 0)))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = answer.cut

        do_GET = do_POST = answer  # noqa: N815  the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server_stub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server_stub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_settings(tmp_path: Path, stub: Stub) -> Callable[..., Settings]:
    def make(**more: str) -> Settings:
        values = {
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_UPSTREAMS__ARXIV_API": f"{stub.address}/api/query",
            "TRACKER_UPSTREAMS__GITHUB_API": stub.address,
            "TRACKER_UPSTREAMS__HUGGINGFACE": stub.address,
        }
        return load_settings(environ=values | more)

    return make
