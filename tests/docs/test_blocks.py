"""Every Python, SQL and TOML block of the documents works, offline, on a filled store."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.docs.documents import Block, every_block
from tracker import hosts, settings
from tracker.cli import app
from tracker.fetch.client import Client
from tracker.store.readonly_sql import run_query


def for_duckdb(block: Block) -> bool:
    return "DuckDB" in block.text or "INSTALL sqlite" in block.text


GUIDE = "docs/adding-a-host.md"
"""Its blocks are a module and the test of it, which only run together."""


@pytest.fixture(scope="session")
def folder(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a snapshot, and with `export/` as `tracker export` fills it."""
    folder = tmp_path_factory.mktemp("blocks")
    shutil.copy(seeded, folder / "tracker.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("TRACKER_DATA_DIR", str(folder))
        for form in ("parquet", "csv"):
            assert app.run(["export", "papers", "links", "--format", form]) == 0
    return folder


@pytest.mark.parametrize("block", [block for block in every_block("python") if block.document != GUIDE], ids=str)
def test_a_python_block_runs(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    exec(compile(block.text, str(block), "exec"), {"__name__": "block"})


def test_the_host_of_the_guide_passes_the_test_of_the_guide(
    play: Callable[[Mapping[str, str]], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, test = [block for block in every_block("python") if block.document == GUIDE]
    module, tests = ModuleType("tracker.hosts.notabug"), dict[str, Any]()
    exec(compile(source.text, str(source), "exec"), module.__dict__)
    for url, key in module.HOST.examples:
        assert module.HOST.match(url).key == key
    assert not any(map(module.HOST.match, module.HOST.counterexamples))
    monkeypatch.setattr(hosts, "notabug", module, raising=False)
    exec(compile(test.text, str(test), "exec"), tests)
    (run,) = (value for name, value in tests.items() if name.startswith("test_"))
    run(play)


@pytest.mark.parametrize("block", [block for block in every_block("sql") if not for_duckdb(block)], ids=str)
def test_an_sql_block_gives_rows(block: Block, seeded: Path) -> None:
    for statement in filter(str.strip, re.sub(r"--.*", "", block.text).split(";")):
        assert list(run_query(f"sqlite:///{seeded}", statement)[1]), statement


@pytest.mark.parametrize("block", [block for block in every_block("sql") if for_duckdb(block)], ids=str)
def test_a_block_for_duckdb_gives_rows(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    extension = pytest.importorskip(
        "duckdb_extension_sqlite_scanner", reason="DuckDB's SQLite extension, from PyPI"
    )
    (file,) = Path(extension.__file__).parent.rglob("*.duckdb_extension")
    monkeypatch.chdir(folder)
    # INSTALL fetches the extension from the network; the package of the test group holds the same file.
    script = block.text.replace("INSTALL sqlite; LOAD sqlite;", f"LOAD '{file}';")
    with closing(duckdb.connect()) as connection:
        assert connection.execute(script).fetchall()


@pytest.mark.parametrize("block", every_block("toml"), ids=str)
def test_a_toml_block_is_taken_as_settings(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(block.text, encoding="utf-8")
    settings.load_settings(file, environ={})


def test_a_wrong_block_of_each_kind_fails(
    seeded: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NameError):
        test_a_python_block_runs(Block("x.md", 1, "python", "pandas.read_csv()\n"), folder, monkeypatch)
    with pytest.raises(Exception, match="papres"):
        test_an_sql_block_gives_rows(Block("x.md", 1, "sql", "SELECT * FROM papres"), seeded)
    with pytest.raises(AssertionError):
        test_an_sql_block_gives_rows(Block("x.md", 1, "sql", "SELECT * FROM papers WHERE arxiv_id = 'x'"), seeded)
    with pytest.raises(Exception, match="websub_hubb"):
        test_a_toml_block_is_taken_as_settings(Block("x.md", 1, "toml", "[notify]\nwebsub_hubb = 'x'\n"), tmp_path)
