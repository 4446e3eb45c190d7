"""Exports hold what the views hold, in memory that does not grow."""

import csv
import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from tracker.cli.exchange import app
from tracker.domain.errors import StoreError
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import Place, Role, Source
from tracker.hosts.resolve import resolve_url
from tracker.store import export, imports, papers, roles, scans, views
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store


def add(store: Store, number: int, now: datetime, role: Role, url: str) -> None:
    arxiv_id, reference = f"2606.{number:05}", resolve_url(url)
    assert reference
    version = Version(
        arxiv_id=arxiv_id,
        n=2,
        title=f'Paper "{number}", ünï\ncode',
        abstract="We release our code.",
        authors=("Ann Author", "Bo, Jr."),
        categories=("cs.LG", "cs.CL"),
        primary_category="cs.LG",
        comment=None,
        submitted_at=now,
        updated_at=now,
    )
    papers.save_versions(store, [version], {}, now)
    mention = Mention(reference=reference, url=url, place=Place.ABSTRACT, source=Source.METADATA, evidence=url)
    scans.save_scans(
        store, [scans.ScanResult(work=f"arxiv:{arxiv_id}", version=2, source=Source.METADATA, mentions=(mention,))], "1", now
    )  # fmt: skip
    decision = RoleDecision(
        reference=reference,
        url=url,
        role=role,
        probability=0.9,
        place=Place.ABSTRACT,
        source=Source.METADATA,
        evidence=url,
        reasons=("said",),
    )
    roles.save_roles(store, {f"arxiv:{arxiv_id}": [decision]}, "1", [], now)


@pytest.fixture
def seeded(store: Store, now: datetime) -> Store:
    add(store, 1, now, Role.OWN, "https://github.com/ann/one")
    add(store, 2, now, Role.COMMUNITY, "https://github.com/bo/two")
    add(store, 3, now, Role.MENTION, "https://github.com/some/library")
    add(store, 4, now, Role.OWN, "https://huggingface.co/ann/model")
    with store.begin() as connection:
        connection.execute(
            text("UPDATE artifact SET names = '[\"arxiv:2606.00001\"]' WHERE reference = 'github:ann/one'")
        )
    return store


def export_bytes(store: Store, view: str, form: str) -> bytes:
    out = io.BytesIO()
    with export.open_consistent(store.url) as connection:
        export.export_view(connection, view, form, out)
    return out.getvalue()


def test_every_column_of_every_view_holds_what_its_kind_says(seeded: Store) -> None:
    types = {
        export.Kind.TEXT: (str,),
        export.Kind.INTEGER: (int,),
        export.Kind.NUMBER: (float, int),
        export.Kind.FLAG: (int,),
        export.Kind.TIME: (str,),
        export.Kind.TEXTS: (str,),
        export.Kind.NESTED: (str,),
    }
    with export.open_consistent(seeded.url) as connection:
        for view in views.VIEWS:
            columns = export.view_columns(connection, view)
            for row in fetch_stored(connection, f"SELECT * FROM {view}"):
                for column, value in zip(columns, row, strict=True):
                    assert value is None or isinstance(value, types[column.kind]), f"{view}.{column.name}"
        kinds = {column.name: column.kind.value for column in export.view_columns(connection, "papers")}
    assert (kinds["authors"], kinds["submitted_at"], kinds["withdrawn"]) == ("texts", "time", "flag")


def test_json_lines_hold_the_view(seeded: Store) -> None:
    first = json.loads(export_bytes(seeded, "papers", "jsonl").splitlines()[0])
    assert (first["authors"], first["withdrawn"], first["comment"], first["submitted_at"]) == (
        ["Ann Author", "Bo, Jr."],
        False,
        None,
        "2026-06-17T05:00:00Z",
    )


def test_csv_holds_the_view(seeded: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(export_bytes(seeded, "papers", "csv").decode(), newline="")))
    assert len(rows) == 4
    assert (rows[0]["title"], rows[0]["withdrawn"], rows[0]["comment"]) == ('Paper "1", ünï\ncode', "false", "")
    assert json.loads(rows[0]["authors"]) == ["Ann Author", "Bo, Jr."]


