"""A world on an empty store, for the stories."""

from __future__ import annotations

import pytest

from tests.stories.play import World
from tracker.store.engine import Store


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
