"""Whether an announcement day is complete, and why not: pure arithmetic on what was announced, stored and proved.

What proves a day is in `day_proof`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.harvest import announcements
from tracker.harvest.day_proof import name_some
from tracker.harvest.windows import Window, join_windows

USUAL, MANY = 4, 10
"""A day without any paper is suspect when `USUAL` days before it had at least `MANY` papers each."""


@dataclass(frozen=True, slots=True)
class OpenWindows:
    """The windows that were begun and not read to their end, as (since, until, reason)."""

    api: Sequence[tuple[datetime, datetime, str]] = ()
    oai: Sequence[tuple[datetime, datetime, str]] = ()
    api_error: str = ""
    """Why the API fails now, empty where it works. While it fails, windows are given up before they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDay:
    """One announcement day. Counts are of versions in the harvested categories, as far as any source announced them."""

    day: date
    announced: int
    kinds: dict[str, int]
    """How many of them by kind of announcement (`new`, `cross`, `replace`, …)."""
    stored: int
    scanned: int
    """Of these, how many had their title, abstract and comment read."""
    waiting: int = 0
    """Of these, how many papers' full texts are still to be read; such a day is not short."""
    missing: tuple[str, ...]
    """The versions that were announced and are not stored, as `2606.00001v1`."""
    proved_by: tuple[str, ...]
    """The sources that prove the day, of `API`, `OAI-PMH` and `RSS`; empty where it is unknown whether this is all."""
    reasons: tuple[str, ...]
    """Why the day is short, as clauses; empty for a complete day."""

    @property
    def short(self) -> bool:
        """Whether something is missing, not read, or not proved."""
        return bool(self.reasons)


def ready_at(day: date) -> datetime:
    """From when on all of arXiv's sources should show that day's announcement, in UTC."""
    return announcements.announcement_time(day) + announcements.OAI_DELAY


def announced_day(announced_at: datetime, seen: datetime, holidays: Collection[date]) -> date:
    """The announcement day of a version that was announced at that time at the earliest and first seen at `seen`.

    A time of an announcement means its day. Any other time is when arXiv was asked and did not show the version yet:
    then it came with the next announcement or, where it was seen earlier than that, with the last one.
    """
    day = announced_at.astimezone(announcements.NEW_YORK).date()
    while not announcements.is_announced_on(day, holidays) or announcements.announcement_time(day) < announced_at:
        day += timedelta(days=1)
    if announcements.announcement_time(day) == announced_at or announcements.announcement_time(day) <= seen:
        return day
    return announcements.previous_day(day, holidays)


def first_covered_day(windows: Iterable[Window], holidays: Collection[date]) -> date | None:
    """The first announcement day whose submissions are all in the newest connected windows; None without windows."""
    connected = join_windows(windows)
    if not connected:
        return None
    start = connected[-1][0]
    day = start.astimezone(announcements.NEW_YORK).date()
    while (
        not announcements.is_announced_on(day, holidays)
        or announcements.submission_window(day, holidays)[0] < start
    ):
        day += timedelta(days=1)
    return day


def why_unproved(day: date, windows: OpenWindows, holidays: Collection[date], doubt: str = "") -> str:
    """Why no source proves the day, as a clause. `doubt` is what is wrong with the lists that were read."""
    since, until = announcements.submission_window(day, holidays)
    open_reasons = [why for first, last, why in windows.api if why and first < until and since < last]
    api = [f"the API: {why}" for why in (*open_reasons, windows.api_error) if why]
    oai = [
        f"OAI-PMH: {why}" for _, last, why in windows.oai if why and last >= announcements.announcement_time(day)
    ]
    clauses = [*api[:1], *oai[:1], *([doubt] if doubt else [])]
    return f"not proved complete ({'; '.join(clauses) or 'neither the API nor OAI-PMH was read to the end since'})"


def why_empty(counts: Sequence[int]) -> str:
    """Why an empty day is suspect, as a clause; empty where it is not.

    `counts` are the papers announced on each day up to it, which is the last. A narrow category may have days without
    papers. After days that all had many, either the sources are wrong in the same way, or a holiday is missing in the
    settings.
    """
    before = counts[:-1][-USUAL:]
    if not counts or counts[-1] or len(before) < USUAL or min(before) < MANY:
        return ""
    return "nothing was announced, which is unusual (a holiday belongs in harvest.holidays)"


def list_reasons(missing: Sequence[str], unread: int, unproved: str, empty: str = "") -> tuple[str, ...]:
    """Why a day is short, as clauses: what is missing, what is not read yet, and the two given reasons if not empty."""
    clauses = []
    if missing:
        clauses.append(f"announced but not stored: {name_some(missing)}")
    if unread:
        clauses.append(f"{unread} stored but not read yet")
    clauses += [why for why in (unproved, empty) if why]
    return tuple(clauses)
