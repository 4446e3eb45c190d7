"""A world folder for the sandbox, written paper by paper and repository by repository."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tracker.config_files import config_dir

MIT = (config_dir() / "licences" / "MIT.txt").read_text()
APACHE = (config_dir() / "licences" / "Apache-2.0.txt").read_text()
NONCOMMERCIAL = f"{MIT}\n\nThe Software may not be used for commercial purposes.\n"
CODE = {"train.py": "print()", "README.md": "# Tool\nHow to train."}


@dataclass
class World:
    """Writes a world folder."""

    folder: Path
    papers: list[dict[str, Any]] = field(default_factory=list)
    mit: str = MIT

    def paper(
        self,
        number: int,
        abstract: str,
        *,
        comment: str | None = None,
        hour: int | None = None,
        categories: tuple[str, ...] = ("cs.LG",),
        title: str = "",
        version: int = 1,
    ) -> str:
        arxiv_id = f"2606.{number:05}"
        moment = datetime(2026, 6, 16, (number if hour is None else hour) % 24, number % 60, tzinfo=UTC)
        self.papers = [paper for paper in self.papers if paper["arxiv_id"] != arxiv_id]
        self.papers.append(
            {
                "arxiv_id": arxiv_id,
                "title": title or f"Paper {number} on things",
                "abstract": abstract,
                "authors": ["Ann Author", "Bob Builder"],
                "categories": list(categories),
                "comments": comment,
                "published": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "version": version,
            }
        )
        (self.folder / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in self.papers))
        return arxiv_id

    def repository(self, name: str, files: dict[str, str], **facts: Any) -> Path:
        place = self.folder / "github" / name
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            target = place / "files" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        (place / "repo.json").write_text(json.dumps(facts))
        return place

    def model(self, name: str, files: dict[str, str], **info: Any) -> None:
        place = self.folder / "huggingface" / "models" / name
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (place / "files" / path).write_text(content)
        (place / "info.json").write_text(json.dumps({"createdAt": "2026-06-16T10:00:00.000Z", **info}))

    def html(self, arxiv_id: str, body: str) -> None:
        """Write the HTML of a paper at arXiv."""
        self._text("html", f"{arxiv_id}.html", f"<html><body><article>{body}</article></body></html>")

    def tex(self, arxiv_id: str, source: str) -> None:
        """Write a paper's TeX source, one file."""
        self._text(f"e-print/{arxiv_id}", "main.tex", source)

    def _text(self, folder: str, name: str, content: str) -> None:
        place = self.folder / "arxiv" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)

    def page(self, host: str, path: str, body: str) -> None:
        """Write a page of the open web."""
        place = self.folder / "web" / host / path
        place.mkdir(parents=True, exist_ok=True)
        (place / "index.html").write_text(f"<html><body>{body}</body></html>")

    def record(self, arxiv_id: str, **facts: Any) -> None:
        place = self.folder / "huggingface" / "papers"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{arxiv_id}.json").write_text(json.dumps({"id": arxiv_id, **facts}))
