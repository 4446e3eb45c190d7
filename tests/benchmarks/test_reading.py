"""The simulation of a listing day in a short form."""

from __future__ import annotations

import pytest

from benchmarks.reading import __main__ as reading


def test_a_small_day_is_read_within_its_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    code = reading.main(["day", "--papers", "40"])
    assert code == 0, capsys.readouterr().out
