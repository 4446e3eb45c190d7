"""How the installation is doing: the whole input of the status line, `/health` and `/metrics`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that hinders a stage: shown on the page, in the log and in `/health`."""

    what: str
    reason: str
    since: datetime
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the installation is doing; the whole input of the status line and of `/health`."""

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
