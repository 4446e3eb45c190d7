"""The facts of the labelled abstracts and lists: who, which references, which roles, which promise, and a text's hash.

`facts.jsonl` beside this file is part of the project and holds no text, so that an outsider can ask arXiv for the texts
(`benchmarks.accuracy.fetch`) and redo the figures. `python -m benchmarks.accuracy.facts` writes it from the labels.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.labels import DEFAULT, Labels, Link, Listed, Text, load_labels

PATH = Path(__file__).with_name("facts.jsonl")


@dataclass(frozen=True, slots=True)
class Paper:
    """The texts of one paper as arXiv shows them now."""

    arxiv_id: str
    title: str
    abstract: str
    comment: str


def digest(*texts: str) -> str:
    """The hash of texts, whatever their line ends: arXiv's sources break lines in different places."""
    return hashlib.sha256("\n".join(" ".join(text.split()) for text in texts).encode()).hexdigest()


def rows_of(labels: Labels) -> Iterator[dict[str, Any]]:
    """The facts of all labelled texts of abstract and comment, in the order of the labels."""
    for text in labels.texts:
        yield {
            "arxiv_id": text.arxiv_id,
            "field": text.field,
            "nasty": text.nasty,
            "links": [[link.reference, link.role, link.kind] for link in text.links],
            "promise": text.promise,
            "sha256": digest(text.text),
        }
    for paper in labels.listed:
        yield {
            "arxiv_id": paper.arxiv_id,
            "label": paper.label,
            "own": sorted(paper.own),
            "sha256": digest(paper.title, paper.abstract, paper.comment),
        }


def load_facts(path: Path = PATH) -> list[dict[str, Any]]:
    """All facts of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def join_texts(facts: list[dict[str, Any]], papers: Mapping[str, Paper]) -> tuple[Labels, int, int]:
    """Labels from facts and fetched texts; how many texts are not those that were labelled, and how many are missing.

    A text that changed since is left out: its label may not hold any more.
    """
    texts, listed = [], []
    changed = missing = 0
    for row in facts:
        paper = papers.get(row["arxiv_id"])
        if paper is None:
            missing += 1
        elif "field" in row and digest(getattr(paper, row["field"])) == row["sha256"]:
            texts.append(_text(row, getattr(paper, row["field"])))
        elif "label" in row and digest(paper.title, paper.abstract, paper.comment) == row["sha256"]:
            own = frozenset(row["own"])
            listed.append(Listed(paper.arxiv_id, row["label"], paper.title, paper.abstract, paper.comment, own))
        else:
            changed += 1
    return Labels(tuple(texts), tuple(listed), ()), changed, missing


def _text(row: Mapping[str, Any], text: str) -> Text:
    links = tuple(Link(reference, "", role, kind) for reference, role, kind in row["links"])
    return Text(row["arxiv_id"], row["field"], row["nasty"], text, links, row["promise"])


def write_facts(folder: Path = DEFAULT, path: Path = PATH) -> None:
    """Write the facts of the labels in a folder."""
    lines = (json.dumps(row, separators=(",", ":")) for row in rows_of(load_labels(folder)))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    write_facts()
