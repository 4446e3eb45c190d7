"""The commands that do the work once, against the demo's world, and what can be asked afterwards."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.new_store import store_variables
from tests.pipeline.run import environment, order_fault
from tests.pipeline.world import CODE, MIT, World
from tracker.cli import cycle
from tracker.pipeline.context import Cycle
from tracker.pipeline.full_text import read_text
from tracker.sandbox.server import DEMO_WORLD, Sandbox
from tracker.store.artifact_queue import NamedArtifact
from tracker.store.paper_queue import PaperToRead
from tracker.store.scans import ScanResult

Process = Callable[..., subprocess.CompletedProcess[str]]


def test_once_then_explain_query_and_publish(
    process: Process, call: Call, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(DEMO_WORLD) as sandbox:
        env = {
            **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_PACE__ARXIV": "0",
            "TRACKER_HARVEST__WINDOW_DAYS": "4000",
            "GITHUB_TOKEN": "x",
            "TRACKER_NOW": "2026-06-17T05:00:00Z",
            **store_variables(tmp_path / "data"),
        }
        done = process("once", "--since", "2018-01-01", **env)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        code, named, err = call("check", "https://github.com/openai/clip", "git@github.com:openai/whisper.git")
    assert done.returncode == 0, done.stderr
    assert "30 new papers" in done.stdout
    assert code == 0, err
    assert "github:openai/CLIP: present; content: code; licence: MIT (osi)" in named
    assert "github:openai/whisper: present" in named
    text = call("explain", "2103.00020")[1]
    assert "github:OpenAI/CLIP" in text
    assert "OSI-approved licence (MIT)" in text
    assert json.loads(call("explain", "2103.00020", "--json")[1])["work"]
    opened = {
        row["arxiv_id"] for row in json.loads(call("query", "--json", "SELECT arxiv_id FROM open_papers")[1])
    }
    assert {"2103.00020", "2212.04356", "2304.01373", "2402.00838", "2310.06825"} <= opened, (
        "CLIP, Whisper, Pythia, OLMo, Mistral 7B"
    )
    assert not {"2005.14165", "2307.09288", "2407.21783", "2501.12948"} & opened, (
        "GPT-3, Llama 2, Llama 3, DeepSeek-R1"
    )
    assert call("query", "--csv", "SELECT count(*) AS n FROM papers")[1] == "n\n30\n"
    refused = process("query", "DELETE FROM work", **env)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert call("judge", "--all")[0] == 0
    code, _, err = call("publish", "--to", str(tmp_path / "site"))
    assert code == 0
    assert ("No public address is set" in err) is ("TRACKER_PUBLIC_URL" not in env)
    assert (tmp_path / "site" / "paper" / "2103.00020.html").is_file()
    feed = (tmp_path / "site" / "feed.xml").read_bytes()
    assert (b'rel="self"' in feed) is ("TRACKER_PUBLIC_URL" in env), "nobody elsewhere reaches this machine"


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("github:openai/CLIP", "github:openai/CLIP"),
        ("https://github.com/openai/CLIP/tree/main/clip", "github:openai/CLIP"),
        ("github.com/openai/CLIP.git", "github:openai/CLIP"),
        ("git@github.com:openai/CLIP.git", "github:openai/CLIP"),
        ("ssh://git@gitlab.com/group/name.git", "gitlab:group/name"),
        ("https://huggingface.co/datasets/a/b", "hf-dataset:a/b"),
        ("doi:10.5281/zenodo.1", "doi:10.5281/zenodo.1"),
        ("CLIP", "CLIP"),
    ],
)
def test_an_artifact_is_named_by_reference_or_address(typed: str, reference: str) -> None:
    assert cycle._reference_key(typed) == reference


NOW = datetime(2026, 6, 17, 5, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that stands still until it is set."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


SEEN = NamedArtifact("github:a/b", "github", "present", "", "code", "MIT", "osi", NOW)


@pytest.mark.parametrize(
    ("artifact", "trouble", "line", "is_seen"),
    [
        (SEEN, "", "github:a/b: present; content: code; licence: MIT (osi)", True),
        (replace(SEEN, outcome="absent", content=None, licence_spdx=None, licence_class=None), "",
         "github:a/b: absent; content: unknown; licence: no licence found", True),
        (replace(SEEN, checked_at=NOW - timedelta(days=1)), "rate limit (403)",
         "github:a/b: could not be checked (rate limit (403)); present; content: code; licence: MIT (osi), seen 2026-06-16",
         False),
        (replace(SEEN, checked_at=None, reason="server error (500)"), "",
         "github:a/b: could not be checked (server error (500)); nothing is known of it", False),
    ],
)  # fmt: skip
def test_a_check_says_what_it_saw(artifact: NamedArtifact, trouble: str, line: str, is_seen: bool) -> None:
    assert cycle._describe_seen(artifact, NOW, trouble) == (line, is_seen)


def test_once_with_revoked_tokens_fails_and_says_so(
    call: Call, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One artifact is too few to tell a host's trouble by, so its check failed quietly."""
    (tmp_path / "world").mkdir()
    world = World(tmp_path / "world")
    world.paper(1, "Our code is at https://github.com/ann/tool, our model at https://huggingface.co/ann/model.")
    world.repository("ann/tool", {**CODE, "LICENSE": MIT})
    with Sandbox(world.folder) as sandbox:
        more = {"HF_TOKEN": "a-token", "TRACKER_HARVEST__FIRST_DAYS": "1"}
        more |= store_variables(tmp_path / "data")
        for name, value in environment(sandbox, tmp_path / "data", **more).items():
            monkeypatch.setenv(name, value)
        for upstream in ("github_api", "huggingface"):
            order_fault(sandbox, upstream, "401", times=10_000)
        code, out, _ = call("once", "--no-full-text")
        page = (tmp_path / "data" / "public" / "index.html").read_text()
        assert "GITHUB_TOKEN is refused (401)" in page
        findings = call("doctor")[1]
        assert "bad   refused" in " ".join(findings.split("\n"))
        assert "GITHUB_TOKEN is refused (401)" in findings
    assert code == 1
    for token in ("GITHUB_TOKEN", "HF_TOKEN"):
        assert re.search(rf"tokens: .*{token} is refused \(401\); set a valid one or none", out)


