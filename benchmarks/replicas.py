"""Two replicas behind nginx, one of them killed under load: `python -m benchmarks.replicas`.

A store is filled from the demonstration's world, two `tracker serve` render it, and nginx hands requests to both. Clients ask
for the main feed without a pause, all with `If-None-Match` or none; after a third of the time one replica is killed
(SIGKILL), and after two thirds it is started again.

1. No request is lost: every response is 200 or 304, since nginx asks the other replica (`proxy_next_upstream`).
2. The rate of 304 of both behind nginx, beside that of one replica asked directly, by wrk.

Needs nginx and wrk (Debian: `apt-get install wrk nginx-light`); without nginx it says so and ends well. The limit per client
is lifted for the run.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from benchmarks.serving import ask, free_port, rate, wait
from tracker.sandbox.server import DEMO_WORLD, Sandbox
from tracker.web import middleware

SECONDS, CLIENTS, ROUNDS = 15.0, 8, 3
PATIENCE = 3000
"""Tenths of a second for a replica to load and to render: a loaded machine takes minutes."""
YEARS = "5000"
"""Days of which the papers of the world are read and may enter the feed."""
NGINX = """worker_processes 1;
error_log stderr crit;
pid {folder}/nginx.pid;
daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  upstream replicas {{
    server 127.0.0.1:{first} max_fails=1 fail_timeout=2s;
    server 127.0.0.1:{second} max_fails=1 fail_timeout=2s;
    keepalive 32;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location / {{
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_next_upstream error timeout http_502 http_503;
      proxy_connect_timeout 2s;
    }}
  }}
}}
"""


def fill(folder: Path) -> dict[str, str]:
    """Fill a store from the demonstration's world; returns the variables of its replicas."""
    with Sandbox(DEMO_WORLD) as sandbox:
        environ = {
            **os.environ,
            **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
            "TRACKER_DATA_DIR": str(folder / "worker"),
            "TRACKER_PACE__ARXIV": "0",
            **{
                f"TRACKER_{name}": YEARS
                for name in ("HARVEST__FIRST_DAYS", "HARVEST__WINDOW_DAYS", "FEED__WINDOW_DAYS")
            },
            "GITHUB_TOKEN": "the-sandbox-asks-for-none",
        }
        command = [sys.executable, "-m", "tracker", "once", "--no-full-text"]
        done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)
    if not (folder / "worker" / "public" / "feed.xml").is_file():
        raise SystemExit(f"the store could not be filled: {done.stderr[-2000:]}")
    return {**os.environ, "TRACKER_DATABASE_URL": f"sqlite:///{folder}/worker/tracker.db"}


def start_replica(folder: Path, port: int, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """A replica that listens and has rendered the site."""
    own = {**environ, "TRACKER_DATA_DIR": str(folder / str(port)), "TRACKER_WEB__PORT": str(port)}
    with (folder / f"{port}.log").open("ab") as log:
        replica = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.replicas", "--serve"], env=own, stdout=log, stderr=log
        )
    for _ in range(PATIENCE):
        try:
            if ask(port, "/health?ready").status == 200:
                return replica
        except OSError:
            pass
        time.sleep(0.1)
    replica.kill()
    raise SystemExit(f"the replica on port {port} is not ready; {folder}/{port}.log says why")


class Clients:
    """Clients that ask without a pause, each on a connection that it keeps, and count the statuses of the responses."""

    def __init__(self, port: int, tag: str) -> None:
        self.counts: Counter[str] = Counter()
        self.longest = 0.0
        self._port, self._tag = port, tag
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Accept-Encoding": "gzip", **({"If-None-Match": self._tag} if number % 2 else {})}
        while not self._stop.is_set():
            begun = time.perf_counter()
            try:
                connection.request("GET", "/feed.xml", headers=headers)
                response = connection.getresponse()
                response.read()
                came = str(response.status)
            except (OSError, http.client.HTTPException) as error:
                came = type(error).__name__
                connection.close()
            with self._lock:
                self.counts[came] += 1
                self.longest = max(self.longest, time.perf_counter() - begun)


def measure(folder: Path) -> bool:
    """Print what came of the requests, and the rates. True if none was lost."""
    environ = fill(folder)
    first, second, port = free_port(), free_port(), free_port()
    written = NGINX.format(folder=folder, first=first, second=second, port=port)
    (folder / "nginx.conf").write_text(written)
    print(written)
    with ExitStack() as stack:
        running: dict[int, subprocess.Popen[bytes]] = {}
        stack.callback(lambda: [(process.terminate(), process.wait()) for process in running.values()])
        for name in (first, second):
            running[name] = start_replica(folder, name, environ)
        proxy = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(folder / "nginx.conf")])
        stack.callback(lambda: (proxy.terminate(), proxy.wait()))
        wait(port)
        equal = ask(first, Accept_Encoding="gzip").headers["ETag"]
        if equal != ask(second, Accept_Encoding="gzip").headers["ETag"]:
            raise SystemExit("the replicas serve different feeds")
        with Clients(port, equal) as clients:
            time.sleep(SECONDS / 3)
            before = sum(clients.counts.values())
            running[first].kill()
            running[first].wait()
            time.sleep(SECONDS / 3)
            alone = sum(clients.counts.values()) - before
            running[first] = start_replica(folder, first, environ)
            time.sleep(SECONDS / 3)
        lost = {came: count for came, count in clients.counts.items() if came not in ("200", "304")}
        print(
            f"{sum(clients.counts.values()):,} requests of {CLIENTS} clients, {alone:,} of them in the {SECONDS / 3:.0f} s after "
            f"one of two replicas was killed: {dict(sorted(clients.counts.items()))}; lost {sum(lost.values())} (goal 0); the "
            f"longest took {clients.longest * 1000:.0f} ms"
        )
        if shutil.which("wrk"):
            both = max(rate(port, equal) for _ in range(ROUNDS))
            one = max(rate(first, equal) for _ in range(ROUNDS))
            print(f"304: one replica {one:,.0f}/s, two behind nginx {both:,.0f}/s: {both / one:.2f}")
    return not lost


def main() -> int:
    """Measure, or serve as one of the replicas that are measured."""
    options = argparse.ArgumentParser()
    options.add_argument("--serve", action="store_true")
    if options.parse_args().serve:
        from tracker.cli.app import run  # noqa: PLC0415 # only this process needs the whole command

        middleware.BURST = 10**9
        return run(["serve"])
    if not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        print("nginx is missing; install it to measure replicas")
        return 0
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        return 0 if measure(Path(name)) else 1


if __name__ == "__main__":
    sys.exit(main())
