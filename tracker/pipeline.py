"""The stages in order. The only place that knows more than one of them.

Each stage reads from the store what is due, asks outside any transaction, and commits in batches; it may
be killed at any moment and run again. A stage that an upstream refuses notes why and until when, and lets
the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from tracker import reading
from tracker.domain import Check, Fact, Outcome, WindowResult
from tracker.errors import UpstreamError, UpstreamStopped
from tracker.harvest import windows
from tracker.harvest.arxiv_api import ArxivApi
from tracker.hosts import HOSTS, huggingface
from tracker.hosts.base import Host
from tracker.hosts.resolve import reference as resolve
from tracker.judge import licenses, lifecycle, openness
from tracker.publish import entries, files
from tracker.settings import config_dir, read_toml
from tracker.store import checks, items, judgements, memory, queue, reads, releases, writes
from tracker.store import windows as proof
from tracker.worker import CHECKED, Summary, Worker, close_stage, sole_worker, status

log = logging.getLogger(__name__)

ARXIV = "arxiv"
JUDGE_BATCH = 500
BUDGET_HOUR = timedelta(minutes=61)
MOST_UNANSWERED = 2
FEW = 3
"""So many looks in a row that all tell nothing are the host's trouble, not theirs."""


def cycle(worker: Worker, since: date | None = None, until: date | None = None) -> Summary:
    """One whole cycle: harvest, then everything that is due.

    One moment stands for the whole cycle, so that repeating a killed cycle at the same time writes the
    same rows.
    """
    now, summary = worker.now(), Summary()
    with sole_worker(worker):
        prepare(worker, now)
        harvest(worker, now, summary, since, until)
        _work_off(worker, now, summary)
    return summary


def look(worker: Worker) -> Summary:
    """Everything that is due, without a harvest."""
    now, summary = worker.now(), Summary()
    with sole_worker(worker):
        prepare(worker, now)
        _work_off(worker, now, summary)
    return summary


def _work_off(worker: Worker, now: datetime, summary: Summary) -> None:
    """What metadata tell is told first; then those papers are read further that show no code by then."""
    reading.listings(worker, now, summary)
    reading.read(worker, now, summary)
    _tell(worker, now, summary)
    for further in (reading.records, reading.full_texts, reading.project_pages):
        further(worker, now, summary)
        reading.read(worker, now, summary)
    _tell(worker, now, summary)


def _tell(worker: Worker, now: datetime, summary: Summary) -> None:
    check(worker, now, summary)
    judge(worker, now, summary)
    publish(worker, now, summary)


def prepare(worker: Worker, now: datetime) -> None:
    """Wake what was read or judged by older rules, and enter the operator's releases."""
    judgements.wake_changed_rules(worker.store, worker.rules.roles.version, worker.rules.judge_version)
    for release in read_toml(config_dir() / "watch.toml").get("release", ()):
        links = [found for url in release["links"] if (found := resolve(url)) is not None]
        if links:
            evidence = f"listed in watch.toml: {release['source']}"
            releases.save_release(
                worker.store, release["name"], links, evidence, worker.rules.roles.version, CHECKED, now
            )


def harvest(
    worker: Worker, now: datetime, summary: Summary, since: date | None = None, until: date | None = None
) -> None:
    """Ask arXiv for every window of the plan, and prove each complete."""
    store = worker.store
    known = proof.proved(store, ARXIV)
    planned = windows.plan(now, since, until, proof.reached(store, ARXIV), worker.settings)
    if since is None and until is None:
        planned = sorted({*planned, *proof.open_windows(store, ARXIV)})
    proof.begin(store, ARXIV, planned, now)
    left, unanswered, reason, next_try = len(planned), 0, "", None
    with closing(ArxivApi(worker.settings, memory.StoreMemory(store), worker.clock, worker.cancel)) as api:
        for number, window in enumerate(planned):
            worker.progress.step("harvest", number, len(planned))
            try:
                result = _harvest_window(worker, api, window, known, now, summary)
            except UpstreamStopped as stopped:
                reason, next_try = str(stopped), stopped.until
                break
            proof.close(store, ARXIV, result, now)
            if result.complete:
                left -= 1
            else:
                reason = f"the window from {result.since:%Y-%m-%d} is not complete: {result.reason}"
            # No usable answer, twice and after all retries: the other windows would wait for the same.
            unanswered = 0 if result.expected is not None else unanswered + 1
            if unanswered == MOST_UNANSWERED:
                break
    worker.progress.step("harvest", len(planned), len(planned))
    summary.windows_left = left
    close_stage(worker, "harvest", reason, next_try, now, summary)
    if reason:
        # Readers of the page learn of it now, not after everything else was tried.
        write_site(worker, now)


