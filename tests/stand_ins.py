"""Stand-ins for what a client needs beside the network: a memory in a dictionary, and a time that only sleeping moves."""

from datetime import UTC, datetime, timedelta


class Memory:
    """Keeps stops; grants every request."""

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
