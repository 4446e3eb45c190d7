"""Questions, snapshots and restoring as their users call them."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.cli import console, main
from tracker.store.engine import open_store

TRACKER = [sys.executable, "-m", "tracker"]
SQL = "SELECT 1 AS one, 'a,\"b' AS two, NULL AS three UNION ALL SELECT 2, 'c', x'00ff'"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty store, which every command here takes."""
    folder = tmp_path / "data"
    open_store(f"sqlite:///{folder / 'tracker.db'}").close()
    monkeypatch.setenv("TRACKER_DATA_DIR", str(folder))
    return folder


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.run(arguments)
    return code, *capsys.readouterr()


def test_the_forms_of_a_result(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    objects = [{"one": 1, "two": 'a,"b', "three": None}, {"one": 2, "two": "c", "three": "00ff"}]
    assert json.loads(call(capsys, "query", "--json", SQL)[1]) == objects
    lines = call(capsys, "query", "--jsonl", SQL)[1]
    assert [json.loads(line) for line in lines.splitlines()] == objects
    assert lines.endswith("\n")
    rows = list(csv.reader(io.StringIO(call(capsys, "query", "--csv", "SELECT 'a,\"b' AS x, 2 AS y")[1])))
    assert rows == [["x", "y"], ['a,"b', "2"]]
    table = call(capsys, "query", SQL)[1]
    assert "one" in table
    assert 'a,"b' in table


def test_nothing_found_is_told_in_each_form(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = "SELECT 1 AS one WHERE 0"
    assert call(capsys, "query", "--json", empty)[1] == "[]\n"
    assert call(capsys, "query", "--jsonl", empty)[1] == ""
    assert call(capsys, "query", "--csv", empty)[1] == "one\n"
    assert "one" in call(capsys, "query", empty)[1]


def test_columns_of_one_name_are_all_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(call(capsys, "query", "--json", "SELECT 1 AS a, 2 AS a, 3 AS a")[1])
    assert told == [{"a": 1, "a_2": 2, "a_3": 3}]


def test_a_long_table_is_several_and_no_row_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_rows(["n"], ((f"row{number}",) for number in range(1001)), "table")
    told = capsys.readouterr().out
    assert all(f"row{number} " in told for number in (0, 499, 500, 1000))
    assert told.count(" n ") == 3


def test_what_papers_say_cannot_style_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_rows(["a"], [("x\x1b[31mred\x9b2J\x07[bold]y[/bold]",)], "table")
    told = capsys.readouterr().out
    assert not set(told) & {"\x1b", "\x9b", "\x07"}
    assert "[bold]y[/bold]" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["query", "--json", "--csv", "SELECT 1"], "choose one"),
        (["query", "DELETE FROM work"], "Only reading"),
        (["query", "SELECT * FROM nothing"], "docs/schema.md"),
        (["restore", "none.db.zst"], "no such file"),
        (["snapshot", "--to", "/proc/none/tracker.db"], "cannot be written"),
    ],
)
def test_a_fault_is_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


def test_a_snapshot_is_made_and_restored(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "snapshot")
    file = data / "snapshots" / "tracker.db.zst"
    assert code == 0
    assert str(file) in out
    code, _, err = call(capsys, "restore", str(file))
    assert code == 1
    assert "--force" in err
    code, out, _ = call(capsys, "restore", "--force", str(file))
    assert code == 0
    assert "tracker.db." in out
    (data / "tracker.db").unlink()
    assert call(capsys, "restore", str(file))[0] == 0
    assert call(capsys, "query", "--csv", "SELECT count(*) AS n FROM papers")[1] == "n\n0\n"


def test_nothing_is_restored_while_a_worker_is_at_work(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, "snapshot")
    with (data / "worker.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = call(capsys, "restore", "--force", str(data / "snapshots" / "tracker.db.zst"))
    assert code == 1
    assert "at work" in err


PROGRAM = """
import resource, sys
from tracker.cli import main as cli
cli.run(["query", "--jsonl", "SELECT 1"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
cli.run(["query", "--jsonl", sys.argv[1]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, file=sys.stderr)
"""


def test_the_memory_of_a_long_answer_stays_flat(data: Path) -> None:
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400000) SELECT n, hex(zeroblob(200)) FROM c"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            endless,
        ],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert int(done.stderr) < 20_000, "kB more than for one row, for an answer of 170 MB"
