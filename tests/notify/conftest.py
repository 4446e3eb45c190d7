"""A WebSub hub and a webhook on loopback with ordered responses, and a worker to whose feed tests add entries."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tracker import settings
from tracker.domain.papers import Version
from tracker.domain.terms import Fact, State
from tracker.fetch import clock
from tracker.pipeline.worker import Worker, make_worker
from tracker.settings import Settings
from tracker.store import shared_texts, stage_status
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.keys import paper_key
from tracker.store.papers import save_versions
from tracker.store.tables.judgement import EVENT, FEED_ENTRY, VERDICT

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)


@dataclass
class Listener:
    """Responds to each POST with the next of `statuses`, at last with the last for ever; waits while `released` is clear."""

    address: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def next(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


def listen(stand_in: Listener) -> Callable[[], None]:
    """Start it; returns a function that ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            stand_in.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            stand_in.released.wait()
            self.send_response(stand_in.next())
            for name, value in stand_in.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the client did not wait for the response

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's own name
            return

    stand_in.released.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def end() -> None:
        stand_in.released.set()
        server.shutdown()
        thread.join()
        server.server_close()

    return end


@pytest.fixture
def listener() -> Iterator[Callable[[], Listener]]:
    """Starts any number of listeners."""
    with ExitStack() as stack:

        def start() -> Listener:
            stand_in = Listener()
            stack.callback(listen(stand_in))
            return stand_in

        yield start


@pytest.fixture
def hub(listener: Callable[[], Listener]) -> Listener:
    return listener()


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(**environ: str) -> Settings:
        values = {
            "TRACKER_DATA_DIR": str(tmp_path),
            "TRACKER_PUBLIC_URL": "https://papers.example.org/ai",
            "TRACKER_NOW": "2026-06-17T05:00:00Z",
            **{
                f"TRACKER_UPSTREAMS__{name}": "http://127.0.0.1:9"
                for name in ("ARXIV_API", "GITHUB_API", "HUGGINGFACE")
            },
        }
        return settings.load_settings(environ={name: value for name, value in (values | environ).items() if value})

    return make


@pytest.fixture
def worker(store: Store, make_settings: Callable[..., Settings]) -> Iterator[Callable[..., Worker]]:
    """Makes workers on the same store and folder, as restarts do."""
    with ExitStack() as stack:

        def make(**environ: str) -> Worker:
            loaded = make_settings(**environ)
            return stack.enter_context(closing(make_worker(loaded, store, clock.make_clock(loaded))))

        yield make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Writes feeds into the public folder, each with its own modification time."""
    moments = iter(range(1_000_000_000_000_000_000, 2_000_000_000_000_000_000, 1_000_000_000))

    def put(*paths: str) -> None:
        for path in paths:
            file = tmp_path / "public" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("a feed")
            moment = next(moments)
            os.utime(file, ns=(moment, moment))

    return put


@pytest.fixture
def enter(store: Store) -> Callable[..., None]:
    """Enters papers, by number, into the main feed, so many seconds before NOW."""

    def add(
        *numbers: int,
        seconds: int = 0,
        title: str = "Paper {} on things",
        categories: tuple[str, ...] = ("cs.LG",),
        facts: tuple[Fact, ...] = (Fact.CODE,),
    ) -> None:
        at = NOW - timedelta(days=1)
        papers = [
            Version(
                arxiv_id=f"2606.{number:05}", n=1, title=title.format(number), abstract="We study transformers.",
                authors=("Ann Author",), categories=categories, primary_category=categories[0], comment=None,
                submitted_at=at, updated_at=at,
            )
            for number in numbers
        ]  # fmt: skip
        save_versions(store, papers, {}, NOW)
        with store.begin() as connection:
            for offset, number in enumerate(numbers):
                work, moment = paper_key(f"2606.{number:05}"), NOW - timedelta(seconds=seconds + offset)
                event = {
                    "id": f"{number:016x}", "work": work, "reference": None, "kind": "opened", "cause": "world",
                    "happened_at": moment, "observed_at": moment,
                }  # fmt: skip
                upsert(connection, EVENT, [event])
                upsert(
                    connection,
                    FEED_ENTRY,
                    [{"feed": "main", "work": work, "event": event["id"], "entered_at": moment}],
                )
                rows = [
                    {
                        "work": work, "fact": fact.value, "state": State.OPEN.value, "licence_class": "osi",
                        "name": None, "shared_text": shared_texts.shared_text_id([]),
                    }
                    for fact in facts
                ]  # fmt: skip
                shared_texts.save_shared_texts(connection, [[]])
                upsert(connection, VERDICT, rows)

    return add


@pytest.fixture
def troubles(store: Store) -> Callable[[], dict[str, str]]:
    """The reason of each stage's trouble."""
    return lambda: {trouble.what: trouble.reason for trouble in stage_status.load_stages(store)[1]}
