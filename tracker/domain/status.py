"""The state of the installation: what the status line, `/health` and `/metrics` show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that hinders a stage: shown on the page, in the log and in `/health`."""

    what: str
    reason: str
    since: datetime
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """The papers that wait to be read further: records, full texts, project pages."""

    papers: int = 0
    oldest: datetime | None = None
    """Since when the one that waits longest does."""
    seconds: float | None = 0.0
    """About how long reading them takes; None where it is not known."""
    slowed_by: str = ""
    """What makes it take so long, as a clause; empty where nothing waits."""

    def describe(self, now: datetime) -> str:
        """The backlog as a sentence without its full stop."""
        if not self.papers:
            return "no paper waits to be read further"
        parts = [f"{self.papers} {'paper waits' if self.papers == 1 else 'papers wait'} to be read further"]
        if self.seconds is not None:
            parts.append(f"which takes about {format_duration(self.seconds)}")
        if self.oldest is not None:
            parts.append(f"the oldest since {format_duration((now - self.oldest).total_seconds())}")
        return f"{', '.join(parts)}; {self.slowed_by}"


def format_duration(seconds: float) -> str:
    """A time in minutes, hours or days, as people say it."""
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86_400:.1f} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the installation at `now`: counts, stages and troubles."""

    version: str
    now: datetime
    papers: int
    read_papers: int = 0
    """Papers read as far as is needed: their own code was found, or else their full text was read."""
    open_papers: int
    checks_waiting: int
    scans_waiting: int
    """Papers of which something waits to be read."""
    backlog: Backlog = Backlog()
    github_token: bool
    stages: Mapping[str, datetime | None]
    """Time of the last good run of each stage."""
    troubles: tuple[Trouble, ...] = ()
    next_harvest: datetime | None = None
    demo: bool = False
