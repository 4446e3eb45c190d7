"""The order of pages of a day and of digests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.domain.terms import Fact, State
from tracker.publish.ranking import ranked

Make = Callable[..., Any]


def test_what_shipped_comes_first_then_kept_promises_then_the_newest(item: Make, verdict: Make) -> None:
    code, weights, demo = (verdict(fact) for fact in (Fact.CODE, Fact.WEIGHTS, Fact.DEMO))
    closed, gated = verdict(Fact.CODE, State.GONE), verdict(Fact.WEIGHTS, State.GATED)
    papers = [
        item(1, verdicts=(closed, weights)),
        item(2, verdicts=(code, gated)),
        item(3, verdicts=(code,)),
        item(4, verdicts=(code,), kept_promise=True),
        item(5, verdicts=(code, demo)),
        item(6, verdicts=(code, weights)),
        item(7, verdicts=(code, weights), kept_promise=True),
        item(8, verdicts=(code, weights), withdrawn=True),
    ]
    assert [paper.work[-1] for paper in ranked(papers)] == ["7", "6", "5", "4", "2", "3", "1", "8"]
