"""The stage that asks Software Heritage to archive code that opened, once for each repository, and follows the requests.

A request is noted before it is made. Where its answer is lost, by a kill or on the way, Software Heritage is asked
first whether it has the request, and only then again for the repository."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.hosts import swh, swh_save
from tracker.hosts.swh_save import SaveState, SaveStatus
from tracker.pipeline.context import Cycle
from tracker.pipeline.websub import end_trouble
from tracker.store import saves
from tracker.store.saves import SaveRequest

STAGE = "save_code"
NEWS_FOR = timedelta(days=7)
"""Code that opened longer ago is not asked for: a setting that is switched on reaches back so far."""
HOUR = timedelta(hours=1)
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=1)
"""The shortest and the longest time between two questions about one request; between them it is the request's age."""
GIVEN_UP = timedelta(days=60)
"""A request of which nothing came for so long is not followed any more."""
MOST_FOLLOWED = 25
"""Requests that are followed in one cycle at most."""


def save_code(cycle: Cycle) -> None:
    """Follow the requests that are due, and make those that the budget allows."""
    if not (cycle.settings.archive.save_code and cycle.settings.may_ask(swh_save.UPSTREAM)):
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE) as stage:
        for request in stage.each(saves.load_due_requests(cycle.store, cycle.now, MOST_FOLLOWED)):
            try:
                _follow(cycle, request)
            except UpstreamStopped:
                raise
            except UpstreamError as error:
                # One answer that is not usable must not keep the other requests waiting.
                saves.postpone(cycle.store, request.folded, plan_question(request.since, cycle.now))
                stage.fail_upstream(error)
        for reference in saves.load_unsaved(cycle.store, cycle.now - NEWS_FOR, _budget(cycle)):
            cycle.check_cancelled()
            _request(cycle, reference.casefold(), swh_save.origin_url(reference), cycle.now)


def _budget(cycle: Cycle) -> int:
    """How many requests may be made now."""
    made = saves.count_asked(cycle.store, cycle.now - HOUR)
    return max(0, cycle.settings.archive.saves_per_hour - made)


def _follow(cycle: Cycle, request: SaveRequest) -> None:
    """Ask how a request stands; make it again where it did not arrive."""
    if request.number is not None:
        _save(cycle, request.folded, request.since, swh_save.follow_save(request.number, cycle.fetch))
        return
    status = swh_save.find_save(request.origin, request.since, cycle.fetch)
    if status is not None:
        _save(cycle, request.folded, request.since, status)
    elif _budget(cycle):
        _request(cycle, request.folded, request.origin, request.since)


def _request(cycle: Cycle, folded: str, origin: str | None, since: datetime) -> None:
    saves.save_asked(cycle.store, folded, origin or "", cycle.now, plan_question(since, cycle.now))
    if origin is None:
        status = SaveStatus(SaveState.REFUSED, reason="its address to clone is not known")
    else:
        status = swh_save.request_save(origin, cycle.fetch)
    _save(cycle, folded, since, status)


def _save(cycle: Cycle, folded: str, since: datetime, status: SaveStatus) -> None:
    is_waiting = status.state is SaveState.WAITING
    copy = swh.match(f"https://archive.softwareheritage.org/{status.swhid}") if status.swhid else None
    saves.save_status(
        cycle.store,
        folded,
        state=status.state.value,
        number=status.number,
        swhid=status.swhid,
        reason=status.reason,
        copy_url=copy.url if copy else None,
        next_at=plan_question(since, cycle.now) if is_waiting else None,
        now=cycle.now,
    )


def plan_question(since: datetime, now: datetime) -> datetime | None:
    """When to ask next how a request stands that was first made at `since`; None where it is given up."""
    age = now - since
    return now + min(max(age, SOONEST), LATEST) if age < GIVEN_UP else None
