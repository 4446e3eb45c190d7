"""Is an announcement day complete, and why not? Pure arithmetic on what was told, stored and proved.

A day is proved when one of arXiv's doors was read to the end after the day's announcement came into it: the API for all
submissions that the day may hold, or OAI-PMH for all changes since the announcement. RSS proves nothing: it is cut at 2,000
items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.harvest import announcements
from tracker.harvest.windows import Window, join_windows

USUAL, MANY = 4, 10
"""A day without any paper is suspect when so many days before it had so many each."""
MOST_NAMED = 5
"""So many papers are named in a reason; the others are counted."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Closed windows as (since, until, asked at), and open ones as (since, until, reason)."""

    api: Sequence[tuple[datetime, datetime, datetime]]
    oai: Sequence[tuple[datetime, datetime, datetime]]
    api_open: Sequence[tuple[datetime, datetime, str]] = ()
    oai_open: Sequence[tuple[datetime, datetime, str]] = ()
    api_error: str = ""
    """Why the API fails now, if it does: then windows are given up before they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDay:
    """One announcement day. Counts are of versions in the harvested categories, as far as any door told of them."""

    day: date
    announced: int
    kinds: dict[str, int]
    stored: int
    scanned: int
    missing: tuple[str, ...]
    """What was told and is not stored, as `2606.00001v1`."""
    proved_by: tuple[str, ...]
    """`API`, `OAI-PMH`; empty: nobody knows whether this is all."""
    reasons: tuple[str, ...]
    """Why the day is short, one clause each; empty for a complete day."""

    @property
    def short(self) -> bool:
        """Whether something is missing, not read, or not proved."""
        return bool(self.reasons)


def ready_at(day: date) -> datetime:
    """From when on all of arXiv's doors for programs should show that day's announcement."""
    return announcements.announcement_time(day) + announcements.OAI_DELAY


def announced_day(announced_at: datetime, seen: datetime, holidays: Collection[date]) -> date:
    """The New York day of the announcement of what was announced at that time at the earliest, and seen at `seen`.

    A time of announcement stands for its day. Any other is when arXiv was asked and did not show it yet: the next
    announcement brought it, or, where it was seen before that, the last one.
    """
    day = announced_at.astimezone(announcements.NEW_YORK).date()
    while not announcements.is_announced_on(day, holidays) or announcements.announcement_time(day) < announced_at:
        day += timedelta(days=1)
    if announcements.announcement_time(day) == announced_at or announcements.announcement_time(day) <= seen:
        return day
    return announcements.previous_day(day, holidays)


def first_covered_day(windows: Iterable[Window], holidays: Collection[date]) -> date | None:
    """The first announcement day whose submissions lie wholly in the newest stretch of windows; None without any."""
    stretches = join_windows(windows)
    if not stretches:
        return None
    start = stretches[-1][0]
    day = start.astimezone(announcements.NEW_YORK).date()
    while (
        not announcements.is_announced_on(day, holidays)
        or announcements.submission_window(day, holidays)[0] < start
    ):
        day += timedelta(days=1)
    return day


def list_proofs(day: date, proofs: Proofs, holidays: Collection[date]) -> tuple[str, ...]:
    """Which doors were read to the end after they showed that day's announcement."""
    ready = ready_at(day)
    since, until = announcements.submission_window(day, holidays)
    doors = []
    after = join_windows((first, last) for first, last, asked in proofs.api if asked >= ready)
    if any(first <= since and until <= last for first, last in after):
        doors.append("API")
    walked = join_windows((first, last) for first, last, _ in proofs.oai)
    if any(first <= announcements.announcement_time(day) and ready <= last for first, last in walked):
        doors.append("OAI-PMH")
    return tuple(doors)


def why_unproved(day: date, proofs: Proofs, holidays: Collection[date]) -> str:
    """Why no door proves the day."""
    since, until = announcements.submission_window(day, holidays)
    told = [why for first, last, why in proofs.api_open if why and first < until and since < last]
    api = [f"the API: {why}" for why in (*told, proofs.api_error) if why]
    oai = [
        f"OAI-PMH: {why}"
        for _, last, why in proofs.oai_open
        if why and last >= announcements.announcement_time(day)
    ]
    both = [*api[:1], *oai[:1]]
    return f"not proved complete ({'; '.join(both) or 'neither the API nor OAI-PMH was read to the end since'})"


def why_empty(counts: Sequence[int]) -> str:
    """Why a day of which nothing was told is suspect, from how much each day until it (the last) announced; else empty.

    Few papers of a narrow category may well leave a day out; after days that all had some, it is an upstream that is
    wrong in the same way twice, or a holiday that nobody entered.
    """
    before = counts[:-1][-USUAL:]
    if not counts or counts[-1] or len(before) < USUAL or min(before) < MANY:
        return ""
    return "nothing was announced, which is unusual (a holiday belongs in harvest.holidays)"


def list_reasons(missing: Sequence[str], unread: int, unproved: str, empty: str = "") -> tuple[str, ...]:
    """Why a day is short, in words."""
    found = []
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        found.append(f"told but not stored: {', '.join(missing[:MOST_NAMED])}{more}")
    if unread:
        found.append(f"{unread} stored but not read yet")
    found += [why for why in (unproved, empty) if why]
    return tuple(found)
