"""What is no file is named at once, whatever was put at a name that the program opens."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.domain.errors import SettingsError, StoreError, TrackerError
from tracker.fetch.pace import UpstreamPace
from tracker.notify.deliveries import load_deliveries
from tracker.pipeline.worker_lock import take_worker_lock
from tracker.regular_files import how_to_own, open_regular, read_regular
from tracker.settings import load_settings
from tracker.store.lost_store import has_items
from tracker.store.restore import restore_snapshot
from tracker.store.snapshot import load_manifest
from tracker.web.published import PublishedFiles

MAKERS: dict[str, Callable[[Path], object]] = {
    "a FIFO": os.mkfifo,
    "a socket": lambda path: socket.socket(socket.AF_UNIX).bind(os.path.relpath(path)),
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.fixture(params=MAKERS)
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    return str(request.param)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    MAKERS[kind](path)
    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_CREAT | os.O_APPEND):
        with pytest.raises(OSError, match=f"it is {kind}, not a file"):
            open_regular(path, flags)


def test_a_file_is_read_as_far_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "it"
    with pytest.raises(FileNotFoundError):
        open_regular(path)
    os.close(open_regular(path, os.O_RDWR | os.O_CREAT))
    path.write_bytes(b"1234")
    assert read_regular(path, 4) == b"1234"
    with pytest.raises(OSError, match="it has more than 3 bytes"):
        read_regular(path, 3)


def _settings(path: Path) -> None:
    load_settings(path, environ={})


def _pace(path: Path) -> None:
    with UpstreamPace(path, 3.0, lambda _: None).turn():
        pass


def _worker_lock(path: Path) -> None:
    with take_worker_lock(load_settings(environ={"TRACKER_DATA_DIR": str(path.parent)})):
        pass


def _deliveries(path: Path) -> None:
    load_deliveries(path.parent)


def _snapshot(path: Path) -> None:
    restore_snapshot(path, f"sqlite:///{path.parent / 'tracker.db'}", datetime.now(UTC))


@pytest.mark.parametrize(
    ("name", "read", "error"),
    [
        ("mine.toml", _settings, SettingsError),
        ("corrections.toml", _settings, SettingsError),
        ("arxiv", _pace, SettingsError),
        ("worker.lock", _worker_lock, StoreError),
        ("told.json", _deliveries, TrackerError),
        ("tracker.db.zst", _snapshot, StoreError),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_file_that_an_operator_may_have_put_there_is_refused_in_a_sentence(
    tmp_path: Path, kind: str, name: str, read: Callable[[Path], None], error: type[TrackerError]
) -> None:
    path = tmp_path / name
    MAKERS[kind](path)
    with pytest.raises(error) as refusal:
        read(path)
    assert f"it is {kind}, not a file" in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_is_published_or_kept_beside_a_snapshot_is_skipped(tmp_path: Path, kind: str) -> None:
    MAKERS[kind](tmp_path / "feed.xml")
    MAKERS[kind](tmp_path / "tracker.db.zst.json")
    assert not has_items(tmp_path / "feed.xml")
    assert load_manifest(tmp_path / "tracker.db.zst") is None
    assert PublishedFiles(tmp_path).by_name("feed.xml") is None


def test_the_folder_to_own_is_one_that_is_there(tmp_path: Path) -> None:
    assert how_to_own(tmp_path / "demo" / "data").endswith(f" {tmp_path}")
    assert how_to_own("/no-such-mount/demo").endswith(" /no-such-mount/demo"), "never the root"
