"""Export and import as their users call them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tracker.store import export, views

Call = Callable[..., tuple[int, str, str]]


def test_all_views_are_written_as_files_of_one_format(call: Call, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    code, out, _ = call("export", "--to", str(folder), "--format", "csv")
    assert code == 0
    assert {path.name for path in folder.iterdir()} == {f"{view}.csv" for view in views.VIEWS}
    assert out.count("0 rows") == len(views.VIEWS)


def test_without_pyarrow_views_are_json_lines_and_a_sentence_says_so(
    call: Call, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "find_spec", {"pyarrow": None}.get)
    code, out, err = call("export", "papers", "--to", str(tmp_path))
    assert (code, [path.name for path in tmp_path.glob("papers.*")]) == (0, ["papers.jsonl"])
    assert err.startswith("PyArrow is not installed, so this is JSON Lines; for Parquet: pip install '.[export]'")
    assert "papers.jsonl: 0 rows" in out


def test_the_list_of_links_has_a_name_of_its_own(call: Call, data: Path, tmp_path: Path) -> None:
    name = export.LINKS_FILE.removesuffix(".json")
    assert call("export", name, "--to", str(tmp_path))[0] == 0
    assert json.loads((tmp_path / export.LINKS_FILE).read_text()) == []


def test_a_data_set_has_a_card_a_manifest_and_checksums(call: Call, data: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    folder = tmp_path / "set"
    code, out, _ = call("export", "--dataset", str(folder))
    assert (code, out.count("0 rows")) == (0, len(views.VIEWS))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {each["path"] for each in manifest["files"]} == {
        "README.md",
        *(f"data/{view}.parquet" for view in views.VIEWS),
    }
    assert (manifest["views_version"], manifest["rules"]) == (views.VERSION, {})
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, _, path = line.partition("  ")
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
    card = (folder / "README.md").read_text()
    front, _, body = card.removeprefix("---\n").partition("\n---\n")
    described = yaml.safe_load(front)
    assert [each["config_name"] for each in described["configs"]] == list(views.VIEWS)
    assert "| `evidence_sha256` | text | SHA-256 (UTF-8) of the text of `evidence`, which is not given |" in body
    assert not [line for line in body.splitlines() if line.startswith("| `") and line.endswith("|  |")], (
        "no meaning"
    )


def test_a_compressed_list_is_read_and_counted(call: Call, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.json.gz"
    record = {"paper_arxiv_id": "2606.00001", "repo_url": "https://github.com/a/b"}
    path.write_bytes(gzip.compress(json.dumps([record, {}]).encode()))
    code, out, err = call("import", str(path), "--source", "a list")
    assert code == 1, "one record is bad"
    assert "a list: 2 records" in out
    assert "1 bad" in out
    assert "skipped" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "--format", "xml"], "choose one of"),
        (["export", "--to", "-", "--format", "csv"], "takes one view"),
        (["export", "papers", "--to", "-"], "csv or jsonl"),
        (["export", "papers", "--dataset", "x"], "leave out their names"),
        (["export", "--to", "{tmp}/file"], "file/papers"),
        (["export", "--evidence", "{tmp}"], "cannot be written (it is a folder, not a file)"),
        (["export", "--evidence", "{tmp}/file/x"], "cannot be written"),
        (["export", "--evidence", "{tmp}/link"], "cannot be written (it is a link, not a file)"),
        (["export", "--dataset", "{tmp}/file"], "cannot be written"),
        (["import", "missing.json"], "missing.json: cannot be read (No such file or directory); give a file"),
        (["import", "/dev/null"], "cannot be read (it is a device, not a file); give a file"),
        (["import", "{tmp}/pipe"], "cannot be read (it is a FIFO, not a file); give a file"),
        (["import", "--evidence", "{tmp}/pipe"], "(it is a FIFO, not a file); nothing was imported"),
        (["import", "{tmp}/file"], "file: holds no record"),
        (["watch", "{tmp}/pipe"], "cannot be read (it is a FIFO, not a file); give a file"),
        (["detect", "{tmp}/pipe"], "cannot be read (it is a FIFO, not a file); give a file"),
        pytest.param(
            ["snapshot", "--to", "{tmp}/pipe"],
            "cannot be written (it is a FIFO, not a file)",
            marks=pytest.mark.sqlite_only("a snapshot is a SQLite file"),
        ),
        (["copy", "--to", "mysql://u:secret@h/x"], "--to (or TRACKER_COPY_TO) is no address of a database"),
        (["copy", "--to", "postgresql://u:secret@127.0.0.1:1/x"], "are right"),
        (["copy", "--to", "nonsense"], "--to (or TRACKER_COPY_TO) is no address of a database"),
    ],
)
def test_an_error_is_one_sentence(call: Call, data: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    code, out, err = call(*(each.format(tmp=tmp_path) for each in arguments))
    assert (code, out) == (1, "")
    assert says in err
    assert "secret" not in err
    assert ((tmp_path / "file").read_bytes(), (tmp_path / "link").is_symlink()) == (b"", True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert err.count("\n") == 1


def test_evidence_goes_from_one_installation_to_another(call: Call, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "evidence.jsonl"
    assert call("export", "--evidence", str(file)) == (0, f"{file}: 0 records\n", "")
    packed = tmp_path / "evidence.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    for name in (file, packed):
        code, out, err = call("import", "--evidence", str(name), "--source", "the lab\x1b")
        assert (code, err) == (0, "")
        assert out.startswith("the lab")
        assert "0 records, 0 new" in out
    code, out, _ = call("export", "--evidence", "-")
    assert (code, [*json.loads(out.splitlines()[0])]) == (0, ["format", "version", "made_at", "program"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{}\n", "evidence.jsonl: line 1 is not the header of a file of `tracker export --evidence`"),
        (b"\x1f\x8b\x08\x00broken", "evidence.jsonl: cannot be read"),
        (gzip.compress(b"x" * 10_000)[:-20], "evidence.jsonl: cannot be read"),
        (gzip.compress(b"x" * 1_000_000), "line 1 is longer than"),
    ],
    ids=["another header", "no gzip", "cut off", "a long line"],
)
def test_evidence_that_cannot_be_read_is_one_sentence(
    call: Call, data: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "evidence.jsonl"
    file.write_bytes(content)
    code, out, err = call("import", "--evidence", str(file))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert says in err
    assert "nothing was imported" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--remove", "the lab"],
            "--remove the lab: no reports of this name are stored; there is nothing to remove.",
        ),
        (["--remove", "the lab", "file.jsonl"], "takes the name of an installation alone"),
        ([], "import: needs a file, or --remove with the name of an installation."),
    ],
    ids=["not stored", "with a file", "nothing"],
)
def test_what_cannot_be_removed_is_one_sentence(call: Call, data: Path, arguments: list[str], says: str) -> None:
    code, out, err = call("import", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert says in err


def test_reports_of_a_source_are_removed(call: Call, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tracker.store.foreign_reports.remove_reports", lambda store, source: 2 * (source == "lab")
    )
    monkeypatch.setattr("tracker.store.foreign_reports.load_sources", lambda store: ["lab", "other"])
    assert call("import", "--remove", "lab")[:2] == (
        0, "lab: 2 reports removed; the references that it proposed stay, as our own check decided\n",
    )  # fmt: skip
    assert "choose one of lab, other." in call("import", "--remove", "nobody")[2]


def test_evidence_and_views_are_not_written_at_once(call: Call, data: Path) -> None:
    code, _, err = call("export", "papers", "--evidence", "x.jsonl")
    assert (code, "--evidence writes no views" in err) == (1, True)
