"""Leases in a store on a server: who leads, who works, and whose turn it is at an upstream, over all machines.

A row of `lease` is held until a moment of the database's clock, and its number (the fencing token) grows each time that
it changes hands. One thread of the holder renews what it holds; a holder that dies, hangs or loses the database stops
doing so, and another takes the lease. The old holder may wake later: before each commit `Leases.check` reads the row with
a share lock, so that a transaction either ends before another takes the lease, or not at all (M. Kleppmann, "How to do
distributed locking", 2016). Advisory locks of a session would leak behind a connection pool such as PgBouncer.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.errors import LeaseLost, StoreError

log = logging.getLogger(__name__)

LEADER, WORKER = "leader", "worker"
"""The lease of the service that works, for as long as it runs; and that of a cycle or a command, which a command can
take between two cycles of the leader."""
PACE = "pace:"
"""The prefix of the leases of turns at upstreams."""
SECONDS = 30.0
"""How long a lease lasts without being renewed, where the settings do not say (`schedule.lease_seconds`)."""
POLL_SECONDS = 0.1
"""Seconds between two tries for a lease that somebody holds."""
CLOSE_SECONDS = 5.0
"""How long a store that is closed waits for a renewal under way."""
BEATS = 3
"""How often a lease is renewed in the time that it lasts."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_NOW = "extract(epoch FROM clock_timestamp())::double precision"
"""The time at the database when a row is looked at. `now()` is that of the transaction's begin, before any wait."""
_TAKE = text(
    "INSERT INTO lease AS held (name, holder, token, since, expires) "  # noqa: S608 # constants
    f"VALUES (:name, :holder, 1, {_NOW}, {_NOW} + :seconds) "
    f"ON CONFLICT (name) DO UPDATE SET holder = :holder, token = held.token + 1, since = {_NOW}, "
    f"expires = {_NOW} + :seconds WHERE held.expires <= {_NOW} RETURNING token, {_NOW} AS now"
)
_MINE = "name = :name AND token = :token AND holder <> ''"
_RENEW = text(f"UPDATE lease SET expires = {_NOW} + :seconds WHERE {_MINE} RETURNING {_NOW} AS now")  # noqa: S608 # as above
_RELEASE = text(f"UPDATE lease SET holder = '', expires = {_NOW} + :seconds WHERE {_MINE}")  # noqa: S608 # as above
_CHECK = text(f"SELECT token FROM lease WHERE {_MINE} FOR SHARE")  # noqa: S608 # as above
_STATE = text(
    f"SELECT holder, token, since, expires - {_NOW} AS left, {_NOW} AS now FROM lease WHERE name = :name"  # noqa: S608 # as above
)


class Begin(Protocol):
    """Begins a write transaction; `Store.begin`. Where it is `fenced`, its last statement is `Leases.check`."""

    def __call__(self, *, fenced: bool = True) -> AbstractContextManager[Connection]:
        """The transaction's connection."""
        ...


@dataclass(slots=True, eq=False)
class Lease:
    """A lease that this process took."""

    name: str
    token: int
    linger: float
    """Seconds for which nobody can take it after its end: the pace of an upstream."""
    deadline: float
    """Until when nobody else can have taken it, by this machine's clock of seconds since its start."""
    is_lost: bool = False
    """Whether another was seen to have it: this process never gets it back."""


@dataclass(frozen=True, slots=True)
class LeaseState:
    """What the store holds of a lease."""

    holder: str
    """Who took it last, as `HOST:PROCESS`; empty where it was given back."""
    token: int
    since: datetime
    seconds_left: float
    """Until it can be taken; negative where it can."""

    @property
    def is_held(self) -> bool:
        """Whether somebody holds it."""
        return bool(self.holder) and self.seconds_left > 0


def seconds_since_boot() -> float:
    """A clock that nobody sets, and that goes on while the process or the machine is suspended."""
    return time.clock_gettime(_CLOCK)


def name_holder() -> str:
    """This process as others see it."""
    return f"{socket.gethostname()[:200]}:{os.getpid()}"


