"""What a fleet of services must agree on, and the requests that it must not send (`benchmarks.fleet`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tracker.store.readonly_sql import run_query
from tracker.store.views import VIEWS

MOMENTS = frozenset({
    "id", "read_at", "checked_at", "next_check_at", "first_seen", "last_seen", "times", "happened_at", "observed_at",
    "opened_at", "promised_at", "kept_at", "lapsed_at", "judged_at",
})  # fmt: skip
"""Columns of the views that say when the fleet saw something; `id` of an event is made of such times."""
ROUNDING_SECONDS = 0.001


def load_views(address: str) -> dict[str, list[str]]:
    """The rows of every public view as text, sorted, without the moments at which something was seen."""
    views = {}
    for view in VIEWS:
        names, rows = run_query(address, f"SELECT * FROM {view}")
        kept = [number for number, name in enumerate(names) if name not in MOMENTS]
        views[view] = sorted(repr([row[number] for number in kept]) for row in rows)
    return views


def load_feeds(folder: Path) -> dict[str, list[str]]:
    """The items of every RSS feed below a folder, sorted, without their dates."""
    return {
        path.relative_to(folder).as_posix(): sorted(
            re.sub(r"<pubDate>[^<]*</pubDate>", "", item)
            for item in re.findall(r"<item>.*?</item>", path.read_text("utf-8"), re.DOTALL)
        )
        for path in sorted(folder.rglob("*.xml"))
        if path.name != "sitemap.xml"
    }


def list_differences(name: str, found: dict[str, list[str]], expected: dict[str, list[str]]) -> list[str]:
    """How what a store or a folder holds differs from what it must hold, as sentences."""
    faults = [
        f"{name}: {key} is {'missing' if key in expected else 'too much'}" for key in found.keys() ^ expected
    ]
    for key in found.keys() & expected.keys():
        more = Counter(found[key]) - Counter(expected[key])
        less = Counter(expected[key]) - Counter(found[key])
        if more or less:
            sample = next(iter(more or less))
            faults.append(
                f"{name}: {key} has {more.total()} too many and {less.total()} too few, as {sample[:300]}"
            )
    return faults


def list_crowded(log: Sequence[dict[str, Any]], pace: float) -> list[str]:
    """The requests to arXiv that came before another had ended, or sooner after it than the pace, as sentences."""
    requests = sorted(
        (request for request in log if request["upstream"].startswith("arxiv")),
        key=lambda request: request["monotonic"],
    )
    faults = []
    for first, second in pairwise(requests):
        gap = second["monotonic"] - first["monotonic"] - first["seconds"]
        if gap < pace - ROUNDING_SECONDS:
            faults.append(f"{second['path']} came {gap:.3f} s after {first['path']} had ended")
    return faults
