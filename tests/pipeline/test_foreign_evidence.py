"""A file of another installation that lies changes no verdict, no event, no feed and no count: it costs checks, in a bound."""

from __future__ import annotations

import io
import json
import random
import shutil
from pathlib import Path

import pytest

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import CODE, MIT, World
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.store import evidence_file, foreign_reports

FIRST, SECOND = "2026-06-17T05:00:00Z", "2026-06-18T05:00:00Z"
OF_FACTS = (
    "SELECT arxiv_id, code, weights, data, demo, grade, grade_reasons, read_depth FROM papers ORDER BY 1",
    "SELECT arxiv_id, reference, kind, cause, happened_at, observed_at, detail FROM events ORDER BY 1, 2, 3",
    "SELECT * FROM open_papers ORDER BY 1",
    "SELECT * FROM promises ORDER BY 1",
    "SELECT * FROM openness_by_month ORDER BY 1, 2, 3",
    "SELECT * FROM organisations ORDER BY 1",
    "SELECT arxiv_id, reference, role, lifecycle FROM links WHERE role <> 'mention' ORDER BY 1, 2",
)
"""Everything that says what is open, and what the papers' own links are."""
OTHERS = ("liar/copy", "ann/open-mit", "ann/invented", "annlab/invented", "nobody/nothing", "bob/recorded")
LIES = (
    *(f"https://github.com/{name}" for name in OTHERS),
    "https://github.com/ann/open-mit/tree/evil",
    "https://huggingface.co/ann/weights",
    "https://huggingface.co/liar/weights",
    "https://ann.github.io/project",
    "https://doi.org/10.5281/zenodo.1",
)


def hostile_file(papers: list[str], rng: random.Random) -> bytes:
    """Claims on every paper: of what is there, of what is not, and of what belongs to others."""
    made = {"format": evidence_file.FORMAT, "version": 1, "made_at": FIRST, "program": "0.1.0"}
    seen = {
        "outcome": "present",
        "content": "code",
        "licence": "MIT",
        "since": FIRST,
        "until": FIRST,
        "rules": "9",
    }
    records = [
        {
            "arxiv_id": paper, "url": url, "role": rng.choice(["own", "own-page", "mention", "community"]),
            "place": rng.choice(["abstract", "title-footnote", "page"]), "evidence": f"Our code is available at {url}.",
            "found_at": FIRST, "rules": "9",
            "seen": rng.choice([seen, {**seen, "outcome": "absent", "content": "unknown", "licence": ""}, None]),
        }
        for paper in papers for url in rng.sample(LIES, 8)
    ]  # fmt: skip
    rng.shuffle(records)
    return "".join(f"{json.dumps(line)}\n" for line in (made, *records, {"records": len(records)})).encode()


def what_is_said(run: Run) -> dict[str, object]:
    """The views of facts, and the bytes of everything that is published of them, but for the pages of papers."""
    said: dict[str, object] = {sql: run.rows(sql) for sql in OF_FACTS}
    public = run.worker.settings.public_dir
    said |= {
        str(file.relative_to(public)): file.read_bytes()
        for pattern in ("feed.*", "feeds/**/*", "index.html", "trends.html", "not-open.html", "archive/**/*")
        for file in public.glob(pattern)
        if file.is_file() and file.suffix not in (".gz", ".br", ".zst")
    }
    return said


@pytest.mark.usefixtures("expected")
def test_a_liar_changes_nothing_that_is_said_of_papers(
    world: World, start_run_at: StartRun, tmp_path: Path
) -> None:
    world.repository("liar/copy", {**CODE, "README.md": "# Code of arXiv:2606.00013", "LICENSE": MIT})
    world.model(
        "liar/weights", {"README.md": "---\nlicense: mit\n---\narXiv:2606.00013", "model.safetensors": "x"}
    )
    data, kept = tmp_path / "data", tmp_path / "kept"
    with start_run_at(FIRST) as run:
        run.cycle()
        papers = run.arxiv_ids()
    shutil.copytree(data, kept)
    with start_run_at(SECOND) as run:
        run.cycle()
        honest, requests = what_is_said(run), len(run.requests("github_api"))
        assert len(honest) > len(OF_FACTS) + 10
    shutil.rmtree(data)
    kept.rename(data)
    with start_run_at(SECOND) as run:
        file = io.BytesIO(hostile_file(papers, random.Random(1)))
        done = foreign_reports.import_evidence(
            run.worker.store, file, resolve_url, CHECKED_KINDS, source="a liar", rules="1", now=run.worker.now()
        )
        assert done.proposed > 40
        run.cycle()
        said = what_is_said(run)
        assert [name for name in honest | said if said.get(name) != honest.get(name)] == []
        assert len(run.requests("github_api")) <= requests + done.proposed
        assert run.rows("SELECT count(*) FROM links WHERE role = 'mention' AND evidence LIKE 'a liar%'") > [(30,)]
