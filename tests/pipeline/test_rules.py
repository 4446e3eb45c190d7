"""A store that earlier rules judged is judged again: the feed keeps its items, marked, and nothing floods it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import APACHE, CODE, MIT, NONCOMMERCIAL, World
from tracker.detect.roles import ownership, role_rules
from tracker.domain.history import Licence
from tracker.domain.terms import LicenceClass
from tracker.judge import licences, openness

FIRST, NEXT_DAY, LATER = "2026-06-17T05:00:00Z", "2026-06-18T05:00:00Z", "2026-07-30T05:00:00Z"


@contextmanager
def earlier_rules() -> Iterator[None]:
    """Rules of a lower version: they believe the Hub's records, take added terms for none, and know no Apache."""
    decide = licences.decide_licence

    def decide_loosely(*arguments: Any, **options: Any) -> Licence:
        licence = decide(*arguments, **options)
        if licence.class_ is LicenceClass.RESTRICTED:
            return replace(licence, spdx="MIT", class_=LicenceClass.OSI)
        if licence.spdx == "Apache-2.0":
            return replace(licence, spdx=None, class_=LicenceClass.UNKNOWN)
        return licence

    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(openness, "RULE_VERSION", "1")
        earlier.setattr(role_rules, "RULE_VERSION", "1")
        earlier.setattr(licences, "decide_licence", decide_loosely)
        earlier.setattr(
            ownership.Accounts, "prove", lambda _, candidate, __: "so they were" if candidate.recorded else ""
        )
        yield


@pytest.fixture
def papers(world: World) -> None:
    ours = "Our code is available at https://github.com/ann/{}."
    for number, name, files in (
        (1, "open", {**CODE, "LICENSE": MIT}),
        (2, "known-later", {**CODE, "LICENSE": APACHE}),
        (3, "known-better", {**CODE, "LICENSE": NONCOMMERCIAL}),
    ):
        world.paper(number, f"We study {name}. {ours.format(name)}")
        world.repository(f"ann/{name}", files)
    world.paper(4, "The text names no repository, and the record does.")
    world.repository("somebody/recorded", {**CODE, "LICENSE": MIT})
    world.record("2606.00004", githubRepo="https://github.com/somebody/recorded", githubRepoAddedBy="user")


def feed_of(run: Any) -> dict[str, tuple[str, str, str]]:
    """(id, date, content) of each item of the main feed, by the paper's id."""
    path: Path = run.worker.settings.public_dir / "feed.json"
    items = json.loads(path.read_text())["items"]
    return {
        item["id"].rpartition(":")[2]: (item["id"], item["date_published"], item["content_html"]) for item in items
    }


def closings(run: Any) -> dict[str, tuple[str, str]]:
    """Cause and detail of each event that closed code, by paper."""
    rows = run.rows("SELECT arxiv_id, cause, detail FROM events WHERE kind = 'closed'")
    return {arxiv_id: (cause, detail) for arxiv_id, cause, detail in rows}


@pytest.mark.usefixtures("papers")
def test_items_of_earlier_rules_keep_their_place_and_say_why(start_run_at: StartRun) -> None:
    with earlier_rules(), start_run_at(FIRST) as run:
        run.cycle()
        before = feed_of(run)
        assert set(before) == {"2606.00001", "2606.00003", "2606.00004"}
    with start_run_at(NEXT_DAY) as run:
        assert run.cycle().counts.entered == 0
        after = feed_of(run)
        assert {key: of[:2] for key, of in after.items()} == {key: of[:2] for key, of in before.items()}
        assert "No longer judged open" in after["2606.00004"][2]
        assert "github:somebody/recorded" in after["2606.00004"][2]
        assert ownership.SUGGESTED in after["2606.00004"][2]
        assert "No longer" not in after["2606.00001"][2]
        assert run.states() | {"2606.00002": ""} == {
            "2606.00001": "open", "2606.00002": "", "2606.00003": "open", "2606.00004": "unknown",
        }  # fmt: skip
        assert {paper: cause for paper, (cause, _) in closings(run).items()} == {"2606.00004": "rule"}
    with start_run_at(LATER) as run:
        assert run.cycle().counts.entered == 0, "what the new rules open when it is read again is no news"
        last = feed_of(run)
        assert {key: of[:2] for key, of in last.items()} == {key: of[:2] for key, of in before.items()}
        assert run.states() == {
            "2606.00001": "open", "2606.00002": "open", "2606.00003": "available", "2606.00004": "unknown",
        }  # fmt: skip
        assert {paper: cause for paper, (cause, _) in closings(run).items()} == {
            "2606.00003": "rule",
            "2606.00004": "rule",
        }
        assert "No longer judged open" in last["2606.00003"][2]
        assert "No longer judged open" in last["2606.00004"][2]
        opened = run.rows("SELECT arxiv_id, cause FROM events WHERE kind = 'opened' ORDER BY 1")
        assert dict(opened)["2606.00002"] == "rule"
        again = run.rows("SELECT count(*) FROM events")
    with start_run_at(LATER) as run:
        run.cycle()
        assert run.rows("SELECT count(*) FROM events") == again, "judging again adds nothing"
        assert feed_of(run) == last


@pytest.mark.usefixtures("papers")
def test_what_the_world_changes_after_new_rules_is_news(world: World, start_run_at: StartRun) -> None:
    with earlier_rules(), start_run_at(FIRST) as run:
        run.cycle()
    world.repository("ann/known-better", {**CODE, "LICENSE": MIT}, pushed_at="2026-07-20T05:00:00Z")
    world.paper(5, "Our code will be released at https://github.com/ann/soon.")
    with start_run_at(NEXT_DAY) as run:
        run.cycle()
    world.repository("ann/soon", {**CODE, "LICENSE": MIT})
    with start_run_at(LATER) as run:
        run.cycle()
        assert "2606.00005" in feed_of(run)
        assert dict(run.rows("SELECT arxiv_id, cause FROM events WHERE kind = 'shipped'"))["2606.00005"] == "world"
