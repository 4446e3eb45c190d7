"""When a source of arXiv showed an announcement for the first time, and how it was asked for; a frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Appearance:
    """What is known of one announcement at one source. Times are in UTC."""

    day: date
    """The New York day of the announcement."""
    missing_at: datetime | None = None
    """When the source was last asked after the announcement was due and did not show it; None where it always did."""
    shown_at: datetime | None = None
    """When it was first seen there; None where it was not yet."""
    probes: int = 0
    """How many small requests were made for it …"""
    probed_at: datetime | None = None
    """… and when the last of them began."""
    is_refused: bool = False
    """Whether one of them was refused, or failed: no more are made for this announcement."""
