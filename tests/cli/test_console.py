"""Results as people see them."""

from __future__ import annotations

import pytest

from tracker.cli import console


def test_a_long_table_is_several_and_no_row_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_rows(["n"], ((f"row{number}",) for number in range(1001)), "table")
    out = capsys.readouterr().out
    assert all(f"row{number} " in out for number in (0, 499, 500, 1000))
    assert out.count(" n ") == 3


def test_what_papers_say_cannot_style_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_rows(["a"], [("x\x1b[31mred\x9b2J\x07[bold]y[/bold]",)], "table")
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x9b", "\x07"}
    assert "[bold]y[/bold]" in out
