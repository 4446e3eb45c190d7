"""Whether the memory and files of a service stay flat for a month: `python -m benchmarks.soak` (`make soak`).

The service's own cycles, in one process with its web server, over simulated days of a normal load, played as fast as
they go: the sandbox, in its own process, plays the upstreams over real HTTP, and both use a clock that this
program moves. Each weekday papers come (three in ten with code, some with a model, some with a page, a few with a second
version the day after); each day has three harvests and a round of checks every few hours, like the service's; and
readers ask for feeds, pages, searches, composed feeds, `/health` and `/metrics`.

At the end of each day this program measures what the process uses, and fails where that is not flat:

- memory: the trend (Theil and Sen's: the median of all slopes, which single jumps do not move) over all days after the
  warm-up is at most `TREND_BYTES` a day, and no day is above `MOST_BYTES`. A month's warm-up is until the feed is
  full, for what is held is bounded by the feed's size; SQLite's and Python's allocators vary by a megabyte or two.
- open files and threads: no more at any day's end than at the warm-up's, but for `MORE_FILES`: connections of a
  reader that is about to go.
- the write-ahead log: at most `LOG_BYTES` after a cycle; it is cut to nothing, then a few notes are written.
- files of the site: no more of them than a few a day (`FILES_A_DAY`), since a feed of a licence that is new stays.

A leak of one kilobyte a paper would be found: at 300 papers a day it is twice the bound of the trend.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.types import ASGIApp

from tracker import logs, scheduler, settings
from tracker.cli import console
from tracker.config_files import config_dir
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.site import build_paper_page, build_search_page
from tracker.pipeline.status import read_status
from tracker.store.upgrade import open_store, upgrade_in_subprocess
from tracker.web import metrics
from tracker.web.api import Api
from tracker.web.app import build_app
from tracker.web.dynamic import StorePages
from tracker.web.process import server_config

MEGABYTE = 1_000_000
TREND_BYTES = 150_000
MOST_BYTES = 160 * MEGABYTE
MORE_FILES, MORE_THREADS = 4, 2
LOG_BYTES = MEGABYTE
FILES_A_DAY = 40
FIRST = datetime(2026, 6, 1, tzinfo=UTC)
HARVESTS = (3.5, 5.0, 17.0)
"""Hours of the day, UTC: after the announcement, for what came late, in the daytime."""
PATHS = (
    "/", "/feed.xml", "/feed.atom", "/feed.json", "/feeds", "/trends", "/organisations", "/about", "/nowhere",
    "/search?q=diffusion", "/search?q=language+model&page=2", "/feed.xml?cat=cs.CL,cs.LG&has=weights", "/feeds/cs.CL.xml",
    "/api/papers", "/health", "/health?ready", "/metrics", "/sitemap.xml",
)  # fmt: skip
WORDS = (
    "a",
    "sparse",
    "method",
    "for",
    "language",
    "models",
    "by",
    "diffusion",
    "of",
    "graphs",
    "with",
    "agents",
    "that",
    "learn",
    "to",
    "plan",
    "under",
    "noise",
)
CATEGORIES = ("cs.CL", "cs.LG", "cs.CV", "cs.AI", "cs.RO", "stat.ML")
LICENCES = ("MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0-only", "CC-BY-NC-4.0")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process used at the end of a day."""

    day: int
    resident: int
    files: int
    threads: int
    log: int
    """The longest write-ahead log after any cycle of the day."""
    store: int
    site_files: int
    papers: int
    seconds: float


class SharedClock:
    """The time that this program sets, for both processes."""

    def __init__(self, shared: Synchronized[float]) -> None:
        self._shared = shared

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(self._shared.value, UTC)

    def set(self, moment: datetime) -> None:
        """Move the clock."""
        self._shared.value = moment.timestamp()


