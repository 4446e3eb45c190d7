"""Runs the scan of shards in several processes, and gives the results in the order of the shards.

A pool of processes on this machine is the default; `ray_tasks.py` runs the same function on a Ray cluster.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path

from tracker.detect.roles.role_rules import RoleRules
from tracker.pipeline.backfill.scan_shard import Shard, read_result, scan_shard

AHEAD = 2
"""Shards that wait for each process, so that none is idle while a result is loaded."""


@dataclass(frozen=True, slots=True)
class ScanTask:
    """One call of `scan_shard`."""

    path: Path
    shard: Shard
    rules: RoleRules
    result: Path

    def run(self) -> Path:
        """Scan the shard in this process, unless its result is there: a backfill that was killed may have scanned ahead."""
        if read_result(self.result, self.shard.header(self.rules.version)) is not None:
            return self.result
        return scan_shard(self.path, self.shard, self.rules, self.result)


def run_in_pool(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
    """Run the tasks in a pool of `jobs` processes; yields each, in order, once its result is written or given up.

    A task whose process dies, twice and the second time alone, is given up: it has no result.
    """
    waiting: deque[tuple[ScanTask, Future[Path]]] = deque()
    tasks, pool = iter(tasks), _make_pool(jobs)
    try:
        while True:
            for task in tasks:
                waiting.append((task, pool.submit(ScanTask.run, task)))
                if len(waiting) >= jobs * AHEAD:
                    break
            if not waiting:
                return
            task, future = waiting.popleft()
            try:
                future.result()
            except BrokenProcessPool:
                # One of the shards in work has killed its process; each runs alone, to see which.
                broken = [task, *(other for other, _ in waiting)]
                waiting.clear()
                for each in broken:
                    _run_alone(each)
                    yield each
                pool = _make_pool(jobs)
                continue
            yield task
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _run_alone(task: ScanTask) -> None:
    with _make_pool(1) as pool:
        try:
            pool.submit(ScanTask.run, task).result()
        except BrokenProcessPool:
            return


def _make_pool(jobs: int) -> ProcessPoolExecutor:
    # Threads of this process may hold locks, which a fork would copy.
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_prepare_process)


def _prepare_process() -> None:
    """Leave Ctrl-C to the command, and end with it: the processes of a pool outlive a parent that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
