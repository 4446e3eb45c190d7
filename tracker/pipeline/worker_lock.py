"""One worker at a time for each installation: a lock on a file of the data folder.

The kernel releases the lock when a worker dies, which rows marked as claimed would not be.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tracker.domain.errors import Cancelled, StoreError
from tracker.regular_files import how_to_own, open_regular

log = logging.getLogger(__name__)

NAME, SERVICE_NAME = "worker.lock", "service.lock"
POLL_SECONDS = 0.5


@contextmanager
def wait_for_worker_lock(data_dir: Path, cancel: threading.Event) -> Iterator[None]:
    """Hold the lock, after waiting for another worker to end its cycle. Raises Cancelled when `cancel` is set, and
    StoreError where its file cannot be written."""
    with _open_lock(data_dir) as handle:
        is_reported = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not is_reported:
                    log.info("another worker is at work on this store; waiting for its cycle to end")
                    is_reported = True
                if cancel.wait(POLL_SECONDS):
                    raise Cancelled("The service is stopping.") from None
        yield


@contextmanager
def take_worker_lock(data_dir: Path) -> Iterator[None]:
    """Hold the lock at once. Raises StoreError while a worker holds it, or where its file cannot be written."""
    with _hold(data_dir, NAME, "a worker is at work on this store; stop it first"):
        yield


@contextmanager
def hold_service_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one service, between its cycles too. Raises StoreError while another has it: each
    would publish over the other's site, and a restore would take the store from under it."""
    refusal = "a service uses this data folder; stop it first, or set TRACKER_DATA_DIR to another"
    with _hold(data_dir, SERVICE_NAME, refusal):
        yield


@contextmanager
def _hold(data_dir: Path, name: str, refusal: str) -> Iterator[None]:
    with _open_lock(data_dir, name) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{data_dir}: {refusal}.") from None
        yield


def _open_lock(data_dir: Path, name: str = NAME) -> IO[bytes]:
    lock = data_dir / name
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return os.fdopen(open_regular(lock, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab")
    except OSError as error:
        raise StoreError(f"{lock}: cannot be written ({error.strerror}); {how_to_own(data_dir)}.") from None
