"""The commands as their users call them: exit codes, one sentence for each fault, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tracker.sandbox.server import DEMO_WORLD, Sandbox

TRACKER = [sys.executable, "-m", "tracker"]


def call(*arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TRACKER, *arguments],
        env={**os.environ, **variables},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def upstreams(sandbox: Sandbox) -> dict[str, str]:
    return {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}


def test_help_names_every_command() -> None:
    told = call("--help").stdout
    for command in (
        "run",
        "once",
        "demo",
        "sandbox",
        "detect",
        "explain",
        "query",
        "health",
        "harvest",
        "check",
        "judge",
        "publish",
    ):
        assert command in told


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["once"], {"TRACKER_COLOUR": "red"}, "colour"),
        (["once"], {"TRACKER_NOW": "2026-06-17T05:00:00Z"}, "TRACKER_NOW"),
        (["once", "--since", "yesterday"], {}, "no date"),
        (["once", "--since", "2026-06-02", "--until", "2026-06-01"], {}, "swap"),
        (["--config", "missing.toml", "once"], {}, "missing.toml"),
        (["once", "--config", "missing.toml"], {}, "missing.toml"),
        (["query", "SELECT 1"], {}, "no store yet"),
        (["explain", "2606.1"], {}, "not in the store"),
        (["health"], {"TRACKER_WEB__PORT": "1"}, "does not answer"),
        (["sandbox", "--world", "nowhere"], {}, "nowhere"),
        (["detect", "nowhere.jsonl"], {}, "nowhere.jsonl"),
        (["check", "github:no/body"], {}, "no stored paper links it"),
        (["dance"], {}, "dance"),
        (["once", "--colour"], {}, "--colour"),
        (["run"], {"TRACKER_SCHEDULE__DAY": "99 * * * *"}, "schedule"),
    ],
)
def test_a_fault_is_one_sentence(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], says: str
) -> None:
    done = call(*arguments, TRACKER_DATA_DIR=str(tmp_path / "data"), **variables)
    assert done.returncode not in (0, 70)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("once", TRACKER_DATA_DIR=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "TRACKER_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_detect_answers_line_by_line() -> None:
    lines = [
        json.dumps(
            {"arxiv_id": "1", "title": "T", "abstract": "Our code is available at https://github.com/a/b.", "x": 1}
        ),
        "no json",
        json.dumps({"arxiv_id": "2", "abstract": "Code will be released upon acceptance. Größe"}),
    ]
    done = call("detect", "-", given="\n".join(lines))
    assert done.returncode == 0
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first["links"][0] | {"probability": 1} == {
        "url": "https://github.com/a/b",
        "reference": "github:a/b",
        "role": "own",
        "place": "abstract",
        "probability": 1,
        "evidence": "Our code is available at https://github.com/a/b.",
    }
    assert first["promise"] == "available"
    assert "error" in second
    assert third["promise"] == "promised"
    assert done.stdout.isascii()


def test_once_then_explain_query_and_publish(tmp_path: Path) -> None:
    with Sandbox(DEMO_WORLD) as sandbox:
        env = {
            **upstreams(sandbox),
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_PACE__ARXIV": "0",
            "TRACKER_HARVEST__WINDOW_DAYS": "4000",
            "GITHUB_TOKEN": "x",
            "TRACKER_NOW": "2026-06-17T05:00:00Z",
        }
        done = call("once", "--since", "2018-01-01", **env)
    assert done.returncode == 0, done.stderr
    assert "30 new papers" in done.stdout
    told = call("explain", "2103.00020", **env).stdout
    assert "github:OpenAI/CLIP" in told
    assert "OSI-approved licence (MIT)" in told
    assert json.loads(call("explain", "2103.00020", "--json", **env).stdout)["work"]
    opened = {
        row["arxiv_id"]
        for row in json.loads(call("query", "--json", "SELECT arxiv_id FROM open_papers", **env).stdout)
    }
    assert {"2103.00020", "2212.04356", "2304.01373", "2402.00838", "2310.06825"} <= opened, (
        "CLIP, Whisper, Pythia, OLMo, Mistral 7B"
    )
    assert not {"2005.14165", "2307.09288", "2407.21783", "2501.12948"} & opened, (
        "GPT-3, Llama 2, Llama 3, DeepSeek-R1"
    )
    assert call("query", "--csv", "SELECT count(*) AS n FROM papers", **env).stdout == "n\n30\n"
    refused = call("query", "DELETE FROM work", **env)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert call("judge", "--all", **env).returncode == 0
    assert call("publish", "--to", str(tmp_path / "site"), **env).returncode == 0
    assert (tmp_path / "site" / "feed.xml").read_bytes() == (
        tmp_path / "data" / "public" / "feed.xml"
    ).read_bytes()


def wait_for(address: str, seconds: float = 30) -> bytes:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bytes(answer.read())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)  # waits for another process's socket, which no clock of ours moves


def free_port() -> str:
    import socket  # noqa: PLC0415 # only here

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def test_run_serves_tells_its_health_and_ends_on_sigterm(tmp_path: Path) -> None:
    port = free_port()
    with Sandbox(DEMO_WORLD) as sandbox:
        env = {
            **os.environ,
            **upstreams(sandbox),
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
            asked = call("health", TRACKER_WEB__PORT=port)
            assert asked.returncode == 0
            second = call(
                "run", **{**upstreams(sandbox), "TRACKER_DATA_DIR": str(tmp_path), "TRACKER_WEB__PORT": port}
            )
            assert second.returncode == 1
            assert "TRACKER_WEB__PORT" in second.stderr
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
        told = json.loads(wait_for(f"http://127.0.0.1:{port}/health"))
        trouble = next(one for one in told["troubles"] if one["what"] == "harvest")
        assert trouble["since"]
        page = wait_for(f"http://127.0.0.1:{port}/").decode()
        assert "No papers yet" in page
        assert "make demo" in page
    finally:
        service.terminate()
        _, err = service.communicate(timeout=15)
    assert service.returncode == 0
    assert "harvest" in err
    assert "Traceback" not in err
