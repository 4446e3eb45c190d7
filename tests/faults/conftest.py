"""A sandbox on a small world, and an installation that ran on it without faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.playing import Installation
from tests.faults.worlds import small_world
from tracker.sandbox.server import Sandbox

NewInstallation = Callable[[str], Installation]


@pytest.fixture(scope="session")
def small_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = small_world(tmp_path_factory.mktemp("faults") / "world")
    with Sandbox(world.folder) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def undisturbed(small_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """After one cycle without any fault."""
    installation = Installation(small_sandbox, tmp_path_factory.mktemp("undisturbed") / "data")
    installation.once()
    installation.assert_sound()
    return installation


@pytest.fixture
def new(small_sandbox: Sandbox, tmp_path: Path) -> Iterator[NewInstallation]:
    """`new(name)`: an installation with an empty data folder; the sandbox behaves at the start and at the end."""
    first = Installation(small_sandbox, tmp_path)
    first.reset()
    yield lambda name: Installation(small_sandbox, tmp_path / name)
    first.reset()