def judge(samples: Sequence[Sample], warm: int) -> list[str]:
    """What is not flat after `warm` days, each as a sentence; empty where everything is."""
    first, later = samples[warm - 1], samples[warm:]
    faults = []
    trend = slope([(sample.day, sample.resident) for sample in later])
    # Too few days do not separate a trend from noise: then the whole growth has the bound of the noise.
    bound = TREND_BYTES if len(later) >= 10 else 3 * MEGABYTE
    if trend > bound:
        faults.append(f"memory grows by {trend / 1e6:.2f} MB a day, more than {bound / 1e6:.2f}")
    most = max(sample.resident for sample in samples)
    if most > MOST_BYTES:
        faults.append(f"memory reaches {most / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f}")
    for name, more in (("files", MORE_FILES), ("threads", MORE_THREADS)):
        most_open = max(getattr(sample, name) for sample in later)
        if most_open > getattr(first, name) + more:
            faults.append(f"open {name}: {most_open}, where there were {getattr(first, name)} after {warm} days")
    longest = max(sample.log for sample in samples)
    if longest > LOG_BYTES:
        faults.append(f"the write-ahead log keeps {longest / 1e6:.1f} MB after a cycle")
    grown = (later[-1].site_files - first.site_files) / len(later)
    if grown > FILES_A_DAY:
        faults.append(f"the site grows by {grown:.0f} files a day, more than {FILES_A_DAY}")
    return faults


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Theil and Sen's trend: the median of the slopes between all pairs; 0 for fewer than two points."""
    slopes = [(b - a) / (y - x) for (x, a), (y, b) in combinations(points, 2) if x != y]
    return statistics.median(slopes) if slopes else 0.0


