"""One worker at a time for each installation: a lock on a file of the data folder, or a lease of the store on a server.

The kernel releases the lock when a worker dies, which rows marked as claimed would not be. Over machines there is no such
kernel: there `tracker.store.leases` lets a lease end that is not renewed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TypeVar

from tracker.domain.errors import Cancelled, StoreError
from tracker.pipeline.worker import Worker
from tracker.regular_files import how_to_own, open_regular
from tracker.settings import Settings
from tracker.store.engine import masked_url
from tracker.store.leases import WORKER, Lease, Leases
from tracker.store.upgrade import open_store

log = logging.getLogger(__name__)

NAME, SERVICE_NAME, BACKFILL_NAME = "worker.lock", "service.lock", "backfill.lock"
POLL_SECONDS = 0.5
AT_WORK = "a worker is at work on this store; stop it first"
T = TypeVar("T")


@contextmanager
def wait_for_worker_lock(worker: Worker) -> Iterator[None]:
    """Hold the lock, after waiting for another worker to end its cycle. Raises Cancelled when the worker is cancelled,
    and StoreError where its file cannot be written or the server cannot be asked."""
    leases = worker.store.leases
    if leases is None:
        with _open_lock(worker.settings.data_dir) as handle:
            _wait_for(lambda: _try_lock(handle), worker.cancel)
            yield
        return
    lease = _wait_for(lambda: _try_lease(leases), worker.cancel)
    try:
        yield
    finally:
        leases.release(lease)


@contextmanager
def take_worker_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock at once. Raises StoreError while a worker holds it, or where its file cannot be written or the
    server cannot be asked."""
    if settings.store_url.startswith("sqlite"):
        with _hold(settings.data_dir, NAME, AT_WORK):
            yield
        return
    with closing(open_store(settings.store_url)) as store:
        leases = store.leases
        if leases is None or (lease := _try_lease(leases)) is None:
            raise StoreError(f"{masked_url(settings.store_url)}: {AT_WORK}.")
        try:
            yield
        finally:
            leases.release(lease)


@contextmanager
def hold_service_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one service, between its cycles too. Raises StoreError while another has it: each
    would publish over the other's site, and a restore would take the store from under it."""
    refusal = "a service uses this data folder; stop it first, or set TRACKER_DATA_DIR to another"
    with _hold(data_dir, SERVICE_NAME, refusal):
        yield


@contextmanager
def hold_backfill_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one backfill. Raises StoreError while another has it: both would write the same results
    and downloads."""
    with _hold(data_dir, BACKFILL_NAME, "another backfill uses this data folder; wait until it has ended"):
        yield


@contextmanager
def _hold(data_dir: Path, name: str, refusal: str) -> Iterator[None]:
    with _open_lock(data_dir, name) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{data_dir}: {refusal}.") from None
        yield


def _wait_for(attempt: Callable[[], T | None], cancel: threading.Event) -> T:
    """What an attempt returns, repeated until it returns something. Raises Cancelled when `cancel` is set."""
    is_reported = False
    while (taken := attempt()) is None:
        if not is_reported:
            log.info("another worker is at work on this store; waiting for its cycle to end")
            is_reported = True
        if cancel.wait(POLL_SECONDS):
            raise Cancelled("The service is stopping.")
    return taken


def _try_lock(handle: IO[bytes]) -> IO[bytes] | None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return handle


def _try_lease(leases: Leases) -> Lease | None:
    taken = leases.take(WORKER)
    return taken if isinstance(taken, Lease) else None


def _open_lock(data_dir: Path, name: str = NAME) -> IO[bytes]:
    lock = data_dir / name
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return os.fdopen(open_regular(lock, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab")
    except OSError as error:
        raise StoreError(f"{lock}: cannot be written ({error.strerror}); {how_to_own(data_dir)}.") from None
