"""Connections to the store: who may write, and what a database's trouble becomes."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, DBAPIError

from tests.new_store import open_new_store, unreachable_store
from tracker.domain.errors import StoreError, StoreUnreachable
from tracker.store.engine import Store, masked_url, open_reader
from tracker.store.upgrade import open_store


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_reader_cannot_write_whatever_it_tries(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    before = path.read_bytes()
    store = open_reader(url(path))
    for sql in (
        "INSERT INTO stage (name, trouble) VALUES ('x', '')",
        "UPDATE work SET code = 'open'",
        "DELETE FROM event",
        "DROP TABLE work",
        "PRAGMA user_version = 9",
        "VACUUM",
    ):
        for begin in (store.read, store.begin):
            with pytest.raises((DBAPIError, StoreError)), begin() as connection:
                connection.execute(text(sql))
        with suppress(DBAPIError, StoreError), store.read() as connection:
            connection.execute(text("PRAGMA query_only = OFF"))
            connection.execute(text(sql))
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM papers")).scalar_one() == 0
    store.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "address", ["mysql://u:secret@h/d", "nonsense secret", "postgresql://u:secret@h:port/d", ""]
)
def test_an_unsupported_address_is_refused_in_one_sentence_without_its_password(address: str) -> None:
    with pytest.raises(StoreError, match=r"^database_url .*\.$") as caught:
        open_store(address)
    assert "secret" not in str(caught.value)


def test_an_address_of_a_server_without_its_driver_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="pip install '\\.\\[postgresql\\]'"):
        open_store("postgresql://u@h/d")


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    """A store in a file, for the troubles of files."""
    made = open_new_store(url(tmp_path / "tracker.db"))
    yield made
    made.close()


def test_a_lock_that_stays_is_reported_in_one_sentence(file_store: Store) -> None:
    store = file_store
    writer = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    with pytest.raises(StoreError, match=r"is locked by another program.*end it"), store.begin():
        pass
    writer.close()
    with store.begin():
        pass


def test_a_full_disk_is_reported_in_one_sentence_and_nothing_is_half_stored(file_store: Store) -> None:
    store = file_store

    def fill() -> None:
        with store.begin() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(1000):
                connection.exec_driver_sql(
                    "INSERT INTO organisation (name, github, huggingface) VALUES (?, '[]', '[]')",
                    (f"{number}" * 5000,),
                )

    with pytest.raises(StoreError, match=r"disk is full; make room"):
        fill()
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisation").scalar_one() == 0


def test_a_store_that_cannot_be_reached_may_be_later(store: Store) -> None:
    """A replica waits for it, where it refuses another StoreError."""
    with closing(open_reader(store.url)) as reader:
        with unreachable_store(store), pytest.raises(StoreUnreachable), reader.read():
            pass
        with reader.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM stage").scalar_one() == 0


def test_an_address_in_a_message_has_no_password() -> None:
    assert masked_url("postgresql+psycopg://u:secret@h/d") == "postgresql+psycopg://u:***@h/d"
    assert masked_url("sqlite:////data/my tracker.db") == "sqlite:////data/my tracker.db"


def test_a_programming_error_is_not_hidden(store: Store) -> None:
    with pytest.raises(DatabaseError, match=r"no such table|does not exist"), store.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
