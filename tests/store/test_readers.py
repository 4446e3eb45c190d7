"""Readers and the writer do not wait for each other: a reader in `mode=ro` never gets "database is locked".

Three seconds here; `make readers` reads for a minute (READ_SECONDS).
"""

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from tracker.domain.papers import Version
from tracker.store.papers import save_versions
from tracker.store.upgrade import open_store

SECONDS = float(os.environ.get("READ_SECONDS", "3"))
BATCH = 50
START = datetime(2026, 6, 1, tzinfo=UTC)
QUERIES = (
    "SELECT count(*), max(submitted_at) FROM papers",
    "SELECT * FROM open_papers ORDER BY opened_at DESC LIMIT 100",
    "SELECT sum(papers) FROM openness_by_month WHERE category = 'all' AND fact = 'code'",
    "SELECT count(*) FROM paper_search WHERE paper_search MATCH 'reader'",
)


def make_papers(batch: int) -> list[Version]:
    """The papers of one batch: ids that no other batch has."""
    return [
        Version(
            arxiv_id=f"{1501 + 100 * (number // 90_000)}.{number % 90_000:05}",
            n=1,
            title=f"The reader and the writer, {number}",
            abstract="We write while others read. " * 40,
            authors=("Ann Author",),
            categories=("cs.LG",),
            primary_category="cs.LG",
            comment=None,
            submitted_at=START + timedelta(seconds=number),
            updated_at=START,
        )
        for number in range(batch * BATCH, (batch + 1) * BATCH)
    ]


def write(url: str, stop: Event) -> None:
    """Write until `stop` is set, as a long run does: transactions, checkpoints, connections closed and opened."""
    store, batch = open_store(url), 0
    while not stop.is_set():
        versions = make_papers(batch)
        save_versions(store, versions, {version.arxiv_id: START for version in versions}, START)
        batch += 1
        if batch % 20 == 0:
            store.release_connections()
        if batch % 30 == 0:
            store.close()
            store = open_store(url)
    store.close()


def test_a_reader_is_never_locked_out_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    url = f"sqlite:///{path}"
    open_store(url).close()
    context = get_context("spawn")
    stop = context.Event()
    writer = context.Process(target=write, args=(url, stop))
    writer.start()
    try:
        counts, queries_run, deadline = [0], 0, 0.0
        while not deadline or time.monotonic() < deadline:
            # A new connection each time: a reader can run into a lock while it opens or closes.
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as reader:
                for query in QUERIES:
                    rows = reader.execute(query).fetchall()
                    queries_run += 1
                    if query is QUERIES[0]:
                        counts.append(rows[0][0])
            assert writer.is_alive()
            if not deadline and counts[-1]:  # the writer has begun: the measured time starts here
                deadline = time.monotonic() + SECONDS
    finally:
        stop.set()
        writer.join(60)
    assert writer.exitcode == 0
    assert counts == sorted(counts)
    assert len(set(counts)) > 3, "something was written while it read"
    assert all(count % BATCH == 0 for count in counts), "a reader sees whole transactions"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    print(f"{queries_run} queries in {SECONDS:g} s, {counts[-1]} papers written")  # noqa: T201 # `make readers` shows it
