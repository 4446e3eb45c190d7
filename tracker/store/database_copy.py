"""A whole store copied into another database, in batches that a killed copy goes on from.

Both databases have the same tables, so rows are copied table by table in the order of their keys, each batch in one
transaction: the number of rows at the target says where to go on. While a copy is unfinished the target holds the table
`unfinished_copy`, and `tracker.store.upgrade` refuses to open it for anything else. The copy is done when every public
view has the same rows at both ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import URL, Connection, Table, func, inspect, select, text

from tracker.domain.errors import StoreError
from tracker.store import views
from tracker.store.dialect import encode_json, upsert
from tracker.store.engine import Store, open_reader, parse_url
from tracker.store.search_index import index_papers, index_repositories
from tracker.store.tables import artifact, judgement, operator, service, work
from tracker.store.tables.fields import table
from tracker.store.upgrade import UNFINISHED_COPY, open_store

TABLES = (artifact, judgement, operator, service, work)
"""The modules that declare all tables."""
WORK, PAPER_TEXT = work.WORK, work.PAPER_TEXT
BATCH = 2_000
"""Rows of one transaction."""
Report = Callable[[str, int, int], None]
"""Called after each batch with a table, how many of its rows are copied, and how many it has."""


@dataclass(frozen=True, slots=True)
class ViewDigest:
    """The rows of a public view: how many, and a sum of their hashes, which does not depend on their order."""

    rows: int
    digest: str


def copy_store(source: str, target: str, report: Report = lambda *_: None) -> dict[str, ViewDigest]:
    """Copy the store at the address `source` into the database at `target`; returns what each public view holds.

    The target is created where it is new. StoreError where it holds a store already, where the source changed since a
    copy was begun, or where the two differ at the end.
    """
    if parse_url(source) == _parse_target(target):
        raise StoreError("The target is the store itself; name another database.")
    # An older source is upgraded as any start would do it, so that both ends have the same tables.
    open_store(source).close()
    with _opened(open_reader(source)) as origin, origin.read() as reading:
        expected = digest_views(reading)
        with _opened(open_store(target, unfinished=True)) as copy:
            _begin(copy, _identify(expected))
            for each in _copied_tables():
                _copy_table(reading, copy, each, report)
            with copy.begin() as connection:
                keys = list(connection.execute(select(WORK.c.id).order_by(WORK.c.id)).scalars())
                for start in range(0, len(keys), BATCH):
                    index_papers(connection, keys[start : start + BATCH])
                    index_repositories(connection, keys[start : start + BATCH])
            with copy.read() as connection:
                _compare(expected, digest_views(connection))
            with copy.begin() as connection:
                connection.execute(text(f"DROP TABLE {UNFINISHED_COPY}"))
    return expected


def _parse_target(target: str) -> URL:
    """The parts of the target's address. StoreError, without repeating it, where it is not one."""
    try:
        address = parse_url(target)
    except StoreError:
        address = None
    if address is None or address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            "--to (or TRACKER_COPY_TO) is no address of a database; write it like postgresql://USER@HOST/NAME or "
            "sqlite:////FOLDER/FILE."
        )
    return address


def digest_views(connection: Connection) -> dict[str, ViewDigest]:
    """What every public view holds, in the same form for every database."""
    return {name: _digest(connection, name) for name in views.VIEWS}


def _digest(connection: Connection, view: str) -> ViewDigest:
    rows = total = 0
    query = f"SELECT * FROM {view}"  # noqa: S608 # a constant
    with connection.execution_options(yield_per=BATCH).exec_driver_sql(query) as result:
        for row in result:
            hashed = hashlib.sha256(encode_json([_plain(value) for value in row]).encode()).digest()
            total += int.from_bytes(hashed[:16])
            rows += 1
    return ViewDigest(rows, f"{total % 2**128:032x}")


def _plain(value: Any) -> Any:
    """A value as both databases can give it: flags are numbers to SQLite, and lists are texts to it."""
    if isinstance(value, (bool, Decimal)):
        value = float(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else f"{value:.12g}"
    return encode_json(value) if isinstance(value, (list, dict)) else value


@contextmanager
def _opened(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.close()


def _identify(digests: dict[str, ViewDigest]) -> str:
    """One text for the state of a store, by which a copy that goes on knows its source again."""
    return hashlib.sha256(
        encode_json([[name, each.digest] for name, each in digests.items()]).encode()
    ).hexdigest()


def _copied_tables() -> list[Table]:
    """Every table in an order in which rows find what they refer to. The index of texts is built anew at the target."""
    return [each for each in WORK.metadata.sorted_tables if each is not PAPER_TEXT]


def _begin(copy: Store, source: str) -> None:
    """Mark the target as an unfinished copy of this source, or find that it is one. StoreError where it is neither."""
    with copy.begin() as connection:
        if inspect(connection).has_table(UNFINISHED_COPY):
            if connection.execute(text(f"SELECT source FROM {UNFINISHED_COPY}")).scalar_one() != source:  # noqa: S608 # a constant
                raise StoreError(
                    "The store changed since this copy was begun; copy into an empty database instead."
                )
            return
        for each in (WORK, table(service.AnnouncementRow)):
            if connection.execute(select(each).limit(1)).first() is not None:
                raise StoreError("The target holds a store already; copy into an empty database.")
        for each in reversed(_copied_tables()):  # such as counts of an empty store
            connection.execute(each.delete())
        connection.execute(text(f"CREATE TABLE {UNFINISHED_COPY} (source VARCHAR NOT NULL)"))
        connection.execute(text(f"INSERT INTO {UNFINISHED_COPY} VALUES (:source)"), {"source": source})  # noqa: S608 # a constant


def _copy_table(reading: Connection, copy: Store, target: Table, report: Report) -> None:
    with copy.read() as connection:
        done = _count(connection, target)
    total = _count(reading, target)
    query = select(target).order_by(*target.primary_key.columns).offset(done)
    with reading.execution_options(yield_per=BATCH).execute(query) as rows:
        for batch in rows.mappings().partitions():
            with copy.begin() as connection:
                upsert(connection, target, [dict(row) for row in batch])
            done += len(batch)
            report(target.name, done, total)


def _count(connection: Connection, target: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(target)).scalar_one())


def _compare(expected: dict[str, ViewDigest], found: dict[str, ViewDigest]) -> None:
    if differing := [name for name in expected if expected[name] != found[name]]:
        raise StoreError(
            f"The copy differs from the store in {', '.join(differing)}; it is kept as unfinished. "
            "Copy into an empty database, and report this."
        )
