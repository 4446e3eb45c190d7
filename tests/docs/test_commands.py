"""Every command that a document shows exists with its options; those that can run on the sandbox do run."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.docs.conftest import Installation
from tests.docs.documents import DOCUMENTS, ROOT, Block, every_block, spans
from tests.docs.shell import (
    fault_of_make,
    fault_of_span,
    fault_of_tracker,
    lines,
    simple_commands,
    tracker_arguments,
)

BLOCKS = every_block("sh", "console")
STAY = {"run", "demo", "sandbox", "serve", "mcp"}
"""Commands that stay until they are ended; tests/cli and tests/sandbox start them."""
NEED_A_SERVICE = {"health"}
PROGRAMS = {"tracker", ".venv/bin/tracker", "sqlite3", "zstd", "head", "mkdir", "cp", "printf"}
"""What may run here. Other programs (docker, pip, curl, scp, …) need a network, a container engine or a running service."""


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_what_a_block_calls_exists(block: Block) -> None:
    assert faults(block) == []


def faults(block: Block) -> list[str]:
    found = []
    for line in lines(block):
        for words in simple_commands(line):
            arguments = tracker_arguments(words)
            fault = None
            if arguments is not None:
                fault = fault_of_tracker(arguments)
            elif words[0] == "make":
                fault = fault_of_make(words[1:])
            elif words[:2] == ["python", "-m"] and words[2].startswith("benchmarks"):
                place = ROOT / words[2].replace(".", "/")
                fault = None if place.with_suffix(".py").is_file() or place.is_dir() else f"there is no {words[2]}"
            if fault:
                found.append(f"{line.strip()}: {fault}")
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_sentence_names_exists(path: object) -> None:
    named = [span for span in spans(path.read_text(encoding="utf-8")) if span.startswith(("tracker ", "make "))]  # type: ignore[attr-defined]
    assert [f"{span}: {fault}" for span in named if (fault := fault_of_span(span))] == []


def runnable(line: str) -> bool:
    commands = simple_commands(line)
    for words in commands:
        arguments = tracker_arguments(words)
        if words[0] not in PROGRAMS or (arguments and arguments[0] in STAY | NEED_A_SERVICE):
            return False
        if arguments is None and shutil.which(words[0]) is None:
            return False
    return any(tracker_arguments(words) is not None for words in commands) or commands[0][0] in ("sqlite3", "zstd")


@pytest.mark.parametrize("block", [block for block in BLOCKS if any(map(runnable, lines(block)))], ids=str)
def test_what_can_run_here_runs(block: Block, installation: Installation) -> None:
    script = "\n".join(["set -eu", *filter(runnable, lines(block))])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=installation.folder,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"


def test_each_kind_of_fault_is_found() -> None:
    def fault(text: str) -> str:
        return " ".join(faults(Block("x.md", 1, "sh", text)))

    assert "no command harvst" in fault("tracker harvst")
    assert "--sinc" in fault("docker compose run --rm tracker once --sinc 2026-06-16  # a comment")
    assert "--csw" in fault('tracker query "SELECT 1" | head && tracker query --csw "SELECT 1" > x.csv')
    assert fault("tracker explain")
    assert "no tset" in fault("PYTHON=python3 make tset ARGS=-q")
    assert "no ARG" in fault("make test ARG=-q")
    assert "benchmarks.nothing" in fault("python -m benchmarks.nothing")
    assert fault("tracker once --since 2026-06-16 \\\n  --until 2026-06-17\nmake test ARGS='-q'") == ""
    assert fault_of_span("tracker once [--since DATE] [--to DIR]") == "once has no option --to"
    assert fault_of_span("tracker onse") == "there is no command onse"
    assert fault_of_span("make tset") == "the Makefile has no tset"
    assert lines(Block("x.md", 1, "console", "$ tracker gaps\nday  announced\n")) == ["tracker gaps"]
