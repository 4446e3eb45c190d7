"""What the request policy stores about hosts of linked pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker import settings
from tracker.fetch import request_policy


class Clock:
    """A clock that does not move."""

    def now(self) -> datetime:
        return datetime(2026, 6, 17, 5, tzinfo=UTC)


class Forgetful:
    """A memory of upstreams that stores nothing."""

    turns = None

    def stopped(self, upstream: str, now: datetime) -> None:
        return None

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        return None

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> None:
        return None

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        return None


def test_recovered_hosts_of_pages_are_bounded_in_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_policy, "MOST_HOSTS", 5)
    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    policy = request_policy.RequestPolicy(loaded, Forgetful(), Clock())
    for number in range(20):
        for status in (503, 200):
            policy.judge_page(f"web:host{number}.example", status, {})
    for by_upstream in (policy._recorded, policy._lost, policy._refusals):
        assert len(by_upstream) <= 5
    assert "web:host19.example" in policy._recorded
