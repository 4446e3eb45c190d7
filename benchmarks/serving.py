"""How fast feeds are served, against nginx with one worker: `python -m benchmarks.serving`.

1. A feed of 100 items of usual length, packed once: requests per second answered with 304 (If-None-Match) and with 200
   (gzip, from a file packed before, as ours), nginx and ours in turn, the median of three rounds each. Lower bound: none;
   nginx is the measure. Goals: 304 at least a quarter of nginx's rate, 200 at least a third.
2. The time of a feed's answer on loopback, asked on a kept connection a hundred times a second, while the service's worker
   reads, checks and judges the demonstration's world in the same process. Goal: 99 of 100 below 50 ms.

Needs wrk and nginx (Debian: `apt-get install wrk nginx-light`). The limit per client is lifted for the run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tracker.domain.status import Status
from tracker.publish import files
from tracker.web import middleware
from tracker.web.app import build_app
from tracker.web.process import serve

ITEMS, ROUNDS, SECONDS, CONNECTIONS = 100, 3, 4, 32
GOALS = {"304": 0.40, "200": 0.45}
PATIENT_MS = 50.0
SAMPLE_SECONDS, PER_SECOND = 20.0, 100
NGINX = """worker_processes 1;
error_log stderr crit;
pid {folder}/nginx.pid;
daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100 inactive=60s;
  keepalive_requests 100000000;
  types {{ application/rss+xml xml; }}
  gzip_static on;
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    root {site};
    add_header Cache-Control "public, max-age=3600";
    add_header Vary Accept-Encoding;
    add_header Access-Control-Allow-Origin *;
    add_header X-Content-Type-Options nosniff;
  }}
}}
"""


class Clock:
    """The real time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def feed() -> bytes:
    """As many words as a feed of papers has, of about the same variety."""
    chance = random.Random(5)
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(chance.choices(letters, range(44, 0, -2), k=chance.randint(2, 11))) for _ in range(4000)]
    item = "<item><title>{}</title><description>{}</description></item>"
    body = "\n".join(
        item.format(" ".join(chance.choices(words, k=10)), " ".join(chance.choices(words, k=360)))
        for _ in range(ITEMS)
    )
    return f"<rss><channel>{body}</channel></rss>".encode()


def ask(port: int, path: str = "/feed.xml", **headers: str) -> http.client.HTTPResponse:
    """One answer, read whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def wait(port: int) -> None:
    """Until something listens."""
    for _ in range(400):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def rate(port: int, tag: str | None) -> float:
    """Requests a second that wrk gets answered: with 304 for a known tag, else with 200."""
    headers = ["-H", "Accept-Encoding: gzip", *(["-H", f"If-None-Match: {tag}"] if tag else [])]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, f"http://127.0.0.1:{port}/feed.xml"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", done)
    if found is None or "Non-2xx" in done or "Socket errors" in done:
        raise SystemExit(f"wrk: {done}")
    return float(found[1])


def free_port() -> int:
    """A port that nobody had a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def against_nginx(folder: Path) -> bool:
    """Print both rates; whether the goals are reached."""
    site = folder / "site"
    files.write_files(site, {"feed.xml": feed(), "index.html": b"<p>site</p>"})
    folder.chmod(0o755)  # nginx's worker is another user
    packed = (site / "feed.xml.gz").stat().st_size
    print(f"feed of {ITEMS} items: {(site / 'feed.xml').stat().st_size:,} bytes, {packed:,} with gzip")
    ports = {"nginx": free_port(), "ours": free_port()}
    written = NGINX.format(folder=folder, port=ports["nginx"], site=site)
    (folder / "nginx.conf").write_text(written)
    print(written)
    running = [
        subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(folder / "nginx.conf")]),
        subprocess.Popen([sys.executable, "-m", "benchmarks.serving", "--serve", str(site), str(ports["ours"])]),
    ]
    try:
        tags = {}
        for name, port in ports.items():
            wait(port)
            answer = ask(port, Accept_Encoding="gzip")
            tags[name] = answer.headers["ETag"]
            told = (answer.status, answer.headers["Content-Encoding"], answer.headers["Content-Length"])
            again = ask(port, Accept_Encoding="gzip", If_None_Match=tags[name]).status
            if told != (200, "gzip", str(packed)) or again != 304:
                raise SystemExit(f"{name} answers {told} and {again}")
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for status in GOALS:
                for name, port in ports.items():
                    found = rate(port, tags[name] if status == "304" else None)
                    rates.setdefault((status, name), []).append(found)
    finally:
        for process in running:
            process.terminate()
            process.wait()
    good = True
    for status, goal in GOALS.items():
        theirs, ours = (statistics.median(rates[status, name]) for name in ("nginx", "ours"))
        good &= ours / theirs >= goal
        print(f"{status}: nginx {theirs:,.0f}/s, ours {ours:,.0f}/s: {ours / theirs:.2f} (goal {goal:.2f})")
    return good


def while_it_works(folder: Path) -> bool:
    """Print how long a feed takes while the worker works; whether the goal is reached."""
    port = free_port()
    environ = {**os.environ, "TRACKER_DATA_DIR": str(folder / "data"), "TRACKER_WEB__PORT": str(port)}
    with (folder / "log").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serving", "--demo"], env=environ, stdout=log, stderr=log
        )
    try:
        wait(port)
        while ask(port).status != 200:
            time.sleep(0.05)
        taken, connection = [], http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        end = time.monotonic() + SAMPLE_SECONDS
        while time.monotonic() < end:
            begun = time.perf_counter()
            connection.request("GET", "/feed.xml", headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise SystemExit(f"the service answers {answer.status}")
            time.sleep(1 / PER_SECOND)
        told = json.loads(urlopen_text(port))
        memory = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{service.pid}/status").read_text())
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    print(
        f"while the worker works ({told['papers']} papers by then): {len(taken)} answers, half within {p50:.1f} ms, "
        f"99 of 100 within {p99:.1f} ms (goal {PATIENT_MS:.0f}), longest {taken[-1]:.1f} ms"
        + (f"; {int(memory[1]) // 1024} MB resident, sandbox included" if memory else "")
    )
    return p99 < PATIENT_MS


def urlopen_text(port: int) -> str:
    """What `/health` tells."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/health")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def main() -> int:
    """Run both, or one of the servers that they ask."""
    options = argparse.ArgumentParser()
    options.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"))
    options.add_argument("--demo", action="store_true")
    told = options.parse_args()
    if told.serve or told.demo:
        middleware.BURST = 10**9
    if told.serve:
        app = build_app(Path(told.serve[0]), _no_status, Clock(), ttl_minutes=60)
        serve(app, "127.0.0.1", int(told.serve[1]), lambda _: None)
        return 0
    if told.demo:
        from tracker.cli.app import run  # noqa: PLC0415 # only this process needs the whole command

        return run(["demo"])
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; install it to measure")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        results = [against_nginx(Path(one)), while_it_works(Path(two))]
    return 0 if all(results) else 1


def _no_status() -> Status:
    raise RuntimeError


if __name__ == "__main__":
    sys.exit(main())
