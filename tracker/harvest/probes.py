"""When arXiv is asked, by one small request at a time, whether an announcement is there, and what shows that it is.

arXiv announces at 20:00 in New York and does not say when its API shows it: the API's manual says at a midnight, the
schedule of OAI-PMH half past ten. So the times at which it was seen on the last evenings decide when to ask. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median, median_high, median_low

from tracker.domain.appearances import Appearance
from tracker.harvest import announcements
from tracker.harvest.day_proof import LEAST_SHARE, USUAL_DAYS, usual_papers
from tracker.harvest.holidays import possible_holiday

FIRST, SECOND = timedelta(minutes=10), timedelta(minutes=30)
"""The first two probes after an announcement while nothing is known: at 20:10 and 20:30 …"""
STEP = timedelta(minutes=30)
"""… and the time between two later ones."""
LEAST_STEP = timedelta(minutes=10)
NIGHT = timedelta(hours=8)
"""How long after an announcement arXiv is probed; later the timetable's harvests suffice."""
BEFORE_HARVEST = timedelta(minutes=10)
"""No probe is made so shortly before a harvest of the timetable, which asks anyway."""
LEAST_EVENINGS, MOST_EVENINGS = 3, 5
"""The usual time is the median of the last five evenings on which the announcement was seen, known from three on."""
LAST_HOURS = timedelta(hours=12)
"""The newest paper of a whole announcement was submitted in the last hours before the deadline: seen on arXiv, it was
seconds before it (13:59:58 in New York)."""
LEAST_PAPERS = 2
"""The fewest papers that are taken for an announcement where the usual number is not known."""


def probed_days(now: datetime, holidays: Collection[date]) -> Iterator[date]:
    """The announcement days whose night is not over, from the one at hand on; without those that may be holidays."""
    day = (now - NIGHT).astimezone(announcements.NEW_YORK).date()
    while True:
        if (
            announcements.is_announced_on(day, holidays)
            and not possible_holiday(day, holidays)
            and now < announcements.announcement_time(day) + NIGHT
        ):
            yield day
        day += timedelta(days=1)


def usual_times(earlier: Sequence[Appearance]) -> tuple[timedelta, timedelta] | None:
    """Between which times after 20:00 announcements usually appeared, by the last evenings; None where too few are
    known. `earlier` is in the order of the days."""
    spans = []
    for appearance in earlier:
        due = announcements.announcement_time(appearance.day)
        if appearance.shown_at is not None and due <= appearance.shown_at <= due + NIGHT:
            missing_at = appearance.missing_at or due
            spans.append((max(missing_at, due) - due, appearance.shown_at - due))
    spans = spans[-MOST_EVENINGS:]
    if len(spans) < LEAST_EVENINGS:
        return None
    return median_low(low for low, _ in spans), median_high(high for _, high in spans)


def plan_probes(
    day: date, earlier: Sequence[Appearance], is_left_to_harvest: Callable[[datetime], bool], most: int
) -> list[datetime]:
    """When to ask for the announcement of that day, `most` times at most, in UTC.

    `earlier` is what is known of the days before; `is_left_to_harvest` says whether a harvest is due so soon after a
    moment that the probe is left out.
    """
    due = announcements.announcement_time(day)
    moments: list[datetime] = []
    for after in _steps(usual_times(earlier)):
        if after >= NIGHT or len(moments) == most:
            break
        if not is_left_to_harvest(due + after):
            moments.append(due + after)
    return moments


def _steps(usual: tuple[timedelta, timedelta] | None) -> Iterator[timedelta]:
    """The times after an announcement: through the usual span in a few steps, then half-hourly; without end."""
    if usual is None:
        yield FIRST
        after = SECOND
    else:
        low, high = usual
        step = max(LEAST_STEP, min(STEP, (high - low) / 2))
        after = max(FIRST, low + step)
        while after < high:
            yield _whole_minute(after)
            after += step
    while True:
        yield _whole_minute(after)
        after += STEP


def _whole_minute(after: timedelta) -> timedelta:
    return timedelta(minutes=-(-after // timedelta(minutes=1)))


def next_moment(moments: Sequence[datetime], tonight: Appearance, now: datetime) -> datetime | None:
    """Which of these moments is next; one that has passed counts, once, if nothing was asked since.

    None where the announcement was seen, a probe was refused, or no moment is left.
    """
    if tonight.shown_at is not None or tonight.is_refused:
        return None
    asked = max((at for at in (tonight.missing_at, tonight.probed_at) if at is not None), default=None)
    left = [moment for moment in moments if asked is None or moment > asked]
    passed = [moment for moment in left if moment <= now]
    return passed[-1] if passed else next(iter(left), None)


def expected_papers(day: date, proved: Mapping[date, int]) -> float | None:
    """How many papers the announcement of a day usually has, by the days that were proved complete; None where none was.

    That is the number of such weekdays or, where too few are known, of the last days.
    """
    usual = usual_papers(day, proved)
    if usual is not None:
        return usual
    latest = [proved[before] for before in sorted(proved) if before < day][-USUAL_DAYS:]
    return median(latest) if latest else None


def shows_announcement(
    day: date, papers: int, newest: datetime | None, expected: float | None, holidays: Collection[date]
) -> bool:
    """Whether a source that lists so many papers of a day's submission window shows the announcement.

    `newest` is when the last of them was submitted. A few papers may be shown early, and prove nothing: an announcement
    has at least half of the expected number of papers, and its newest is from the last hours before the deadline.
    """
    least = LEAST_PAPERS if expected is None else max(1.0, LEAST_SHARE * expected)
    deadline = announcements.submission_window(day, holidays)[1]
    return papers >= least and newest is not None and deadline - LAST_HOURS <= newest
