"""The command line as its users type it: help, the global option, exit codes, one sentence for each error."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from tracker import __version__
from tracker.cli import app
from tracker.pipeline.rulebook import load_rules
from tracker.store.views import VERSION

Process = Callable[..., subprocess.CompletedProcess[str]]
Call = Callable[..., tuple[int, str, str]]
COMMANDS = (
    "once", "harvest", "check", "judge", "publish", "run", "serve", "demo", "sandbox", "detect", "explain", "query", "search", "gaps",
    "doctor", "health", "snapshot", "restore", "copy", "export", "import", "cite", "mcp", "watch", "backfill",
)  # fmt: skip


def test_help_names_every_command(call: Call) -> None:
    code, out, _ = call("--help")
    listed = {line.split()[0] for line in out.partition("Commands:")[2].splitlines() if line.strip()}
    assert code == 0
    assert listed == set(COMMANDS)
    assert "..." not in out.partition("Commands:")[2], "each command's first sentence fits its line"


def test_help_loads_typer_and_the_commands_alone() -> None:
    """Start time is import time: what the work needs is imported by the command that does it."""
    show = "import sys; {}; print(*sys.modules, file=sys.stderr)"

    def modules(code: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", show.format(code)], check=True, capture_output=True, text=True
        )
        return set(done.stderr.split())

    added = modules("from tracker.cli.app import run; run(['--help'])") - modules("import typer, json")
    loaded = {name for name in added if not name.startswith("typer.")}
    ours = {"tracker", "tracker.domain", "tracker.domain.errors"}
    assert {name for name in loaded - ours if not name.startswith("tracker.cli")} == {"__future__"}


@pytest.fixture
def read_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path | None]:
    """Run a command line and return the file that its command was given, instead of doing its work."""
    seen: list[Path | None] = []

    def load(file: Path | None = None, **_: object) -> None:
        seen.append(file)
        raise typer.Exit(9)

    def run(*arguments: str) -> Path | None:
        assert app.run(arguments) == 9
        return seen.pop()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tracker.settings.load_settings", load)
    return run


@pytest.mark.parametrize(
    "command",
    [
        ["once"], ["harvest"], ["check", "github:a/b"], ["judge", "--all"], ["publish"], ["run"], ["demo"],
        ["explain", "2606.00001"], ["query", "SELECT 1"], ["search", "--limit", "3", "word"], ["gaps"], ["health"],
        ["snapshot"], ["restore", "x.zst"], ["export"], ["import", "x"],
    ],
)  # fmt: skip
def test_config_stands_before_and_after_every_command(
    read_file: Callable[..., Path | None], command: list[str]
) -> None:
    mine = Path("mine.toml")
    assert read_file("--config", "mine.toml", *command) == mine
    assert read_file("--config=mine.toml", *command) == mine
    assert read_file(*command, "--config", "mine.toml") == mine
    assert read_file(*command, "--config=mine.toml") == mine
    assert read_file(command[0], "--config=mine.toml", *command[1:]) == mine
    assert read_file("--config", "other.toml", *command, "--config", "mine.toml") == mine, "the last one counts"
    assert read_file(*command) is None, "nothing is left of an earlier command line"


def test_the_word_config_may_be_an_argument(read_file: Callable[..., Path | None]) -> None:
    assert read_file("search", "--", "--config", "mine.toml") is None


def test_commands_that_read_no_settings_take_the_option_too(call: Call) -> None:
    for command in COMMANDS:
        code, out, _ = call(command, "--config=mine.toml", "--help")
        assert code == 0
        assert "--config" in out


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["once"], {"TRACKER_COLOUR": "red"}, "colour"),
        (["once"], {"TRACKER_NOW": "2026-06-17T05:00:00Z"}, "TRACKER_NOW"),
        (["once", "--since", "yesterday"], {}, "is not a date"),
        (["once", "--since", "2026-06-02", "--until", "2026-06-01"], {}, "swap"),
        (["--config", "missing.toml", "once"], {}, "missing.toml"),
        (["once", "--config", "missing.toml"], {}, "missing.toml"),
        (["query", "--config=missing.toml", "SELECT 1"], {}, "missing.toml"),
        (["doctor", "--config"], {}, "--config"),
        (["query", "SELECT 1"], {}, "no store yet"),
        (["explain", "2606.1"], {}, "is not an arXiv id"),
        (["health"], {"TRACKER_WEB__PORT": "1"}, "does not answer"),
        (["sandbox", "--world", "nowhere"], {}, "nowhere"),
        (["detect", "nowhere.jsonl"], {}, "nowhere.jsonl"),
        (["check", "github:no/body"], {}, "no stored paper links it"),
        (["dance"], {}, "dance"),
        (["once", "--colour"], {}, "--colour"),
        (["run"], {"TRACKER_SCHEDULE__DAY": "99 * * * *"}, "schedule"),
    ],
)
def test_an_error_is_one_sentence(
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    variables: dict[str, str],
    says: str,
) -> None:
    for name, value in {"TRACKER_DATA_DIR": str(tmp_path / "data"), **variables}.items():
        monkeypatch.setenv(name, value)
    code, _, err = call(*arguments)
    assert code not in (0, 70)
    assert says in err
    assert "Traceback" not in err


def test_a_data_folder_that_cannot_be_written_is_one_sentence(process: Process, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = process("once", TRACKER_DATA_DIR=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "TRACKER_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_versions_are_those_of_program_views_and_rules(call: Call) -> None:
    code, out, _ = call("--version")
    assert code == 0
    assert out == f"tracker {__version__} (views {VERSION}, rules {load_rules().judge_version})\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_that_of_typer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    with pytest.raises(SystemExit):
        app.run(["--show-completion", shell])
    assert "_TRACKER_COMPLETE" in capsys.readouterr().out


def test_a_mistyped_command_or_option_is_answered_with_the_right_one(call: Call) -> None:
    assert "explain" in call("explian", "2606.00001")[2]
    assert "--since" in call("once", "--sicne", "2026-06-16")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_whole_sentences(call: Call, command: str) -> None:
    out = call(command, "--help")[1].partition("\n\n")[2]
    described = " ".join(out.partition("Arguments:")[0].partition("Options:\n")[0].split())
    sentences = re.split(r"(?<=[.]) (?=[A-Z`])", described)
    assert described.endswith(".")
    assert all(len(sentence.split()) > 3 for sentence in sentences), sentences
