"""How fast feeds are served, against nginx with one worker: `python -m benchmarks.serving`.

1. A feed of 100 items of usual length, compressed beforehand: the rates of 304 (If-None-Match) and of 200 (gzip) by
   nginx, by ours, and by uvicorn with a constant response, which no application on uvicorn can exceed. They are
   measured in turn; the median of three rounds counts. Goals: 304 at least 0.40 of nginx's rate, 200 at least 0.45.
2. The time of a feed's response on loopback, on a kept connection a hundred times a second, while the service's worker
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

from starlette.types import ASGIApp, Receive, Scope, Send

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
    """A feed with as many words as one of papers, and about the same variety of words."""
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
    """The response to a GET, read whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def wait(port: int) -> None:
    """Wait until something listens on a port."""
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def rate(port: int, tag: str | None) -> float:
    """Responses a second that wrk gets: 304 with a tag, else 200."""
    headers = ["-H", "Accept-Encoding: gzip", *(["-H", f"If-None-Match: {tag}"] if tag else [])]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, f"http://127.0.0.1:{port}/feed.xml"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    match = re.search(r"Requests/sec:\s*([\d.]+)", done)
    if match is None or "Non-2xx" in done or "Socket errors" in done:
        raise SystemExit(f"wrk: {done}")
    return float(match[1])


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def against_nginx(folder: Path) -> bool:
    """Print the rates. True if the goals are reached."""
    site = folder / "site"
    files.write_files(site, {"feed.xml": feed(), "index.html": b"<p>site</p>"})
    folder.chmod(0o755)  # nginx's worker is another user
    packed = (site / "feed.xml.gz").stat().st_size
    print(f"feed of {ITEMS} items: {(site / 'feed.xml').stat().st_size:,} bytes, {packed:,} with gzip")
    ports = {name: free_port() for name in ("nginx", "ours", "constant")}
    written = NGINX.format(folder=folder, port=ports["nginx"], site=site)
    (folder / "nginx.conf").write_text(written)
    print(written)
    running = [
        subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(folder / "nginx.conf")]),
        *(
            subprocess.Popen([sys.executable, "-m", "benchmarks.serving", option, str(site), str(ports[name])])
            for option, name in (("--serve", "ours"), ("--constant", "constant"))
        ),
    ]
    try:
        tags = {}
        for name, port in ports.items():
            wait(port)
            response = ask(port, Accept_Encoding="gzip")
            tags[name] = response.headers["ETag"]
            first = (response.status, response.headers["Content-Encoding"], response.headers["Content-Length"])
            again = ask(port, Accept_Encoding="gzip", If_None_Match=tags[name]).status
            if first != (200, "gzip", str(packed)) or again != 304:
                raise SystemExit(f"{name} responds with {first} and {again}")
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for status in GOALS:
                for name, port in ports.items():
                    rates.setdefault((status, name), []).append(
                        rate(port, tags[name] if status == "304" else None)
                    )
    finally:
        for process in running:
            process.terminate()
            process.wait()
    good = True
    for status, goal in GOALS.items():
        nginx, ours, constant = (statistics.median(rates[status, name]) for name in ports)
        good &= ours / nginx >= goal
        print(
            f"{status}: nginx {nginx:,.0f}/s, ours {ours:,.0f}/s: {ours / nginx:.2f} (goal {goal:.2f}); "
            f"uvicorn with a constant response {constant:,.0f}/s: {constant / nginx:.2f}"
        )
    return good


def constant_app(site: Path) -> ASGIApp:
    """The least that an application can do: it sends a constant 304 to every If-None-Match, else a constant 200."""
    body = (site / "feed.xml.gz").read_bytes()
    shared = [
        (b"etag", b'"0123456789abcdef0123456789abcdef-gzip"'),
        (b"last-modified", b"Mon, 30 Nov 2026 00:00:00 GMT"),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"cache-control", b"public, max-age=3600"),
    ]
    whole = [
        *shared,
        (b"content-type", b"application/rss+xml"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"content-encoding", b"gzip"),
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 # ASGI's signature
        is_known = any(name == b"if-none-match" for name, _ in scope["headers"])
        await send(
            {
                "type": "http.response.start",
                "status": 304 if is_known else 200,
                "headers": shared if is_known else whole,
            }
        )
        await send({"type": "http.response.body", "body": b"" if is_known else body})

    return app


def while_it_works(folder: Path) -> bool:
    """Print how long a feed takes while the worker works. True if the goal is reached."""
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
            response = connection.getresponse()
            response.read()
            taken.append((time.perf_counter() - begun) * 1000)
            if response.status != 200:
                raise SystemExit(f"the service responds with {response.status}")
            time.sleep(1 / PER_SECOND)
        health = json.loads(load_health(port))
        memory = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{service.pid}/status").read_text())
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    print(
        f"while the worker works ({health['papers']} papers by then): {len(taken)} responses, half within {p50:.1f} ms, "
        f"99 of 100 within {p99:.1f} ms (goal {PATIENT_MS:.0f}), longest {taken[-1]:.1f} ms"
        + (f"; {int(memory[1]) // 1024} MB resident, sandbox included" if memory else "")
    )
    return p99 < PATIENT_MS


def load_health(port: int) -> str:
    """The body of `/health`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/health")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def main() -> int:
    """Run both, or one of the servers that are measured."""
    options = argparse.ArgumentParser()
    options.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"))
    options.add_argument("--constant", nargs=2, metavar=("FOLDER", "PORT"))
    options.add_argument("--demo", action="store_true")
    chosen = options.parse_args()
    if chosen.serve or chosen.demo:
        middleware.BURST = 10**9
    if chosen.serve:
        app = build_app(Path(chosen.serve[0]), _no_status, Clock(), ttl_minutes=60)
        serve(app, "127.0.0.1", int(chosen.serve[1]), lambda _: None)
        return 0
    if chosen.constant:
        serve(constant_app(Path(chosen.constant[0])), "127.0.0.1", int(chosen.constant[1]), lambda _: None)
        return 0
    if chosen.demo:
        from tracker.cli.app import run  # noqa: PLC0415 # only this process needs the whole command

        return run(["demo"])
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; install it to measure")
    with tempfile.TemporaryDirectory() as compared, tempfile.TemporaryDirectory() as working:
        results = [against_nginx(Path(compared)), while_it_works(Path(working))]
    return 0 if all(results) else 1


def _no_status() -> Status:
    raise RuntimeError


if __name__ == "__main__":
    sys.exit(main())
