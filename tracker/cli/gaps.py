"""The command on announcement days. Parsing and printing, as in `tracker.cli.main`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from tracker.harvest.completeness import AnnouncementDay

app = typer.Typer(rich_markup_mode=None)
"""Added to the commands of `tracker.cli.main`, whose `--config` is the context's `obj`."""


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TrackerError(f"{option} {text!r} is no date; write it like 2026-07-01.") from None


@app.command()
def gaps(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="First announcement day in New York, like 2026-06-16.")] = None,
    until: Annotated[str | None, typer.Option(help="Last announcement day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> int:
    """Each announcement day: papers announced, stored, scanned, missing and why.

    Exit 0 if no day is short, 1 if one is (or the store cannot be asked), 2 for options that are not known.
    """
    import json
    from contextlib import closing

    from tracker import settings
    from tracker.fetch import clock
    from tracker.pipeline import completeness as record
    from tracker.store.engine import open_store

    first, last = _day("--since", since), _day("--until", until)
    if first and last and first > last:
        raise TrackerError(f"--since {since} lies after --until {until}; swap them.")
    made = settings.load(context.obj)
    with closing(open_store(made.store_url)) as store:
        found = record.days(store, made, clock.make(made).now(), first, last)
    if as_json:
        print(json.dumps([_told(one) for one in found], indent=1))
    else:
        print("\n".join(table(found)) if found else "No announcement day is covered yet; `tracker once` harvests.")
    return 1 if any(one.short for one in found) else 0


def table(days: Sequence[AnnouncementDay]) -> list[str]:
    """The days as lines of a table, its head first."""
    found = [f"{'day':10}  {'announced':>9}  {'stored':>6}  {'scanned':>7}  {'missing':>7}  why"]
    for one in days:
        kinds = ", ".join(f"{count} {kind}" for kind, count in one.kinds.items())
        whole = f"complete by {' and '.join(one.proved_by)}{f' ({kinds})' if kinds else ''}"
        why = f"SHORT: {'; '.join(one.reasons)}" if one.short else whole
        counts = f"{one.announced:9}  {one.stored:6}  {one.scanned:7}  {len(one.missing):7}"
        found.append(f"{one.day}  {counts}  {why}")
    return found


def _told(one: AnnouncementDay) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "announced": one.announced,
        "kinds": one.kinds,
        "stored": one.stored,
        "scanned": one.scanned,
        "missing": list(one.missing),
        "proved_by": list(one.proved_by),
        "short": one.short,
        "reasons": list(one.reasons),
    }
