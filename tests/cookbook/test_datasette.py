"""`config/datasette.yaml` states licence and source of the data, and its queries run over the public views."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from tracker.config_files import config_dir
from tracker.store import views
from tracker.store.readonly_sql import authorize_reading

yaml = pytest.importorskip("yaml")  # Datasette brings it
METADATA: dict[str, Any] = yaml.safe_load((config_dir() / "datasette.yaml").read_text(encoding="utf-8"))
QUERIES: dict[str, dict[str, str]] = METADATA["databases"]["tracker"]["queries"]
VALUES = {
    "category": "cs.CL",
    "arxiv_id": "2103.00020",
    "reference": "github:openai/CLIP",
    "since": "2026-06-01",
    "kind": "%",
    "licence": "MIT",
}


def test_it_states_licence_and_source() -> None:
    assert "CC0" in METADATA["license"]
    assert "arXiv" in METADATA["source"]
    assert METADATA["license_url"].startswith("https://")
    assert METADATA["title"]
    assert METADATA["description"]


def test_it_describes_views_that_exist() -> None:
    shown = [table for table in METADATA["databases"]["tracker"]["tables"].values() if not table.get("hidden")]
    assert all(view["title"] and view["description"] for view in shown)


@pytest.mark.parametrize("name", QUERIES)
def test_a_canned_query_reads_public_views_and_gives_rows(seeded: Path, name: str) -> None:
    query = QUERIES[name]
    assert query["title"]
    parameters = set(re.findall(r":([a-z_]+)", query["sql"]))
    assert bool(parameters) == bool(query.get("description")), "a parameter is explained"
    tables = set(re.findall(r"\b(?:FROM|JOIN) ([a-z_]+)(?!\()\b", query["sql"]))
    assert tables - {"json_each", "theirs"} <= set(views.VIEWS)
    with closing(sqlite3.connect(f"{seeded.as_uri()}?mode=ro", uri=True)) as connection:
        connection.set_authorizer(authorize_reading)
        assert connection.execute(query["sql"], {key: VALUES[key] for key in parameters}).fetchall()


def test_every_table_behind_the_views_is_hidden() -> None:
    shown = METADATA["databases"]["tracker"]["tables"]
    hidden = {name for name, table in shown.items() if table.get("hidden")}
    for module in ("artifact", "judgement", "operator", "service", "work"):
        import_module(f"tracker.store.tables.{module}")
    assert hidden == {*SQLModel.metadata.tables, "alembic_version"}
    assert set(views.VIEWS) >= set(shown) - hidden
