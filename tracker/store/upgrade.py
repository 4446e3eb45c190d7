"""Opening a store: creating it, upgrading it, and refusing a file that this program must not change.

Revisions are Alembic's, one file each in `migrations/versions`. Alembic itself, 11 MB of memory, is loaded only to migrate.
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from tracker.domain.errors import StoreError
from tracker.regular_files import how_to_own
from tracker.store import statistics, views
from tracker.store.dialect import compare_bytes
from tracker.store.engine import BUSY_SECONDS, Store, explain_hindrance, masked_url, read_write_engine
from tracker.store.search_index import create_index, detach_index, fold_texts

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
QUICK_CHECK_PAGES = 12_500
"""Files below this many pages (200 MB of new ones) are checked for damage at every start; `tracker doctor` checks all."""
UNFINISHED_COPY = "unfinished_copy"
"""The table that a store has while another is copied into it (`tracker.store.database_copy`)."""
_UNRELEASED = re.compile(r"000[1-6]")
"""Revisions that no release had. Their tables were others, and nothing leads from them to these."""


def revisions() -> list[str]:
    """The revisions of this program, oldest first: the file of each begins with it."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def open_store(url: str, *, unfinished: bool = False) -> Store:
    """Open a store, creating or upgrading it. StoreError in one sentence when it must not be touched.

    Only who goes on with a copy opens one that is `unfinished`.
    """
    engine = read_write_engine(url)
    name = engine.url.render_as_string(hide_password=True)
    is_open = False
    try:
        with engine.connect() as connection:
            _refuse_foreign(connection, name)
            if not unfinished and inspect(connection).has_table(UNFINISHED_COPY):
                raise StoreError(f"{name}: holds an unfinished copy; run the same `tracker copy` again to end it.")
        _upgrade(engine)
        is_open = True
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise StoreError(_explain(name, error)) from None
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(f"{name}: cannot be opened ({error}).") from None
    finally:
        if not is_open:
            engine.dispose()
    return Store(engine, url)


def upgrade_in_subprocess(url: str) -> None:
    """Create or upgrade a store in a process of its own, so that Alembic's memory ends with it.

    For a service that stays. Errors are left to `open_store`, which raises them again.
    """
    try:
        engine = read_write_engine(url)
        with engine.connect() as connection:
            current = _revision(connection)
        engine.dispose()
    except (SQLAlchemyError, OSError, StoreError):
        return
    if current != revisions()[-1]:
        process = get_context("spawn").Process(target=_open_quietly, args=(url,))
        process.start()
        process.join()


def _open_quietly(url: str) -> None:
    with suppress(StoreError):
        open_store(url).close()


def refuse_revision(name: str, revision: str | None, version: int) -> None:
    """Refuse a store of this revision, with views of this version, where this program cannot upgrade it. StoreError."""
    if revision is not None and _UNRELEASED.fullmatch(revision):
        raise StoreError(
            f"{name}: was written before the first release (schema {revision}), and this program cannot upgrade it; move it "
            "away and harvest anew (`tracker once --since DATE`), or write its links out with `tracker export` of the "
            "program that made it and bring them in with `tracker import`."
        )
    if version > views.VERSION or (revision is not None and revision not in revisions()):
        raise StoreError(
            f"{name}: was written by a newer version of this program (views {version}, schema {revision}; this one "
            f"knows {views.VERSION} and {revisions()[-1]}); upgrade the program."
        )


def refuse_other_schema(store: Store) -> None:
    """Refuse a store that this program cannot read as it is, since it is not to be upgraded. StoreError for one of another
    program, a newer or an older one; an empty database is not refused."""
    name = masked_url(store.url)
    with store.read() as connection:
        revision = _revision(connection)
        if connection.dialect.name == "sqlite":
            application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if application != views.APPLICATION_ID and inspect(connection).get_table_names():
                raise StoreError(f"{name}: is a database of another program; choose another TRACKER_DATABASE_URL.")
        else:
            version = views.VERSION
    if revision is None:
        return
    refuse_revision(name, revision, version)
    if revision != revisions()[-1] or version != views.VERSION:
        raise StoreError(
            f"{name}: was written by an older version of this program (views {version}, schema {revision}; this one needs "
            f"{views.VERSION} and {revisions()[-1]}); start the new version of its worker, which upgrades it."
        )


