"""`tracker run` as a process of its own: it serves, reports its health and ends cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.new_store import store_variables
from tracker.sandbox.server import DEMO_WORLD, Sandbox

Process = Callable[..., subprocess.CompletedProcess[str]]
TRACKER = [sys.executable, "-m", "tracker"]


def upstreams(sandbox: Sandbox) -> dict[str, str]:
    return {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}


def wait_for(address: str, seconds: float = 120) -> bytes:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as response:
                return bytes(response.read())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)  # waits for another process's socket, which no clock of ours moves


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def test_run_serves_reports_its_health_and_ends_on_sigterm(
    process: Process, database: str, tmp_path: Path
) -> None:
    port, store = free_port(), store_variables(tmp_path)
    with Sandbox(DEMO_WORLD) as sandbox:
        env = {
            **os.environ,
            **upstreams(sandbox),
            **store,
            "TRACKER_DATA_DIR": str(tmp_path),
            "TRACKER_WEB__PORT": port,
            "TRACKER_PACE__ARXIV": "0",
        }
        service = subprocess.Popen(
            [*TRACKER, "run"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert b"No papers yet" in wait_for(f"http://127.0.0.1:{port}/")
            assert json.loads(wait_for(f"http://127.0.0.1:{port}/health"))["version"]
            assert process("health", TRACKER_WEB__PORT=port).returncode == 0
            for folder, advice in ((tmp_path, "TRACKER_DATA_DIR"), (tmp_path / "other", "TRACKER_WEB__PORT")):
                second = process(
                    "run",
                    **{**upstreams(sandbox), **store, "TRACKER_DATA_DIR": str(folder), "TRACKER_WEB__PORT": port},
                )
                assert second.returncode == 1
                assert advice in second.stderr
        finally:
            begun = time.monotonic()
            service.send_signal(signal.SIGTERM)
            out, err = service.communicate(timeout=15)
    assert service.returncode == 0, err
    assert time.monotonic() - begun < 10
    assert f"http://127.0.0.1:{port}/" in out
    assert "Traceback" not in err


def test_run_without_arxiv_serves_and_names_the_next_try(tmp_path: Path) -> None:
    port, dead = free_port(), free_port()
    names = ("ARXIV_API", "GITHUB_API", "HUGGINGFACE")
    env = {
        **os.environ,
        **{f"TRACKER_UPSTREAMS__{name}": f"http://127.0.0.1:{dead}/x" for name in names},
        "TRACKER_DATA_DIR": str(tmp_path),
        "TRACKER_WEB__PORT": port,
        "TRACKER_PACE__ARXIV": "0",
    }
    service = subprocess.Popen(
        [*TRACKER, "run"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        until = time.monotonic() + 60
        while json.loads(wait_for(f"http://127.0.0.1:{port}/health"))["status"] != "trouble":
            assert time.monotonic() < until
            time.sleep(0.1)  # as above
        health = json.loads(wait_for(f"http://127.0.0.1:{port}/health"))
        assert all(trouble["since"] for trouble in health["troubles"])
        assert "harvest" in {trouble["what"] for trouble in health["troubles"]}
        page = wait_for(f"http://127.0.0.1:{port}/").decode()
        assert "No papers yet" in page
        assert "make demo" in page
    finally:
        service.terminate()
        _, err = service.communicate(timeout=15)
    assert service.returncode == 0
    assert "harvest" in err
    assert "Traceback" not in err


def test_a_command_that_hangs_in_a_request_ends_after_a_signal(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        names = ("ARXIV_API", "ARXIV_OAI", "ARXIV_RSS", "ARXIV_SITE", "GITHUB_API", "HUGGINGFACE")
        env = {
            **os.environ,
            **{f"TRACKER_UPSTREAMS__{name}": f"{address}/x" for name in names},
            "TRACKER_DATA_DIR": str(tmp_path),
        }
        command = subprocess.Popen([*TRACKER, "once"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            connection, _ = silent.accept()
            begun = time.monotonic()
            command.send_signal(signal.SIGTERM)
            _, err = command.communicate(timeout=30)
        finally:
            command.kill()
            connection.close()
    assert time.monotonic() - begun < 10
    assert command.returncode != 0
    assert b"Traceback" not in err
