"""The commands that do the work once: a whole cycle, or one stage of it."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.session import opened_worker, parse_days, settings_for

if TYPE_CHECKING:
    from tracker.pipeline.context import Cycle
    from tracker.store.artifact_queue import NamedArtifact

app = typer.Typer(rich_markup_mode=None)

Since = Annotated[str | None, typer.Option(help="First day of submission, like 2026-06-16.")]
Until = Annotated[str | None, typer.Option(help="Last day of submission.")]


@app.command()
def once(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=1, help="End after so many minutes, whatever is left; the exit code is 3 if anything is."
        ),
    ] = None,
    no_full_text: Annotated[bool, typer.Option("--no-full-text", help="Leave full texts unread.")] = False,
) -> int:
    """Harvest, read, check, judge and publish all that is due.

    The exit code is 0 only if no window is left open, every announcement day in them is complete, as
    `tracker gaps` lists it, and no token is refused. It is 3 if the time was over before all was read.
    """
    from tracker.pipeline.completeness import list_short_days
    from tracker.pipeline.cycle import run_until_read
    from tracker.pipeline.kept_address import settle_address
    from tracker.store.engine import masked_url

    first, last = parse_days(since, until)
    settle_address(settings_for(context))
    with opened_worker(context, full_texts=not no_full_text) as worker:
        deadline = worker.now() + working_time(minutes) if minutes is not None else None
        done = run_until_read(worker, first, last, deadline)
        print(f"Feed: {worker.settings.public_dir / 'feed.xml'}  Store: {masked_url(worker.settings.store_url)}")
        short = list_short_days(worker.store, worker.settings, done.now)
        code, left = _print_summary(done), _describe_left(done)
    if short:
        print(f"  {len(short)} announcement days are not complete; `tracker gaps` says why.")
    if left:
        print(left)
    return 3 if left and done.is_late else 1 if short else code


def working_time(minutes: float) -> timedelta:
    """How much of the time of a run is for its work; what is left judges and publishes what that gave."""
    return timedelta(minutes=minutes) - min(timedelta(minutes=1), timedelta(minutes=minutes) / 5)


def _describe_left(done: "Cycle") -> str:
    """What waits to be read at the end of a run, and how long that takes; empty where nothing does."""
    from tracker.pipeline.backlog import read_backlog
    from tracker.store.statistics import load_counts

    now = done.worker.now()
    backlog = read_backlog(done.store, done.settings, now)
    parts = [f"{backlog.describe(now)}."] if backlog.papers else []
    if checks := load_counts(done.store, now)["checks_waiting"]:
        parts.append(f"{checks} checks pending.")
    if done.counts.windows_left:
        parts.append(f"{done.counts.windows_left} windows of the harvest are open.")
    return " ".join(["Left:", *parts]) if parts else ""


@app.command()
def harvest(context: typer.Context, since: Since = None, until: Until = None) -> int:
    """Ask arXiv for the windows that are due, and do nothing else."""
    from tracker.pipeline.arxiv_fallback import harvest_arxiv

    first, last = parse_days(since, until)
    return _run_stage(context, lambda cycle: harvest_arxiv(cycle, first, last))


@app.command()
def check(
    context: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(
            help="Addresses, or references like github:owner/name; without any, what is due is checked."
        ),
    ] = None,
) -> int:
    """Check the artifacts that are due, or those named.

    What a check changes is judged. Of each artifact named, a line says what was seen. The exit code is 0 only if
    everything named, or each host with something due, was seen now.
    """
    from tracker.pipeline.check import check_backfilled
    from tracker.pipeline.cycle import check_in_rounds
    from tracker.pipeline.judge import judge_works
    from tracker.pipeline.tokens import report_refused_tokens
    from tracker.store import artifact_queue

    names = [_reference_key(text) for text in references or ()]
    seen: list[bool] = []

    def work(cycle: "Cycle") -> None:
        if names:
            artifact_queue.make_artifacts_due(cycle.store, names, cycle.now)
        check_in_rounds(cycle)
        if not names:
            check_backfilled(cycle)
        report_refused_tokens(cycle)
        judge_works(cycle)
        for artifact in artifact_queue.load_named_artifacts(cycle.store, names):
            failed = {outcome.name: outcome.reason for outcome in cycle.troubles}
            line, is_seen = _describe_seen(artifact, cycle.now, failed.get(f"check.{artifact.host}", ""))
            print(line)
            seen.append(is_seen)
        seen.extend(not outcome.name.startswith("check.") for outcome in cycle.troubles if not names)

    return max(_run_stage(context, work), int(not all(seen)))


def _reference_key(text: str) -> str:
    """A reference as it is stored, from one, or from an address to browse or to clone."""
    import re

    from tracker.hosts.resolve import resolve_url

    text = text.strip()
    # git's own short form of an SSH address (git-clone(1)): git@github.com:owner/name.git
    clone = re.fullmatch(r"(?:ssh://)?git@([\w.-]{1,253})[:/](\S{1,300})", text, re.ASCII)
    if clone:
        text = f"https://{clone[1]}/{clone[2]}"
    elif re.match(r"[a-z0-9-]{1,20}:(?!//)", text, re.ASCII | re.IGNORECASE):
        return text
    reference = resolve_url(text)
    return reference.key if reference else text


def _describe_seen(artifact: "NamedArtifact", now: datetime, trouble: str) -> tuple[str, bool]:
    """What a check saw of an artifact, as a line, and whether it saw it now. `trouble`: what kept its host from
    being asked, empty where nothing did."""
    known = "nothing is known of it"
    if artifact.checked_at is not None:
        licence = artifact.licence_spdx or "no licence found"
        known = f"{artifact.outcome}; content: {artifact.content or 'unknown'}; licence: {licence}" + (
            f" ({artifact.licence_class})" if artifact.licence_class else ""
        )
    if artifact.checked_at == now and artifact.outcome != "unknown":
        return f"{artifact.reference}: {known}", True
    reason = artifact.reason or trouble or "its host cannot be asked, or not before its budget is filled again"
    when = f", seen {artifact.checked_at:%Y-%m-%d}" if artifact.checked_at and artifact.checked_at != now else ""
    return f"{artifact.reference}: could not be checked ({reason}); {known}{when}", False


@app.command()
def judge(
    context: typer.Context,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Judge every work again, and read stored texts again that older rules read."),
    ] = False,
) -> int:
    """Judge what changed, without any request."""
    from tracker.pipeline.judge import judge_works
    from tracker.pipeline.read import read_papers
    from tracker.store import judgements

    def work(cycle: "Cycle") -> None:
        if everything:
            rules = cycle.rules
            judgements.queue_changed_rules(cycle.store, rules.roles.version, rules.judge_version)
            read_papers(cycle)
            judgements.queue_all_judgements(cycle.store)
        judge_works(cycle)

    return _run_stage(context, work)


@app.command()
def publish(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="Write the site to this folder instead.")] = None,
    move: Annotated[
        bool, typer.Option("--move", help="Publish for another public address than until now.")
    ] = False,
) -> int:
    """Write feeds and pages, and upload them to `publish.target`.

    The exit code is 0 only if that bucket, where there is one, has all of it.
    """
    from tracker.pipeline.bucket import is_bucket_behind, publish_to_bucket
    from tracker.pipeline.kept_address import settle_address
    from tracker.pipeline.publish import publish

    if to is None:
        settle_address(settings_for(context), move=move)
    if to is not None and not settings_for(context).public_url:
        print(
            "No public address is set: items link to arXiv, the list of feeds cannot be imported, and feeds do not name "
            "their own address; set TRACKER_PUBLIC_URL to where this folder will be served.",
            file=sys.stderr,
        )
    behind: list[bool] = []

    def work(cycle: "Cycle") -> None:
        publish(cycle, to)
        if to is None:
            publish_to_bucket(cycle)
            behind.append(is_bucket_behind(cycle))

    return max(_run_stage(context, work), int(any(behind)))


def _run_stage(context: typer.Context, work: Callable[["Cycle"], None]) -> int:
    from tracker.pipeline.context import begin_cycle
    from tracker.pipeline.worker_lock import wait_for_worker_lock

    with opened_worker(context) as worker, wait_for_worker_lock(worker):
        cycle = begin_cycle(worker)
        work(cycle)
    return _print_summary(cycle)


def _print_summary(cycle: "Cycle") -> int:
    from tracker.domain.reading import ReadDepth
    from tracker.pipeline.arxiv_fallback import list_troubles

    counts = cycle.counts
    print(
        f"{counts.new_papers} new papers; {counts.read_papers} read, {counts.further[ReadDepth.TEXT]} in full; "
        f"{counts.further[ReadDepth.PAGE]} papers' project pages followed; {counts.checked} artifacts checked; "
        f"{counts.judged} judged; {counts.entered} new in the feed; {counts.windows_left} windows left open."
    )
    for trouble in list_troubles(cycle):
        print(f"  {trouble}")
    return 1 if counts.windows_left or cycle.is_token_refused else 0
