"""What is stored about upstreams and stages."""

from contextlib import closing
from datetime import datetime, timedelta

from tracker.store import stage_status, upstreams
from tracker.store.engine import Store, open_reader
from tracker.store.upgrade import open_store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_stop_survives_a_restart_and_ends_on_time(store: Store, now: datetime) -> None:
    upstreams.StoredUpstreams(store).stop("arxiv", now + 6 * HOUR, "403")
    reopened = open_store(store.url)
    stored = upstreams.StoredUpstreams(reopened)
    assert stored.stopped("arxiv", now + 5 * HOUR) == (now + 6 * HOUR, "403")
    assert stored.stopped("arxiv", now + 6 * HOUR) is None
    assert stored.stopped("github_api", now) is None
    stored.stop("arxiv", now + HOUR, "429")
    assert stored.stopped("arxiv", now) == (now + 6 * HOUR, "403"), "a shorter stop does not shorten a longer one"
    reopened.close()


def test_a_budget_is_spent_and_renewed(store: Store, now: datetime) -> None:
    stored = upstreams.StoredUpstreams(store)
    assert [stored.spend("github_api", 3, 3600, now + number * timedelta(minutes=1)) for number in range(3)] == [
        None
    ] * 3
    assert stored.spend("github_api", 3, 3600, now + HOUR / 2) == now + HOUR
    assert stored.spend("github_api", 3, 3600, now + HOUR) is None


def test_a_trouble_lasts_since_the_first_failure(store: Store, now: datetime) -> None:
    stage_status.record_stage_failed(store, "harvest", "503", now + HOUR, now)
    stage_status.record_stage_failed(store, "harvest", "429", None, now + HOUR)
    times, troubles = stage_status.load_stages(store)
    assert times == {"harvest": None}
    assert [(state.reason, state.since) for state in troubles] == [("429", now)]
    stage_status.record_stage_done(store, "harvest", now + 2 * HOUR)
    assert stage_status.load_stages(store) == ({"harvest": now + 2 * HOUR}, [])


def test_old_hosts_of_pages_are_deleted_and_upstreams_are_not(store: Store, now: datetime) -> None:
    stored = upstreams.StoredUpstreams(store)
    for name in ("web:old.example", "web:stopped.example", "zenodo"):
        stored.spend(name, 9, 3600, now)
    stored.stop("web:stopped.example", now + 9 * DAY, "503")
    stored.spend("web:new.example", 9, 3600, now + 3 * DAY)
    assert [state.name for state in upstreams.load_upstreams(store.url)] == [
        "web:new.example",
        "web:stopped.example",
        "zenodo",
    ]


def test_a_stop_by_a_clock_that_ran_ahead_lasts_a_day(store: Store, now: datetime) -> None:
    stored = upstreams.StoredUpstreams(store)
    stored.stop("arxiv_api", now + timedelta(days=400), "access denied (403)")
    assert stored.stopped("arxiv_api", now) == (now + timedelta(days=1), "access denied (403)")
    assert stored.stopped("arxiv_api", now + timedelta(hours=23)) == (
        now + timedelta(days=1),
        "access denied (403)",
    )
    assert stored.stopped("arxiv_api", now + timedelta(days=1)) is None


def test_nothing_is_granted_of_a_budget_of_none(store: Store, now: datetime) -> None:
    assert upstreams.StoredUpstreams(store).spend("zenodo", 0, 3600, now) == now + HOUR
    assert upstreams.load_upstreams(store.url) == []


def test_a_budget_from_the_future_begins_anew(store: Store, now: datetime) -> None:
    stored = upstreams.StoredUpstreams(store)
    stored.spend("zenodo", 1, 3600, now + DAY)
    assert stored.spend("zenodo", 1, 3600, now) is None
    assert stored.spend("zenodo", 1, 3600, now) == now + HOUR


def test_who_only_reads_the_store_sees_the_shortened_stop(store: Store, now: datetime) -> None:
    upstreams.StoredUpstreams(store).stop("arxiv_api", now + timedelta(days=400), "403")
    with closing(open_reader(store.url)) as reader:
        assert upstreams.StoredUpstreams(reader).load_stop("arxiv_api", now) == (
            now + upstreams.SHORTENED_STOP,
            "403",
        )
