"""`/health` and `/metrics` over real HTTP, while the store is well, fails, hangs or is locked."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.web.running import NOW, SITE, Site, SteppingSeconds, make_status, start
from tracker import settings
from tracker.domain.status import Status, Trouble
from tracker.fetch import clock
from tracker.pipeline.status import read_status
from tracker.pipeline.worker import make_worker
from tracker.publish import files
from tracker.store.engine import Store
from tracker.web import health, middleware
from tracker.web.app import build_app
from tracker.web.metrics import CONTENT_TYPE, render_metrics
from tracker.web.process import server_config


class Clock:
    def now(self) -> datetime:
        return NOW


def well(papers: int = 5) -> Status:
    return Status(
        version="0.1.0", now=NOW, papers=papers, open_papers=1, checks_waiting=0, scans_waiting=0, github_token=False,
        stages={"harvest": NOW},
    )  # fmt: skip


@dataclass
class Server:
    port: int = 0
    answers: list[float] = field(default_factory=list)

    def ask(self, path: str) -> tuple[int, dict[str, str], bytes]:
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        self.answers.append(time.monotonic() - began)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def health(self, query: str = "") -> tuple[int, dict[str, Any]]:
        status, _, body = self.ask(f"/health{query}")
        return status, json.loads(body)


@contextmanager
def serve(
    folder: Path, asked: Callable[[], Status], metrics: health.MetricsRenderer | None = None
) -> Iterator[Server]:
    (folder / "index.html").write_text("<p>first page</p>")
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        site = build_app(folder, asked, Clock(), ttl_minutes=60, metrics=metrics)
        server = uvicorn.Server(server_config(site))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield Server(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)


def test_a_store_that_hangs_delays_nobody_and_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.1)
    gate, asked = threading.Event(), []
    gate.set()

    def ask() -> Status:
        asked.append(None)
        gate.wait(20)
        return well(len(asked))

    with serve(tmp_path, ask, lambda with_store: ask() and b"with" if with_store else b"without") as server:
        assert server.health()[1]["papers"] == 1
        gate.clear()
        try:
            for _ in range(3):
                status, document = server.health()
                assert status == 200
                assert document["papers"] == 1, "the last known figures"
                assert document["stages"]["harvest"]["age_seconds"] == 0
                assert [trouble["what"] for trouble in document["troubles"]] == ["store"]
                assert server.health("?ready")[0] == 503
            assert server.ask("/metrics")[2] == b"without"
            assert len(asked) == 3, "each question waits alone, however many ask"
            assert max(server.answers) < 2
        finally:
            gate.set()
        time.sleep(0.05)
        status, document = server.health("?ready")
        assert (status, document["status"], document["troubles"]) == (200, "ok", [])


def test_of_a_store_that_never_answered_only_that_is_reported(tmp_path: Path) -> None:
    def fail() -> Status:
        raise sqlite3.OperationalError("at /secret/path")

    with serve(tmp_path, fail) as server:
        status, document = server.health()
        assert status == 200
        assert document["status"] == "trouble"
        assert "papers" not in document
        assert "secret" not in str(document)
        assert server.health("?ready")[0] == 503


LOCKS = {
    "sqlite": ("BEGIN EXCLUSIVE", "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE"),
    "postgresql": ("LOCK TABLE stage, upstream IN ACCESS EXCLUSIVE MODE",),
}
"""The locks that make readers wait: one of SQLite is of the whole file."""


@contextmanager
def locked(store: Store, lock: str) -> Iterator[None]:
    """While it lasts, another program holds a lock on the store."""
    if store.engine.dialect.name == "postgresql":
        with store.begin() as connection:
            connection.exec_driver_sql(lock)
            yield
        return
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        for statement in lock.split("; "):
            other.execute(statement)
        yield
        other.execute("ROLLBACK")
        other.execute("PRAGMA locking_mode=NORMAL")
        other.execute("SELECT count(*) FROM stage").fetchall()


def test_health_does_not_wait_for_a_locked_store(
    store: Store, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.3)
    made = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    public = tmp_path / "public"
    public.mkdir()
    with closing(make_worker(made, store, clock.make_clock(made))) as worker:
        for lock in LOCKS[database]:
            store.release_connections()
            with (
                serve(
                    public,
                    lambda: read_status(worker, worker.now()),
                    lambda with_store: render_metrics(worker, with_store=with_store),
                ) as server,
                locked(store, lock),
            ):
                for path in ("/health", "/metrics"):
                    answered, _, body = server.ask(path)
                    assert answered == 200
                    assert body
                assert max(server.answers) < 2.5


def test_metrics_have_their_type_and_are_not_cached(tmp_path: Path) -> None:
    with serve(tmp_path, well, lambda with_store: b"x 1\n" if with_store else b"") as server:
        status, headers, body = server.ask("/metrics")
    assert (status, body) == (200, b"x 1\n")
    assert headers["content-type"] == CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["cache-control"] == "no-store"


def test_without_metrics_there_is_no_such_page(tmp_path: Path) -> None:
    with serve(tmp_path, well) as server:
        assert server.ask("/metrics")[0] == 404


def test_a_flood_of_either_does_not_shut_out_the_other(tmp_path: Path, seconds: SteppingSeconds) -> None:
    seconds.step = 0.0
    with serve(tmp_path, well, lambda _: b"x 1\n") as server:
        refused = [server.ask("/metrics")[0] for _ in range(middleware.BURST + 5)].count(429)
        assert refused == 5
        assert server.ask("/health")[0] == 200


def test_a_question_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    gate = threading.Event()

    def hang() -> Status:
        gate.wait(20)
        return well()

    asking = health.Health(hang, Clock())
    assert asyncio.run(asking.report())[0] is False
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("asking "))
    gate.set()


TROUBLE = Trouble("harvest", "no connection", NOW - timedelta(hours=1), NOW + timedelta(minutes=30))


def test_health_reports_ages_waiting_work_and_troubles(site: Site) -> None:
    site.status = make_status(TROUBLE)
    site.clock.at = NOW
    answer = site.ask("/health")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    report = json.loads(answer.body)
    assert report["status"] == "trouble"
    assert (report["papers"], report["open_papers"], report["checks_waiting"]) == (850, 88, 41)
    assert report["stages"]["harvest"] == {"good_at": "2026-06-17T04:00:00Z", "age_seconds": 3600}
    assert report["stages"]["judge"] == {"good_at": None, "age_seconds": None}
    assert report["troubles"] == [{
        "what": "harvest", "reason": "no connection", "since": "2026-06-17T04:00:00Z",
        "next_try": "2026-06-17T05:30:00Z",
    }]  # fmt: skip
    assert report["version"] == "0.1.0"


def test_health_is_ok_without_troubles(site: Site) -> None:
    assert json.loads(site.ask("/health").body)["status"] == "ok"
    assert site.ask("/health?ready").status == 200


def test_a_store_that_does_not_answer_is_a_trouble_and_not_a_crash(site: Site) -> None:
    site.status = RuntimeError("database is locked")
    answer = site.ask("/health")
    assert answer.status == 200
    assert json.loads(answer.body)["troubles"][0]["what"] == "store"
    assert b"locked" not in answer.body, "what failed inside is for the log"
    assert site.ask("/health?ready").status == 503
    assert site.ask("/feed.xml").status == 200


def test_not_ready_before_the_first_publish(tmp_path: Path) -> None:
    made = Site(tmp_path / "public", status=make_status())
    stop = start(made)
    try:
        assert made.ask("/health").status == 200
        assert made.ask("/health?ready").status == 503
        assert made.ask("/").status == 404
        files.write_files(made.folder, SITE)
        assert made.ask("/health?ready").status == 200
        assert made.ask("/").status == 200
    finally:
        stop()
