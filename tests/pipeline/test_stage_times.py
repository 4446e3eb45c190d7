"""The times of the stages, as `/metrics` shows them."""

from __future__ import annotations

import pytest

from tracker.pipeline.stage_times import StageTime, StageTimes


def test_a_stage_is_timed_however_it_ends() -> None:
    ticks = iter([10.0, 12.5, 20.0, 20.5, 30.0, 29.0])
    times = StageTimes(lambda: next(ticks))
    with times.measure("read"):
        pass
    with pytest.raises(ValueError, match="broke"), times.measure("read"):
        raise ValueError("broke")
    with times.measure("back"):
        pass
    assert times.totals() == {"read": StageTime(2, 3.0, 0.5), "back": StageTime(1, 0.0, 0.0)}
