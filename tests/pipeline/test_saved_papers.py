"""A feed of fifty saved papers: what opens is one item each, once, whenever the worker was killed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import CODE, MIT, World
from tracker.pipeline import publish
from tracker.store import feed_entries

OPENING = (7, 23, 41)
QUICK = {"TRACKER_LIMITS__FULL_TEXTS_PER_DAY": "0", "TRACKER_LIMITS__HUB_RECORDS_PER_DAY": "0"}


def saved(run: Run, papers: list[str]) -> list[str]:
    """The names of the items of the feed of these papers."""
    body = run.worker.composer.answer("feed.json", f"paper={','.join(papers)}").body
    assert body
    return sorted(item["id"] for item in json.loads(body)["items"])


def test_three_of_fifty_open_and_are_three_items_once(
    world: World, start_run_at: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("build_site", "write_archive"):
        monkeypatch.setattr(publish, name, lambda *_, **__: {})
    papers = [
        world.paper(
            number, f"Our code is available at https://github.com/ann/tool{number}." if number < 45 else "A proof."
        )
        for number in range(1, 51)
    ]
    with start_run_at("2026-06-17T05:00:00Z", **QUICK) as run:
        run.cycle()
        assert len(run.arxiv_ids()) == 50
        assert saved(run, papers) == []
    for number in OPENING:
        world.repository(f"ann/tool{number}", {**CODE, "LICENSE": MIT})
    expected = [f"arxiv-code-tracker:arxiv:2606.{number:05}" for number in OPENING]
    add_new_entries = feed_entries.add_new_entries
    for is_stored in (False, True):

        def kill(*arguments: Any, is_stored: bool = is_stored) -> int:
            """Right before the entries are stored, or right after."""
            if is_stored:
                add_new_entries(*arguments)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, start_run_at("2026-06-25T05:00:00Z", **QUICK) as run:
            patch.setattr(feed_entries, "add_new_entries", kill)
            with pytest.raises(KeyboardInterrupt):
                run.cycle()
    with start_run_at("2026-06-25T06:00:00Z", **QUICK) as run:
        for _ in range(2):
            run.cycle()
            assert saved(run, papers) == expected
        assert saved(run, papers[:10]) == expected[:1]
