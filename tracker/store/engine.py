"""Connections to a store, for writing and for reading, and the errors of its database as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, InterfaceError

from tracker.domain.errors import StoreError, StoreUnreachable, how_to_install
from tracker.regular_files import how_to_own
from tracker.store.dialect import encode_json
from tracker.store.leases import Leases

BUSY_SECONDS = 60
CHECKPOINT_MILLISECONDS = 500
LOG_BYTES = 64 * 1024 * 1024
"""A write-ahead log that grew during a long read is cut to this when it starts anew."""
PAGE_BYTES = 16384
CACHE_KB = 16_000
"""Pages that a reader keeps. SQLite's own 2 MB are less than the pages of a hundred scattered papers and their links."""


class Store:
    """One store. `begin()` writes in one transaction; `read()` reads a consistent snapshot.

    Both raise StoreError for what a disk or another program causes: no space, a lock that stays, damage.
    """

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self.leases = None if engine.dialect.name == "sqlite" else Leases(self.begin)
        """What this process holds among those that share a server; None for a file, which one machine uses."""

    @contextmanager
    def begin(self, *, fenced: bool = True) -> Iterator[Connection]:
        """A write transaction; on SQLite it takes the write lock at once, so that it cannot deadlock.

        Where this process works under leases it is `fenced`: LeaseLost, with nothing written, where one is lost.
        """
        with self._translate_errors(), self.engine.connect() as connection:
            connection.info["write"] = True
            try:
                with connection.begin():
                    leases = self.leases
                    if leases is not None and (leases.is_fenced or not fenced):
                        # A process that hangs in a transaction would block the next leader at the rows it changed,
                        # those of the leases among them.
                        milliseconds = int(leases.seconds * 1000)
                        connection.exec_driver_sql(
                            f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"
                        )
                    yield connection
                    if fenced and leases is not None:
                        leases.check(connection)
            finally:
                connection.info.pop("write", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction, of one moment however long it takes."""
        with self._translate_errors(), self.engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                # By itself each statement would see what others have committed since the one before.
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def pin(self) -> Iterator[Store]:
        """A store that reads this one as it is at one moment, however many times it is read and whatever is written
        meanwhile."""
        # SQLite's transactions always read one moment (sqlite.org/isolation.html); PostgreSQL's need this setting.
        options = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with (
            self._translate_errors(),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield _PinnedStore(connection, self.url)

    def checkpoint_wal(self) -> bool:
        """Fold SQLite's write-ahead log into the file and cut it to nothing; False where a reader still needs it.

        By itself SQLite folds the log but leaves it as long as it ever was (sqlite.org/wal.html, 6). It waits for
        nobody: what cannot be folded now is folded after the next cycle.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self.engine.connect() as connection:
            raw = connection.connection
            cursor = raw.cursor()
            try:
                cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_MILLISECONDS}")
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                return False
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
                cursor.close()
        return not busy

    def count_bytes(self) -> int | None:
        """How large the database on a server is; None for a file, whose size the file system knows. StoreError."""
        if self.engine.dialect.name == "sqlite":
            return None
        with self.read() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DataError:  # a fault of the program: a value that the database cannot take
            raise
        except (DatabaseError, InterfaceError, sqlite3.DatabaseError) as error:
            reason = getattr(error, "orig", error)
            sentence = explain_hindrance(str(reason)) or self._explain_server(reason)
            if sentence is None:
                raise
            name = masked_url(self.url) if self.url else "the store"
            kind = StoreUnreachable if sentence == _LOST_SERVER else StoreError
            raise kind(f"{name}: {sentence}") from None

    def _explain_server(self, reason: object) -> str | None:
        """What hinders a server, in a sentence; None for an error of another kind."""
        if self.engine.dialect.name == "sqlite":
            return None
        # psycopg gives no state where there was no answer at all.
        state = getattr(reason, "sqlstate", "other") or NO_ANSWER
        return next((sentence for prefix, sentence in SERVER_HINDRANCES.items() if state.startswith(prefix)), None)

    def release_connections(self) -> None:
        """Close idle connections and free their memory; new ones are opened when there is work."""
        self.engine.dispose()

    def close(self) -> None:
        """Give all connections back; SQLite folds its write-ahead log into the file."""
        if self.leases is not None:
            self.leases.close()
        self.engine.dispose()


