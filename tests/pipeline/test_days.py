"""A real listing day, with a repository in a randomly drawn state behind every link to the authors' own code."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.config_files import config_dir
from tracker.detect import detect
from tracker.detect.roles import role_rules
from tracker.domain.papers import Paper
from tracker.domain.terms import Role
from tracker.hosts.resolve import resolve_url
from tracker.pipeline import cycle
from tracker.settings import load_settings

DAYS = Path(__file__).parents[2] / "../shared/data/days"
LICENCES = config_dir() / "licences"
CODE = {"model/train.py": "x", "README.md": "# Model"}
STATES: dict[str, tuple[dict[str, str] | None, dict[str, Any], tuple[str, str, str]]] = {
    # state: (files, facts, (outcome, content, licence class))
    **{
        spdx: ({**CODE, "LICENSE": (LICENCES / f"{spdx}.txt").read_text()}, {}, ("present", "code", kind))
        for spdx, kind in (
            ("MIT", "osi"),
            ("Apache-2.0", "osi"),
            ("GPL-3.0-only", "osi"),
            ("BSD-3-Clause", "osi"),
            ("CC-BY-NC-4.0", "restricted"),
            ("CC-BY-4.0", "open-content"),
        )
    },
    "none": (CODE, {}, ("present", "code", "none")),
    "custom": (
        {**CODE, "LICENSE": "You may read this. Ask us for everything else."},
        {},
        ("present", "code", "unknown"),
    ),
    "readme": ({"README.md": "# Paper"}, {}, ("present", "readme-only", "none")),
    "soon": ({"README.md": "Code will be released soon."}, {}, ("present", "placeholder", "none")),
    "data": ({"README.md": "x", "a.csv": "1"}, {}, ("present", "data-only", "none")),
    "empty": ({}, {}, ("present", "empty", "none")),
    "missing": (None, {}, ("absent", "unknown", "unknown")),
}


def find_own_repositories(day: Path, categories: set[str]) -> dict[str, list[str]]:
    """The GitHub repositories that our own detection gives to the authors, by paper: this tests the pipeline, not
    the detection."""
    rules = role_rules.load_role_rules()
    repositories: dict[str, list[str]] = {}
    for line in day.read_text().splitlines():
        record = json.loads(line)
        if categories.isdisjoint(record["categories"]):
            continue
        paper = Paper(
            arxiv_id=record["arxiv_id"],
            title=record["title"],
            abstract=record["abstract"],
            comment=record["comments"] or "",
            authors=tuple(record["authors"]),
        )
        repositories[record["arxiv_id"]] = [
            link.reference.key.removeprefix("github:")
            for link in detect.detect_paper(paper, resolve_url, rules).roles
            if link.role is Role.OWN and link.reference.key.startswith("github:")
        ]
    return repositories


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "now"), [("2025-06-24", "2025-06-25T05:00:00Z"), ("2026-06-16", "2026-06-17T05:00:00Z")]
)
def test_a_real_listing_day_is_stored_as_generated(world: World, start_run: StartRun, name: str, now: str) -> None:
    day = DAYS / f"{name}.jsonl"
    if not day.is_file():
        pytest.skip("the shared development data are not beside the project")
    shutil.copy(day, world.folder)
    own = find_own_repositories(day, set(load_settings(environ={}).harvest.categories))
    chance, truth = random.Random(name), {}
    for repository in sorted({name for names in own.values() for name in names}, key=str.casefold):
        state = chance.choice(sorted(STATES))
        files, facts, expected = STATES[state]
        truth[repository.casefold()] = expected
        if files is not None:
            world.repository(repository, files, **facts)
    with start_run(TRACKER_NOW=now) as run:
        summary = cycle.run_cycle(run.worker)
        assert summary.counts.windows_left == 0
        assert {row[0] for row in run.rows("SELECT arxiv_id FROM papers")} == set(own)
        stored = {
            str(key).removeprefix("github:").casefold(): tuple(columns)
            for key, *columns in run.rows(
                "SELECT reference, outcome, content, licence_class FROM artifacts WHERE host = 'github' AND kind = 'repository'"
                " AND reference <> 'github:xai-org/grok-1'"
            )
        }
        # A linked branch or folder is judged by itself, and these repositories have neither.
        linked = {
            str(row[0]).removeprefix("github:").casefold()
            for row in run.rows("SELECT reference FROM artifacts WHERE host = 'github' AND path <> ''")
        }
        truth = {name: expected for name, expected in truth.items() if name not in linked}
        assert {name: columns for name, columns in stored.items() if name in truth} == truth
        # A claim on a famous dependency whose README does not name the paper is a conflict: the checks show it.
        conflicts = {
            row[0] for row in run.rows("SELECT arxiv_id FROM links WHERE CAST(reasons AS TEXT) LIKE '%conflict:%'")
        }
        apart = conflicts | {
            key for key, repositories in own.items() if linked & {name.casefold() for name in repositories}
        }
        opened = {
            key
            for key, repositories in own.items()
            if any(truth.get(name.casefold()) == ("present", "code", "osi") for name in repositories)
        }
        assert {row[0] for row in run.rows("SELECT arxiv_id FROM open_papers")} - apart == opened - apart
        feed = feedparser.parse((run.worker.settings.public_dir / "feed.xml").read_bytes())
        assert not feed.bozo
        assert len(apart) < 0.1 * len(opened)
        assert {item.id.rpartition(":")[2] for item in feed.entries} - apart == opened - apart
        request_count = len(run.requests("arxiv_api")) + len(run.requests("github_api"))
        assert request_count <= 0.1 * len(own)
        assert len(run.requests("huggingface")) <= 1.05 * len(own)
