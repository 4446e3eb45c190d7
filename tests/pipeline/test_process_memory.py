"""A service clears the caches of a cycle between cycles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker import scheduler, settings
from tracker.domain.errors import Cancelled
from tracker.fetch.clock import make_clock
from tracker.hosts import base, resolve
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.process_memory import clear_caches
from tracker.store import keys, times
from tracker.store.engine import Store

START = datetime(2026, 6, 17, 5, tzinfo=UTC)


def test_every_cache_is_cleared() -> None:
    clear_caches()
    for number in range(50):
        resolve.resolve_url(f"https://github.com/lab/tool-{number}")
        times.format_utc(START + timedelta(seconds=number))
        keys.work_key(f"arxiv:2606.{number:05}")
    caches = (resolve.resolve_url, base.split_url, times.format_utc, keys.work_key)
    assert [cache.cache_info().currsize for cache in caches] == [50, 50, 50, 50]
    clear_caches()
    assert [cache.cache_info().currsize for cache in caches] == [0, 0, 0, 0]


@pytest.mark.parametrize("error", [None, Cancelled("stopping"), RuntimeError("broke off")])
def test_the_service_clears_them_after_each_cycle_however_it_ended(
    store: Store, tmp_path: Path, error: Exception | None
) -> None:
    def cycle() -> Cycle:
        resolve.resolve_url("https://github.com/lab/tool")
        if error:
            raise error
        return begin_cycle(service.worker)

    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    service = scheduler.Service(loaded, store, make_clock(loaded))
    service._run_job(scheduler.DUE_WORK, cycle)
    service.stop()
    assert resolve.resolve_url.cache_info().currsize == 0
