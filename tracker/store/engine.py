"""Opening the store: connections, migrations, and what refuses a file that is not ours to touch."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, SQLAlchemyError

from tracker.domain.errors import StoreError
from tracker.store import keys, search, statistics, views
from tracker.store.dialect import encode_json

log = logging.getLogger(__name__)
BUSY_SECONDS = 60
FOLD_MILLISECONDS = 500
LOG_BYTES = 64 * 1024 * 1024
"""A write-ahead log that a long reading made longer is cut to this when it is begun anew."""
PAGE_BYTES = 16384
QUICK_CHECK_PAGES = 12_500
"""Files below this many pages (200 MB of new ones) are checked for damage at every start; `tracker doctor` checks all."""

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All revisions of `migrations/versions`, oldest first: known here so that Alembic, 11 MB, is loaded only to migrate."""


class Store:
    """One store. `begin()` writes in one transaction; `read()` reads a consistent snapshot.

    Both raise StoreError for what a disk or another program does to it: no room, a lock that stays, damage.
    """

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction; on SQLite it takes the write lock at once, so that it cannot deadlock."""
        with self._told(), self.engine.connect() as connection:
            connection.info["write"] = True
            try:
                with connection.begin():
                    yield connection
            finally:
                connection.info.pop("write", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    def fold(self) -> bool:
        """Fold SQLite's write-ahead log into the file and cut it to nothing; False where a reader still needs it.

        By itself SQLite folds the log but leaves it as long as it ever was (sqlite.org/wal.html, 6). Nobody is waited
        for: what could not be folded now is folded after the next cycle.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self.engine.connect() as connection:
            raw = connection.connection
            cursor = raw.cursor()
            try:
                cursor.execute(f"PRAGMA busy_timeout = {FOLD_MILLISECONDS}")
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                return False
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
                cursor.close()
        return not busy

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, sqlite3.DatabaseError) as error:
            sentence = _hindered(str(getattr(error, "orig", error)))
            if sentence is None:
                raise
            name = parse_url(self.url).render_as_string(hide_password=True) if self.url else "the store"
            raise StoreError(f"{name}: {sentence}") from None

    def rest(self) -> None:
        """Close the connections that nobody uses, with their memory: there will be new ones when there is work."""
        self.engine.dispose()

    def close(self) -> None:
        """Give all connections back; SQLite folds its write-ahead log into the file."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open a store, making or upgrading it. StoreError in one sentence when it must not be touched."""
    engine = _engine(url)
    name = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            _refuse_foreign(connection, name)
        _upgrade(engine)
    except StoreError:
        engine.dispose()
        raise
    except (DatabaseError, sqlite3.DatabaseError) as error:
        engine.dispose()
        raise StoreError(_why(name, error)) from None
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise StoreError(f"{name}: cannot be opened ({error}).") from None
    store = Store(engine, url)
    meet(store)
    return store


def meet(store: Store) -> None:
    """Tell `keys` the works of a store whose numbers do not give them back."""
    if store.engine.dialect.name == "sqlite":
        with store.read() as connection:
            rows = connection.exec_driver_sql("SELECT arxiv_id, release FROM work WHERE id < 0").all()
        keys.meet(
            f"{keys.PAPER}{row.arxiv_id}" if row.arxiv_id else f"{keys.RELEASE}{row.release}" for row in rows
        )


def open_reader(url: str) -> Store:
    """A store that is there, for who must not write: the database itself refuses every change. StoreError.

    Each transaction has a connection of its own, so that nothing of it stays.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Store(server_engine(url, execution_options={"postgresql_readonly": True}), url)
    name = f"{Path(str(parsed.database)).absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        made.execute("PRAGMA query_only = ON")
        return made

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, json_serializer=encode_json)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return Store(engine, url)


def upgrade_in_subprocess(url: str) -> None:
    """Make or upgrade a store in a process of its own: what Alembic took, 11 MB, ends with it.

    For a service that stays. What goes wrong is said when the store is opened.
    """
    try:
        engine = _engine(url)
        with engine.connect() as connection:
            current = _revision(connection)
        engine.dispose()
    except (SQLAlchemyError, OSError, StoreError):
        return
    if current != REVISIONS[-1]:
        process = get_context("spawn").Process(target=_open_quietly, args=(url,))
        process.start()
        process.join()


def _open_quietly(url: str) -> None:
    with suppress(StoreError):
        open_store(url).close()


def server_engine(url: str, **options: Any) -> Engine:
    """A store on PostgreSQL; `options` as SQLAlchemy's `create_engine` takes them. StoreError where it cannot be had."""
    if parse_url(url).get_backend_name() != "postgresql":
        raise StoreError("database_url must begin with sqlite:/// or postgresql://.")
    try:
        return create_engine(url, pool_pre_ping=True, json_serializer=encode_json, **options)
    except ImportError:
        raise StoreError("A store on PostgreSQL needs: pip install 'arxiv-code-tracker[postgresql]'.") from None


