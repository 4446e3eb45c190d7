"""Keys and words as SQLite keeps them: whatever went in comes out."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from tracker.domain.artifacts import Reference
from tracker.domain.terms import Outcome, Place, Source
from tracker.store import columns, enum_columns, judgements, keys, releases
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import VERSION, WORK

OLD = ("cs/0112017", "hep-th/9901001", "math/0703999", "q-bio/0309001", "acc-phys/9411001", "supr-con/9612003")
NEW = ("0704.0001", "1412.9999", "1501.00001", "2606.00001", "2612.99999", "9012.00001")
SEEN, KEY = datetime(2026, 6, 3, tzinfo=UTC), keys.paper_key("2606.00001")
NONE_OF_ARXIVS = (
    "", "x", "2606.0001", "1412.00001", "0703.0001", "9107.0001", "2613.00001", "cs.AI/0112017", "nowhere/0703001", "cs/0704001",
    "arxiv:2606.00001", "2606.00001v2", "２６０６.00001", "42500001",
)  # fmt: skip


@pytest.mark.parametrize("arxiv_id", OLD + NEW)
def test_a_paper_is_a_number_of_four_bytes_that_gives_its_id_back(arxiv_id: str) -> None:
    key = keys.work_key(f"arxiv:{arxiv_id}")
    assert isinstance(key, int)
    assert 0 <= key < 1 << 31
    assert keys.arxiv_id_of(key) == arxiv_id


@pytest.mark.parametrize("arxiv_id", NONE_OF_ARXIVS)
def test_what_is_no_id_of_arxivs_has_a_negative_number(arxiv_id: str) -> None:
    key = keys.work_key(f"arxiv:{arxiv_id}")
    assert -(1 << 63) <= key < 0


@given(st.text() | st.from_regex(r"[a-z-]{0,9}/?[0-9]{3,7}\.?[0-9]{0,6}", fullmatch=True))
def test_no_two_works_share_a_key(name: str) -> None:
    paper, release = keys.work_key(f"arxiv:{name}"), keys.work_key(f"release:{name}")
    assert paper != release
    assert release < 0
    assert paper < 0 or keys.arxiv_id_of(paper) == name


@given(st.integers(0, keys.arxiv_number("9012.99999")))
def test_no_two_numbers_share_a_paper(number: int) -> None:
    made = keys.arxiv_id_of(number)
    kept = keys.work_key(f"arxiv:{made}")
    assert kept == number or kept < 0


@given(st.binary(min_size=1, max_size=64))
def test_digits_come_back(raw: bytes) -> None:
    assert columns.hex_bytes(raw.hex()) == raw
    assert columns.HexDigits().process_result_value(raw, None) == raw.hex()  # type: ignore[arg-type] # it asks nothing


@given(st.text().filter(lambda text: not text.isalnum()))
def test_what_is_no_digits_is_none(text: str) -> None:
    assert columns.hex_bytes(text) is None


def test_the_name_of_a_work_is_read_from_the_store_alone(store: Store) -> None:
    link = Reference("github:acme/model", "github", "repository", "https://github.com/acme/model")
    releases.save_release(store, "Model-1", [link], "listed", "r1", (), datetime(2026, 6, 3, tzinfo=UTC))
    papers = [
        {"id": keys.paper_key(name), "arxiv_id": name, "judge_due": True, "first_seen": SEEN}
        for name in ("2606.00001", "odd")
    ]
    with store.begin() as connection:
        upsert(connection, WORK, papers)
    works = ["arxiv:2606.00001", "arxiv:odd", "release:github:acme/model"]
    assert judgements.works_to_judge(store, 9, datetime(2026, 6, 4, tzinfo=UTC)) == works


def test_the_view_tells_an_event_as_the_program_does(store: Store, now: datetime) -> None:
    names = ["0000000000000001", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"]
    with store.begin() as connection:
        upsert(connection, WORK, [{"id": KEY, "arxiv_id": "2606.00001", "first_seen": now}])
        rows = [
            {"id": one, "work": KEY, "kind": "found", "cause": "world", "happened_at": now, "observed_at": now}
            for one in names
        ]  # fmt: skip
        upsert(connection, EVENT, rows)
    with store.read() as connection:
        assert sorted(connection.execute(select(EVENT.c.id)).scalars()) == names
        assert sorted(connection.execute(text("SELECT id FROM events")).scalars()) == names


def test_the_licences_of_papers_are_told_by_their_address(store: Store, now: datetime) -> None:
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
            max(len(one or "") for one in connection.exec_driver_sql("SELECT licence FROM version").scalars())
            == 43
        )


@pytest.mark.parametrize(
    ("code", "words"),
    [(enum_columns.SOURCE, Source), (enum_columns.PLACE, Place), (enum_columns.SCAN_OUTCOME, Outcome)],
)
def test_every_word_has_its_place(code: enum_columns.EnumColumn, words: type[Source | Place | Outcome]) -> None:
    assert {one.value for one in words} <= set(code.values)
    for word in code.values:
        assert code.process_result_value(code.process_bind_param(word, None), None) == word  # type: ignore[arg-type] # it asks nothing
    with pytest.raises(ValueError, match="not in tuple"):
        code.process_bind_param("nowhere", None)  # type: ignore[arg-type] # as above


def test_two_lists_of_words_are_two_types() -> None:
    """SQLAlchemy keeps statements by the key of their types: two lists with one key would be read as one."""
    assert enum_columns.SOURCE._static_cache_key != enum_columns.PLACE._static_cache_key


@given(st.dates(date(1991, 1, 1), date(2199, 12, 31)))
def test_a_day_is_a_number_that_people_can_read(day: date) -> None:
    kept = columns.DayNumber().process_bind_param(day, None)  # type: ignore[arg-type] # it asks nothing
    assert str(kept) == f"{day:%Y%m%d}"
    assert columns.DayNumber().process_result_value(kept, None) == day  # type: ignore[arg-type] # as above


@pytest.mark.parametrize(
    "told", ["0" * 40, "f" * 40, "0123456789abcdef" * 4, "F" * 40, "f" * 39, "v1.0", "", None]
)
def test_a_commit_comes_back_in_the_tables_and_the_views(store: Store, now: datetime, told: str | None) -> None:
    # What is no commit's id is none: the repository is read anew.
    known = told if told in ("0" * 40, "f" * 40, "0123456789abcdef" * 4) else None
    artifact = {
        "id": 1,
        "reference": "github:a/b",
        "host": "github",
        "kind": "repository",
        "url": "https://github.com/a/b",
    }
    with store.begin() as connection:
        upsert(connection, ARTIFACT, [artifact | {"commit_id": told, "read_rules": "2.1fffebd7"}])
        look = {
            "artifact": 1,
            "first_seen": now,
            "last_seen": now,
            "digest": "d",
            "outcome": "present",
            "content": "code",
        }
        upsert(connection, ARTIFACT_CHECK, [look | {"licence_class": "osi", "commit_id": told}])
    with store.read() as connection:
        row = connection.execute(select(ARTIFACT)).one()
        assert (row.commit_id, row.read_rules) == (known, "2.1fffebd7")
        shown = connection.execute(text("SELECT commit_id FROM artifacts UNION ALL SELECT commit_id FROM checks"))
        assert [one or None for one in shown.scalars()] == [known, known]