def _refuse_foreign(connection: Connection, name: str) -> None:
    """Refuse a damaged file, another program's file, and one of a revision that cannot be upgraded. StoreError."""
    version = 0
    if connection.dialect.name == "sqlite":
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        has_tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if has_tables and application != views.APPLICATION_ID:
            raise StoreError(f"{name}: is a database of another program; choose another TRACKER_DATA_DIR.")
        if has_tables and connection.exec_driver_sql("PRAGMA page_count").scalar_one() < QUICK_CHECK_PAGES:
            fault = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if fault != "ok":
                raise StoreError(f"{name}: is damaged ({fault}); restore a backup, or move it away to begin anew.")
    refuse_revision(name, _revision(connection), version)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _explain(name: str, error: Exception) -> str:
    reason = str(getattr(error, "orig", error))
    if isinstance(error, (OperationalError, sqlite3.OperationalError)):
        if (sentence := explain_hindrance(reason)) is not None and "readonly" not in reason:
            return f"{name}: {sentence}"
        if "unable to open" in reason or "readonly" in reason:
            folder = Path(name.removeprefix("sqlite:///")).parent
            return f"{name}: cannot be opened for writing ({reason}); {how_to_own(folder)}."
        said = " ".join(reason.split()).rstrip(".")
        return f"{name}: cannot be used ({said}); see that its server runs, and that address, user and password are right."
    return f"{name}: is damaged or not a database ({reason}); restore a backup, or move it away to begin anew."


def _is_newest(connection: Connection) -> bool:
    """Whether a store has the newest revision and views."""
    is_sqlite = connection.dialect.name == "sqlite"
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one() if is_sqlite else views.VERSION
    return version == views.VERSION and _revision(connection) == revisions()[-1]


def _upgrade(engine: Engine) -> None:
    """Create or upgrade a store in one transaction: killed at any moment, it leaves the store as it was."""
    newest = revisions()[-1]
    with engine.connect() as connection:
        if _is_newest(connection):
            return
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        _set_wal(engine)
    with Store(engine, "").begin() as connection:
        if not is_sqlite:  # SQLite's transaction is alone as it begins
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": views.APPLICATION_ID})
        if _is_newest(connection):
            return  # another process has upgraded it meanwhile
        current = _revision(connection)
        if is_sqlite and current not in (None, newest):
            _keep_copy(engine, current, newest)
        # A revision may change tables only while no view and no trigger reads them.
        for view in views.VIEWS:
            connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
        detach_index(connection)
        _migrate(connection)
        compare_bytes(connection)
        if current != newest:
            statistics.recount(connection)
            fold_texts(connection)
        create_index(connection)
        for statement in views.view_statements(connection.dialect.name):
            connection.execute(text(statement))
        if is_sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {views.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {views.VERSION}")


def _keep_copy(engine: Engine, current: str | None, newest: str) -> None:
    """Keep the store as the older program left it, beside it; an earlier copy goes. StoreError where the disk is too full."""
    path = Path(str(engine.url.database))
    if engine.url.database in (None, "", ":memory:") or not path.is_file():
        return
    kept = path.with_name(f"{path.name}.before-{newest}")
    unfinished = kept.with_name(f"{kept.name}.part")
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
        with closing(sqlite3.connect(unfinished)) as copy:
            source: Any = raw.driver_connection
            source.backup(copy)
    finally:
        raw.close()
    unfinished.replace(kept)
    log.warning(
        "Upgrading the store from revision %s to %s; a copy of it as it was is kept as %s and can be removed.",
        current,
        newest,
        kept,
    )


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 # loaded only to migrate
    from alembic.config import Config  # noqa: PLC0415 # as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _set_wal(engine: Engine) -> None:
    """Readers and the writer must not wait for each other; the mode stays with the file."""
    raw, until = engine.raw_connection(), time.monotonic() + BUSY_SECONDS
    try:
        while True:
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # Of two that start at once SQLite refuses one without waiting.
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return
    finally:
        raw.close()
