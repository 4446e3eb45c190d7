"""The stages in order: what the product does, from a paper on arXiv to an entry in a feed.

Each stage reads from the store what is due, asks upstreams outside any transaction, and commits in batches. It may
be killed at any moment and run again. A stage that an upstream refuses records why and until when, and lets the
others go on."""

from __future__ import annotations

from datetime import date, datetime

from tracker.pipeline.account_releases import find_account_releases
from tracker.pipeline.alarms import raise_alarms
from tracker.pipeline.archived_copies import find_archived_copies
from tracker.pipeline.arxiv_fallback import harvest_arxiv
from tracker.pipeline.bucket import is_bucket_behind, publish_to_bucket
from tracker.pipeline.check import check_artifacts, check_backfilled
from tracker.pipeline.context import Counts, Cycle, begin_cycle
from tracker.pipeline.hub_lists import read_hub_lists
from tracker.pipeline.judge import judge_works
from tracker.pipeline.notices import send_notices
from tracker.pipeline.prepare import prepare
from tracker.pipeline.promises import search_promised_code
from tracker.pipeline.publish import publish, write_site
from tracker.pipeline.read import read_papers
from tracker.pipeline.reading import read_further
from tracker.pipeline.retention import delete_old_evidence
from tracker.pipeline.save_code import save_code
from tracker.pipeline.tokens import report_refused_tokens
from tracker.pipeline.webhooks import send_webhooks
from tracker.pipeline.websub import announce_changed_feeds
from tracker.pipeline.worker import Worker
from tracker.pipeline.worker_lock import wait_for_worker_lock
from tracker.store.paper_queue import papers_to_scan

ROUNDS = 3
"""Rounds of checks in one cycle at most: a check may make more links the authors' own, which are then due."""


def run_cycle(
    worker: Worker, since: date | None = None, until: date | None = None, deadline: datetime | None = None
) -> Cycle:
    """Run one whole cycle: harvest papers submitted from `since` to `until` (UTC), then do everything that is due,
    with one round of reading further."""
    cycle = begin_cycle(worker, deadline)
    with wait_for_worker_lock(worker):
        prepare(cycle)
        harvest_arxiv(cycle, since, until)
        run_stages(cycle)
    return cycle


def run_due_work(worker: Worker) -> Cycle:
    """Do everything that is due, without a harvest."""
    cycle = begin_cycle(worker)
    with wait_for_worker_lock(worker):
        prepare(cycle)
        run_stages(cycle)
    return cycle


def run_reading_round(worker: Worker, deadline: datetime | None = None, counts: Counts | None = None) -> Cycle:
    """Run one more round of reading further, and add what it did to `counts`."""
    cycle = begin_cycle(worker, deadline)
    cycle.counts = counts or cycle.counts
    with wait_for_worker_lock(worker):
        read_round(cycle)
        cycle.store.checkpoint_wal()
    return cycle


def run_until_read(
    worker: Worker, since: date | None = None, until: date | None = None, deadline: datetime | None = None
) -> Cycle:
    """Run one whole cycle, then rounds of reading until nothing is left to read or the deadline has come; the cycle
    returned has the counts and outcomes of all."""
    whole = run_cycle(worker, since, until, deadline)
    while whole.is_unfinished and not whole.is_late:
        latest = run_reading_round(worker, deadline, whole.counts)
        whole.is_unfinished = latest.is_unfinished
        whole.outcomes += latest.outcomes
    return whole


def run_stages(cycle: Cycle) -> None:
    """Everything after the harvest. What metadata show is published before slower sources are read for the papers
    that show no code by then."""
    read_hub_lists(cycle)
    read_papers(cycle)
    find_account_releases(cycle)
    search_promised_code(cycle)
    read_papers(cycle)
    check_judge_publish(cycle)
    read_round(cycle)
    find_archived_copies(cycle)
    save_code(cycle)
    check_backfilled(cycle)
    if raise_alarms(cycle):
        write_site(cycle)
    delete_old_evidence(cycle)
    cycle.store.checkpoint_wal()


def read_round(cycle: Cycle) -> None:
    """One round of reading further, what came of it, and notices of what was published."""
    if read_further(cycle):
        check_judge_publish(cycle)
    if not is_bucket_behind(cycle):  # a hub reads the feeds at once
        announce_changed_feeds(cycle)
    send_notices(cycle)
    send_webhooks(cycle)


def check_judge_publish(cycle: Cycle) -> None:
    """Check what is due, judge what changed by it, and publish that."""
    check_in_rounds(cycle)
    report_refused_tokens(cycle)
    judge_works(cycle)
    publish(cycle)
    publish_to_bucket(cycle)


def check_in_rounds(cycle: Cycle) -> None:
    """Check what is due, and again where the papers that repositories name changed the role of a link."""
    for _ in range(ROUNDS):
        check_artifacts(cycle)
        if not papers_to_scan(cycle.store, 1):
            break
        read_papers(cycle)