@pytest.mark.parametrize("view", list(views.VIEWS))
def test_parquet_holds_the_same_as_json_lines_with_types(seeded: Store, view: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="PyArrow, an optional extra, is not installed")
    rows = parquet.read_table(io.BytesIO(export_bytes(seeded, view, "parquet"))).to_pylist()
    lines = [json.loads(line) for line in export_bytes(seeded, view, "jsonl").splitlines()]
    with export.open_consistent(seeded.url) as connection:
        columns = export.view_columns(connection, view)
    for row in rows:
        for column in columns:
            if column.kind is export.Kind.TIME and row[column.name] is not None:
                row[column.name] = f"{row[column.name]:%Y-%m-%dT%H:%M:%SZ}"
            if column.kind is export.Kind.NESTED and row[column.name] is not None:
                row[column.name] = json.loads(row[column.name])
    assert rows == lines
    if view == "papers":
        assert rows
        schema = parquet.read_schema(io.BytesIO(export_bytes(seeded, view, "parquet")))
        assert (str(schema.field("submitted_at").type), str(schema.field("authors").type)[:11]) == (
            "timestamp[ms, tz=UTC]",
            "list<elemen",
        )


def test_links_are_written_as_papers_with_code_did_and_come_in_again(seeded: Store, now: datetime) -> None:
    out = io.BytesIO()
    with export.open_consistent(seeded.url) as connection:
        assert export.write_links_file(connection, out, "https://example.org/paper/") == 2
    listed = sorted(json.loads(out.getvalue()), key=lambda link: link["paper_arxiv_id"])
    assert listed[0] == {
        "paper_url": "https://example.org/paper/2606.00001",
        "paper_title": 'Paper "1", ünï\ncode',
        "paper_arxiv_id": "2606.00001",
        "paper_url_abs": "https://arxiv.org/abs/2606.00001v2",
        "paper_url_pdf": "https://arxiv.org/pdf/2606.00001v2.pdf",
        "repo_url": "https://github.com/ann/one",
        "is_official": True,
        "mentioned_in_paper": True,
        "mentioned_in_github": True,
        "framework": "none",
    }
    assert (listed[1]["is_official"], listed[1]["mentioned_in_github"]) == (False, False)
    out.seek(0)
    assert imports.import_links(seeded, out, resolve_url, source="ours", rules="1", now=now).new == 2


def test_an_empty_store_gives_empty_files(store: Store) -> None:
    out = io.BytesIO()
    with export.open_consistent(store.url) as connection:
        assert export.write_links_file(connection, out, "") == 0
    assert json.loads(out.getvalue()) == []
    assert export_bytes(store, "papers", "jsonl") == b""
    assert export_bytes(store, "papers", "csv").startswith(b"arxiv_id,version,title,")


def test_an_unknown_view_or_format_is_refused_in_one_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="not a public view"):
        export_bytes(store, "work; DROP TABLE work", "csv")
    with pytest.raises(StoreError, match="not a format"):
        export_bytes(store, "papers", "xlsx")


def test_a_store_that_was_not_upgraded_yet_is_one_sentence(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(text("DROP VIEW readings"))
    with pytest.raises(StoreError, match="no view readings yet; `tracker run` or `once` upgrades it"):
        export_bytes(store, "readings", "csv")


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_bytes(b"old")

    def break_off() -> None:
        with export.atomic_file(path) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("papers.csv", b"old")]


def test_the_command_writes_one_file_a_view(
    seeded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    done = CliRunner().invoke(app, ["export", "--format", "jsonl", "--to", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(views.VIEWS)
    piped = CliRunner().invoke(app, ["export", "links", "--format", "jsonl", "--to", "-"])
    assert piped.stdout_bytes == (tmp_path / "out" / "links.jsonl").read_bytes()
    assert CliRunner().invoke(app, ["export", "links", "--format", "xlsx"]).exit_code == 1


PEAK = """
import resource, sqlite3, sys, tracemalloc
from tracker.store import export
form, number = sys.argv[1], int(sys.argv[2])
class Nowhere:
    size = 0
    closed = False
    def write(self, data): self.size += len(data); return len(data)
    def flush(self): pass
    def tell(self): return self.size
    def close(self): pass
    def readable(self): return False
    def writable(self): return True
    def seekable(self): return False
rows = ((str(i), "x" * 1000, '["a","b"]', 1, "2026-06-17T05:00:00Z") for i in range(number))
kinds = [export.Column(n, export.Kind(k)) for n, k in zip("abcde", ("text", "text", "texts", "flag", "time"))]
write = {"csv": export._csv, "jsonl": export._jsonl, "parquet": export.write_parquet}[form]
assert write(kinds, rows, Nowhere()) == number
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("form", export.FORMATS)
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="PyArrow, an optional extra, is not installed")

    def peak(number: int) -> int:
        done = subprocess.run(
            [sys.executable, "-c", PEAK, form, str(number)], capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    # 60,000 rows of a kilobyte would take more than 60 MB if all were in memory.
    assert peak(80_000) - peak(20_000) < 25_000