class World:
    """Writes the papers of each day, drawn with a fixed seed."""

    def __init__(self, folder: Path, papers: int) -> None:
        self.folder, self._papers, self._draw = folder, papers, random.Random(7)
        self._count = 0
        self._again: list[dict[str, Any]] = []
        self.ids: list[str] = []
        (folder / "arxiv").mkdir(parents=True)
        (folder / "github").mkdir()
        self._licences = {name: (config_dir() / "licences" / f"{name}.txt").read_text() for name in LICENCES}

    def day(self, moment: datetime) -> None:
        """The papers of one day, with their repositories; and the second versions of some of yesterday's."""
        if moment.weekday() >= 5:
            return
        lines = [{**paper, "version": 2, "updated": f"{moment:%Y-%m-%d}T01:00:00Z"} for paper in self._again]
        lines += (new_papers := [self._paper(moment, number) for number in range(self._papers)])
        self._again = [paper for paper in new_papers if self._draw.random() < 0.08]
        (self.folder / "arxiv" / f"{moment:%Y-%m-%d}.jsonl").write_text(
            "".join(json.dumps(paper) + "\n" for paper in lines)
        )

    def _paper(self, moment: datetime, number: int) -> dict[str, Any]:
        self._count += 1
        arxiv_id = f"{moment:%y%m}.{self._count:05}"
        self.ids.append(arxiv_id)
        at = moment - timedelta(hours=8) + timedelta(hours=9.0 * number / self._papers)
        name, draw = f"lab{self._count % 97}/tool-{self._count}", self._draw.random()
        text = [" ".join(self._draw.choices(WORDS, k=24)).capitalize() + "." for _ in range(6)]
        if draw < 0.3:
            self._repository(name)
            text.append(f"Our code is available at https://github.com/{name}.")
        elif draw < 0.36:
            self._model(name, arxiv_id)
            text.append(f"Our weights are at https://huggingface.co/{name}.")
        elif draw < 0.42:
            host = f"lab{self._count}.example.org"
            place = self.folder / "web" / host / "tool"
            place.mkdir(parents=True)
            self._repository(name)
            (place / "index.html").write_text(
                f'<html><body><a href="https://github.com/{name}">Code</a></body></html>'
            )
            text.append(f"Project page: https://{host}/tool")
        elif draw < 0.47:
            text.append("Code will be released upon acceptance.")
        categories = self._draw.sample(CATEGORIES, k=2)
        return {
            "arxiv_id": arxiv_id, "title": " ".join(self._draw.choices(WORDS, k=8)).capitalize() + f" {self._count}",
            "abstract": " ".join(text), "authors": [f"Ann{self._count % 700} Author", f"Bob{self._count % 311} Builder"],
            "categories": categories, "comments": "12 pages", "version": 1,
            "published": f"{at:%Y-%m-%dT%H:%M:%SZ}", "updated": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        }  # fmt: skip

    def _repository(self, name: str) -> None:
        draw = self._draw.random()
        if draw < 0.06:
            return  # it is not there
        place = self.folder / "github" / name / "files"
        place.mkdir(parents=True)
        (place / "README.md").write_text(
            "# Tool\nCode coming soon!" if draw < 0.15 else "# Tool\nHow to train.\n" * 40
        )
        if draw >= 0.15:
            (place / "train.py").write_text("print()")
        if draw >= 0.3:
            (place / "LICENSE").write_text(self._licences[self._draw.choice(LICENCES)])
        (place.parent / "repo.json").write_text("{}")

    def _model(self, name: str, arxiv_id: str) -> None:
        place = self.folder / "huggingface" / "models" / name
        (place / "files").mkdir(parents=True)
        (place / "files" / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Weights")
        (place / "files" / "model.safetensors").write_text("x")
        facts = {"tags": [f"arxiv:{arxiv_id}", "arxiv:1810.04805"], "cardData": {"license": "apache-2.0"}}
        (place / "info.json").write_text(json.dumps(facts))


def _serve_sandbox(world: str, shared: Synchronized[float], pipe: Connection) -> None:
    from tracker.sandbox.budget import RequestLimits  # noqa: PLC0415 # in that process alone: its memory is not measured
    from tracker.sandbox.server import Sandbox  # noqa: PLC0415 # as above

    limits = RequestLimits(github_account=10**6, graphql=10**6, hub_anonymous=10**6, hub_account=10**6)
    with Sandbox(Path(world), clock=SharedClock(shared), limits=limits) as sandbox:
        pipe.send(sandbox.upstreams)
        pipe.recv()


@contextmanager
def run_sandbox(world: Path, shared: Synchronized[float]) -> Iterator[dict[str, str]]:
    """Run the upstreams in their own process, whose memory and files are not measured."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_sandbox, args=(str(world), shared, theirs), daemon=True)
    process.start()
    theirs.close()  # or the end of a process that fails would go unnoticed
    try:
        yield ours.recv()
    finally:
        with suppress(OSError):
            ours.send("end")
        process.join(20)


class Readers:
    """Readers of the web server."""

    def __init__(self, port: int, world: World) -> None:
        self._port, self._world, self._draw = port, world, random.Random(8)

    def ask(self) -> None:
        """Send one round of requests on one connection; raises RuntimeError where the server fails."""
        ids = self._draw.sample(self._world.ids, k=min(12, len(self._world.ids)))
        words = self._draw.choices(WORDS, k=6)
        paths = [
            *PATHS,
            *(f"/paper/{arxiv_id}" for arxiv_id in ids),
            *(f"/api/papers/{arxiv_id}" for arxiv_id in ids[:3]),
        ]
        paths += [f"/feeds/author/{quote(f'Ann{self._draw.randrange(700)} Author')}.xml" for _ in range(3)]
        paths += [f"/feeds/keyword/{word}.atom" for word in words] + [
            f"/search?q={word}+{self._draw.random()}" for word in words
        ]
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        with closing(connection):
            for number, path in enumerate(paths):
                client = f"10.0.{self._draw.randrange(250)}.{self._draw.randrange(250)}"
                coding = ("gzip", "br", "zstd", "identity")[number % 4]
                connection.request("GET", path, headers={"accept-encoding": coding, "x-forwarded-for": client})
                response = connection.getresponse()
                response.read()
                if response.status >= 500:
                    raise RuntimeError(f"{path}: status {response.status}")


@contextmanager
def run_web_server(site: ASGIApp) -> Iterator[int]:
    """Run the web server in a thread, like the service does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = uvicorn.Server(server_config(site))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def play_days(folder: Path, days: int, papers: int, rounds_a_day: int) -> Iterator[Sample]:
    """Play so many days; yields the measurements at the end of each."""
    world = World(folder / "world", papers)
    shared = multiprocessing.get_context("spawn").Value("d", FIRST.timestamp())
    clock = SharedClock(shared)  # type: ignore[arg-type] # what Value makes is Synchronized
    with run_sandbox(world.folder, shared) as upstreams:  # type: ignore[arg-type] # as above
        loaded = settings.load_settings(
            environ={"GITHUB_TOKEN": "a-token", "TRACKER_LOG_FORMAT": "json"},
            overlay={
                "data_dir": str(folder / "data"), "upstreams": upstreams, "public_url": "http://127.0.0.1:8080",
                "pace": {"arxiv": 0.0, "github": 0.0, "huggingface": 0.0},
                # The service holds what its feeds show: with 100 items those of rare licences would fill for months.
                "feed": {"items": 20, "most": 200, "window_days": 2},
            },
        )  # fmt: skip
        logs.set_up(loaded, quiet=True)
        upgrade_in_subprocess(loaded.store_url)
        with closing(open_store(loaded.store_url)) as store:
            service = scheduler.Service(loaded, store, clock, console.LogProgress())
            site = build_app(
                loaded.public_dir,
                lambda: read_status(service.worker, service.worker.now()),
                clock,
                ttl_minutes=60,
                public_url=loaded.public_url,
                pages=StorePages(
                    partial(build_paper_page, store, loaded),
                    partial(build_search_page, store, loaded),
                ),
                composer=service.worker.composer,
                api=Api(loaded, store),
                snapshots=loaded.snapshot_file.parent,
                next_harvest=service.next_harvest,
                metrics=lambda with_store: metrics.render_metrics(service.worker, with_store=with_store),
            )
            with run_web_server(site) as port:
                readers = Readers(port, world)
                for day in range(days):
                    yield _day(service, clock, world, readers, loaded, day, rounds_a_day)
            service.stop()


def _day(
    service: scheduler.Service, clock: SharedClock, world: World, readers: Readers, loaded: settings.Settings, day: int, rounds_a_day: int
) -> Sample:  # fmt: skip
    began, longest = time.monotonic(), 0
    moment = FIRST + timedelta(days=day)
    world.day(moment)
    rounds = [(24.0 * number / rounds_a_day + 0.1, service._run_due_work) for number in range(rounds_a_day)]
    for hour, work in sorted(
        [*rounds, *((hour, service._run_cycle) for hour in HARVESTS)], key=lambda turn: turn[0]
    ):
        clock.set(moment + timedelta(hours=hour))
        work()
        longest = max(longest, metrics.store_bytes(loaded)[1] or 0)
        readers.ask()
    service._make_snapshot()
    status = read_status(service.worker, service.worker.now())
    if status.troubles:
        raise RuntimeError(f"a trouble on day {day + 1}: {status.troubles[0]}")
    service._run_job(scheduler.DUE_WORK, lambda: begin_cycle(service.worker))  # what it does between cycles
    time.sleep(0.2)  # the server notices closed connections in its next turn
    return Sample(
        day=day + 1,
        resident=metrics.resident_bytes() or 0,
        files=metrics.open_files() or 0,
        threads=threading.active_count(),
        log=longest,
        store=metrics.store_bytes(loaded)[0] or 0,
        site_files=sum(1 for path in loaded.data_dir.rglob("*") if path.is_file()),
        papers=status.papers,
        seconds=round(time.monotonic() - began, 1),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, print each day, and print what is not flat; 0 where everything is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--papers", type=int, default=300, help="of each weekday")
    parser.add_argument("--rounds", type=int, default=12, help="of checks a day, beside three harvests")
    parser.add_argument("--warm", type=int, default=0, help="days until all is full; 0: a third of them")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    samples = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        for sample in play_days(Path(folder), options.days, options.papers, options.rounds):
            samples.append(sample)
            if not options.json:
                print(
                    f"day {sample.day:>2}: {sample.resident / 1e6:6.1f} MB, {sample.files} files, {sample.threads} threads, log "
                    f"{sample.log} B, store {sample.store / 1e6:.1f} MB, {sample.papers} papers, {sample.site_files} files on disk, "
                    f"{sample.seconds} s",
                    flush=True,
                )
    warm = options.warm or max(1, options.days // 3)
    faults = judge(samples, warm)
    trend = slope([(sample.day, sample.resident) for sample in samples[warm:]])
    if options.json:
        print(json.dumps({"faults": faults, "trend": trend, "samples": [asdict(sample) for sample in samples]}))
    else:
        print(f"trend of memory after day {warm}: {trend / 1e3:+.0f} kB a day")
        print("\n".join(f"NOT FLAT: {fault}" for fault in faults) or "flat")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
