"""Ray Core for the scan of shards; it is started where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tracker.detect.roles.role_rules import load_role_rules
from tracker.domain.errors import TrackerError
from tracker.pipeline.backfill import ray_tasks
from tracker.pipeline.backfill.executors import ScanTask
from tracker.pipeline.backfill.scan_shard import Shard, read_result


def test_without_ray_a_sentence_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_tasks, "find_spec", {"ray": None}.get)
    with pytest.raises(TrackerError, match=r"Ray is not installed; pip install '.\[ray\]' .* --executor pool"):
        next(ray_tasks.run_on_ray([], 1))


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'")
@pytest.mark.filterwarnings("default")
def test_results_come_in_order_from_a_cluster(tmp_path: Path) -> None:
    rules, shard = load_role_rules(), Shard("missing.tar", "0" * 32, {})
    tasks = [ScanTask(tmp_path / "missing.tar", shard, rules, tmp_path / f"{n}.jsonl") for n in range(3)]
    assert list(ray_tasks.run_on_ray(tasks, 2)) == tasks
    assert all(read_result(task.result, shard.header(rules.version)) is not None for task in tasks)
