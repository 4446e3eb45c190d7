from datetime import UTC, datetime, timedelta, timezone

from tracker.fetch import clock


def test_a_moved_clock_starts_at_its_time_and_ticks_on():
    seconds = iter([100.0, 130.5])
    start = datetime(2026, 7, 1, 7, 0, tzinfo=timezone(timedelta(hours=2)))
    moved = clock.MovedClock(start, lambda: next(seconds))
    assert moved.now() == datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
    assert moved.now() == datetime(2026, 7, 1, 5, 0, 30, 500000, tzinfo=UTC)


def test_settings_choose_the_clock(make_settings):
    assert isinstance(clock.make_clock(make_settings()), clock.SystemClock)
    moved = clock.make_clock(make_settings(TRACKER_NOW="2026-07-01T05:00:00Z"))
    assert isinstance(moved, clock.MovedClock)
    assert timedelta(0) <= moved.now() - datetime(2026, 7, 1, 5, tzinfo=UTC) < timedelta(minutes=1)


def test_the_real_clock_is_aware_and_in_utc():
    assert clock.SystemClock().now().utcoffset() == timedelta(0)
