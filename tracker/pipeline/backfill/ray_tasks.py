"""Runs the scan of shards as tasks of Ray Core, for a cluster of machines that share the folders of archives and results.

One task reads one archive and writes its result to disk: nothing but what names the shard passes through Ray's object
store. Ray is an optional extra, imported here alone and only when it is asked for.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from tracker.domain.errors import TrackerError, how_to_install
from tracker.pipeline.backfill.executors import AHEAD, ScanTask


def run_on_ray(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
    """Run the tasks on the cluster of RAY_ADDRESS, or on one that is started here with `jobs` processors; yields each,
    in order, once its result is written or given up.

    `jobs` is how many run at once. Raises TrackerError where Ray is not installed.
    """
    if find_spec("ray") is None:
        raise TrackerError(f"Ray is not installed; {how_to_install('ray')}, or use --executor pool.")
    # Ray reports its use to its makers unless this is set before it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray  # noqa: PLC0415 # takes seconds and 280 MB

    own = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": jobs, "include_dashboard": False}
    ray.init(log_to_driver=False, **own)
    run = ray.remote(num_cpus=1, max_retries=1)(ScanTask.run)
    crashes = (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError, ray.exceptions.NodeDiedError)
    waiting: deque[tuple[ScanTask, Any]] = deque()
    remaining = iter(tasks)
    try:
        while True:
            for task in remaining:
                waiting.append((task, run.remote(task)))
                if len(waiting) >= jobs * AHEAD:
                    break
            if not waiting:
                return
            task, reference = waiting.popleft()
            with suppress(*crashes):  # its result is missing, which is named when it is loaded
                ray.get(reference)
            yield task
    finally:
        ray.shutdown()