class _PinnedStore(Store):
    """A store in one transaction of another, which is all that it reads."""

    def __init__(self, connection: Connection, url: str) -> None:
        super().__init__(connection.engine, url)
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """The one transaction."""
        yield self._connection


def open_reader(url: str) -> Store:
    """An existing store for readers: the database itself refuses every change. StoreError.

    Each transaction has its own connection, so that no memory stays after it.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Store(server_engine(url, execution_options={"postgresql_readonly": True}), url)

    def connect() -> sqlite3.Connection:
        return open_readonly(Path(str(parsed.database)), isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, json_serializer=encode_json)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return Store(engine, url)


def open_readonly(path: Path, **options: Any) -> sqlite3.Connection:
    """A connection that cannot write to the store at `path`; `options` as `sqlite3.connect` takes them. StoreUnreachable where
    there is none that can be read."""
    if not path.is_file():
        raise StoreUnreachable(f"{path}: there is no store yet; run `tracker once` or `tracker run` first.")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection: sqlite3.Connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, **options)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise StoreUnreachable(
            f"{path}: cannot be read ({error}); a live file needs a folder that this user may write, a snapshot does not."
        ) from None
    return connection


def server_engine(url: str, **options: Any) -> Engine:
    """A store on PostgreSQL; `options` as SQLAlchemy's `create_engine` takes them. StoreError where there is no driver for it."""
    if parse_url(url).get_backend_name() != "postgresql":
        raise StoreError("database_url must begin with sqlite:/// or postgresql://.")
    try:
        return create_engine(url, pool_pre_ping=True, json_serializer=encode_json, **options)
    except ImportError:
        raise StoreError(f"A store on PostgreSQL needs psycopg: {how_to_install('postgresql')}.") from None


def parse_url(url: str) -> URL:
    """The parts of a `database_url`. StoreError, without repeating it, where it is not an address."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is not repeated.
        raise StoreError("database_url is no address of a database; see docs/operations.md.") from None


def masked_url(url: str) -> str:
    """The address of a store without its password, for messages. StoreError where it is not an address."""
    return parse_url(url).render_as_string(hide_password=True)


def read_write_engine(url: str) -> Engine:
    """The engine of a store that may be written; makes the folder of a SQLite file. StoreError."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return server_engine(url)
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: cannot be made ({error.strerror}); {how_to_own(folder.parent)}."
            ) from None
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, json_serializer=encode_json)

    @event.listens_for(engine, "connect")
    def _connected(raw: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy, not the driver, begins transactions: the driver would do so only at the first write.
        raw.isolation_level = None
        # Counts for a file that is yet to be made. Two abstracts fill a page of 4096 bytes and leave a fifth of it empty; of
        # 16 kB a fourteenth stays empty. It also makes SQLite's 1000 pages between two checkpoints 16 MB: a batch of papers
        # seldom waits for one.
        raw.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = NORMAL")
        raw.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        raw.execute("PRAGMA temp_store = MEMORY")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("write") else "BEGIN")

    return engine


HINDRANCES = {
    "disk is full": "the disk is full; make room. What was stored is safe, and the next cycle goes on.",
    "disk I/O error": "the disk cannot be read or written; see that it has room and is sound. What was stored is safe.",
    "locked": f"is locked by another program for more than {BUSY_SECONDS} seconds; end it. What was stored is safe.",
    "malformed": "is damaged; restore a backup, or move it away to begin anew.",
    "readonly": "cannot be written; let this user write it. What was stored is safe.",
}
"""What SQLite says where the trouble is not ours (sqlite.org/rescode.html), and what to do."""

NO_ANSWER = "08"
_LOST_SERVER = "the server does not answer, or ended the connection; see that it runs. What was stored is safe."
SERVER_HINDRANCES = {
    "53100": HINDRANCES["disk is full"],
    NO_ANSWER: _LOST_SERVER,
    "57P": _LOST_SERVER,
    "25P03": "the server ended a transaction that stood still. What was stored before is safe, and it is done again.",
    "40": "two processes wrote at once, and this one gave way. What was stored is safe, and it is done again.",
}
"""What PostgreSQL says where the trouble is not ours, by the beginning of its state (its manual, appendix A)."""


def explain_hindrance(reason: str) -> str | None:
    """What hinders the database, in a sentence; None for an error of another kind."""
    return next((sentence for phrase, sentence in HINDRANCES.items() if phrase in reason), None)
