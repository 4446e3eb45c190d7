"""Stand-ins for what a client needs beside the network: a memory in a dictionary, and a time that only sleeping moves."""

from datetime import UTC, datetime, timedelta

from tracker.domain.errors import StoreError


class Memory:
    """Keeps stops; grants every request."""

    turns: "SharedTurns | None" = None

    def __init__(self) -> None:
        self.stops: dict[str, tuple[datetime, str]] = {}

    def stopped(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        stop = self.stops.get(upstream)
        return stop if stop and stop[0] > now else None

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        self.stops[upstream] = (until, reason)

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        return None

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        return


class Time:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class SharedTurns:
    """Grants turns as a server does. Each of `valid` says whether one request may leave in its turn; the last stays.
    None: the server cannot be asked."""

    def __init__(self, *valid: bool | None) -> None:
        self.valid = list(valid)
        self.taken = self.ended = 0

    def take_turn(self, name: str, seconds: float) -> "SharedTurns | float":
        if self.valid[0] is None:
            raise StoreError("the server does not answer.")
        self.taken += 1
        return self

    def is_valid(self) -> bool:
        answer = self.valid.pop(0) if len(self.valid) > 1 else self.valid[0]
        return bool(answer)

    def end(self) -> None:
        self.ended += 1
