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
from tracker.regular_files import open_regular

log = logging.getLogger(__name__)

NAME = "worker.lock"
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
    with _open_lock(data_dir) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{data_dir}: a worker is at work on this store; stop it first.") from None
        yield


def _open_lock(data_dir: Path) -> IO[bytes]:
    lock = data_dir / NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return os.fdopen(open_regular(lock, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab")
    except OSError as error:
        raise StoreError(f"{lock}: cannot be written ({error.strerror}); let this user write it.") from None
