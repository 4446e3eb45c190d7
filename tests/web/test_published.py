"""The published files in memory: changes on disk, compressed files, names, bounds."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tests.web.running import FEED, Site, make_status, start
from tracker.publish import files
from tracker.web.published import PublishedFiles


def test_a_new_file_is_served_at_once_and_an_equal_one_changes_nothing(tmp_path: Path) -> None:
    made = Site(tmp_path, status=make_status())
    files.write_files(tmp_path, {"feed.xml": FEED})
    stop = start(made)
    try:
        first = made.ask("/feed.xml", accept_encoding="gzip").headers
        files.write_files(tmp_path, {"feed.xml": FEED})
        again = made.ask("/feed.xml", accept_encoding="gzip").headers
        assert (first["etag"], first["last-modified"]) == (again["etag"], again["last-modified"])
        files.write_files(tmp_path, {"feed.xml": FEED + b" "})
        changed = made.ask("/feed.xml", accept_encoding="gzip")
        assert gzip.decompress(changed.body) == FEED + b" "
        assert changed.headers["etag"] != first["etag"]
    finally:
        stop()


def test_a_compressed_form_of_other_bytes_is_never_sent(tmp_path: Path) -> None:
    made = Site(tmp_path, status=make_status())
    files.write_files(tmp_path, {"feed.xml": FEED})
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(b"what a killed publisher left"))
    (tmp_path / "about.html").write_bytes(FEED)
    (tmp_path / "about.html.gz").write_bytes(b"no gzip")
    for number, name in enumerate(("feed.xml.gz", "about.html.gz")):
        # A file system that counts in ticks may give files of one tick the same time.
        os.utime(tmp_path / name, (number, number))
    stop = start(made)
    try:
        for path in ("/feed.xml", "/about"):
            answer = made.ask(path, accept_encoding="gzip")
            assert (answer.body, answer.headers.get("content-encoding")) == (FEED, None)
    finally:
        stop()


@pytest.mark.parametrize("path", [
    "/../secret.db", "/%2e%2e/secret.db", "/..%2fsecret.db", "//secret.db", "/....//secret.db", "/..\\secret.db",
    "/%2e%2e%5csecret.db", "/./../secret.db", "/public/../../secret.db", "//etc/passwd", "/%252e%252e/secret.db",
])  # fmt: skip
def test_nothing_outside_the_folder_is_served(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert answer.status == 404
    assert b"not published" not in answer.body


def test_memory_for_bodies_is_bounded(tmp_path: Path) -> None:
    files.write_files(tmp_path, {f"feeds/{number}.xml": FEED for number in range(50)})
    held = PublishedFiles(tmp_path, most_bytes=len(FEED) * 5)
    for number in range(50):
        page = held.by_name(f"feeds/{number}.xml")
        assert page is not None
        assert held.representation(page, ("gzip",)).body == gzip.compress(FEED, compresslevel=9, mtime=0)
    assert held._bytes <= len(FEED) * 5
    assert held._bytes == sum(page.bytes_in_memory for page in held._files.values())
