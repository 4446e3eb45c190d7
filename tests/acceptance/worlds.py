"""Helpers that write a world of systems."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.config_files import config_dir

NOW = "2026-06-17T05:00:00Z"
DAYS = "4700"


def licence_text(spdx: str) -> str:
    """The standard text of a licence, as its users copy it."""
    text = (config_dir() / "licences" / f"{spdx}.txt").read_text("utf-8")
    return text.replace("<year>", "2023").replace("<copyright holders>", "The authors")


MIT, APACHE = licence_text("MIT"), licence_text("Apache-2.0")
LLAMA2 = """LLAMA 2 COMMUNITY LICENSE AGREEMENT
Llama 2 Version Release Date: July 18, 2023
[Summary.] A limited licence to use and modify the Llama Materials, models and code alike, under an Acceptable Use
Policy; more than 700 million monthly active users need another licence from Meta.
"""
LLAMA3 = LLAMA2.replace("LLAMA 2", "META LLAMA 3").replace("Llama 2", "Meta Llama 3").replace("July 18, 2023", "April 18, 2024")  # fmt: skip # one line
DEEPSEEK = """DEEPSEEK LICENSE AGREEMENT
Version 1.0, 23 October 2023
[Summary.] The model may be used and distributed free of charge, subject to use-based restrictions that forbid listed
purposes and that go on to everyone who receives a derivative.
"""


@dataclass
class World:
    """Writes a world folder."""

    folder: Path

    def paper(
        self,
        arxiv_id: str,
        title: str,
        abstract: str,
        authors: Iterable[str],
        published: str,
        comment: str | None = None,
    ) -> None:
        line = {
            "arxiv_id": arxiv_id,
            "title": title,
            "abstract": abstract,
            "authors": list(authors),
            "categories": ["cs.CL", "cs.LG"],
            "comments": comment,
            "published": f"{published}T12:00:00Z",
            "updated": f"{published}T12:00:00Z",
        }
        with (self.folder / "papers.jsonl").open("a") as lines:
            lines.write(json.dumps(line) + "\n")

    def repository(self, name: str, tree: str, files: dict[str, str], **facts: Any) -> None:
        """`tree` holds names of files without bytes, `files` those with bytes."""
        self._place(f"github/{name}", "repo.json", tree, files, facts)

    def hub(
        self, kind: str, name: str, tree: str, card: str, files: dict[str, str] | None = None, **info: Any
    ) -> None:
        """A model, dataset or space; `card` is its README.md, front matter first."""
        self._place(f"huggingface/{kind}/{name}", "info.json", tree, {"README.md": card, **(files or {})}, info)

    def record(self, arxiv_id: str, repository: str) -> None:
        """The Hub's paper record names a repository."""
        place = self.folder / "huggingface" / "papers"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{arxiv_id}.json").write_text(json.dumps({"id": arxiv_id, "githubRepo": repository}))

    def html(self, arxiv_id: str, body: str) -> None:
        """What arXiv shows of a paper as HTML, in place of the Hub's record of it."""
        place = self.folder / "arxiv" / "html"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{arxiv_id}.html").write_text(f"<html><body><article>{body}</article></body></html>")
        (self.folder / "huggingface" / "papers" / f"{arxiv_id}.json").unlink()

    def _place(self, where: str, facts_file: str, tree: str, files: dict[str, str], facts: dict[str, Any]) -> None:
        place = self.folder / where
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (place / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            (place / "files" / path).write_text(content)
        if tree.split():
            (place / "tree.txt").write_text("\n".join(tree.split()) + "\n")
        (place / facts_file).write_text(json.dumps(facts))


def model(licence: str, body: str, *tags: str, name: str = "", **more: Any) -> dict[str, Any]:
    """Keyword arguments of a model's card and tags, with its licence tag ("" for none)."""
    matter = (
        f"---\nlicense: {licence}\n" + (f"license_name: {name}\n" if name else "") + "---\n" if licence else ""
    )
    data = {key: value for key, value in (("license", licence), ("license_name", name)) if value}
    listed = [*tags, *([f"license:{licence}"] if licence else [])]
    return {"card": f"{matter}{body}\n", "cardData": data, "tags": listed, **more}
