"""One world full of poison and of honest oddities, through the whole pipeline: what is called open is open."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import CODE, MIT, World

pytestmark = pytest.mark.usefixtures("without_site")

OPEN = {**CODE, "LICENSE": MIT}
CLAIM = "Our code is available at {}."
LONG = "<p>Many words follow, on data, on training and on what came of it.</p>" * 30


@dataclass
class Poisoned:
    """Adds papers to a world, and remembers which must be open."""

    world: World
    number: int = 0
    honest: dict[str, str] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)

    def paper(self, kind: str, abstract: str, *, honest: bool = False, title: str = "", html: str = "") -> str:
        self.number += 1
        arxiv_id = self.world.paper(self.number, abstract, title=title or f"Things of kind {self.number} studied")
        self.world.papers[-1]["authors"] = [f"Wei Zhang{self.number}", f"Ana Torres{self.number}"]
        (self.honest if honest else self.poison)[arxiv_id] = kind
        if html:
            self.world.html(arxiv_id, f"<section><h2>1 Introduction</h2><p>{html}</p>{LONG}</section>")
        return arxiv_id

    def repository(self, name: str, readme: str = "# Tool\nHow to train.", **facts: Any) -> str:
        self.world.repository(name, {**OPEN, "README.md": readme}, **facts)
        return f"https://github.com/{name}"

    def deposit(
        self, number: int, files: list[str], kind: str = "software", packed: dict[str, str] | None = None
    ) -> str:
        folder = self.world.folder / "zenodo"
        folder.mkdir(exist_ok=True)
        record = {
            "metadata": {"title": "Ours", "resource_type": {"type": kind}, "license": {"id": "mit"}},
            "files": [{"key": name, "size": 999} for name in files],
        }
        (folder / f"{number}.json").write_text(json.dumps(record))
        if packed is not None:
            (folder / str(number) / "files").mkdir(parents=True)
            with zipfile.ZipFile(folder / str(number) / "files" / files[0], "w") as archive:
                for name, text in packed.items():
                    archive.writestr(name, text)
        return f"https://doi.org/10.5281/zenodo.{number}"


def forks(made: Poisoned) -> None:
    for number in range(5):
        upstream = f"upstream{number}/engine"
        made.repository(upstream)
        url = made.repository(f"newcomer{number}/engine", fork=True, parent=upstream, ahead=0)
        made.paper("fork", CLAIM.format(url))
    for number in range(3):
        name, files = f"worker{number}/engine", {**OPEN, "ours.py": "print(2)\n" * 50}
        made.world.repository(name, files, fork=True, parent="upstream0/engine", pushed_at="2026-06-16T04:00:00Z")
        made.paper("fork with commits", CLAIM.format(f"https://github.com/{name}"), honest=True)


def deposits(made: Poisoned) -> None:
    names = ["code.zip", "source_code.tar.gz", "src.rar", "software.7z", "owner/tool-v1.0.zip", "archive.zip"]
    for number, name in enumerate(names):
        made.paper("deposit", CLAIM.format(made.deposit(1_000 + number, [name])))
    for number, texts in enumerate(
        ({"README.md": "# Soon"}, {"train.py": "", "model.py": ""}, {"../train.py": "print(1)" * 99})
    ):
        made.paper("deposit", CLAIM.format(made.deposit(1_100 + number, ["code.zip"], packed=texts)))
    program = {"tool-1.0/train.py": "print(1)\n" * 99, "tool-1.0/README.md": "# Tool"}
    for number, kind in enumerate(("software", "other", "publication")):
        url = made.deposit(1_200 + number, ["code.zip"], kind, program)
        made.paper("deposit that was listed", CLAIM.format(url), honest=True)


def records(made: Poisoned) -> None:
    for number, by in enumerate(("user", "user", "auto", "")):
        arxiv_id = made.paper("record", "We show results.")
        url = made.repository(f"stranger{number}/repo", f"# Code of arXiv:{arxiv_id}" if number != 1 else "# Code")
        made.world.record(arxiv_id, githubRepo=url, **({"githubRepoAddedBy": by} if by else {}))
    for number in range(3):
        arxiv_id = made.paper("record of a page", "We show other results.")
        url = made.repository(f"pagestranger{number}/repo", f"# Code of arXiv:{arxiv_id}")
        host = f"pagestranger{number}.github.io"
        made.world.page(host, "work", f'<h1>Work</h1><p>Code: <a href="{url}">Code</a></p>')
        made.world.record(arxiv_id, projectPage=f"https://{host}/work")


def readmes(made: Poisoned) -> None:
    sentences = [
        'Data of [12] are at <a href="{0}">{0}</a>.',
        'We compare with the baseline of Smith et al. at <a href="{0}">{0}</a>.',
        'See also <a href="{0}">{0}</a>, which is older.',
        'The simulator of Smith et al. (<a href="{0}">{0}</a>) is slower.',
        'Our work is based on <a href="{0}">{0}</a>.',
    ]
    for number, sentence in enumerate(sentences):
        name = f"smith{number}/baseline"
        arxiv_id = made.paper("README", "We show results.", html=sentence.format(f"https://github.com/{name}"))
        made.repository(name, f"# Baseline\nUsed in arXiv:{arxiv_id}")


def claims(made: Poisoned) -> None:
    for name in ("pytorch/pytorch", "huggingface/transformers", "openai/whisper", "vllm-project/vllm"):
        made.paper("famous", CLAIM.format(made.repository(name, "# A library")))
    for number in range(5):
        url = made.repository(f"rival{number}/qtool", f"# QTool\nhttps://arxiv.org/abs/2501.0000{number}")
        made.paper("rival", CLAIM.format(url))


def models(made: Poisoned) -> None:
    weights = {"README.md": "---\nlicense: apache-2.0\n---\n# Model", "model.safetensors": "x"}
    owners = ("weizhang", "wzhang", "weizhang-ai", "zhangwei", "anatorres", "stereofield")
    for number, owner in enumerate(owners):
        arxiv_id = made.paper("model", "We train StereoField.", title=f"StereoField{number}: Depth")
        facts = {"cardData": {"license": "apache-2.0"}, "tags": ["license:apache-2.0", f"arxiv:{arxiv_id}"]}
        made.world.model(f"{owner}/StereoField{number}", weights, **facts)
    for number in range(3):
        url = made.repository(f"lab{number}/depth")
        arxiv_id = made.paper("own model", CLAIM.format(url), honest=True)
        facts = {"cardData": {"license": "apache-2.0"}, "tags": ["license:apache-2.0", f"arxiv:{arxiv_id}"]}
        made.world.model(f"lab{number}/depth-7b", weights, **facts)


def oddities(made: Poisoned) -> None:
    for number in range(6):
        made.paper("new account", CLAIM.format(made.repository(f"x7k{number}/a{number}")), honest=True)
    for number in range(3):
        url = made.repository(f"student{number}/thesis")
        text = f'Our code is available at <a href="{url}">{url}</a>.'
        made.paper("words of the text", "We show results.", honest=True, html=text)
    for number in range(2):
        url = made.repository(f"pagelab{number}/work")
        made.world.page(f"pagelab{number}.github.io", "work", f'<h1>Work</h1><p><a href="{url}">Code</a></p>')
        abstract = f"We show results. Project page: https://pagelab{number}.github.io/work"
        made.paper("own page", abstract, honest=True)


KINDS: tuple[Callable[[Poisoned], None], ...] = (forks, deposits, records, readmes, claims, models, oddities)


def test_nothing_poisoned_is_open_and_nothing_honest_is_lost(world: World, start_run: StartRun) -> None:
    made = Poisoned(world)
    for add in KINDS:
        add(made)
    world.paper(made.number + 1, "The last one ships nothing.")
    with start_run(TRACKER_LIMITS__FULL_TEXTS="100") as run:
        run.cycle()
        states = run.states()
        wrongly = {paper: kind for paper, kind in made.poison.items() if states[paper] == "open"}
        lost = {paper: kind for paper, kind in made.honest.items() if states[paper] != "open"}
        assert (wrongly, lost) == ({}, {})
        fed = "SELECT w.arxiv_id FROM feed_entry f JOIN work w ON w.id = f.work WHERE f.feed = '{}'"
        assert {row[0] for row in run.rows(fed.format("main"))} == set(made.honest)
        weights = {row[0] for row in run.rows("SELECT arxiv_id FROM papers WHERE weights = 'open'")}
        assert weights == {paper for paper, kind in made.honest.items() if kind == "own model"}
        assert {row[0] for row in run.rows(fed.format("weights"))} == weights
        reasons: dict[str, str] = {}
        for paper, said in run.rows("SELECT arxiv_id, CAST(reasons AS TEXT) FROM links"):
            reasons[paper] = f"{reasons.get(paper, '')} {said}"
        for paper, kind in made.poison.items():
            if kind == "rival" or kind == "famous":
                assert "conflict: " in reasons[paper]
            if kind == "record":
                assert "nothing of the authors says so" in reasons[paper]
