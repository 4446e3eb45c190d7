"""The stages in order. The only place that knows more than one of them.

Each stage reads from the store what is due, asks outside any transaction, and commits in batches; it may
be killed at any moment and run again. A stage that an upstream refuses notes why and until when, and lets
the others go on.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from functools import partial

from tracker.config_files import config_dir, read_toml
from tracker.domain.errors import SettingsError
from tracker.hosts.resolve import resolve_url
from tracker.judge import grade, lifecycle, openness
from tracker.pipeline import arxiv_fallback, completeness, notify, promises, publish, read, retention
from tracker.pipeline import check as pipeline_check
from tracker.pipeline.context import CHECKED, Summary, Worker, close_stage, read_corrections, sole_worker
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


def cycle(worker: Worker, since: date | None = None, until: date | None = None) -> Summary:
    """One whole cycle: harvest, then everything that is due.

    One moment stands for the whole cycle, so that repeating a killed cycle at the same time writes the
    same rows.
    """
    now, summary = worker.now(), Summary()
    with sole_worker(worker):
        prepare(worker, now, summary)
        harvest(worker, now, summary, since, until)
        _work_off(worker, now, summary)
    return summary


def look(worker: Worker) -> Summary:
    """Everything that is due, without a harvest."""
    now, summary = worker.now(), Summary()
    with sole_worker(worker):
        prepare(worker, now, summary)
        _work_off(worker, now, summary)
    return summary


def _work_off(worker: Worker, now: datetime, summary: Summary) -> None:
    """What metadata tell is told first; then those papers are read further that show no code by then."""
    read.listings(worker, now, summary)
    read.read(worker, now, summary)
    _tell(worker, now, summary)
    for further in (read.records, read.full_texts, read.project_pages, promises.watch):
        further(worker, now, summary)
        read.read(worker, now, summary)
    _tell(worker, now, summary)
    notify.tell(worker, now, summary)
    pipeline_check.copies(worker, now, summary)
    if completeness.watch(worker, now):
        publish.write_site(worker, now)
    retention.keep(worker, now, summary)


def _tell(worker: Worker, now: datetime, summary: Summary) -> None:
    check(worker, now, summary)
    judge(worker, now, summary)
    publish.publish(worker, now, summary)


def check(worker: Worker, now: datetime, summary: Summary) -> None:
    """Look at what is due. What repositories say of papers may change roles, and new own artifacts are due at once."""
    for _ in range(ROUNDS):
        pipeline_check.check(worker, now, summary)
        if not paper_queue.papers_to_scan(worker.store, 1):
            break
        read.read(worker, now, summary)


def prepare(worker: Worker, now: datetime, summary: Summary) -> None:
    """Wake what was read or judged by older rules, and enter the operator's releases; another process may have done so
    since this one opened the store."""
    upgrade.meet(worker.store)
    correct(worker, now, summary)
    judgements.queue_changed_rules(worker.store, worker.rules.roles.version, worker.rules.judge_version)
    watched = read_toml(config_dir() / "watch.toml")
    organisations.sync_organisations(worker.store, watched.get("organisation", ()))
    for release in watched.get("release", ()):
        links = [found for url in release["links"] if (found := resolve_url(url)) is not None]
        if links:
            evidence = f"listed in watch.toml: {release['source']}"
            releases.save_release(
                worker.store, release["name"], links, evidence, worker.rules.roles.version, CHECKED, now
            )


@timed("harvest")
def harvest(
    worker: Worker, now: datetime, summary: Summary, since: date | None = None, until: date | None = None
) -> None:
    """Ask arXiv for new papers and for what changed of others. Readers of the page learn of trouble at once, not after
    everything else was tried."""
    arxiv_fallback.harvest(worker, now, summary, partial(publish.write_site, worker, now), since, until)


@timed("judge")
def judge(worker: Worker, now: datetime, summary: Summary) -> None:
    """Judge every work whose evidence changed."""
    window, version = timedelta(days=worker.settings.feed.window_days), worker.rules.judge_version
    lapse = timedelta(days=worker.settings.check.lapse_days)
    while works := judgements.works_to_judge(worker.store, JUDGE_BATCH, now):
        worker.check_cancelled()
        judged = {}
        for known in histories.load_histories(worker.store, works):
            history = known.history
            verdicts = openness.judge_facts(history, worker.rules.openness, now)
            graded, bounds = (
                grade.grade_work(verdicts, worker.rules.grades),
                grade.definition_bounds(verdicts, worker.rules.grades),
            )
            judged[history.work] = judgements.Judged(
                verdicts=verdicts,
                events=lifecycle.derive_events(
                    history,
                    worker.rules.openness,
                    window=window,
                    lapse=lapse,
                    now=now,
                    judged_at=known.judged_at,
                    same_rules=known.judged_rules == version,
                ),
                grade=graded.name,
                grade_reasons=graded.reasons,
                mof=bounds.mof,
                osaid=bounds.osaid,
                states=lifecycle.artifact_states(history, lapse, now),
                next_look=lifecycle.next_judgement(history, lapse, now),
            )
        judgements.save_judgements(worker.store, judged, version, now)
        summary.judged += len(works)
        worker.progress.step("judge", summary.judged)
    stage_status.record_stage_done(worker.store, "judge", now)


def correct(worker: Worker, now: datetime, summary: Summary) -> None:
    """Bring the operator's corrections into the store; while their file is not right, the last ones stand."""
    reason = ""
    try:
        corrections.sync_corrections(worker.store, read_corrections(worker.settings), now)
    except SettingsError as error:
        reason = str(error)
    close_stage(worker, "corrections", reason, None, now, summary)
