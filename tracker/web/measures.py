"""What `/metrics` measures beside the status: sizes, upstreams, requests, and what the process holds."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tracker import __version__
from tracker.domain.status import Status
from tracker.fetch.request_counts import REQUEST_COUNTS
from tracker.pipeline.context import Worker, status
from tracker.pipeline.timing import TIMINGS
from tracker.settings import Settings
from tracker.store import statistics, upstreams
from tracker.web import metrics
from tracker.web.metrics import Measures, Upstream

log = logging.getLogger(__name__)
PAGES = "web"


def told(worker: Worker, *, with_store: bool) -> bytes:
    """The text of `/metrics`; without what the store would tell where it is not to be asked, or fails."""
    now = worker.now()
    known: list[upstreams.UpstreamState] = []
    found: Status | None = None
    states: dict[tuple[str, str], int] = {}
    if with_store:
        try:
            found = status(worker, now)
            known = upstreams.load_upstreams(worker.settings.store_url)
            states = statistics.count_states(worker.store)
        except Exception as error:  # noqa: BLE001 # whatever ails the store, the process must go on telling of itself
            log.warning("metrics: the store does not answer (%s)", type(error).__name__)
            found = None
    measured = measures(worker, known, now, states=states, with_store=found is not None)
    return metrics.text(found, measured, version=__version__, now=now)


def measures(
    worker: Worker,
    known: Iterable[upstreams.UpstreamState],
    now: datetime,
    *,
    states: Mapping[tuple[str, str], int] | None = None,
    with_store: bool = True,
) -> Measures:
    """All that is measured; `known` is what the store remembers of upstreams, `states` its papers by (fact, state)."""
    settings = worker.settings
    store, wal = store_bytes(settings)
    remembered = list(known)
    return Measures(
        requests=REQUEST_COUNTS.totals(),
        spent=TIMINGS.so_far(),
        states=states or {},
        upstreams=_upstreams(settings, remembered) if with_store else (),
        pages_in_trouble=len([one for one in remembered if _is_page(one) and _in_trouble(one, now)])
        if with_store
        else None,
        store_bytes=store,
        wal_bytes=wal,
        free_bytes=_free(settings.data_dir),
        feed_items=worker.composer.entries,
        resident_bytes=resident_bytes(),
        open_files=open_files(),
    )


def _upstreams(settings: Settings, known: list[upstreams.UpstreamState]) -> tuple[Upstream, ...]:
    by_name = {one.name: one for one in known}
    return tuple(
        Upstream(
            name=name,
            stopped_until=one.stop_until if (one := by_name.get(name)) else None,
            failing_since=one.failing_since if one else None,
        )
        for name in type(settings.upstreams).model_fields
        if name != PAGES
    )


def _is_page(one: upstreams.UpstreamState) -> bool:
    return one.name.startswith(f"{PAGES}:")


def _in_trouble(one: upstreams.UpstreamState, now: datetime) -> bool:
    return one.failing_since is not None or (one.stop_until is not None and one.stop_until > now)


def store_bytes(settings: Settings) -> tuple[int | None, int | None]:
    """Bytes of the SQLite file and of its write-ahead log; None each where the store is a server, or none is there."""
    scheme, _, path = settings.store_url.partition(":///")
    if scheme.partition("+")[0] != "sqlite":
        return None, None
    file = Path(path.partition("?")[0])
    size = _size(file)
    return size, (_size(file.with_name(f"{file.name}-wal")) or 0) if size is not None else None


def _size(file: Path) -> int | None:
    with suppress(OSError):
        return file.stat().st_size
    return None


def _free(folder: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return None


def resident_bytes() -> int | None:
    """Bytes of memory that this process holds; None where the system does not say (proc(5), `statm`)."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def open_files() -> int | None:
    """How many file descriptors this process holds; None where the system does not say."""
    with suppress(OSError):
        return len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208 # paths of them would be made for nothing; one is the listing's own
    return None