def test_the_program_goes_on_without_a_refused_token(
    call: Call, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "world").mkdir()
    world = World(tmp_path / "world")
    world.paper(1, "Our code is at https://github.com/ann/tool.")
    world.repository("ann/tool", {**CODE, "LICENSE": MIT})
    with Sandbox(world.folder) as sandbox:
        more = {"TRACKER_HARVEST__FIRST_DAYS": "1"}
        more |= store_variables(tmp_path / "data")
        for name, value in environment(sandbox, tmp_path / "data", **more).items():
            monkeypatch.setenv(name, value)
        order_fault(sandbox, "github_api", "401")
        once = call("once", "--no-full-text")
        opened = call("query", "--csv", "SELECT reference FROM open_papers")[1]
        again = call("check", "https://github.com/ann/tool")
    assert "tokens: GITHUB_TOKEN is refused (401)" in once[1]
    assert (once[0], opened) == (1, "reference\ngithub:ann/tool\n"), "checked without the token, and said"
    assert again[0] == 0, "the token is valid again"
    assert "github:ann/tool: present; content: code; licence: MIT (osi)" in again[1]


def test_once_ends_in_time_says_what_is_left_and_the_next_run_reads_it(
    call: Call, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each full text takes 20 seconds: of a minute, 48 seconds are for work."""
    (tmp_path / "world").mkdir()
    world, clock = World(tmp_path / "world"), SetClock(NOW)
    for number in range(1, 6):
        world.html(world.paper(number, "We say nothing."), "<p>Words of a paper.</p>" * 99)
    monkeypatch.setattr("tracker.fetch.clock.make_clock", lambda _settings: clock)

    def read_slowly(running: Cycle, paper: PaperToRead) -> list[ScanResult]:
        clock.moment += timedelta(seconds=20)
        return read_text(running, paper)

    monkeypatch.setattr("tracker.pipeline.reading.read_text", read_slowly)
    with Sandbox(world.folder) as sandbox:
        for name, value in environment(sandbox, tmp_path / "data", TRACKER_HARVEST__FIRST_DAYS="1").items():
            monkeypatch.setenv(name, value)
        code, out, _ = call("once", "--minutes", "1")
        assert (code, "Left: 2 papers wait to be read" in out) == (3, True), out
        assert clock.moment - NOW <= timedelta(minutes=1)
        code, out, _ = call("once", "--minutes", "9")
        # 1: two sources list no more than these five, which is too few to call the day complete.
        assert (code, "Left:" in out, "2 in full" in out) == (1, False, True), out
