"""The stages in order. The only place that knows more than one of them.

Each stage reads from the store what is due, asks outside any transaction, and commits in batches; it may
be killed at any moment and run again. A stage that an upstream refuses notes why and until when, and lets
the others go on.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from functools import partial

from tracker.config_files import load_watchlist
from tracker.domain.errors import SettingsError
from tracker.hosts.resolve import resolve_url
from tracker.judge import grade, lifecycle, openness
from tracker.pipeline import arxiv_fallback, completeness, notify, promises, publish, read, retention
from tracker.pipeline import check as pipeline_check
from tracker.pipeline.context import (
    CHECKED,
    Cycle,
    Worker,
    begin_cycle,
    close_stage,
    read_corrections,
    sole_worker,
)
from tracker.pipeline.timing import timed
from tracker.store import (
    corrections,
    histories,
    judgements,
    organisations,
    paper_queue,
    releases,
    stage_status,
    upgrade,
)

log = logging.getLogger(__name__)

JUDGE_BATCH = 500
ROUNDS = 3
"""So often at most one cycle looks, because a look may make more links the authors' own."""


def run_cycle(worker: Worker, since: date | None = None, until: date | None = None) -> Cycle:
    """One whole cycle: harvest, then everything that is due."""
    cycle = begin_cycle(worker)
    with sole_worker(worker):
        prepare(cycle)
        harvest(cycle, since, until)
        run_stages(cycle)
    return cycle


def run_due_work(worker: Worker) -> Cycle:
    """Everything that is due, without a harvest."""
    cycle = begin_cycle(worker)
    with sole_worker(worker):
        prepare(cycle)
        run_stages(cycle)
    return cycle


def run_stages(cycle: Cycle) -> None:
    """What metadata tell is told first; then those papers are read further that show no code by then."""
    read.listings(cycle)
    read.read(cycle)
    check_judge_publish(cycle)
    for further in (read.records, read.full_texts, read.project_pages, promises.watch):
        further(cycle)
        read.read(cycle)
    check_judge_publish(cycle)
    notify.tell(cycle)
    pipeline_check.copies(cycle)
    if completeness.watch(cycle):
        publish.write_site(cycle)
    retention.keep(cycle)


def check_judge_publish(cycle: Cycle) -> None:
    """Check what is due, judge what changed by it, and publish that."""
    check(cycle)
    judge(cycle)
    publish.publish(cycle)


def check(cycle: Cycle) -> None:
    """Look at what is due. What repositories say of papers may change roles, and new own artifacts are due at once."""
    for _ in range(ROUNDS):
        pipeline_check.check(cycle)
        if not paper_queue.papers_to_scan(cycle.store, 1):
            break
        read.read(cycle)


def prepare(cycle: Cycle) -> None:
    """Wake what was read or judged by older rules, and enter the operator's releases; another process may have done so
    since this one opened the store."""
    upgrade.meet(cycle.store)
    correct(cycle)
    judgements.queue_changed_rules(cycle.store, cycle.rules.roles.version, cycle.rules.judge_version)
    watchlist = load_watchlist()
    organisations.sync_organisations(cycle.store, watchlist.organisation)
    for release in watchlist.release:
        links = [link for url in release.links if (link := resolve_url(url)) is not None]
        if links:
            evidence = f"listed in watch.toml: {release.source}"
            releases.save_release(
                cycle.store, release.name, links, evidence, cycle.rules.roles.version, CHECKED, cycle.now
            )


@timed("harvest")
def harvest(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Ask arXiv for new papers and for what changed of others. Readers of the page learn of trouble at once, not after
    everything else was tried."""
    arxiv_fallback.harvest(cycle, partial(publish.write_site, cycle), since, until)


@timed("judge")
def judge(cycle: Cycle) -> None:
    """Judge every work whose evidence changed."""
    window, version = timedelta(days=cycle.settings.feed.window_days), cycle.rules.judge_version
    lapse = timedelta(days=cycle.settings.check.lapse_days)
    while works := judgements.works_to_judge(cycle.store, JUDGE_BATCH, cycle.now):
        cycle.check_cancelled()
        judged = {}
        for known in histories.load_histories(cycle.store, works):
            history = known.history
            verdicts = openness.judge_facts(history, cycle.rules.openness, cycle.now)
            graded, bounds = (
                grade.grade_work(verdicts, cycle.rules.grades),
                grade.definition_bounds(verdicts, cycle.rules.grades),
            )
            judged[history.work] = judgements.Judgement(
                verdicts=verdicts,
                events=lifecycle.derive_events(
                    history,
                    cycle.rules.openness,
                    window=window,
                    lapse=lapse,
                    now=cycle.now,
                    judged_at=known.judged_at,
                    same_rules=known.judged_rules == version,
                ),
                grade=graded.name,
                grade_reasons=graded.reasons,
                mof=bounds.mof,
                osaid=bounds.osaid,
                lifecycles=lifecycle.artifact_states(history, lapse, cycle.now),
                next_judgement_at=lifecycle.next_judgement(history, lapse, cycle.now),
            )
        judgements.save_judgements(cycle.store, judged, version, cycle.now)
        cycle.counts.judged += len(works)
        cycle.progress.step("judge", cycle.counts.judged)
    stage_status.record_stage_done(cycle.store, "judge", cycle.now)


def correct(cycle: Cycle) -> None:
    """Bring the operator's corrections into the store; while their file is not right, the last ones stand."""
    reason = ""
    try:
        corrections.sync_corrections(cycle.store, read_corrections(cycle.settings), cycle.now)
    except SettingsError as error:
        reason = str(error)
    close_stage(cycle, "corrections", reason, None)
