"""Windows: what was proved complete, and how far."""

from datetime import datetime, timedelta

import pytest

from tracker.domain.papers import WindowResult
from tracker.store import windows
from tracker.store.engine import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def result(since: datetime, until: datetime, got: int, *, complete: bool) -> WindowResult:
    return WindowResult(since=since, until=until, expected=got, got=got, complete=complete)


def test_the_watermark_moves_only_when_a_window_is_proved(store: Store, now: datetime) -> None:
    days = [(now + number * DAY, now + (number + 1) * DAY) for number in range(3)]
    windows.begin_windows(store, "arxiv", days, now)
    assert windows.load_watermark(store, "arxiv") is None
    windows.close_window(store, "arxiv", result(*days[0], 5, complete=True), now)
    windows.close_window(store, "arxiv", result(*days[1], 3, complete=False), now)
    assert windows.load_watermark(store, "arxiv") == days[0][1]
    assert windows.open_windows(store, "arxiv") == days[1:]
    windows.close_window(store, "arxiv", result(*days[2], 0, complete=True), now)
    assert windows.open_windows(store, "arxiv") == [days[1]], "a later window does not cover an open one"
    windows.close_window(store, "arxiv", result(days[0][0], days[2][1], 9, complete=True), now)
    assert windows.open_windows(store, "arxiv") == [], "a window takes in those inside it"
    assert windows.closed_windows(store, "arxiv") == [(days[0][0], days[2][1], now)]


@pytest.mark.parametrize("later", [timedelta(0), HOUR])
def test_a_failure_of_today_does_not_unprove_a_window(store: Store, now: datetime, later: timedelta) -> None:
    windows.close_window(store, "arxiv", result(now, now + DAY, 5, complete=True), now)
    windows.close_window(store, "arxiv", result(now, now + DAY, 0, complete=False), now + later)
    assert windows.open_windows(store, "arxiv") == []
