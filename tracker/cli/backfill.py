"""The command that brings the history of arXiv into the store."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.session import opened_worker
from tracker.domain.errors import TrackerError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def backfill(
    context: typer.Context,
    source: Annotated[str, typer.Option(help="snapshot:FILE, arXiv's metadata as Kaggle offers them.")],
    first: Annotated[str, typer.Option("--from", help="First month of arXiv ids, like 2007-01.")],
    last: Annotated[str, typer.Option("--to", help="Last month of arXiv ids.")],
    category: Annotated[
        list[str] | None,
        typer.Option(help="Take only papers of this category, like cs.LG; may be given several times."),
    ] = None,
) -> int:
    """Bring papers of past months into the store, without news of them in the feeds.

    The service may be running. A backfill that was interrupted goes on when the same command runs again. The exit
    code is 0 only if everything could be read.
    """
    from tracker.domain.id_months import parse_months
    from tracker.pipeline.backfill.metadata import Wanted, backfill_snapshot
    from tracker.pipeline.backfill.outcome import BackfillOutcome

    wanted = Wanted(parse_months(first, last), frozenset(category or ()))
    outcome = BackfillOutcome(report=lambda sentence: print(sentence, file=sys.stderr))
    kind, _, place = source.partition(":")
    if kind != "snapshot" or not place:
        raise TrackerError(f"--source {source!r} is not a source; write snapshot:FILE.")
    with opened_worker(context, full_texts=False) as worker:
        backfill_snapshot(worker, Path(place), wanted, outcome)
    counts = outcome.counts
    print(
        f"{wanted.months}: {counts['new']:,} papers or versions are new, {counts['known']:,} were stored before; "
        f"{outcome.troubles:,} troubles."
    )
    return int(outcome.troubles > 0)
