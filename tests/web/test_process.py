"""The server process: its port and its end."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.running import FEED, SetClock, make_status
from tracker.domain.errors import TrackerError
from tracker.web import process
from tracker.web.app import build_app


def test_a_taken_port_is_an_error_in_one_sentence(folder: Path) -> None:
    app = build_app(folder, make_status, SetClock(), ttl_minutes=60)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TrackerError, match=rf"Cannot listen on 127\.0\.0\.1:{port} .*TRACKER_WEB__PORT"):
            process.serve(app, "127.0.0.1", port, lambda _: None)


SERVER = """
import sys, signal
from pathlib import Path
from datetime import UTC, datetime
from tracker.web.app import build_app
from tracker.web.process import serve
class Clock:
    def now(self): return datetime.now(UTC)
def status(): raise RuntimeError
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)
app = build_app(Path(sys.argv[1]), status, Clock(), ttl_minutes=60)
serve(app, "127.0.0.1", 0, lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_with_an_open_connection(folder: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    idle = socket.create_connection(("127.0.0.1", port), timeout=5)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/feed.xml")
        assert connection.getresponse().read() == FEED
        process.send_signal(number)
        out, err = process.communicate(timeout=8)
        connection.close()
        assert (out, err, process.returncode) == ("ended\n", "", 0)
    finally:
        idle.close()
        process.kill()
        process.wait()
