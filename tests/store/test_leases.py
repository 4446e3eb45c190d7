"""Leases on a real PostgreSQL server: one holds, others wait, and who wakes late writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest
from sqlalchemy import func, select, text

from tracker.doctor.database import check_database
from tracker.domain.errors import LeaseLost, QueryError, StoreError, TurnEnded
from tracker.domain.status import Leader
from tracker.fetch.clock import SystemClock
from tracker.fetch.pace import SharedPace
from tracker.pipeline.status import read_leader, read_status
from tracker.pipeline.worker import make_worker
from tracker.settings import load_settings
from tracker.store.database_clock import DatabaseClock
from tracker.store.engine import Store, server_engine
from tracker.store.leases import LEADER, PACE, WORKER, Lease, Leases, load_lease, name_holder
from tracker.store.readonly_sql import run_query
from tracker.store.tables.service import BACKLOG
from tracker.store.ticks import claim_tick
from tracker.store.upgrade import open_store
from tracker.store.upstreams import StoredUpstreams
from tracker.web.health import health_document
from tracker.web.metrics import Measurements, exposition

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def two(store: Store) -> Iterator[tuple[Store, Store]]:
    """Two processes' stores on one server."""
    other = open_store(store.url)
    yield store, other
    other.close()


def leases_of(store: Store) -> Leases:
    assert store.leases is not None
    return store.leases


def take(store: Store, name: str, linger: float = 0.0) -> Lease:
    taken = leases_of(store).take(name, linger)
    assert isinstance(taken, Lease)
    return taken


def expire(store: Store) -> None:
    """As if nobody had renewed a lease for long."""
    with store.begin(fenced=False) as connection:
        connection.execute(text("UPDATE lease SET expires = 0"))


def write(store: Store, day: int) -> None:
    with store.begin() as connection:
        connection.execute(text(f"INSERT INTO backlog (day, papers) VALUES ({day}, 1)"))


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(BACKLOG)).scalar_one())


def test_one_holds_a_lease_and_another_takes_it_when_it_is_given_back_or_ends(two: tuple[Store, Store]) -> None:
    first, second = two
    lease = take(first, LEADER)
    wait = leases_of(second).take(LEADER)
    assert not isinstance(wait, Lease)
    assert 0 < wait < 1, "it may be given back at any time"
    leases_of(first).release(lease)
    taken = take(second, LEADER)
    assert taken.token > lease.token
    expire(first)
    assert take(first, LEADER).token > taken.token
    with second.read() as connection:
        state = load_lease(connection, LEADER)
        assert load_lease(connection, WORKER) is None
    assert state is not None
    assert state.is_held
    assert 25 < state.seconds_left <= 30


def test_who_lost_a_lease_writes_nothing_and_does_not_get_it_back(two: tuple[Store, Store]) -> None:
    first, second = two
    leader, worker = take(first, LEADER), take(first, WORKER)
    write(first, 20260601)
    expire(second)
    write(first, 20260602)  # nobody has taken it meanwhile
    successor = take(second, WORKER)
    with pytest.raises(LeaseLost, match="Another worker leads"):
        write(first, 20260603)
    leases_of(second).release(successor)
    leases_of(first)._renew(worker)
    with pytest.raises(LeaseLost):
        write(first, 20260604)
    with pytest.raises(LeaseLost):
        leases_of(first).require()
    with pytest.raises(LeaseLost):
        leases_of(first).take(f"{PACE}arxiv")
    write(second, 20260605)
    assert count(second) == 3
    leases_of(first).release(worker)
    leases_of(first)._renew(leader)
    assert not leader.is_lost
    write(first, 20260606)


def test_a_lease_that_changes_hands_within_a_transaction_undoes_it(two: tuple[Store, Store]) -> None:
    first, second = two
    take(first, WORKER)

    def write_slowly() -> None:
        with first.begin() as connection:
            connection.execute(text("INSERT INTO backlog (day, papers) VALUES (20260601, 1)"))
            expire(second)
            take(second, WORKER)

    with pytest.raises(LeaseLost):
        write_slowly()
    assert count(second) == 0


def test_without_the_lease_that_a_process_needs_it_writes_nothing(two: tuple[Store, Store]) -> None:
    first, second = two
    leases_of(first).needed = LEADER
    with pytest.raises(LeaseLost):
        write(first, 20260601)
    with pytest.raises(LeaseLost):
        leases_of(first).take(WORKER)
    take(first, LEADER)
    write(first, 20260602)
    write(second, 20260603)  # a command that holds nothing, such as an import
    assert count(first) == 2


