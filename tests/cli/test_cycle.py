"""The commands that do the work once, against the demo's world, and what can be asked afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tracker.sandbox.server import DEMO_WORLD, Sandbox

Process = Callable[..., subprocess.CompletedProcess[str]]


def test_once_then_explain_query_and_publish(process: Process, tmp_path: Path) -> None:
    with Sandbox(DEMO_WORLD) as sandbox:
        env = {
            **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_PACE__ARXIV": "0",
            "TRACKER_HARVEST__WINDOW_DAYS": "4000",
            "GITHUB_TOKEN": "x",
            "TRACKER_NOW": "2026-06-17T05:00:00Z",
        }
        done = process("once", "--since", "2018-01-01", **env)
    assert done.returncode == 0, done.stderr
    assert "30 new papers" in done.stdout
    text = process("explain", "2103.00020", **env).stdout
    assert "github:OpenAI/CLIP" in text
    assert "OSI-approved licence (MIT)" in text
    assert json.loads(process("explain", "2103.00020", "--json", **env).stdout)["work"]
    opened = {
        row["arxiv_id"]
        for row in json.loads(process("query", "--json", "SELECT arxiv_id FROM open_papers", **env).stdout)
    }
    assert {"2103.00020", "2212.04356", "2304.01373", "2402.00838", "2310.06825"} <= opened, (
        "CLIP, Whisper, Pythia, OLMo, Mistral 7B"
    )
    assert not {"2005.14165", "2307.09288", "2407.21783", "2501.12948"} & opened, (
        "GPT-3, Llama 2, Llama 3, DeepSeek-R1"
    )
    assert process("query", "--csv", "SELECT count(*) AS n FROM papers", **env).stdout == "n\n30\n"
    refused = process("query", "DELETE FROM work", **env)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert process("judge", "--all", **env).returncode == 0
    assert process("publish", "--to", str(tmp_path / "site"), **env).returncode == 0
    assert (tmp_path / "site" / "feed.xml").read_bytes() == (
        tmp_path / "data" / "public" / "feed.xml"
    ).read_bytes()
