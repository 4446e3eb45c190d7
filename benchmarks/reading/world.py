"""A world of listing days for the simulation: real abstracts where they are at hand, texts made up here.

Of the papers that link no repository in their abstract, one in three names its own in the text alone. Four in five have
HTML at arXiv, the others only their source, so that a text costs 1.2 requests."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tracker.config_files import config_dir
from tracker.harvest.announcements import submission_deadline

GITHUB = re.compile(r"github\.com/([\w-]+)/([\w.-]*[\w-])", re.ASCII)
FILLER = "<p>We study a thing at length, as papers do, with many words and few links.</p>" * 20
NUMBER = "NUMBER"
"""In a made-up abstract: the number of the paper, so that each names a repository of its own."""
IN_TEXT, WITHOUT_HTML, WITH_RECORD = 3, 5, 10
"""One in so many names its code in the text alone; has no HTML; has a record on the Hub, which suggests a
repository."""
REPOSITORIES = 4
"""Of the repositories that abstracts name, three in so many are open; the others hold a placeholder or no licence."""


@dataclass
class World:
    """Writes listing days into a world folder, and remembers which papers it made open."""

    folder: Path
    abstracts: Sequence[dict[str, Any]]
    open_papers: dict[date, list[str]] = field(default_factory=dict)
    """The papers whose code is open, by the day of their announcement."""
    in_text: set[str] = field(default_factory=set)
    """Those of them that name it in their text alone."""
    papers: dict[date, list[str]] = field(default_factory=dict)
    """All papers, likewise."""
    count: int = 0
    _draw: random.Random = field(default_factory=lambda: random.Random(17))
    _mit: str = (config_dir() / "licences" / "MIT.txt").read_text()

    def add_day(self, day: date, papers: int) -> None:
        """The announcement of one New York day."""
        lines = [self._paper(day, number, papers) for number in range(papers)]
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"announced-{day}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def _paper(self, day: date, number: int, papers: int) -> dict[str, Any]:
        self.count += 1
        arxiv_id = f"{day:%y%m}.{self.count:05}"
        self.papers.setdefault(day, []).append(arxiv_id)
        source = self.abstracts[self.count % len(self.abstracts)]
        abstract = str(source["abstract"]).replace(NUMBER, str(self.count))
        comment = str(source.get("comments") or "")
        named = [f"{owner}/{name}" for owner, name in GITHUB.findall(f"{abstract} {comment}")]
        for name in named:
            self._repository(name, arxiv_id, kind=self.count % REPOSITORIES)
        own = f"lab{self.count}/code-{self.count}"
        if not named and self.count % IN_TEXT == 0:
            self._repository(own, arxiv_id)
            self.open_papers.setdefault(day, []).append(arxiv_id)
            self.in_text.add(arxiv_id)
            self._text(arxiv_id, f"Our code is available at https://github.com/{own}.")
        elif not named:
            self._text(arxiv_id, "We proved it.")
        if not named and self.count % WITH_RECORD == 1:
            self._record(arxiv_id, own)
        # Submitted before the deadline of 14:00 in New York, spread over the day before it.
        end = submission_deadline(day)
        at = end - timedelta(days=1) * (1 - number / papers) - timedelta(minutes=1)
        return {
            "arxiv_id": arxiv_id, "title": source["title"], "abstract": abstract, "authors": source["authors"],
            "categories": ["cs.LG"], "comments": comment or None, "announced": str(day),
            "published": at.isoformat(), "updated": at.isoformat(),
        }  # fmt: skip

    def _text(self, arxiv_id: str, sentence: str) -> None:
        if self.count % WITHOUT_HTML:
            self._write(f"arxiv/html/{arxiv_id}.html", f"<html><body>{FILLER}<p>{sentence}</p></body></html>")
            return
        words = "Words and words of a paper, as many as it takes. " * 30
        address = re.sub(r"https://\S+(?=\.)", lambda found: f"\\url{{{found[0]}}}", sentence)
        self._write(
            f"arxiv/e-print/{arxiv_id}/main.tex",
            f"\\documentclass{{article}}\\begin{{document}}\\section{{Introduction}} {words}\n{address}\n\\end{{document}}",
        )

    def _repository(self, name: str, arxiv_id: str, kind: int = 1) -> None:
        says = f"How to train what arXiv:{arxiv_id} describes." if kind else "Code coming soon!"
        self._write(f"github/{name}/files/README.md", f"# Tool\n{says}")
        if kind:
            self._write(f"github/{name}/files/train.py", "print()")
            self._write(f"github/{name}/files/LICENSE", self._mit)
        self._write(f"github/{name}/repo.json", "{}")

    def _record(self, arxiv_id: str, name: str) -> None:
        facts = {"id": arxiv_id, "githubRepo": f"https://github.com/{name}", "githubRepoAddedBy": "user"}
        self._write(f"huggingface/papers/{arxiv_id}.json", json.dumps(facts))

    def _write(self, path: str, content: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)


def load_abstracts(folder: Path | None) -> list[dict[str, Any]]:
    """The papers of real listing days (`*.jsonl` of `folder`), else ten made-up ones of which two name a repository."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.open()] if folder else []
    return [json.loads(line) for line in lines] or list(_make_up())


def _make_up() -> Iterator[dict[str, Any]]:
    for number in range(10):
        code = f" Our code is available at https://github.com/ann{NUMBER}/tool{NUMBER}." if number < 2 else ""
        yield {"title": f"On things of kind {number}", "abstract": f"We study a thing and measure it.{code}",
               "authors": ["Ann Author", "Bob Builder"]}  # fmt: skip
