"""The site that most tests of the web part ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.running import NOW, SECONDS, SITE, WRITTEN, Site, SteppingSeconds, make_status, start
from tracker.publish import files
from tracker.web import middleware


@pytest.fixture(autouse=True)
def seconds(monkeypatch: pytest.MonkeyPatch) -> SteppingSeconds:
    """The clock of the flood limit, an hour after the last test."""
    monkeypatch.setattr(middleware, "monotonic", SECONDS)
    SECONDS.at, SECONDS.step = SECONDS.at + 3600, 1.0
    return SECONDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parent = tmp_path_factory.mktemp("site")
    (parent / "secret.db").write_bytes(b"not published")
    public = parent / "public"
    files.write_files(public, SITE)
    for path in public.rglob("*"):
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return public


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    stop = start(site)
    yield site
    stop()


@pytest.fixture
def site(running: Site) -> Site:
    running.status = make_status()
    running.clock.at = NOW
    return running