class Leases:
    """The leases that this process holds in one store. `seconds` is how long one lasts without being renewed.

    `clock` is for tests.
    """

    def __init__(self, begin: Begin, clock: Callable[[], float] = seconds_since_boot) -> None:
        self.seconds = SECONDS
        self.needed = ""
        """The lease without which this process must write nothing; empty where it may write without any."""
        self.server_time: tuple[float, float] | None = None
        """The server's time when it was last heard, in seconds since 1970, and this machine's `clock` then."""
        self._begin, self._clock = begin, clock
        self._held: list[Lease] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def take(self, name: str, linger: float = 0.0) -> Lease | float:
        """The lease, or the seconds after which it may be free. It is renewed until `release`.

        Raises LeaseLost where this process works under a lease that another has taken, and StoreError where the
        database cannot be asked.
        """
        began = self._clock()
        asked = {"name": name, "holder": name_holder(), "seconds": self.seconds + linger}
        with self._begin(fenced=name != LEADER) as connection:
            taken = connection.execute(_TAKE, asked).one_or_none()
            state = taken or connection.execute(_STATE, {"name": name}).one()
            self.server_time = float(state.now), self._clock()
            if taken is None:
                # A holder may give it back at any time; what lingers is free at a known time.
                return max(0.0, float(min(state.left, POLL_SECONDS) if state.holder else state.left))
        lease = Lease(name, taken.token, linger, began + self.seconds)
        with self._changed:
            self._held.append(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
                self._thread.start()
        return lease

    def take_turn(self, name: str, seconds: float) -> HeldTurn | float:
        """A turn at an upstream after whose end nobody gets one for so long; see `tracker.domain.protocols.Turns`.

        Where its holder dies the time counts from when the lease ends: the request may have left until then.
        """
        taken = self.take(f"{PACE}{name}", seconds)
        return HeldTurn(self, taken) if isinstance(taken, Lease) else taken

    def release(self, lease: Lease) -> None:
        """Give a lease back. Where the database cannot be asked it ends by itself."""
        with self._changed:
            self._held.remove(lease)
            self._changed.notify()
        for tries_left in (1, 0):
            try:
                with self._begin(fenced=False) as connection:
                    connection.execute(
                        _RELEASE, {"name": lease.name, "token": lease.token, "seconds": lease.linger}
                    )
            except (StoreError, SQLAlchemyError) as error:
                # The pool replaces a connection that was lost.
                if not tries_left:
                    log.info("the lease %s ends by itself: %s", lease.name, type(error).__name__)
            else:
                return

    def is_valid(self, lease: Lease) -> bool:
        """Whether nobody else can have the lease now, as far as this process knows without asking."""
        return not lease.is_lost and self._clock() < lease.deadline

    def close(self) -> None:
        """Renew nothing any more; what is still held ends by itself."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_SECONDS)

    @property
    def is_fenced(self) -> bool:
        """Whether this process must hold a lease to write."""
        return bool(self.needed or self._fences())

    def check(self, connection: Connection) -> None:
        """Raise LeaseLost unless this process still has every lease under which it works. The last statement of a
        transaction: nobody can take them before it has ended."""
        for lease in self._check_known():
            if connection.execute(_CHECK, {"name": lease.name, "token": lease.token}).first() is None:
                lease.is_lost = True
                raise LeaseLost

    def require(self) -> None:
        """Raise LeaseLost as `check` does, before something outside the database. The database is asked only where
        the leases were not renewed in time; StoreError where it cannot be."""
        if not all(self.is_valid(lease) for lease in self._check_known()):
            with self._begin():
                pass

    def forget(self, lease: Lease) -> None:
        """Work on without a lease that was lost."""
        with self._changed:
            self._held.remove(lease)
            self._changed.notify()

    def _fences(self) -> list[Lease]:
        with self._changed:
            return [lease for lease in self._held if not lease.name.startswith(PACE)]

    def _check_known(self) -> list[Lease]:
        """The leases under which this process works. LeaseLost where it is known that one is lost, or missing."""
        fences = self._fences()
        if any(lease.is_lost for lease in fences):
            raise LeaseLost
        if self.needed and self.needed not in {lease.name for lease in fences}:
            raise LeaseLost
        return fences

    def _keep(self) -> None:
        """Renew what is held until nothing is."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or not self._held, self.seconds / BEATS)
                if self._is_closed or not self._held:
                    self._thread = None
                    return
                held = [lease for lease in self._held if not lease.is_lost]
            for lease in held:
                self._renew(lease)

    def _renew(self, lease: Lease) -> None:
        # Each in its own transaction: holding one row while waiting for another could block a writer for ever.
        began = self._clock()
        asked = {"name": lease.name, "token": lease.token, "seconds": self.seconds + lease.linger}
        try:
            with self._begin(fenced=False) as connection:
                renewed = connection.execute(_RENEW, asked).first()
        except (StoreError, SQLAlchemyError) as error:
            log.warning(
                "the lease %s is not renewed: the database does not answer (%s)", lease.name, type(error).__name__
            )
            return
        if renewed is not None:
            self.server_time = float(renewed.now), self._clock()
            lease.deadline = began + self.seconds
        elif lease in self._held:
            lease.is_lost = True
            log.warning(
                "the lease %s is lost: this process was stopped, or without its database, for too long", lease.name
            )


@dataclass(frozen=True, slots=True)
class HeldTurn:
    """A turn at an upstream (`tracker.domain.protocols.Turn`)."""

    leases: Leases
    lease: Lease

    def is_valid(self) -> bool:
        """Whether a request may still leave in this turn."""
        return self.leases.is_valid(self.lease)

    def end(self) -> None:
        """Give the turn back."""
        self.leases.release(self.lease)


def load_lease(connection: Connection, name: str) -> LeaseState | None:
    """What the store holds of a lease; None where nobody ever took it."""
    row = connection.execute(_STATE, {"name": name}).one_or_none()
    return (
        LeaseState(row.holder, row.token, datetime.fromtimestamp(row.since, UTC), float(row.left)) if row else None
    )
