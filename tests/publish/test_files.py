"""Files are replaced whole, or left alone."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import brotli
import pytest
import zstandard

from tracker.domain.errors import TrackerError
from tracker.publish import files

LONG = b"<p>text</p>" * 100


def test_a_file_is_written_with_its_packed_form(tmp_path: Path) -> None:
    assert files.write_files(tmp_path / "public", {"feed.xml": LONG}) == ["feed.xml"]
    assert (tmp_path / "public/feed.xml").read_bytes() == LONG
    assert gzip.decompress((tmp_path / "public/feed.xml.gz").read_bytes()) == LONG
    assert brotli.decompress((tmp_path / "public/feed.xml.br").read_bytes()) == LONG
    assert zstandard.ZstdDecompressor().decompress((tmp_path / "public/feed.xml.zst").read_bytes()) == LONG
    written = sorted((tmp_path / "public").iterdir())
    assert [path.name for path in written] == ["feed.xml", "feed.xml.br", "feed.xml.gz", "feed.xml.zst"]
    assert len({path.stat().st_mtime_ns for path in written}) == 1, "the time shows that they belong together"


def test_equal_content_is_left_alone(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"feed.xml": LONG})
    before = [(path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(tmp_path.iterdir())]
    assert files.write_files(tmp_path, {"feed.xml": LONG}) == []
    assert [(path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(tmp_path.iterdir())] == before


def test_the_packed_form_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    files.write_files(tmp_path / "a", {"x.xml": LONG})
    files.write_files(tmp_path / "b", {"x.xml": LONG})
    for ending in files.COMPRESSORS:
        assert (tmp_path / f"a/x.xml{ending}").read_bytes() == (tmp_path / f"b/x.xml{ending}").read_bytes()


def test_small_files_have_no_packed_form_and_lose_an_old_one(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"robots.txt": LONG})
    files.write_files(tmp_path, {"robots.txt": b"small"})
    assert [path.name for path in tmp_path.iterdir()] == ["robots.txt"]


def test_a_packed_form_of_other_bytes_is_mended(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"feed.xml": LONG})
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(b"what a killed publisher left behind"))
    assert files.write_files(tmp_path, {"feed.xml": LONG}) == ["feed.xml"]
    assert gzip.decompress((tmp_path / "feed.xml.gz").read_bytes()) == LONG


def test_a_packed_form_that_a_crash_emptied_or_lost_is_mended(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"feed.xml": LONG})
    stamp = (tmp_path / "feed.xml").stat().st_mtime_ns
    (tmp_path / "feed.xml.br").write_bytes(b"")
    os.utime(tmp_path / "feed.xml.br", ns=(stamp, stamp))
    assert files.write_files(tmp_path, {"feed.xml": LONG}) == ["feed.xml"]
    (tmp_path / "feed.xml.zst").unlink()
    assert files.write_files(tmp_path, {"feed.xml": LONG}) == ["feed.xml"]
    assert brotli.decompress((tmp_path / "feed.xml.br").read_bytes()) == LONG


def test_an_empty_build_replaces_nothing(tmp_path: Path) -> None:
    files.write_files(tmp_path, {"a.xml": LONG, "b.xml": LONG})
    with pytest.raises(ValueError, match=r"b\.xml"):
        files.write_files(tmp_path, {"a.xml": b"new", "b.xml": b""})
    assert (tmp_path / "a.xml").read_bytes() == LONG


def test_a_failed_write_leaves_the_old_file_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_files(tmp_path, {"feed.xml": LONG})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(TrackerError, match="No space left on device"):
        files.write_files(tmp_path, {"feed.xml": LONG * 2})
    assert (tmp_path / "feed.xml").read_bytes() == LONG
    assert len(list(tmp_path.iterdir())) == 4
    assert (tmp_path / "feed.xml.gz").stat().st_mtime_ns != (tmp_path / "feed.xml").stat().st_mtime_ns


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    versions = [bytes([65 + number]) * 200_000 for number in range(4)]
    files.write_files(tmp_path, {"feed.xml": versions[0]})
    stop, torn = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            content = (tmp_path / "feed.xml").read_bytes()
            if content not in versions:
                torn.append(len(content))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(12):
        files.write_files(tmp_path, {"feed.xml": versions[number % 4]})
    stop.set()
    reader.join()
    assert torn == []


def test_pages_that_are_no_longer_built_are_deleted_with_their_packed_forms(tmp_path: Path) -> None:
    long = b"<p>a paper</p>" * 100
    site = {"paper/2606.00001.html": long, "paper/cs/9901001.html": long, "feed.xml": long}
    files.write_files(tmp_path, site)
    (tmp_path / "paper" / ".2606.00003.html.abcdefgh").write_bytes(b"being written")
    assert files.prune_files(tmp_path, "paper", site) == 0
    del site["paper/cs/9901001.html"]
    assert files.prune_files(tmp_path, "paper", site) == 1
    remaining = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert remaining == sorted(
        [f"{name}{ending}" for name in site for ending in ("", *files.COMPRESSORS)]
        + ["paper/.2606.00003.html.abcdefgh"]
    )
    assert files.prune_files(tmp_path, "nowhere", {}) == 0
