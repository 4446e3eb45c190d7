"""Whether several services on one PostgreSQL work as one: `python -m benchmarks.fleet` (`make fleet`).

Four `tracker run`, each with its own data folder, share one database and play a real listing day against the sandbox
(without the development data: as many papers that are made up), while this program disturbs them at random moments: it
kills one (SIGKILL) and starts it again, stops one (SIGSTOP) for longer than its lease lasts and lets it continue, and ends
one's connections at the server (`pg_terminate_backend`). One undisturbed service with a store of its own, in a file, plays
the same day. The program fails unless

- every public view is the same in both stores, but for the times of checks and readings;
- every feed of each of the four folders has the items of the undisturbed one, but for their dates;
- the sandbox never saw two requests to arXiv at once, or closer than the pace;
- at the end exactly one of them leads, and no takeover took longer than `TAKEOVER_SECONDS`.

Then four processes take from one budget of 200 a day, which must grant exactly 200. With `--takeovers N` it measures as many
takeovers at the default lease instead, in a fleet that has nothing to do: each must end within a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks.fleet_checks import list_crowded, list_differences, load_feeds, load_views
from tests.faults import worlds
from tests.new_store import Server, start_server
from tests.pipeline.run import NOW, environment
from tracker.sandbox.server import Sandbox
from tracker.store.leases import SECONDS
from tracker.store.readonly_sql import run_query
from tracker.store.upgrade import open_store
from tracker.store.upstreams import StoredUpstreams

ROOT = Path(__file__).parents[1]
LEASE_SECONDS = 3.0
PACE_SECONDS = 0.5
"""arXiv's pace in the play. Its own of three seconds would play a day for hours."""
TAKEOVER_SECONDS = 60.0
BUDGET, DAY_SECONDS = 200, 86_400
QUIET_SECONDS = 1200.0
"""How long the fleet may take after the last disturbance; what then differs is a fault."""
MANNERS = ("kill", "stop", "connections")


