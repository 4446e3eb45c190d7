"""Corrections by the operator, and archived copies of what is gone, in whole cycles."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.domain.errors import SettingsError
from tracker.pipeline import cycle
from tracker.publish import explain
from tracker.store import evidence

pytestmark = pytest.mark.usefixtures("without_site")

OURS = "Our code is available at https://github.com/ann/{}."


@pytest.fixture
def corrections_file(tmp_path: Path) -> Path:
    path = tmp_path / "corrections.toml"
    path.write_text("")
    return path


def correction(paper: str, link: str, **changes: str) -> str:
    keys = {
        "paper": paper,
        "link": link,
        "reason": "It is the baseline's.",
        "source": "https://example.org/mail",
        **changes,
    }
    return "[[correction]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


def test_a_corrected_role_is_shown_with_its_source_and_can_be_taken_back(
    world: World, start_run: StartRun, corrections_file: Path
) -> None:
    paper = world.paper(1, f"We study things. {OURS.format('tool')}")
    world.repository("ann/tool", {"train.py": "x", "LICENSE": world.mit})
    with start_run(TRACKER_CORRECTIONS=str(corrections_file)) as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {paper: "open"}
    corrections_file.write_text(correction(paper, "https://github.com/Ann/Tool/tree/main", role="mention"))
    with start_run(TRACKER_CORRECTIONS=str(corrections_file), TRACKER_NOW="2026-06-18T05:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {paper: "unknown"}
        explanation = explain.render_explanation(evidence.load_stored_rows(run.worker.store, f"arxiv:{paper}"))
        assert "the operator's correction: It is the baseline's. (https://example.org/mail)" in explanation
        assert "corrected" in explanation
        before = run.rows("SELECT * FROM events ORDER BY id")
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT * FROM events ORDER BY id") == before
    corrections_file.write_text("")
    with start_run(TRACKER_CORRECTIONS=str(corrections_file), TRACKER_NOW="2026-06-19T05:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {paper: "open"}
        assert run.rows("SELECT count(*) FROM events WHERE kind = 'corrected'") == [(2,)]


def test_a_corrected_licence_counts_for_every_paper(
    world: World, start_run: StartRun, corrections_file: Path
) -> None:
    for number in (1, 2):
        world.paper(number, f"We study {number}. {OURS.format('tool')}")
    world.repository("ann/tool", {"train.py": "x"})
    corrections_file.write_text(correction("*", "github.com/ann/tool", licence="Apache-2.0"))
    with start_run(TRACKER_CORRECTIONS=str(corrections_file)) as run:
        cycle.run_cycle(run.worker)
        # The correction came before its link: it counts from the check that found it.
        assert set(run.states().values()) == {"open"}
        reasons = run.rows(
            "SELECT sentences FROM verdict JOIN work ON work.id = work JOIN shared_text ON shared_text.id = shared_text WHERE fact = 'code' AND arxiv_id IS NOT NULL"
        )
        assert all("the operator's correction" in row[0] for row in reasons)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[correction]]\npaper = "1"\nlink = "github.com/a/b"\nreason = "x"\nsource = "y"\n', "neither a `role`"),
        (correction("1", "github.com/a/b", role="theirs"), "the key `role` of `correction.1` must be"),
        (correction("1", "mailto:x", role="own"), "is not an http address"),
        ('[[corection]]\npaper = "1"\n', "unknown key `corection`"),
        ("[[correction", "not valid TOML"),
    ],
)
def test_a_correction_that_is_not_right_is_refused_in_one_sentence(
    world: World, start_run: StartRun, corrections_file: Path, text: str, message: str
) -> None:
    paper = world.paper(1, f"We study things. {OURS.format('tool')}")
    world.repository("ann/tool", {"train.py": "x"})
    corrections_file.write_text(correction(paper, "github.com/ann/tool", licence="MIT"))
    with start_run(TRACKER_CORRECTIONS=str(corrections_file)) as run:
        corrections_file.write_text(text)
        summary = cycle.run_cycle(run.worker)
        assert any(message in trouble.reason for trouble in summary.troubles), (
            "the trouble is reported and the cycle continues"
        )
        assert run.states() == {paper: "available"}
    with (
        pytest.raises(SettingsError, match=re.escape(message)),
        start_run(TRACKER_CORRECTIONS=str(corrections_file)),
    ):
        pass


def test_what_is_gone_shows_its_archived_copy(world: World, start_run: StartRun) -> None:
    paper = world.paper(1, f"We study things. {OURS.format('tool')}")
    place = world.repository("ann/tool", {"train.py": "x", "LICENSE": world.mit})
    with start_run() as run:
        cycle.run_cycle(run.worker)
    shutil.rmtree(place)
    snapshot = "94a9ed024d3859793618152ea559a168bbcbb5e2"
    visit = world.folder / "swh/origin/https:/github.com/ann/tool/visit/latest.json"
    visit.parent.mkdir(parents=True)
    visit.write_text(json.dumps({"snapshot": snapshot, "status": "full"}))
    for day in range(20, 32):
        with start_run(TRACKER_NOW=f"2026-07-{day}T05:00:00Z") as run:
            cycle.run_due_work(run.worker)
    with start_run(TRACKER_NOW="2026-08-01T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.states() == {paper: "gone"}
        assert run.rows("SELECT archived_copy FROM artifacts WHERE reference = 'github:ann/tool'") == [
            (f"https://archive.softwareheritage.org/swh:1:snp:{snapshot}",)
        ]
        assert run.requests("software_heritage") == [], "it was asked when it was found gone, and not again"
        explanation = explain.render_explanation(evidence.load_stored_rows(run.worker.store, f"arxiv:{paper}"))
        assert f"archived copy: https://archive.softwareheritage.org/swh:1:snp:{snapshot}" in explanation