def test_the_database_is_asked_before_a_file_is_renamed_only_where_a_lease_was_not_renewed(
    two: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two
    seconds = 1000.0
    leases = leases_of(first)
    monkeypatch.setattr(leases, "_clock", lambda: seconds)
    lease = take(first, WORKER)
    expire(second)
    take(second, WORKER)
    leases.require()
    seconds += leases.seconds  # stopped for as long as that
    assert not leases.is_valid(lease)
    with pytest.raises(LeaseLost):
        leases.require()


def test_a_renewed_lease_goes_on(two: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 1000.0
    leases = leases_of(two[0])
    monkeypatch.setattr(leases, "_clock", lambda: seconds)
    lease = take(two[0], WORKER)
    seconds += 20
    leases._renew(lease)
    seconds += 20
    assert leases.is_valid(lease)
    expire(two[1])
    leases._renew(lease)
    assert not isinstance(leases_of(two[1]).take(WORKER), Lease)


def test_a_turn_lingers_after_its_end(two: tuple[Store, Store]) -> None:
    first, second = two
    turn = take(first, f"{PACE}arxiv", 3.0)
    wait = leases_of(second).take(f"{PACE}arxiv", 3.0)
    assert not isinstance(wait, Lease)
    leases_of(first).release(turn)
    wait = leases_of(second).take(f"{PACE}arxiv", 3.0)
    assert not isinstance(wait, Lease)
    assert 2.5 < wait <= 3.0
    write(first, 20260601)  # a turn is no lease to write under


def test_a_transaction_that_stands_still_is_ended_so_that_the_next_leader_need_not_wait(
    two: tuple[Store, Store],
) -> None:
    first, second = two
    take(first, WORKER)
    leases_of(first).seconds = 0.05

    def stand_still() -> None:
        with first.begin() as connection:
            connection.execute(text("INSERT INTO backlog (day, papers) VALUES (20260601, 1)"))
            write(second, 20260601)  # waits for the row
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match="server ended a transaction that stood still"):
        stand_still()
    assert count(second) == 1


def test_who_hangs_while_it_renews_a_lease_does_not_keep_it(two: tuple[Store, Store]) -> None:
    first, second = two
    take(first, LEADER)
    leases_of(first).seconds = 0.05

    def hang() -> None:
        with first.begin(fenced=False) as connection:
            connection.execute(text("UPDATE lease SET expires = 0"))
            leases_of(second).take(LEADER)  # waits for the row
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match="stood still"):
        hang()


def test_a_server_that_cannot_be_asked_is_one_sentence(two: tuple[Store, Store]) -> None:
    first, second = two
    take(first, WORKER)

    def lose_connection() -> None:
        with first.begin() as connection:
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with second.begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match="does not answer, or ended the connection"):
        lose_connection()
    write(first, 20260602)  # a new connection
    address = "postgresql+psycopg://tracker:secret@127.0.0.1:1/none"
    with pytest.raises(StoreError, match="does not answer") as caught:
        leases_of(Store(server_engine(address), address)).take(LEADER)
    assert "secret" not in str(caught.value)
    with pytest.raises(QueryError, match=r"does not answer \(.*\); see that it runs"):
        run_query(address, "SELECT 1")


def test_workers_on_several_machines_share_a_budget_and_a_stop(two: tuple[Store, Store], now: datetime) -> None:
    memories = [StoredUpstreams(store) for store in two for _ in range(2)]

    def spend(memory: StoredUpstreams) -> int:
        return sum(memory.spend("reading_text", 20, 86_400, now) is None for _ in range(10))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(spend, memories)) == 20
    memories[0].stop("arxiv_api", now + timedelta(hours=6), "403")
    memories[2].stop("arxiv_api", now + timedelta(hours=1), "429")
    assert memories[2].stopped("arxiv_api", now) == (now + timedelta(hours=6), "403")


def test_the_pace_of_an_upstream_holds_over_machines(two: tuple[Store, Store]) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        expire(two[0])

    with SharedPace(leases_of(two[0]), "arxiv_api", "arxiv", 3.0, wait).turn() as permit:
        permit()
    assert waits == []
    with SharedPace(leases_of(two[1]), "arxiv_api", "arxiv", 3.0, wait).turn() as permit:
        permit()
    assert waits == [pytest.approx(3.0, abs=0.5)]


def test_who_was_stopped_for_longer_than_its_turn_asks_for_another(
    two: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 1000.0
    leases = leases_of(two[0])
    monkeypatch.setattr(leases, "_clock", lambda: seconds)
    with SharedPace(leases, "arxiv_api", "arxiv", 3.0, pytest.fail).turn() as permit:
        permit()
        seconds += leases.seconds
        with pytest.raises(TurnEnded, match="longer than its turn"):
            permit()


def test_the_clock_is_that_of_the_server(two: tuple[Store, Store]) -> None:
    seconds, leases = 1000.0, leases_of(two[0])
    clock = DatabaseClock(two[0], leases, lambda: seconds)
    first = clock.now()
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    seconds += 3600
    assert clock.now() - first == timedelta(hours=1)
    take(two[0], WORKER)
    assert leases.server_time is not None
    seconds = leases.server_time[1]
    assert abs(clock.now() - first) < timedelta(minutes=1), "heard again with each lease"


def test_a_tick_is_begun_once(two: tuple[Store, Store], now: datetime) -> None:
    first, second = two
    assert claim_tick(first, "cycle", now)
    assert not claim_tick(second, "cycle", now)
    assert claim_tick(second, "due_work", now)
    assert claim_tick(second, "cycle", now + timedelta(hours=1))
    assert not claim_tick(first, "cycle", now)


def test_health_metrics_and_doctor_show_who_leads(two: tuple[Store, Store], tmp_path: Path, now: datetime) -> None:
    first, _ = two
    settings = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path), "TRACKER_DATABASE_URL": first.url})
    assert read_leader(first) == Leader("", is_self=False)
    assert [finding.says for finding in check_database(settings)][-1] == "no service leads now"
    with closing(make_worker(settings, first, SystemClock())) as worker:
        lease = take(first, LEADER)
        status = read_status(worker, now)
        assert health_document(status, now)["leader"] == {
            "name": name_holder(), "is_self": True, "since": ANY, "seconds_left": ANY,
        }  # fmt: skip
        assert b"arxiv_code_tracker_leads 1.0" in exposition(status, Measurements(), now)
        says = [finding.says for finding in check_database(settings)][-1]
        assert says.startswith(f"{name_holder()} since 20")
        with first.begin(fenced=False) as connection:
            connection.execute(text("UPDATE lease SET holder = 'other:7'"))
        status = read_status(worker, now)
        assert b"arxiv_code_tracker_leads 0.0" in exposition(status, Measurements(), now)
        assert not lease.is_lost