@dataclass
class Member:
    """One service of the fleet."""

    name: str
    data: Path
    variables: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the service, or start it again."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tracker", "run"], env=self.variables, cwd=ROOT, stdout=log, stderr=log
            )

    @property
    def log(self) -> Path:
        """What the service wrote."""
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def pid(self) -> int:
        """Of the running process."""
        return self.process.pid if self.process is not None else 0

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def health(self) -> dict[str, Any]:
        """What `/health?ready` answers; empty where it does not, or is not ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health?ready", timeout=5) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except (OSError, ValueError):
            return {}


@dataclass
class Fleet:
    """The services, the server that they share, and what was done to them."""

    members: list[Member]
    address: str
    draw: random.Random
    done: Counter[str] = field(default_factory=Counter)
    takeovers: list[float] = field(default_factory=list)

    def leader(self) -> Member | None:
        """Who holds the leader's lease by the database; None where nobody does."""
        _, rows = run_query(
            self.address,
            "SELECT holder FROM lease WHERE name = 'leader' AND expires > extract(epoch FROM clock_timestamp())",
        )
        holder = next((str(name) for (name,) in rows), "")
        return next((member for member in self.members if holder.endswith(f":{member.pid}")), None)

    def disturb(self, lease_seconds: float) -> None:
        """Do one of the three to a member, mostly to the leader, and put it back to work."""
        manner = self.draw.choice(MANNERS)
        leader = self.leader()
        member = leader if leader is not None and self.draw.random() < 0.7 else self.draw.choice(self.members)
        self.done[f"{manner} {'leader' if member is leader else 'standby'}"] += 1
        if manner == "kill":
            member.kill()
        elif manner == "stop":
            os.kill(member.pid, signal.SIGSTOP)
        else:
            self._end_connections()
            return
        if member is leader:
            self.takeovers.append(self.wait_for_other(member))
        else:
            time.sleep(self.draw.uniform(0, lease_seconds))
        if manner == "kill":
            member.start()
        else:
            time.sleep(self.draw.uniform(0, lease_seconds / 2))
            os.kill(member.pid, signal.SIGCONT)

    def _end_connections(self) -> None:
        """End a random half of all connections to the store, in the middle of whatever they do."""
        with psycopg.connect(_plain(self.address), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
            for (pid,) in rows:
                if self.draw.random() < 0.5:
                    connection.execute("SELECT pg_terminate_backend(%s)", (pid,))

    def wait_for_other(self, old: Member) -> float:
        """The seconds until another leads."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * TAKEOVER_SECONDS:
            leader = self.leader()
            if leader is not None and leader is not old:
                break
            time.sleep(0.1)
        return time.monotonic() - began


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def make_member(
    sandbox: Sandbox, folder: Path, name: str, database: str, lease_seconds: float, days: int
) -> Member:
    """A service that plays the day; without a `database` its store is a file."""
    port = free_port()
    variables = environment(
        sandbox,
        folder / name,
        TRACKER_NOW=NOW,
        TRACKER_DATABASE_URL=database,
        TRACKER_PACE__ARXIV=str(PACE_SECONDS),
        TRACKER_SCHEDULE__LEASE_SECONDS=str(lease_seconds),
        TRACKER_SCHEDULE__CHECK_MINUTES="1",
        TRACKER_SCHEDULE__RETRY_MINUTES="1",
        TRACKER_HARVEST__FIRST_DAYS=str(days),
        TRACKER_HARVEST__OVERLAP_DAYS=str(days),
        TRACKER_WEB__PORT=str(port),
        TRACKER_LOG_FORMAT="json",
        TRACKER_SNAPSHOT__HOURS="0",
    )
    return Member(name, folder / name, {**os.environ, **variables, "PYTHONPATH": str(ROOT)}, port)


def _spend(address: str, tries: int) -> int:
    with closing(open_store(address)) as store:
        memory, now = StoredUpstreams(store), datetime.fromisoformat(NOW)
        return sum(memory.spend("fleet", BUDGET, DAY_SECONDS, now) is None for _ in range(tries))


def count_granted(address: str, processes: int) -> int:
    """How many requests a day's budget grants to processes that ask for more at once."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_spend, [address] * processes, [BUDGET // 2] * processes))


@contextmanager
def run_fleet(members: list[Member], address: str, seed: int) -> Iterator[Fleet]:
    """Run the services until the block ends."""
    fleet = Fleet(members, address, random.Random(seed))
    try:
        for member in members:
            member.start()
        _wait(lambda: fleet.leader() is not None, TAKEOVER_SECONDS * 2, "nobody leads")
        yield fleet
    finally:
        for member in members:
            member.kill()


def _wait(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"failed: {otherwise} after {seconds:.0f} s")
        time.sleep(0.25)


def create_store(server: Server, name: str) -> str:
    """An empty store on the server; returns its address."""
    address = server.create_database(name)
    open_store(address).close()
    return address


def play(folder: Path, server: Server, options: argparse.Namespace) -> list[str]:
    """Play the day, undisturbed and by a fleet; returns what is wrong."""
    if options.small or not worlds.listing_day(folder / "world"):
        (worlds.small_world if options.small else worlds.generated_day)(folder / "world")
    days, faults = 2 if options.small else 7, []
    whole, shared = create_store(server, "whole"), create_store(server, "shared")
    with Sandbox(folder / "world") as sandbox:
        alone = make_member(sandbox, folder, "alone", whole, LEASE_SECONDS, days)
        began = time.monotonic()
        with alone.log.open("wb") as log:
            command = [sys.executable, "-m", "tracker", "once"]
            subprocess.run(
                command,
                env={**alone.variables, "TRACKER_PACE__ARXIV": "0"},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                check=True,
            )
        expected, feeds = load_views(whole), load_feeds(alone.data / "public")
        print(f"undisturbed: {len(expected['papers'])} papers in {time.monotonic() - began:.0f} s", flush=True)
        _post(sandbox, "reset")
        members = [
            make_member(sandbox, folder, f"member{number}", shared, LEASE_SECONDS, days)
            for number in range(options.members)
        ]
        with run_fleet(members, shared, options.seed) as fleet:
            for number in range(options.disturbances):
                time.sleep(fleet.draw.uniform(0, options.every))
                fleet.disturb(LEASE_SECONDS)
                if number % 10 == 9:
                    print(f"{number + 1} disturbances: {dict(fleet.done)}", flush=True)
            until = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < until and not (
                load_views(shared) == expected
                and all(load_feeds(member.data / "public") == feeds for member in members)
                and all(member.health() for member in members)
            ):
                time.sleep(2)
            reports = [member.health().get("leader", {}) for member in members]
            requests = json.load(urllib.request.urlopen(f"{sandbox.url}/_sandbox/requests"))
        faults += list_differences("views", load_views(shared), expected)
        for member in members:
            faults += list_differences(member.name, load_feeds(member.data / "public"), feeds)
        faults += list_crowded(requests, PACE_SECONDS)
    if [report.get("is_self") for report in reports].count(True) != 1 or not all(reports):
        faults.append(f"not all are ready, or not exactly one leads: {reports}")
    if late := [seconds for seconds in fleet.takeovers if seconds > TAKEOVER_SECONDS]:
        faults.append(f"takeovers that took longer than {TAKEOVER_SECONDS:.0f} s: {late}")
    if (granted := count_granted(shared, 4)) != BUDGET:
        faults.append(f"a budget of {BUDGET} granted {granted}")
    asked = sum(request["upstream"].startswith("arxiv") for request in requests)
    print(f"disturbances: {dict(fleet.done)}; requests to arXiv: {asked}; a budget of {BUDGET} granted {granted}")
    print(f"takeovers: {len(fleet.takeovers)}, the longest {max(fleet.takeovers, default=0):.1f} s")
    return faults


def measure_takeovers(folder: Path, server: Server, count: int) -> list[str]:
    """Kill or stop the leader so many times at the default lease; returns what is wrong."""
    worlds.small_world(folder / "world")
    shared = create_store(server, "shared")
    with Sandbox(folder / "world") as sandbox:
        members = [make_member(sandbox, folder, f"member{number}", shared, SECONDS, 2) for number in range(2)]
        with run_fleet(members, shared, 1) as fleet:
            for number in range(count):
                _wait(
                    lambda: all(member.health() for member in members), TAKEOVER_SECONDS * 2, "not all are ready"
                )
                leader = fleet.leader()
                if leader is None:
                    return ["nobody leads"]
                os.kill(leader.pid, signal.SIGSTOP if number % 2 else signal.SIGKILL)
                fleet.takeovers.append(fleet.wait_for_other(leader))
                print(f"takeover {number + 1}: {fleet.takeovers[-1]:.1f} s", flush=True)
                if number % 2:
                    os.kill(leader.pid, signal.SIGCONT)
                else:
                    leader.kill()
                    leader.start()
    return [f"a takeover took {seconds:.0f} s" for seconds in fleet.takeovers if seconds > TAKEOVER_SECONDS]


def _post(sandbox: Sandbox, name: str) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{sandbox.url}/_sandbox/{name}", b"{}")).close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, print what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--disturbances", type=int, default=200)
    parser.add_argument("--every", type=float, default=4.0, help="the most seconds between two disturbances")
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="a small world in place of a listing day")
    parser.add_argument("--takeovers", type=int, default=0, help="measure so many at the default lease instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, start_server() as server:
        folder = Path(name)
        faults = (
            measure_takeovers(folder, server, options.takeovers)
            if options.takeovers
            else play(folder, server, options)
        )
    for fault in faults:
        print(f"failed: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