def _harvest_window(
    worker: Worker,
    api: ArxivApi,
    window: windows.Window,
    known: Sequence[tuple[datetime, datetime, datetime]],
    now: datetime,
    summary: Summary,
) -> WindowResult:
    """Store a window's papers page by page; returns what was proved."""
    pages = api.read_window(*window)
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        announced = {one.arxiv_id: windows.announced_after(one.submitted_at, known) for one in page}
        summary.new_papers += writes.save_versions(worker.store, page, announced, now)
        worker.check_cancelled()


def check(worker: Worker, now: datetime, summary: Summary) -> None:
    """Look at every own artifact that is due, those of the newest papers first."""
    for host in HOSTS:
        if host.checked_kinds:
            reason, next_try = _check_host(worker, host, now, summary)
            close_stage(worker, f"checks at {host.name}", reason, next_try, now, summary)


def _check_host(worker: Worker, host: Host, now: datetime, summary: Summary) -> tuple[str, datetime | None]:
    while due := queue.due_artifacts(worker.store, host.name, now, worker.settings.limits.github_batch):
        asked = {one.reference.folded: one for one in due}
        answers: list[checks.Answer] = []
        try:
            for link, found in host.ask([one.reference for one in asked.values()], worker.fetch):
                answers.append(_answer(worker, asked[link.folded], found))
                summary.checked += 1
                worker.progress.step(f"checks at {host.name}", summary.checked)
                worker.check_cancelled()
        except UpstreamStopped as stopped:
            if _is_budget(worker, stopped, now):
                log.info("%s", stopped)
                return "", None
            return str(stopped), stopped.until
        except UpstreamError as error:
            return str(error), None
        finally:
            checks.save_checks(
                worker.store, answers, partial(lifecycle.next_check, plan=worker.settings.check), now
            )
        if not answers or (
            len(answers) >= FEW and all(answer.check.outcome is Outcome.UNKNOWN for answer in answers)
        ):
            reason = answers[0].check.reason if answers else "nothing was answered"
            return f"none of {len(asked)} looks told anything: {reason}", None
    return "", None


def _is_budget(worker: Worker, stopped: UpstreamStopped, now: datetime) -> bool:
    """Whether a stop is only the hour's budget that GitHub gives to those without an account: the checks that
    wait are told, but nothing is wrong."""
    anonymous = stopped.upstream == "github_api" and not worker.fetch.has_token("github_api")
    return anonymous and stopped.until - now <= BUDGET_HOUR


def _answer(worker: Worker, due: queue.Due, found: Check) -> checks.Answer:
    fact = next((fact for fact, kinds in openness.KIND_OF_FACT.items() if due.reference.kind in kinds), Fact.CODE)
    claimed_by = (
        "its card on the Hub" if due.reference.host == huggingface.HOST.name else "the host's licence field"
    )
    licence = licenses.decide(
        found.licence_claimed, found.licence_looked, found.licence_files, worker.rules.licences, fact, claimed_by
    )
    return checks.Answer(artifact=due.artifact, asked=due.reference, check=found, licence=licence)


def judge(worker: Worker, now: datetime, summary: Summary) -> None:
    """Judge every work whose evidence changed."""
    window, version = timedelta(days=worker.settings.feed.window_days), worker.rules.judge_version
    while works := queue.works_to_judge(worker.store, JUDGE_BATCH):
        worker.check_cancelled()
        judged = {}
        for known in reads.histories(worker.store, works):
            history = known.history
            judged[history.work] = (
                openness.verdicts(history, worker.rules.openness, now),
                lifecycle.events(
                    history,
                    worker.rules.openness,
                    window=window,
                    now=now,
                    judged_at=known.judged_at,
                    same_rules=known.judged_rules == version,
                ),
            )
        judgements.save_judgements(worker.store, judged, version, now)
        summary.judged += len(works)
        worker.progress.step("judge", summary.judged)
    memory.stage_done(worker.store, "judge", now)


def publish(worker: Worker, now: datetime, summary: Summary, to: Path | None = None) -> None:
    """Enter what opened into the feed, and write the files that changed, to the public folder or to `to`."""
    summary.entered += items.enter_opened(worker.store, now)
    write_site(worker, now, to)
    memory.stage_done(worker.store, "publish", now)


def write_site(worker: Worker, now: datetime, to: Path | None = None) -> None:
    """Build the site from the store; a file whose bytes did not change is left alone."""
    settings = worker.settings
    built = entries.site(
        items.feed_items(worker.store, settings.feed.most),
        items.not_open_items(worker.store, 30),
        items.release_items(worker.store),
        items.unlinked_items(worker.store, 20),
        status(worker, now),
        settings,
    )
    files.publish(to or settings.public_dir, built)
