"""An installation that runs as real processes, and the checks that it must pass after a fault."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser

from tests.pipeline.run import NOW, environment
from tracker.sandbox.server import Sandbox
from tracker.store.views import VIEWS

LONG = os.environ.get("FAULTS") == "long"
"""Whether the long form was asked for, by `make faults`."""
TRACKER = [sys.executable, "-m", "tracker"]
STAGED = [sys.executable, "-m", "tests.faults.staged"]
ROOT = Path(__file__).parents[2]
SECONDS = 900.0 if LONG else 300.0
"""No command of these tests may take longer: a hang is a failure."""
MOVING = {
    "papers": {"read_at"},
    "artifacts": {"checked_at", "next_check_at"},
    "checks": {"first_seen", "last_seen", "times"},
}
"""Columns that hold the time of a check or a reading, which a recovery at a later time has to change."""

Views = dict[str, list[tuple[Any, ...]]]


def later(hours: float, since: str = NOW) -> str:
    """A moment after `since`, as TRACKER_NOW takes it."""
    return f"{datetime.fromisoformat(since) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class CommandResult:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


@dataclass
class Installation:
    """A data folder, and the sandbox that its processes send requests to."""

    sandbox: Sandbox
    data: Path
    days: int = 2
    """How many days back a harvest goes."""

    def environment(self, now: str = NOW, **more: str) -> dict[str, str]:
        variables = {
            "TRACKER_LOG_FORMAT": "json",
            "TRACKER_LIMITS__FULL_TEXTS_PER_DAY": "1000",
            "TRACKER_HARVEST__FIRST_DAYS": str(self.days),
            "TRACKER_HARVEST__OVERLAP_DAYS": str(self.days),
            **more,
        }
        return {**os.environ, **environment(self.sandbox, self.data, **variables), "TRACKER_NOW": now}

    def run(self, *arguments: str, now: str = NOW, before: tuple[str, ...] = (), **more: str) -> CommandResult:
        """One command to its end; `before` are arguments that come before it, like those of `prlimit`."""
        process = subprocess.run(
            [*before, *TRACKER, *arguments],
            env=self.environment(now, **more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert "Traceback" not in process.stderr, process.stderr
        return CommandResult(process.returncode, process.stdout, process.stderr)

    def once(self, now: str = NOW, **more: str) -> CommandResult:
        """One whole cycle, which must end well."""
        result = self.run("once", now=now, **more)
        assert result.code == 0, result.out + result.err
        return result

    def begin(self, *arguments: str, now: str = NOW, **more: str) -> subprocess.Popen[bytes]:
        """A command in the background that writes its stages to `self.stages`."""
        self.stages.unlink(missing_ok=True)
        env = self.environment(now, FAULT_STAGES=str(self.stages), **more)
        self.data.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            return subprocess.Popen([*STAGED, *arguments], env=env, cwd=ROOT, stdout=output, stderr=output)

    @property
    def stages(self) -> Path:
        return self.data.with_name(f"{self.data.name}.stages")

    @property
    def output(self) -> Path:
        return self.data.with_name(f"{self.data.name}.output")

    def stages_passed(self) -> list[tuple[float, str]]:
        """The parts of stages that the last `begin` went through so far, like `scan.full_text`, each with the moment of
        its begin in seconds of the monotonic clock; `between.stages` is the time between two stages."""
        lines = self.stages.read_text().splitlines() if self.stages.exists() else []
        return [(float(moment), stage) for moment, _, stage in (line.partition(" ") for line in lines if line)]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.data / 'tracker.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def views(self, *, without: dict[str, set[str]] | None = None) -> Views:
        """All public views, sorted, but for the columns of `without` by view."""
        views = {}
        for view in VIEWS:
            names = [name for _, name, *_ in self.rows(f"PRAGMA table_info({view})")]
            columns = [name for name in names if name not in (without or {}).get(view, ())]
            views[view] = sorted(self.rows(f"SELECT {', '.join(columns)} FROM {view}"), key=repr)
        return views

    def states(self) -> dict[str, tuple[str, ...]]:
        """The states of the four facts of each paper, by arXiv id."""
        return {
            key: tuple(facts)
            for key, *facts in self.rows("SELECT arxiv_id, code, weights, data, demo FROM papers")
        }

    def feed(self) -> list[str]:
        """The guids of the feed, which must be valid, the same when decompressed, and without duplicates."""
        public = self.data / "public"
        content = (public / "feed.xml").read_bytes()
        assert gzip.decompress((public / "feed.xml.gz").read_bytes()) == content
        parsed = feedparser.parse(content)
        assert not parsed.bozo, parsed.get("bozo_exception")
        guids = [item.id for item in parsed.entries]
        assert len(set(guids)) == len(guids), guids
        return guids

    def assert_sound(self, feed: list[str] | None = None) -> None:
        """The store is whole, holds nothing twice, and the feed is valid and lost nothing of `feed`."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []
        for view, key in (
            ("papers", "arxiv_id"),
            ("links", "arxiv_id || ' ' || reference"),
            ("artifacts", "lower(reference)"),
            (
                "events",
                "coalesce(arxiv_id, '') || ' ' || coalesce(reference, '') || ' ' || kind || ' ' || happened_at",
            ),
        ):
            doubled = [
                name for (name,), times in Counter(self.rows(f"SELECT {key} FROM {view}")).items() if times > 1
            ]
            assert not doubled, (view, doubled)
        now = self.feed()
        assert set(feed or ()) <= set(now)

    def requests(self, *upstreams: str) -> list[dict[str, Any]]:
        """The sandbox's log of requests, of these upstreams alone where some are named."""
        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/requests") as response:
            return [
                request for request in json.load(response) if not upstreams or request["upstream"] in upstreams
            ]

    def order(self, *orders: dict[str, Any]) -> None:
        """Let the sandbox misbehave."""
        self._post("misbehave", list(orders))

    def reset(self) -> None:
        """Let the sandbox behave again and forget its log of requests."""
        self._post("reset", {})

    def _post(self, name: str, body: object) -> None:
        request = urllib.request.Request(
            f"{self.sandbox.url}/_sandbox/{name}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        urllib.request.urlopen(request).close()


def report(text: str) -> None:
    """Add a measured value to the file of FAULTS_REPORT, where one is named."""
    if os.environ.get("FAULTS_REPORT"):
        with Path(os.environ["FAULTS_REPORT"]).open("a") as file:
            file.write(f"{text}\n")


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> int:
    """Send a signal and wait for the end."""
    process.send_signal(number)
    return process.wait(SECONDS)


def wait_until_stopped(process: subprocess.Popen[bytes]) -> bool:
    """Wait until a process has stopped itself; False where it ended before."""
    deadline = time.monotonic() + SECONDS
    flags = os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT
    while not (status := os.waitid(os.P_PID, process.pid, flags)):
        if time.monotonic() > deadline:
            end(process)
            raise AssertionError("it hangs")
        time.sleep(0.001)
    return status.si_code == os.CLD_STOPPED
