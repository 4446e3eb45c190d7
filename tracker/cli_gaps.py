"""The command on announcement days. Parsing and printing, as in `tracker.cli`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.harvest.ledger import Day

app = typer.Typer(rich_markup_mode=None)
"""Added to the commands of `tracker.cli`, whose `--config` is the context's `obj`."""


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
    """Each announcement day: papers announced, stored, read, missing and why. Exit 0 only if no day is short."""
    import json
    from contextlib import closing

    from tracker import gaps as record
    from tracker import settings
    from tracker.fetch import clock
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
        for one in found:
            print(line(one))
        if not found:
            print("No announcement day is covered yet; `tracker once` harvests.")
    return 1 if any(one.short for one in found) else 0


def line(one: Day) -> str:
    """A day in one line."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in one.kinds.items())
    told = f"{one.day}  announced {one.announced}{f' ({kinds})' if kinds else ''}, stored {one.stored}, scanned {one.scanned}, "
    end = "; ".join(one.reasons) if one.short else f"complete by {' and '.join(one.proved_by)}"
    return f"{told}missing {len(one.missing)}  {'SHORT: ' if one.short else ''}{end}"


def _told(one: Day) -> dict[str, object]:
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
