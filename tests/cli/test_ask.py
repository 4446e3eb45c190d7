"""The commands that answer questions, in each form of their result."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.new_store import open_new_store, store_address

Process = Callable[..., subprocess.CompletedProcess[str]]
Call = Callable[..., tuple[int, str, str]]
SQL = "SELECT 1 AS one, 'a,\"b' AS two, NULL AS three UNION ALL SELECT 2, 'c', "
BYTES = {"sqlite": "x'00ff'", "postgresql": r"'\x00ff'::bytea"}


def test_detect_answers_line_by_line(process: Process) -> None:
    lines = [
        json.dumps(
            {"arxiv_id": "1", "title": "T", "abstract": "Our code is available at https://github.com/a/b.", "x": 1}
        ),
        "no json",
        json.dumps({"arxiv_id": "2", "abstract": "Code will be released upon acceptance. Größe"}),
    ]
    done = process("detect", "-", given="\n".join(lines))
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


def test_the_forms_of_a_result(call: Call, data: Path, database: str) -> None:
    sql = SQL + BYTES[database]
    objects = [{"one": 1, "two": 'a,"b', "three": None}, {"one": 2, "two": "c", "three": "00ff"}]
    assert json.loads(call("query", "--json", sql)[1]) == objects
    lines = call("query", "--jsonl", sql)[1]
    assert [json.loads(line) for line in lines.splitlines()] == objects
    assert lines.endswith("\n")
    rows = list(csv.reader(io.StringIO(call("query", "--csv", "SELECT 'a,\"b' AS x, 2 AS y")[1])))
    assert rows == [["x", "y"], ['a,"b', "2"]]
    table = call("query", sql)[1]
    assert "one" in table
    assert 'a,"b' in table


def test_an_empty_result_has_a_form_too(call: Call, data: Path) -> None:
    empty = "SELECT 1 AS one WHERE 1 = 0"
    assert call("query", "--json", empty)[1] == "[]\n"
    assert call("query", "--jsonl", empty)[1] == ""
    assert call("query", "--csv", empty)[1] == "one\n"
    assert "one" in call("query", empty)[1]


def test_columns_of_one_name_are_all_shown(call: Call, data: Path) -> None:
    rows = json.loads(call("query", "--json", "SELECT 1 AS a, 2 AS a, 3 AS a")[1])
    assert rows == [{"a": 1, "a_2": 2, "a_3": 3}]


of_a_file = pytest.mark.sqlite_only("a snapshot is a SQLite file")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["query", "--json", "--csv", "SELECT 1"], "choose one"),
        (["query", "DELETE FROM work"], "Only reading"),
        (["query", "SELECT * FROM nothing"], "docs/schema.md"),
        pytest.param(["restore", "none.db.zst"], "does not exist", marks=of_a_file),
        pytest.param(["snapshot", "--to", "/proc/none/tracker.db"], "cannot be written", marks=of_a_file),
    ],
)
def test_an_error_is_one_sentence(call: Call, data: Path, arguments: list[str], says: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


PROGRAM = """
import resource, sys
from tracker.cli import app
app.run(["query", "--jsonl", "SELECT 1"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
app.run(["query", "--jsonl", sys.argv[1]])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, file=sys.stderr)
"""


LONG = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 400000) SELECT n, hex(zeroblob(200)) FROM c",
    "postgresql": "SELECT n, repeat('0', 400) FROM generate_series(1, 400000) AS n",
}
"""400,000 rows of 400 characters."""


def test_the_memory_of_a_long_answer_stays_flat(data: Path, database: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            LONG[database],
        ],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert int(done.stderr) < 20_000, "kB more than for one row, for an answer of 170 MB"


def test_what_is_not_in_the_store_says_where_this_looked(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = data / "demo"
    open_new_store(f"sqlite:///{demo / 'tracker.db'}").close()  # the demo's is a file always
    for pasted in ("2103.00020v1", "https://arxiv.org/abs/2103.00020", "arXiv:2103.00020"):
        code, _, err = call("explain", pasted)
        assert code == 1
        assert "2103.00020: is not in the store" in err
        assert str(make_url(store_address(data / "tracker.db")).database) in err
        assert f"TRACKER_DATA_DIR={demo} " in err
    monkeypatch.setenv("TRACKER_DATA_DIR", str(demo))
    monkeypatch.delenv("TRACKER_DATABASE_URL", raising=False)
    assert "demo's store" not in call("explain", "2103.00020")[2]


@pytest.mark.parametrize("command", [["explain", "2103.00020"], ["query", "SELECT 1"], ["search", "words"]])
def test_a_question_makes_no_store(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "none"))
    assert "There is no store yet" in call(*command)[2]
    assert not (tmp_path / "none").exists()
