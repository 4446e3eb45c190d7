"""A store that was lost is not begun anew over the site that it published."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain.errors import StoreError
from tracker.store.lost_store import HEADER_BYTES, refuse_lost_store


def refuse(folder: Path) -> None:
    url = f"sqlite:///{folder / 'tracker.db'}"
    refuse_lost_store(
        url, folder / "public" / "feed.xml", [folder / "snapshots" / "tracker.db.zst", folder / "pace"]
    )


def publish(folder: Path, items: str = "<item>x</item>") -> None:
    (folder / "public").mkdir()
    (folder / "public" / "feed.xml").write_text(f"<rss><channel>{items}</channel></rss>")


def test_a_new_folder_and_a_first_start_that_was_killed_are_begun(tmp_path: Path) -> None:
    refuse(tmp_path)
    (tmp_path / "tracker.db").write_bytes(b"")
    refuse(tmp_path)
    (tmp_path / "tracker.db").write_bytes(b"x" * HEADER_BYTES)
    publish(tmp_path)
    refuse(tmp_path)
    refuse_lost_store("postgresql+psycopg://host/name", tmp_path / "public" / "feed.xml", [tmp_path])
    refuse_lost_store("sqlite://", tmp_path / "public" / "feed.xml", [tmp_path])


@pytest.mark.parametrize("content", [b"", b"S", b"SQLite format 3\0"])
@pytest.mark.parametrize("trace", ["feed", "snapshots/tracker.db.zst", "pace"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, content: bytes, trace: str) -> None:
    (tmp_path / "tracker.db").write_bytes(content)
    if trace == "feed":
        publish(tmp_path)
    else:
        (tmp_path / trace).mkdir(parents=True)
    with pytest.raises(StoreError, match=r"has \d+ bytes, though .* restore FILE --force`, or move .* away"):
        refuse(tmp_path)
    assert (tmp_path / "tracker.db").read_bytes() == content


def test_a_missing_file_is_refused_where_its_papers_are_published(tmp_path: Path) -> None:
    (tmp_path / "pace").mkdir()
    refuse(tmp_path)
    publish(tmp_path, items="")
    refuse(tmp_path)
    (tmp_path / "public" / "feed.xml").write_text("<item>")
    with pytest.raises(StoreError, match=r"is missing, though .*feed.xml shows"):
        refuse(tmp_path)
