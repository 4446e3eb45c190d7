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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the installation at `now`: counts, stages and troubles."""

    version: str
    now: datetime
    papers: int
    open_papers: int
    checks_waiting: int
    scans_waiting: int
    github_token: bool
    stages: Mapping[str, datetime | None]
    """Time of the last good run of each stage."""
    troubles: tuple[Trouble, ...] = ()
    next_harvest: datetime | None = None
    demo: bool = False
