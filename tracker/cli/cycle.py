"""The commands that do the work once: a whole cycle, or one stage of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.session import opened_worker, parse_days

if TYPE_CHECKING:
    from tracker.pipeline.context import Summary, Worker

app = typer.Typer(rich_markup_mode=None)

Since = Annotated[str | None, typer.Option(help="First day of submission, like 2026-06-16.")]
Until = Annotated[str | None, typer.Option(help="Last day of submission.")]


@app.command()
def once(context: typer.Context, since: Since = None, until: Until = None) -> int:
    """Run one whole cycle: harvest, read, check, judge, publish. Exit 0 only if no window is left open."""
    from tracker.pipeline import cycle

    first, last = parse_days(since, until)
    with opened_worker(context) as worker:
        summary = cycle.cycle(worker, first, last)
        print(f"Feed: {worker.settings.public_dir / 'feed.xml'}  Store: {worker.settings.store_url}")
    return _print_summary(summary)


@app.command()
def harvest(context: typer.Context, since: Since = None, until: Until = None) -> int:
    """Ask arXiv for the windows that are due, and do nothing else."""
    from tracker.pipeline import cycle

    first, last = parse_days(since, until)
    return _run_stage(context, lambda worker, now, summary: cycle.harvest(worker, now, summary, first, last))


@app.command()
def check(
    context: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(help="References like github:owner/name; without any, what is due is checked."),
    ] = None,
) -> int:
    """Check the artifacts that are due, or those named.

    What they change is judged.
    """
    from tracker.pipeline import cycle
    from tracker.store import artifact_queue

    def work(worker: Worker, now: datetime, summary: Summary) -> None:
        if references:
            artifact_queue.make_artifacts_due(worker.store, references, now)
        cycle.check(worker, now, summary)
        cycle.judge(worker, now, summary)

    return _run_stage(context, work)


@app.command()
def judge(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Judge every work again.")] = False,
) -> int:
    """Judge what changed, without any request."""
    from tracker.pipeline import cycle
    from tracker.store import judgements

    def work(worker: Worker, now: datetime, summary: Summary) -> None:
        if everything:
            judgements.queue_all_judgements(worker.store)
        cycle.judge(worker, now, summary)

    return _run_stage(context, work)


@app.command()
def publish(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="Write the site to this folder instead.")] = None,
) -> int:
    """Write feeds and pages, without any request."""
    from tracker.pipeline import publish

    return _run_stage(context, lambda worker, now, summary: publish.publish(worker, now, summary, to))


def _run_stage(context: typer.Context, work: Callable[[Worker, datetime, Summary], None]) -> int:
    from tracker.pipeline.context import Summary, sole_worker

    with opened_worker(context) as worker, sole_worker(worker):
        summary = Summary()
        work(worker, worker.now(), summary)
    return _print_summary(summary)


def _print_summary(summary: Summary) -> int:
    print(
        f"{summary.new_papers} new papers; {summary.read_papers} read, {summary.texts} in full; "
        f"{summary.pages} papers' project pages followed; {summary.checked} artifacts checked; "
        f"{summary.judged} judged; {summary.entered} new in the feed; {summary.windows_left} windows left open."
    )
    for trouble in summary.troubles:
        print(f"  {trouble}")
    return 1 if summary.windows_left else 0
