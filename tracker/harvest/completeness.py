"""Whether an announcement day is complete, and why not: pure arithmetic on what was announced, stored and proved.

A day is proved when one of arXiv's sources was read to the end after it showed the day's announcement: the API for all
submissions that may be in the day, or OAI-PMH for all changes since the announcement. RSS proves nothing, because it is
cut at 2,000 items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.harvest import announcements
from tracker.harvest.windows import Window, join_windows

USUAL, MANY = 4, 10
"""A day without any paper is suspect when `USUAL` days before it had at least `MANY` papers each."""
MOST_NAMED = 5
"""How many papers a reason names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """The windows that were read: closed ones as (since, until, asked at), open ones as (since, until, reason)."""

    api: Sequence[tuple[datetime, datetime, datetime]]
    oai: Sequence[tuple[datetime, datetime, datetime]]
    api_open: Sequence[tuple[datetime, datetime, str]] = ()
    oai_open: Sequence[tuple[datetime, datetime, str]] = ()
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
    missing: tuple[str, ...]
    """The versions that were announced and are not stored, as `2606.00001v1`."""
    proved_by: tuple[str, ...]
    """The sources that prove the day, `API` and `OAI-PMH`; empty where it is unknown whether this is all."""
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


def list_proofs(day: date, proofs: Proofs, holidays: Collection[date]) -> tuple[str, ...]:
    """The sources that were read to the end after they showed that day's announcement."""
    ready = ready_at(day)
    since, until = announcements.submission_window(day, holidays)
    sources = []
    after = join_windows((first, last) for first, last, asked_at in proofs.api if asked_at >= ready)
    if any(first <= since and until <= last for first, last in after):
        sources.append("API")
    walked = join_windows((first, last) for first, last, _ in proofs.oai)
    if any(first <= announcements.announcement_time(day) and ready <= last for first, last in walked):
        sources.append("OAI-PMH")
    return tuple(sources)


def why_unproved(day: date, proofs: Proofs, holidays: Collection[date]) -> str:
    """Why no source proves the day, as a clause."""
    since, until = announcements.submission_window(day, holidays)
    open_reasons = [why for first, last, why in proofs.api_open if why and first < until and since < last]
    api = [f"the API: {why}" for why in (*open_reasons, proofs.api_error) if why]
    oai = [
        f"OAI-PMH: {why}"
        for _, last, why in proofs.oai_open
        if why and last >= announcements.announcement_time(day)
    ]
    both = [*api[:1], *oai[:1]]
    return f"not proved complete ({'; '.join(both) or 'neither the API nor OAI-PMH was read to the end since'})"


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
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        clauses.append(f"announced but not stored: {', '.join(missing[:MOST_NAMED])}{more}")
    if unread:
        clauses.append(f"{unread} stored but not read yet")
    clauses += [why for why in (unproved, empty) if why]
    return tuple(clauses)
