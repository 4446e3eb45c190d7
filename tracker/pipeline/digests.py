"""The feeds of digests from the store: of the newest days only those are read again that changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.archive import ArchiveDay
from tracker.domain.digests import Digest, DigestLine, Period
from tracker.domain.feeds import Channel
from tracker.publish import digests
from tracker.settings import Settings
from tracker.store.archive import load_items_by_day
from tracker.store.engine import Store
from tracker.store.feed_entries import load_entry_days

BATCH = 7
"""Days whose papers are loaded at once."""


def list_digests(
    store: Store,
    settings: Settings,
    days: Sequence[ArchiveDay],
    now: datetime,
    read: dict[str, tuple[str, tuple[DigestLine, ...]]],
) -> list[tuple[str, Channel]]:
    """The feeds of digests as (group, feed). `days` are those of the archive; `read` has the lines of each day beside
    the day's digest, and is brought up to date."""
    of_days, of_weeks = digests.list_periods(load_entry_days(store, digests.MOST_DAYS), now)
    known = {day.day: day.digest for day in days}
    wanted = dict.fromkeys(day for period in (*of_days, *of_weeks) for day in period.days)
    changed = [day for day in wanted if read.get(day, ("", ()))[0] != known.get(day)]
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        items = load_items_by_day(store, batch)
        for day in batch:
            # A paper of the archive that entered no feed was never news.
            lines = (
                digests.digest_line(item, settings.public_url) for item in items.get(day, ()) if item.entered_at
            )
            read[day] = (known.get(day, ""), tuple(lines))
    for day in read.keys() - wanted.keys():
        del read[day]
    return digests.list_digest_channels(_fill(of_days, read), _fill(of_weeks, read), settings)


def _fill(periods: Sequence[Period], read: dict[str, tuple[str, tuple[DigestLine, ...]]]) -> list[Digest]:
    """Each period with the lines of its days, the newest first."""
    filled = [
        Digest(period=period, lines=tuple(line for day in reversed(period.days) for line in read[day][1]))
        for period in periods
    ]
    return [digest for digest in filled if digest.lines]