def parse_url(url: str) -> URL:
    """The parts of a `database_url`. StoreError, without repeating it, where it is none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is not repeated.
        raise StoreError("database_url is no address of a database; see docs/operations.md.") from None


def _engine(url: str) -> Engine:
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return server_engine(url)
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: cannot be made ({error.strerror}); "
                "set TRACKER_DATA_DIR to a folder this user may write."
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


def _refuse_foreign(connection: Connection, name: str) -> None:
    """Refuse a damaged file, another program's file, and one that a newer program wrote."""
    if connection.dialect.name == "sqlite":
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        has_tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if has_tables and application != views.APPLICATION_ID:
            raise StoreError(f"{name}: is a database of another program; choose another TRACKER_DATA_DIR.")
        if version > views.VERSION:
            raise StoreError(
                f"{name}: was written by a newer version of this program (views {version}, this one "
                f"knows {views.VERSION}); upgrade the program."
            )
        small = connection.exec_driver_sql("PRAGMA page_count").scalar_one() < QUICK_CHECK_PAGES
        if (
            has_tables
            and small
            and (fault := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()) != "ok"
        ):
            raise StoreError(f"{name}: is damaged ({fault}); restore a backup, or move it away to begin anew.")
    current = _revision(connection)
    if current is not None and current not in REVISIONS:
        raise StoreError(
            f"{name}: was written by a newer version of this program (schema {current}); upgrade the program."
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _why(name: str, error: Exception) -> str:
    reason = str(getattr(error, "orig", error))
    if isinstance(error, (OperationalError, sqlite3.OperationalError)):
        if (sentence := _hindered(reason)) is not None and "readonly" not in reason:
            return f"{name}: {sentence}"
        if "unable to open" in reason or "readonly" in reason:
            return f"{name}: cannot be opened for writing ({reason}); set TRACKER_DATA_DIR to a folder this user may write."
        return f"{name}: cannot be used ({reason})."
    return f"{name}: is damaged or no database ({reason}); restore a backup, or move it away to begin anew."


HINDRANCES = {
    "disk is full": "the disk is full; make room. What was stored is safe, and the next cycle goes on.",
    "disk I/O error": "the disk cannot be read or written; see that it has room and is sound. What was stored is safe.",
    "locked": f"is locked by another program for more than {BUSY_SECONDS} seconds; end it. What was stored is safe.",
    "malformed": "is damaged; restore a backup, or move it away to begin anew.",
    "readonly": "cannot be written; let this user write it. What was stored is safe.",
}
"""What SQLite says where the trouble is not ours (sqlite.org/rescode.html), and what to do."""


def _hindered(reason: str) -> str | None:
    return next((sentence for words, sentence in HINDRANCES.items() if words in reason), None)


def _upgrade(engine: Engine) -> None:
    with engine.connect() as connection:
        current = _revision(connection)
        is_sqlite = connection.dialect.name == "sqlite"
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one() if is_sqlite else None
    if current == REVISIONS[-1] and version in (None, views.VERSION):
        return
    if is_sqlite:
        if current not in (None, REVISIONS[-1]):
            _keep_copy(engine, current)
        _set_wal(engine)
    with Store(engine, "").begin() as connection:
        _migrate(connection)
        if current != REVISIONS[-1]:
            statistics.recount(connection)
        search.create_index(connection)
        for statement in views.view_statements(connection.dialect.name):
            connection.execute(text(statement))
        if is_sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {views.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {views.VERSION}")


def _keep_copy(engine: Engine, current: str | None) -> None:
    """Keep the store as the older program left it, beside it; an earlier copy goes. StoreError without room for it."""
    path = Path(str(engine.url.database))
    if engine.url.database in (None, "", ":memory:") or not path.is_file():
        return
    kept = path.with_name(f"{path.name}.before-{REVISIONS[-1]}")
    making = kept.with_name(f"{kept.name}.part")
    for old in path.parent.glob(f"{path.name}.before-*"):
        if old != kept:
            old.unlink()
    need, free = 3 * path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < need:
        raise StoreError(
            f"{path}: the upgrade needs {need >> 20} MB of free disk, for a copy of the store as it is and for the new "
            f"one, and there are {free >> 20}; make room."
        )
    raw = engine.raw_connection()
    try:
        with closing(sqlite3.connect(making)) as copy:
            source: Any = raw.driver_connection
            source.backup(copy)
    finally:
        raw.close()
    making.replace(kept)
    log.warning(
        "The store is upgraded from revision %s to %s; as it was, it is kept as %s, which can be removed.",
        current,
        REVISIONS[-1],
        kept,
    )


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 # see REVISIONS
    from alembic.config import Config  # noqa: PLC0415 # as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _set_wal(engine: Engine) -> None:
    """Readers and the writer must not wait for each other; the mode stays with the file."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()
