"""The time of the database's server, which machines that share it have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import text

from tracker.store.engine import Store
from tracker.store.leases import Leases, seconds_since_boot


class DatabaseClock:
    """The server's time, counted on by this machine from when it was last heard with a lease. `elapsed` counts seconds,
    as the leases do, and is for tests."""

    def __init__(self, store: Store, leases: Leases, elapsed: Callable[[], float] = seconds_since_boot) -> None:
        self._store, self._leases, self._elapsed = store, leases, elapsed

    def now(self) -> datetime:
        """The time now, aware and in UTC. Raises StoreError where the server never answered."""
        if self._leases.server_time is None:
            with self._store.read() as connection:
                answer: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            self._leases.server_time = answer.timestamp(), self._elapsed()
        heard, moment = self._leases.server_time
        return datetime.fromtimestamp(heard + self._elapsed() - moment, UTC)
