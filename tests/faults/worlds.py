"""Worlds for fault tests: a small one in every state, and a real listing day with made-up repositories."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

from tests.pipeline.world import APACHE, CODE, MIT, World
from tracker.config_files import config_dir
from tracker.detect import detect
from tracker.detect.roles import role_rules
from tracker.domain.papers import Paper
from tracker.hosts.resolve import resolve_url

FILLER = "<p>Words and more words of a paper, as many as it takes to be one.</p>" * 40
DAYS = Path(__file__).parents[2] / "../shared/data/days"
DAY = "2026-06-16"


def small_world(folder: Path, papers: int = 10) -> World:
    """Papers whose code is open, unlicensed, promised, missing, on the Hub, in the full text and behind a project page."""
    folder.mkdir()
    world = World(folder)
    for number in range(100, 100 + papers):
        name = f"eve/tool{number}"
        world.paper(number, f"We study number {number}. Our code is available at https://github.com/{name}.")
        match number % 5:
            case 0 | 1 | 2:
                world.repository(name, {**CODE, "LICENSE": MIT})
            case 3:
                world.repository(name, CODE)
            case 4:
                pass
    for number in range(300, 304):
        paper, name = world.paper(number, "We say nothing of it here.", hour=23), f"eve/deep{number}"
        world.repository(name, {**CODE, "LICENSE": MIT})
        world.html(paper, FILLER + f"<p>Our code is available at https://github.com/{name}.</p>")
    world.paper(310, "We show it. Project page: https://eve.github.io/paged/", hour=23)
    world.page("eve.github.io", "paged", '<p><a href="https://github.com/eve/paged">Code</a></p>')
    world.repository("eve/paged", {**CODE, "LICENSE": APACHE})
    world.paper(320, "We train a model. Our weights are at https://huggingface.co/eve/weights.", hour=22)
    world.model(
        "eve/weights",
        {"README.md": "---\nlicense: apache-2.0\n---", "model.safetensors": "x"},
        cardData={"license": "apache-2.0"},
        tags=["license:apache-2.0", "arxiv:2606.00320"],
    )
    for number, host in ((331, "gitlab.com"), (332, "codeberg.org"), (333, "bitbucket.org")):
        world.paper(number, f"Our code is available at https://{host}/eve/elsewhere.", hour=22)
    world.paper(334, "Our data are available at https://doi.org/10.5281/zenodo.1234567.", hour=22)
    world.paper(340, "Code will be released upon acceptance.", hour=22)
    return world


def listing_day(folder: Path) -> bool:
    """A real listing day; every repository that it names is made up: by its name code under a licence or without one,
    a README alone, or nothing. False where the development data are absent."""
    source = DAYS / f"{DAY}.jsonl"
    if not source.is_file():
        return False
    folder.mkdir()
    (folder / source.name).write_bytes(source.read_bytes())
    world, rules = World(folder), role_rules.load_role_rules(config_dir() / "roles.toml")
    names: set[str] = set()
    for line in source.read_text("utf-8").splitlines():
        record = json.loads(line)
        paper = Paper(
            arxiv_id=record["arxiv_id"],
            title=record["title"],
            abstract=record["abstract"],
            comment=record["comments"] or "",
        )
        detection = detect.detect_paper(paper, resolve_url, rules)
        names |= {mention.reference.key.removeprefix("github:") for mention in detection.mentions if mention.reference.kind == "repository" and mention.reference.host == "github"}  # fmt: skip # one line
        # A third of the papers whose abstract names no code name it in the full text.
        if not detection.mentions and crc32(record["arxiv_id"].encode()) % 3 == 0:
            world.html(
                record["arxiv_id"],
                FILLER + f"<p>Our code is available at https://github.com/deep/p{record['arxiv_id'][-5:]}.</p>",
            )
            names.add(f"deep/p{record['arxiv_id'][-5:]}")
    for name in sorted(names):
        files = (
            {**CODE, "LICENSE": MIT},
            {**CODE, "LICENSE": APACHE},
            CODE,
            {"README.md": "# Tool\nCode coming soon!"},
            None,
        )
        repository_files = files[crc32(name.lower().encode()) % len(files)]
        if repository_files is not None:
            world.repository(name, repository_files, id=crc32(name.lower().encode()))
    return True


def generated_day(folder: Path, papers: int = 555) -> None:
    """Where the development data are absent: as many papers, made up."""
    small_world(folder, papers)
