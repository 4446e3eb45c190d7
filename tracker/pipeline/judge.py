"""The stage that judges: for each work whose evidence changed, verdicts, events and a grade, from the store
alone."""

from __future__ import annotations

from datetime import timedelta

from tracker.judge import grade, lifecycle, openness
from tracker.pipeline.context import Cycle
from tracker.store import histories, judgements

BATCH = 500
"""Works that are judged and committed at once."""


def judge_works(cycle: Cycle) -> None:
    """Judge every work whose evidence or rules changed, and every one whose time has come."""
    version = cycle.rules.judge_version
    with cycle.stage("judge") as stage:
        while works := judgements.works_to_judge(cycle.store, BATCH, cycle.now):
            cycle.check_cancelled()
            judged = {
                stored.history.work: _judge(cycle, stored)
                for stored in histories.load_histories(cycle.store, works)
            }
            judgements.save_judgements(cycle.store, judged, version, cycle.now)
            cycle.counts.judged += len(works)
            stage.report_progress(cycle.counts.judged)


def _judge(cycle: Cycle, stored: histories.JudgedHistory) -> judgements.Judgement:
    history, rules, now = stored.history, cycle.rules, cycle.now
    lapse = timedelta(days=cycle.settings.check.lapse_days)
    verdicts = openness.judge_facts(history, rules.openness, now)
    graded = grade.grade_work(verdicts, rules.grades)
    bounds = grade.definition_bounds(verdicts, rules.grades)
    return judgements.Judgement(
        verdicts=verdicts,
        events=lifecycle.derive_events(
            history,
            rules.openness,
            window=timedelta(days=cycle.settings.feed.window_days),
            lapse=lapse,
            now=now,
            judged_at=stored.judged_at,
            same_rules=stored.judged_rules == rules.judge_version,
            was_open=stored.was_open,
        ),
        grade=graded.name,
        grade_reasons=graded.reasons,
        mof=bounds.mof,
        osaid=bounds.osaid,
        g7=bounds.g7,
        lifecycles=lifecycle.artifact_states(history, lapse, now),
        next_judgement_at=lifecycle.next_judgement(history, lapse, now),
    )
