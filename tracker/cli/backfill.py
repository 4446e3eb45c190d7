"""The command that brings the history of arXiv into the store."""

import os
import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.session import opened_worker
from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from tracker.domain.id_months import Months
    from tracker.pipeline.backfill.archives import ArchiveSource, Executor
    from tracker.pipeline.backfill.outcome import BackfillOutcome
    from tracker.pipeline.worker import Worker

app = typer.Typer(rich_markup_mode=None)
SOURCES = "oai, snapshot:FILE, bulk:DIR or bulk:s3://BUCKET/PREFIX"


@app.command()
def backfill(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Option(
            help="oai; snapshot:FILE, arXiv's metadata as Kaggle offers them; or bulk:DIR or "
            "bulk:s3://BUCKET/PREFIX, arXiv's source archives, whose papers' records must be stored before."
        ),
    ],
    first: Annotated[str, typer.Option("--from", help="First month of arXiv ids, like 2007-01.")],
    last: Annotated[str, typer.Option("--to", help="Last month of arXiv ids.")],
    category: Annotated[
        list[str] | None,
        typer.Option(help="Take only records of this category, like cs.LG; may be given several times."),
    ] = None,
    executor: Annotated[
        Literal["pool", "ray"], typer.Option(help="What reads the archives: processes here, or a Ray cluster.")
    ] = "pool",
    jobs: Annotated[
        int,
        typer.Option(min=1, show_default="the processors of this machine", help="Archives that are read at once."),
    ] = os.cpu_count() or 1,
    yes: Annotated[
        bool, typer.Option("--yes", help="Download the stated volume of a bucket, for which you may have to pay.")
    ] = False,
) -> int:
    """Bring papers of past months into the store, silently.

    The service may be running. A backfill that was interrupted goes on when the same command runs again. The exit
    code is 0 only if everything could be read.
    """
    from tracker.domain.id_months import parse_months
    from tracker.pipeline.backfill.outcome import BackfillOutcome
    from tracker.pipeline.worker_lock import hold_backfill_lock

    months, categories = parse_months(first, last), _known_categories(category or ())
    outcome = BackfillOutcome(report=lambda sentence: print(sentence, file=sys.stderr))
    kind, _, place = source.partition(":")
    with_place = {"snapshot": True, "bulk": True, "oai": False}
    if with_place.get(kind) is not bool(place):
        raise TrackerError(f"--source {source!r} is not a source; write {SOURCES}.")
    with opened_worker(context, full_texts=False) as worker, hold_backfill_lock(worker.settings.data_dir):
        _require_begun(months, worker.now().date())
        if kind == "bulk":
            _read_archives(worker, _archives(worker, place, yes=yes), months, _executor(executor), jobs, outcome)
        else:
            _read_records(worker, place, months, categories, outcome)
    return int(outcome.troubles > 0)


def _require_begun(months: "Months", today: date) -> None:
    """Raise TrackerError for a range of which no month has begun: it has no papers, and is a slip of the pen."""
    if months.first > today:
        raise TrackerError(f"--from {months.first:%Y-%m} is in the future; arXiv has no papers of it.")


def _known_categories(given: Collection[str]) -> frozenset[str]:
    """The categories, spelled as arXiv does. Raises TrackerError for a name that is not a category."""
    from tracker.config_files import load_category_names

    known = {name.casefold(): name for name in load_category_names()}
    for name in given:
        if name.casefold() not in known:
            raise TrackerError(f"--category {name!r} is not a category of arXiv; write it like cs.LG.")
    return frozenset(known[name.casefold()] for name in given)


def _read_records(
    worker: "Worker", place: str, months: "Months", categories: frozenset[str], outcome: "BackfillOutcome"
) -> None:
    from tracker.pipeline.backfill import metadata

    wanted = metadata.WantedPapers(months, categories)
    if place:
        metadata.backfill_snapshot(worker, Path(place), wanted, outcome)
    else:
        metadata.backfill_oai(worker, wanted, outcome)
    counts = outcome.counts
    print(
        f"{months}: {counts['new']:,} papers or versions are new, {counts['known']:,} were stored before; "
        f"{outcome.troubles:,} troubles."
    )


def _executor(name: str) -> "Executor":
    if name == "ray":
        from tracker.pipeline.backfill.ray_tasks import run_on_ray

        return run_on_ray
    from tracker.pipeline.backfill.executors import run_in_pool

    return run_in_pool


def _archives(worker: "Worker", place: str, *, yes: bool) -> "ArchiveSource":
    from tracker.pipeline.backfill.archives import FolderArchives, work_folder

    if not place.startswith("s3://"):
        return FolderArchives(Path(place))
    from tracker.pipeline.backfill.bucket_archives import WORDING, BucketArchives
    from tracker.publish.bucket import Bucket

    bucket = Bucket(place, endpoint="", region="", environ=os.environ, wording=WORDING, requester_pays=True)
    return BucketArchives(worker, bucket, work=work_folder(worker), yes=yes)


def _read_archives(
    worker: "Worker",
    source: "ArchiveSource",
    months: "Months",
    execute: "Executor",
    jobs: int,
    outcome: "BackfillOutcome",
) -> None:
    from tracker.pipeline.backfill.archives import backfill_archives

    backfill_archives(worker, source, months, execute, jobs, outcome)
    counts = outcome.counts
    print(
        f"{months}: {counts['archives']:,} archives, {counts['texts']:,} full texts read. Not read: "
        f"{counts['settled']:,} that were read before or show their code, {counts['recent']:,} of the daily reading, "
        f"{counts['newer']:,} newer than their archive, {counts['unknown']:,} not in the store; "
        f"{outcome.troubles:,} troubles."
    )
