"""A generated world for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.changes.generator import Generator


@pytest.fixture
def generate() -> Callable[[Path, int, int], Generator]:
    """`generate(folder, seed, count)`: a generator that has written at least so many papers."""

    def make(folder: Path, seed: int, count: int) -> Generator:
        made = Generator(folder, seed)
        made.fill(count)
        return made

    return make
