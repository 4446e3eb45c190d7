"""A store as a worker leaves it, and a copy with a hundred thousand papers, for the queries in the docs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tracker import settings
from tracker.config_files import config_dir
from tracker.fetch import clock
from tracker.pipeline import cycle
from tracker.pipeline.worker import make_worker
from tracker.sandbox.server import DEMO_WORLD, Sandbox
from tracker.store import search_index
from tracker.store.upgrade import open_store

NOW = "2026-06-17T05:00:00Z"
PAPERS = [
    {
        "arxiv_id": "2606.00001",
        "title": "All parts of a language model",
        "abstract": "Our code is available at https://github.com/ann/parts, our weights at https://huggingface.co/ann/parts "
        "and our dataset at https://huggingface.co/datasets/ann/parts-data.",
        "authors": ["Ann Author", "Bob Builder"],
        "categories": ["cs.CL", "cs.LG"],
        "comments": None,
        "published": "2026-06-12T12:00:00Z",
        "updated": "2026-06-12T12:00:00Z",
    },
    {
        "arxiv_id": "2606.00002",
        "title": "A promise",
        "abstract": "We study promises. Our code will be released upon acceptance at https://github.com/ann/promise.",
        "authors": ["Ann Author"],
        "categories": ["cs.LG"],
        "comments": None,
        "published": "2026-06-13T12:00:00Z",
        "updated": "2026-06-13T12:00:00Z",
    },
    {
        "arxiv_id": "2606.00003",
        "title": "A repository that went",
        "abstract": "We look at loss. Our code is available at https://github.com/ann/gone.",
        "authors": ["Ann Author"],
        "categories": ["cs.LG"],
        "comments": None,
        "published": "2026-06-14T12:00:00Z",
        "updated": "2026-06-14T12:00:00Z",
    },
]
COPIES = 3_030
"""How often the large store repeats the 33 papers of the small one."""


def world(folder: Path) -> Path:
    """The demo's world, with a paper that shows all parts, one that promises, and one whose repository will go."""
    shutil.copytree(DEMO_WORLD, folder)
    lines = "".join(f"{json.dumps(paper)}\n" for paper in PAPERS)
    (folder / "more.jsonl").write_text(lines)
    licence = (config_dir() / "licences" / "MIT.txt").read_text()
    for name in ("parts", "gone"):
        files = folder / "github" / "ann" / name / "files"
        files.mkdir(parents=True)
        (files / "train.py").write_text("print()")
        (files / "LICENSE").write_text(licence)
    for kind, name, file in (("models", "parts", "model.safetensors"), ("datasets", "parts-data", "data.parquet")):
        artifact = folder / "huggingface" / kind / "ann" / name
        artifact.mkdir(parents=True)
        (artifact / "info.json").write_text(json.dumps({"tags": ["license:mit"], "cardData": {"license": "mit"}}))
        (artifact / "tree.txt").write_text(f"README.md\n{file}\n")
    return folder


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after one cycle, in which one repository is gone and an archived copy of it is known."""
    folder = tmp_path_factory.mktemp("seeded")
    with Sandbox(world(folder / "world")) as sandbox:
        loaded = settings.load_settings(
            environ={
                **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
                "TRACKER_DATA_DIR": str(folder / "data"),
                "TRACKER_PACE__ARXIV": "0",
                "TRACKER_HARVEST__FIRST_DAYS": "4000",
                "TRACKER_HARVEST__WINDOW_DAYS": "4000",
                "GITHUB_TOKEN": "a-secret-token",
                "TRACKER_NOW": NOW,
            }
        )
        store = open_store(loaded.store_url)
        worker = make_worker(loaded, store, clock.make_clock(loaded))
        cycle.run_cycle(worker)
        with store.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE artifact SET outcome = 'absent', copy_url = 'https://archive.softwareheritage.org/x' "
                "WHERE reference = 'github:ann/gone'"
            )
        worker.close()
        store.close()
    return folder / "data" / "tracker.db"


@pytest.fixture(scope="session")
def large(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same papers, links, checks and events many times over, under other ids and spread over the days since 2015."""
    path = tmp_path_factory.mktemp("large") / "tracker.db"
    with closing(sqlite3.connect(seeded)) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        # Building the index once, in memory, takes a fifth of what the triggers take row by row.
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        multiply(connection)
        for name in search_index.INDEXES:
            connection.execute(f"INSERT INTO {name}({name}, rank) VALUES ('hashsize', 100000000)")
            connection.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.execute("ANALYZE")
    yield path
    path.unlink()  # pytest would keep three of them


def multiply(connection: sqlite3.Connection) -> None:
    """Copy every row of a paper or artifact under new keys; whatever columns there are come along."""
    connection.execute(
        "CREATE TEMP TABLE copy AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?) "
        "SELECT n FROM c",
        (COPIES,),
    )
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    first = ("work", "artifact", "artifact_name", "mention")
    for table in sorted(tables, key=lambda name: (name not in first, name)):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if table in ("artifact", "artifact_name", "paper_text") or {"id", "work", "artifact"} & set(columns) - (
            {"id"} if table != "work" else set()
        ):
            values = ", ".join(copied_value(table, column) for column in columns)
            connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} AS t, copy"
            )


WORKS = {("work", "id"), ("paper_text", "id")}
NUMBERED = {
    ("artifact", "id"),
    ("artifact_name", "id"),
    ("mention", "name"),
    ("role", "name"),
    ("verdict", "name"),
}


def copied_value(table: str, column: str) -> str:
    """The SQL of a column's value in the n-th copy."""
    if column == "work" or (table, column) in WORKS:
        return f"CASE typeof(t.{column}) WHEN 'integer' THEN t.{column} + copy.n * 1000000000 ELSE t.{column} || '-' || copy.n END"
    if column == "artifact" or (table, column) in NUMBERED:
        return f"t.{column} + copy.n * 100000"
    if column in ("arxiv_id", "release", "folded", "reference", "url", "host_id"):
        return f"t.{column} || '-' || copy.n"
    if column in ("submitted_at", "opened_at", "announced_at", "happened_at", "entered_at") and table != "scan":
        return f"strftime('%Y-%m-%dT%H:%M:%SZ', t.{column}, '-' || copy.n || ' days')"
    return f"t.{column}"
