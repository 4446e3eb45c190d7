"""Requests of the arxiv library in turns that a server grants to several machines."""

from __future__ import annotations

import pytest

from tests.harvest.conftest import Arxiv
from tests.stand_ins import Memory, SharedTurns, Time
from tracker.domain.errors import StoreError
from tracker.harvest.api import ArxivApi
from tracker.settings import Settings


def test_a_request_whose_turn_ended_while_it_connected_takes_another(
    settings: Settings, arxiv: Arxiv, memory: Memory, ticks: Time
) -> None:
    memory.turns = turns = SharedTurns(False, True)
    api = ArxivApi(settings, memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0)
    api.probe_window(ticks.now(), ticks.now())
    api.close()
    assert len(arxiv.agents) == 1
    assert (turns.taken, turns.ended) == (2, 2)


def test_no_request_leaves_where_the_server_that_grants_turns_cannot_be_asked(
    settings: Settings, arxiv: Arxiv, memory: Memory, ticks: Time
) -> None:
    memory.turns = SharedTurns(None)
    api = ArxivApi(settings, memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0)
    with pytest.raises(StoreError):
        api.probe_window(ticks.now(), ticks.now())
    api.close()
    assert arxiv.agents == []
