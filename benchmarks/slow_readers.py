"""Readers that drip against a real server: what they cost, how long they stay, and that slow honest ones get all.

`python -m benchmarks.slow_readers` takes ten minutes: an honest reader of 10 kB/s needs them for the snapshot.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

SERVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tracker.web.app import build_app
from tracker.web.process import serve
class Clock:
    def now(self): return datetime.now(UTC)
def status(): raise RuntimeError
folder = Path(sys.argv[1])
app = build_app(folder, status, Clock(), ttl_minutes=60, snapshots=folder)
serve(app, "127.0.0.1", 0, lambda address: print(address, flush=True))
"""
SNAPSHOT_BYTES = 5_000_000
FEED_BYTES = 600_000
READERS, ADDRESSES = 260, 10
MOST_MB, MOST_SECONDS = 40, 300


def resident_mb(process: int) -> float:
    """The resident memory of a process, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def connect(port: int, number: int, path: str) -> socket.socket:
    """A reader with little room who has asked for a path, from one of several addresses."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.bind((f"127.0.0.{2 + number % ADDRESSES}", 0))
    reader.connect(("127.0.0.1", port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    return reader


def read_slowly(port: int, rate: float, result: dict[str, float]) -> None:
    """An honest reader: takes `rate` bytes a second until all is there."""
    with connect(port, 0, "/snapshot/tracker.db.zst") as reader:
        began, got = time.monotonic(), 0
        while chunk := reader.recv(4096):
            got += len(chunk)
            if got >= SNAPSHOT_BYTES:
                break
            time.sleep(max(0.0, got / rate - (time.monotonic() - began)))
        result[f"{rate:,.0f} bytes a second"] = min(1.0, got / SNAPSHOT_BYTES)


def drip(readers: list[socket.socket], process: int, others: int) -> tuple[float, float, int]:
    """(highest resident MB, seconds until all are gone, how many are left) of readers that take a byte a second,
    beside `others` open files of the server."""
    for reader in readers:
        reader.setblocking(False)
    began, highest, left = time.monotonic(), 0.0, len(readers)
    while left > 0 and time.monotonic() - began < MOST_SECONDS:
        for reader in readers:
            with suppress(OSError):
                reader.recv(1)
        highest = max(highest, resident_mb(process))
        time.sleep(1.0)
        left = open_files(process) - others
    return highest, time.monotonic() - began, max(0, left)


def open_files(process: int) -> int:
    """How many files and connections a process has open."""
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


def main() -> int:
    """Run and print; 1 where a bound is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, default=10_000.0, help="bytes a second of the honest reader")
    rate = options.parse_args().rate
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tracker.db.zst").write_bytes(bytes(SNAPSHOT_BYTES))
        Path(folder, "feed.xml").write_bytes(bytes(FEED_BYTES))
        server = subprocess.Popen([sys.executable, "-c", SERVER, folder], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
            before, served = resident_mb(server.pid), dict[str, float]()
            honest = [
                threading.Thread(target=read_slowly, args=(port, each, served)) for each in (rate, 10 * rate)
            ]
            for thread in honest:
                thread.start()
            paths = ("/snapshot/tracker.db.zst", "/feed.xml")
            time.sleep(1.0)  # until the honest ones are connected
            others = open_files(server.pid)
            readers = [connect(port, number, paths[number % 2]) for number in range(READERS)]
            highest, seconds, left = drip(readers, server.pid, others)
            for thread in honest:
                thread.join()
        finally:
            server.kill()
            server.wait()
    print(f"{READERS} readers that drip: {highest - before:.1f} MB more, {left} left after {seconds:.0f} s")
    for who, share in sorted(served.items()):
        print(f"honest reader of {who}: {share:.0%} of the snapshot")
    is_kept = highest - before <= MOST_MB and not left and all(share == 1 for share in served.values())
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
