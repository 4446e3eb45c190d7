"""Column types: what was stored is read again, by the program and by the views."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from tracker.store import columns, keys
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import VERSION, WORK

SEEN, KEY = datetime(2026, 6, 3, tzinfo=UTC), keys.paper_key("2606.00001")


@given(st.binary(min_size=1, max_size=64))
def test_digits_come_back(raw: bytes) -> None:
    assert columns.hex_bytes(raw.hex()) == raw
    assert columns.HexDigits().process_result_value(raw, None) == raw.hex()  # type: ignore[arg-type] # it asks nothing


@given(st.text().filter(lambda text: not text.isalnum()))
def test_text_that_is_not_hexadecimal_becomes_none(text: str) -> None:
    assert columns.hex_bytes(text) is None


def test_the_view_shows_an_event_id_as_the_program_does(store: Store, now: datetime) -> None:
    names = ["0000000000000001", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"]
    with store.begin() as connection:
        upsert(connection, WORK, [{"id": KEY, "arxiv_id": "2606.00001", "first_seen": now}])
        rows = [
            {"id": value, "work": KEY, "kind": "found", "cause": "world", "happened_at": now, "observed_at": now}
            for value in names
        ]  # fmt: skip
        upsert(connection, EVENT, rows)
    with store.read() as connection:
        assert sorted(connection.execute(select(EVENT.c.id)).scalars()) == names
        assert sorted(connection.execute(text("SELECT id FROM events")).scalars()) == names


def test_licences_of_papers_are_read_back_as_addresses(store: Store, now: datetime) -> None:
    addresses = [*columns.LICENCES.values(), "http://creativecommons.org/licenses/by/3.0/", None]
    with store.begin() as connection:
        for number, address in enumerate(addresses):
            work = {
                "id": keys.paper_key(f"2606.{number:05}"), "arxiv_id": f"2606.{number:05}", "latest": 1, "first_seen": now,
                "submitted_at": now,
            }  # fmt: skip
            upsert(connection, WORK, [work])
            row = {
                "work": work["id"],
                "n": 1,
                "title": "T",
                "abstract": "A",
                "primary_category": "cs.LG",
                "licence": address,
            }
            upsert(connection, VERSION, [row])
    with store.read() as connection:
        assert (
            connection.execute(text("SELECT licence FROM papers ORDER BY arxiv_id")).scalars().all() == addresses
        )
        assert connection.execute(select(VERSION.c.licence).order_by(VERSION.c.work)).scalars().all() == addresses
        assert (
            max(len(value or "") for value in connection.exec_driver_sql("SELECT licence FROM version").scalars())
            == 43
        )


@given(st.dates(date(1991, 1, 1), date(2199, 12, 31)))
def test_a_day_is_a_number_that_people_can_read(day: date) -> None:
    number = columns.DayNumber().process_bind_param(day, None)  # type: ignore[arg-type] # it asks nothing
    assert str(number) == f"{day:%Y%m%d}"
    assert columns.DayNumber().process_result_value(number, None) == day  # type: ignore[arg-type] # as above


@pytest.mark.parametrize(
    "commit_id", ["0" * 40, "f" * 40, "0123456789abcdef" * 4, "F" * 40, "f" * 39, "v1.0", "", None]
)
def test_a_commit_comes_back_in_the_tables_and_the_views(
    store: Store, now: datetime, commit_id: str | None
) -> None:
    # Text that is not a commit id is stored as NULL, so the repository is read again.
    expected = commit_id if commit_id in ("0" * 40, "f" * 40, "0123456789abcdef" * 4) else None
    artifact = {
        "id": 1,
        "reference": "github:a/b",
        "host": "github",
        "kind": "repository",
        "url": "https://github.com/a/b",
    }
    with store.begin() as connection:
        upsert(connection, ARTIFACT, [artifact | {"commit_id": commit_id, "read_rules": "2.1fffebd7"}])
        check = {
            "artifact": 1,
            "first_seen": now,
            "last_seen": now,
            "digest": "d",
            "outcome": "present",
            "content": "code",
        }
        upsert(connection, ARTIFACT_CHECK, [check | {"licence_class": "osi", "commit_id": commit_id}])
    with store.read() as connection:
        row = connection.execute(select(ARTIFACT)).one()
        assert (row.commit_id, row.read_rules) == (expected, "2.1fffebd7")
        commit_ids = connection.execute(
            text("SELECT commit_id FROM artifacts UNION ALL SELECT commit_id FROM checks")
        )
        assert [value or None for value in commit_ids.scalars()] == [expected, expected]
