"""What is remembered of upstreams and stages, and the windows that prove completeness."""

from datetime import datetime, timedelta

from tracker.store import stage_status, upstreams
from tracker.store.engine import Store
from tracker.store.upgrade import open_store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_stop_survives_a_restart_and_ends_on_time(store: Store, now: datetime) -> None:
    upstreams.StoredUpstreams(store).stop("arxiv", now + 6 * HOUR, "403")
    again = open_store(store.url)
    kept = upstreams.StoredUpstreams(again)
    assert kept.stopped("arxiv", now + 5 * HOUR) == (now + 6 * HOUR, "403")
    assert kept.stopped("arxiv", now + 6 * HOUR) is None
    assert kept.stopped("github_api", now) is None
    kept.stop("arxiv", now + HOUR, "429")
    assert kept.stopped("arxiv", now) == (now + 6 * HOUR, "403"), "a shorter stop does not shorten a longer one"
    again.close()


def test_a_budget_is_spent_and_renewed(store: Store, now: datetime) -> None:
    kept = upstreams.StoredUpstreams(store)
    assert [kept.spend("github_api", 3, 3600, now + number * timedelta(minutes=1)) for number in range(3)] == [
        None
    ] * 3
    assert kept.spend("github_api", 3, 3600, now + HOUR / 2) == now + HOUR
    assert kept.spend("github_api", 3, 3600, now + HOUR) is None


def test_failures_are_told_since_the_first(store: Store, now: datetime) -> None:
    stage_status.record_stage_failed(store, "harvest", "503", now + HOUR, now)
    stage_status.record_stage_failed(store, "harvest", "429", None, now + HOUR)
    times, troubles = stage_status.load_stages(store)
    assert times == {"harvest": None}
    assert [(state.reason, state.since) for state in troubles] == [("429", now)]
    stage_status.record_stage_done(store, "harvest", now + 2 * HOUR)
    assert stage_status.load_stages(store) == ({"harvest": now + 2 * HOUR}, [])


def test_hosts_of_pages_that_are_long_past_are_forgotten_and_upstreams_are_not(
    store: Store, now: datetime
) -> None:
    kept = upstreams.StoredUpstreams(store)
    for name in ("web:old.example", "web:stopped.example", "zenodo"):
        kept.spend(name, 9, 3600, now)
    kept.stop("web:stopped.example", now + 9 * DAY, "503")
    kept.spend("web:new.example", 9, 3600, now + 3 * DAY)
    assert [state.name for state in upstreams.load_upstreams(store.url)] == [
        "web:new.example",
        "web:stopped.example",
        "zenodo",
    ]


def test_a_stop_by_a_clock_that_ran_ahead_lasts_a_day(store: Store, now: datetime) -> None:
    remembered = upstreams.StoredUpstreams(store)
    remembered.stop("arxiv_api", now + timedelta(days=400), "access denied (403)")
    assert remembered.stopped("arxiv_api", now) == (now + timedelta(days=1), "access denied (403)")
    assert remembered.stopped("arxiv_api", now + timedelta(hours=23)) == (
        now + timedelta(days=1),
        "access denied (403)",
    )
    assert remembered.stopped("arxiv_api", now + timedelta(days=1)) is None
