"""A pool of processes for the scan of shards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tracker.detect.roles.role_rules import load_role_rules
from tracker.pipeline.backfill import executors
from tracker.pipeline.backfill.executors import ScanTask, run_in_pool
from tracker.pipeline.backfill.scan_shard import Shard, read_result


class Deadly:
    """Rules whose arrival ends the process."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_results_come_in_order_and_a_shard_that_kills_its_process_costs_itself_alone(tmp_path: Path) -> None:
    rules: list[Any] = [load_role_rules(), Deadly(), load_role_rules()]
    shard = Shard("missing.tar", "0" * 32, {})
    tasks = [ScanTask(tmp_path / "missing.tar", shard, rules[n], tmp_path / f"{n}.jsonl") for n in range(3)]
    assert list(run_in_pool(tasks, 2)) == tasks
    header = shard.header(rules[0].version)
    assert [read_result(task.result, header) is not None for task in tasks] == [True, False, True]


def test_a_result_that_is_whole_is_not_made_again(tmp_path: Path) -> None:
    task = ScanTask(
        tmp_path / "missing.tar", Shard("missing.tar", "0" * 32, {}), load_role_rules(), tmp_path / "a.jsonl"
    )
    made_at = task.run().stat().st_ino
    assert task.run().stat().st_ino == made_at
    task.result.write_text("cut off")
    assert task.run().stat().st_size > 100


def test_a_process_of_the_pool_ends_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    reader, writer = os.pipe()
    os.close(writer)
    executors._end_with(reader)
    os.close(reader)
    assert codes == [1]
