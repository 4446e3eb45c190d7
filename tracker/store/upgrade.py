"""Opening a store: making it, upgrading it, and refusing a file that is not ours to change."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from tracker.domain.errors import StoreError
from tracker.store import keys, search_index, statistics, views
from tracker.store.engine import Store, explain_hindrance, read_write_engine

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All revisions of `migrations/versions`, oldest first: known here so that Alembic, 11 MB, is loaded only to migrate."""
QUICK_CHECK_PAGES = 12_500
"""Files below this many pages (200 MB of new ones) are checked for damage at every start; `tracker doctor` checks all."""


def open_store(url: str) -> Store:
    """Open a store, making or upgrading it. StoreError in one sentence when it must not be touched."""
    engine = read_write_engine(url)
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


def upgrade_in_subprocess(url: str) -> None:
    """Make or upgrade a store in a process of its own: what Alembic took, 11 MB, ends with it.

    For a service that stays. What goes wrong is said when the store is opened.
    """
    try:
        engine = read_write_engine(url)
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
        if (sentence := explain_hindrance(reason)) is not None and "readonly" not in reason:
            return f"{name}: {sentence}"
        if "unable to open" in reason or "readonly" in reason:
            return f"{name}: cannot be opened for writing ({reason}); set TRACKER_DATA_DIR to a folder this user may write."
        return f"{name}: cannot be used ({reason})."
    return f"{name}: is damaged or no database ({reason}); restore a backup, or move it away to begin anew."


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
        search_index.create_index(connection)
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
