"""Whether the store can be read and is undamaged. A SQLite file is opened read-only, and not upgraded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tracker.doctor.findings import BAD, OK, WARN, Finding, clean_text, format_bytes
from tracker.pipeline.status import read_leader
from tracker.settings import Settings
from tracker.store import readonly_sql, upgrade, views
from tracker.store.engine import open_reader

LONG_LOG_BYTES = 256_000_000
"""The write-ahead log is checkpointed every 16 MB: one so long is held open by a reader."""
RESTORE = "Restore a backup, or move the file away to begin anew."


def has_store(settings: Settings) -> bool:
    """Whether there is a store that can be asked: a server, or a file that exists."""
    path = _sqlite_file(settings)
    return path is None or path.is_file()


def first_row(settings: Settings, sql: str) -> Sequence[Any]:
    """The first row of a question to the store, `(None,)` where there is none."""
    _, rows = readonly_sql.run_query(settings.store_url, sql)
    return next(iter(list(rows)), (None,))


def check_database(settings: Settings) -> Iterator[Finding]:
    """The store's file or server, its version and its integrity."""
    path = _sqlite_file(settings)
    if path is None:
        [revision] = first_row(settings, "SELECT version_num FROM alembic_version")
        yield Finding("database", "server", OK, f"answers; schema {revision}")
        if revision == upgrade.revisions()[-1]:
            yield _check_leader(settings)
        return
    if not path.exists():
        yield Finding(
            "database", "file", WARN, f"{path}: does not exist yet", "Run `tracker once` or `tracker run`."
        )
        return
    yield Finding("database", "file", OK, f"{path}: {format_bytes(path.stat().st_size)}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            application, version = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        says = f"damaged, not a database, or not readable ({error})"
        yield Finding("database", "quick_check", BAD, says, RESTORE)
        return
    yield _check_version(settings, application, version)
    if fault == "ok":
        yield Finding("database", "quick_check", OK, "ok")
    else:
        yield Finding("database", "quick_check", BAD, clean_text(str(fault)), RESTORE)
    yield _check_log(path)


def _sqlite_file(settings: Settings) -> Path | None:
    """The SQLite file of the store, None where the store is a server."""
    scheme, _, path = settings.store_url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.partition("+")[0] == "sqlite" else None


def _check_leader(settings: Settings) -> Finding:
    """Who works among the services that share the server."""
    with closing(open_reader(settings.store_url)) as store:
        leader = read_leader(store)
    if leader is None or not leader.name:
        return Finding("database", "leader", OK, "no service leads now")
    says = (
        f"{clean_text(leader.name)} since {leader.since:%Y-%m-%dT%H:%M:%SZ}, for {leader.seconds_left:.0f} s more"
    )
    return Finding("database", "leader", OK, says)


def _check_version(settings: Settings, application: int, version: int) -> Finding:
    if application != views.APPLICATION_ID:
        says = "a database of another program"
        return Finding("database", "version", BAD, says, "Choose another TRACKER_DATA_DIR.")
    if version > views.VERSION:
        says = f"views {version}, this program knows {views.VERSION}"
        return Finding("database", "version", BAD, says, "Upgrade the program.")
    [revision] = first_row(settings, "SELECT version_num FROM alembic_version")
    says = f"views {version}, schema {revision}"
    if version == views.VERSION and revision == upgrade.revisions()[-1]:
        return Finding("database", "version", OK, says)
    return Finding("database", "version", WARN, f"{says}; the next start upgrades it", "Make a backup before it.")


def _check_log(path: Path) -> Finding:
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size <= LONG_LOG_BYTES:
        return Finding("database", "write-ahead log", OK, format_bytes(size))
    todo = "A reader holds it: end long queries, or restart the service."
    return Finding("database", "write-ahead log", WARN, format_bytes(size), todo)
