"""A full disk at any write: one sentence, nothing lost, and the next cycle with room does the rest."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.playing import LONG, Installation
from tracker.sandbox.server import Sandbox

MOUNTED = 24 << 20
"""Bytes of the disk: what the small world needs, several times."""
ROOM = [0, 400] if not LONG else [*range(0, 1000, 40), *range(1000, 3000, 200)]
"""Kilobytes that are free, one attempt after the other."""

NewInstallation = Callable[[str], Installation]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system, mounted for this test."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MOUNTED}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk can be mounted by root alone")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _leave(disk: Path, kilobytes: int) -> None:
    """Fill the disk except for so many kilobytes."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    free = shutil.disk_usage(disk).free
    with ballast.open("wb") as handle:
        os.posix_fallocate(handle.fileno(), 0, max(1, free - (kilobytes << 10)))


def test_a_full_disk_is_one_sentence_and_room_is_all_that_it_takes(
    disk: Path, small_sandbox: Sandbox, undisturbed: Installation
) -> None:
    broken, guids, failed = Installation(small_sandbox, disk / "data"), [], 0
    broken.reset()
    for kilobytes in ROOM:
        _leave(disk, kilobytes)
        result = broken.run("once")
        if result.code:
            failed += 1
            assert result.code == 1, result.err
            assert "disk" in result.err or "space" in result.err, result.err
            assert "unexpected" not in result.err, result.err
        if (broken.data / "public" / "feed.xml").exists():
            assert set(guids) <= set(broken.feed())
            guids = broken.feed()
    assert failed >= (2 if LONG else 1)
    (disk / "ballast").unlink()
    broken.once()
    broken.assert_sound(guids)
    assert broken.views() == undisturbed.views()


@pytest.mark.skipif(not LONG, reason="in the long form")
@pytest.mark.parametrize("kilobytes", random.Random(0).sample(range(1, 600), 20))
def test_a_file_that_may_not_grow_is_one_sentence(
    new: Callable[[str], Installation], undisturbed: Installation, kilobytes: int
) -> None:
    """`prlimit --fsize`: every write beyond so much of one file fails, in the middle of it."""
    broken = new("limited")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    result = broken.run("once", before=("prlimit", f"--fsize={kilobytes << 10}:{limit}", "--"))
    assert result.code == 1, result.err
    assert "unexpected" not in result.err
    broken.once()
    broken.assert_sound()
    assert broken.views() == undisturbed.views()
