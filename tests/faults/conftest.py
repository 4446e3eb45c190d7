"""A sandbox on a small world, and an installation that was run on it undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.playing import Installation
from tests.faults.worlds import small
from tracker.sandbox.server import Sandbox

New = Callable[[str], Installation]


@pytest.fixture(scope="session")
def small_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = small(tmp_path_factory.mktemp("faults") / "world")
    with Sandbox(world.folder) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def undisturbed(small_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """After one cycle without any fault."""
    made = Installation(small_sandbox, tmp_path_factory.mktemp("undisturbed") / "data")
    made.once()
    made.assert_sound()
    return made


@pytest.fixture
def new(small_sandbox: Sandbox, tmp_path: Path) -> Iterator[New]:
    """`new(name)`: an installation with an empty data folder; the sandbox behaves at the start and at the end."""
    made = [Installation(small_sandbox, tmp_path)]
    made[0].reset()
    yield lambda name: Installation(small_sandbox, tmp_path / name)
    made[0].reset()
