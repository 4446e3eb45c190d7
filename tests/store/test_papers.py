"""Versions of papers from two sources: what stays, what is updated, and which work becomes due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from tracker.domain.papers import Version
from tracker.store import papers
from tracker.store.engine import Store
from tracker.store.joined import VERSIONS

START = datetime(2026, 6, 16, 1, tzinfo=UTC)
PAPER = Version(
    arxiv_id="2606.00001",
    n=1,
    title="On tools",
    abstract="We study tools.",
    authors=("Ann Author", "Bob Builder"),
    categories=("cs.LG", "stat.ML"),
    primary_category="cs.LG",
    comment="8 pages",
    submitted_at=START,
    updated_at=START,
)


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def save(store: Store, version: Version, now: datetime, *, knows_withdrawals: bool = False) -> int:
    return papers.save_versions(
        store, [version], {version.arxiv_id: START}, now, knows_withdrawals=knows_withdrawals
    )


def settle(store: Store) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE work SET scan_due = false, judge_due = false")


def due(store: Store) -> tuple[bool, bool]:
    return tuple(map(bool, rows(store, "SELECT scan_due, judge_due FROM work")[0]))  # type: ignore[return-value]  # two columns


def test_what_was_saved_is_read_back(store: Store, now: datetime) -> None:
    assert papers.load_newest_versions(store, [PAPER.arxiv_id]) == {}
    assert save(store, PAPER, now) == 1
    assert due(store) == (True, True)
    second = replace(PAPER, n=2, licence="http://x/by", doi="10.1/x", withdrawn=True, updated_at=now)
    assert save(store, second, now, knows_withdrawals=True) == 1
    assert papers.load_newest_versions(store, [PAPER.arxiv_id, "2606.00002"]) == {PAPER.arxiv_id: second}
    assert save(store, second, now, knows_withdrawals=True) == 0


@pytest.mark.parametrize(
    ("change", "wakes"),
    [
        ({"licence": "http://x/by"}, (False, False)),
        ({"doi": "10.1/x"}, (False, False)),
        ({"categories": ("cs.LG", "cs.CL")}, (False, False)),
        ({"comment": "Code: https://github.com/ann/tool"}, (True, True)),
        ({"title": "On other tools"}, (True, True)),
        ({"authors": ("Ann Author",)}, (True, True)),
        ({"withdrawn": True}, (False, True)),
        ({"n": 2}, (True, True)),
    ],
)
def test_a_change_makes_due_what_it_concerns(
    store: Store, now: datetime, change: dict[str, Any], wakes: tuple[bool, bool]
) -> None:
    save(store, PAPER, now)
    settle(store)
    save(store, replace(PAPER, **change), now, knows_withdrawals=True)
    assert due(store) == wakes
    assert papers.load_newest_versions(store, [PAPER.arxiv_id])[PAPER.arxiv_id] == replace(PAPER, **change)


def test_an_unchanged_version_makes_nothing_due_and_cancels_nothing(store: Store, now: datetime) -> None:
    save(store, PAPER, now)
    save(store, replace(PAPER, licence="http://x/by"), now, knows_withdrawals=True)
    assert due(store) == (True, True)
    settle(store)
    save(store, PAPER, now)
    assert due(store) == (False, False)


def test_a_source_that_omits_a_field_does_not_erase_it(store: Store, now: datetime) -> None:
    full = replace(PAPER, licence="http://x/by", doi="10.1/x", withdrawn=True)
    save(store, full, now, knows_withdrawals=True)
    settle(store)
    save(store, replace(PAPER, comment=None), now + timedelta(days=1))
    assert papers.load_newest_versions(store, [PAPER.arxiv_id])[PAPER.arxiv_id] == full
    assert due(store) == (False, False)
    assert rows(store, "SELECT withdrawn FROM work") == [(1,)]


def test_a_withdrawal_ends_with_the_next_version_or_when_a_knowing_source_denies_it(
    store: Store, now: datetime
) -> None:
    save(store, replace(PAPER, withdrawn=True), now)
    save(store, PAPER, now, knows_withdrawals=True)
    assert rows(store, "SELECT withdrawn FROM work UNION ALL SELECT withdrawn FROM version") == [(0,), (0,)]
    save(store, replace(PAPER, withdrawn=True), now)
    save(store, replace(PAPER, n=2), now)
    assert rows(store, "SELECT withdrawn FROM work") == [(0,)]
    assert rows(store, "SELECT n, withdrawn FROM version ORDER BY n") == [(1, 1), (2, 0)]


def test_an_older_version_that_comes_late_is_stored_and_is_not_the_newest(store: Store, now: datetime) -> None:
    save(store, replace(PAPER, n=3, title="Third"), now)
    settle(store)
    assert save(store, PAPER, now) == 1
    assert rows(store, "SELECT latest FROM work") == [(3,)]
    assert due(store) == (False, False)
    assert rows(store, "SELECT n FROM version ORDER BY n") == [(1,), (3,)]


def test_each_version_keeps_its_own_times(store: Store, now: datetime) -> None:
    day, first = timedelta(days=1), replace(PAPER, updated_at=PAPER.submitted_at)
    save(store, replace(first, n=2, updated_at=first.submitted_at + 3 * day), now)
    # A source with other times: the paper keeps its submission time, and the version gets its own time.
    later = first.submitted_at + timedelta(seconds=1)
    save(store, replace(first, submitted_at=later, updated_at=later), now + day)
    save(store, replace(first, n=3, updated_at=first.submitted_at + 9 * day), now + 2 * day)
    version = VERSIONS.c
    query = select(version.n, version.submitted_at, version.updated_at, version.seen_at).order_by(version.n)
    with store.read() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [
            (1, first.submitted_at, later, now + day),
            (2, first.submitted_at, first.submitted_at + 3 * day, now),
            (3, first.submitted_at, first.submitted_at + 9 * day, now + 2 * day),
        ]
