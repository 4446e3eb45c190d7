"""The labelled texts, read into plain values; no part of them is in the project."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.accuracy.fresh_labels import FreshLabels, load_fresh
from tracker.hosts.resolve import resolve_url

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "../shared/data/labels"
FURTHER = Path(__file__).with_name("further_labels.toml")
BEFORE = 240
"""Characters that a window of a full text shows before its link."""
CODE_HOSTS = ("github:", "gitlab:", "forgejo:", "bitbucket:", "gitee:")


@dataclass(frozen=True, slots=True)
class Link:
    """One link as a person labelled it; `reference` is folded for comparison."""

    reference: str
    url: str
    role: str
    kind: str


@dataclass(frozen=True, slots=True)
class Text:
    """One abstract or comment with all its links."""

    arxiv_id: str
    field: str
    nasty: bool
    text: str
    links: tuple[Link, ...]
    promise: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper whose repository is in a curated list, or that only promises or mentions a repository."""

    arxiv_id: str
    label: str
    title: str
    abstract: str
    comment: str
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class FullText:
    """A full text as far as its windows show it, with what it names.

    `own` and `others` hold folded references of the data; `more_own` and `more_others` those labelled by
    hand for this project, where a reference also covers what a broken line end glued behind it.
    """

    arxiv_id: str
    title: str
    text: str
    text_format: str
    own: frozenset[str]
    others: frozenset[str]
    in_text: bool
    more_own: tuple[str, ...] = ()
    more_others: tuple[str, ...] = ()

    def truth(self, key: str, *, further: bool) -> bool | None:
        """Whether a folded reference is the paper's own; None where that was not labelled or does not count."""
        if key in self.own:
            return True
        if further and key.startswith(self.more_own):
            return True
        if owner(key) in {owner(own) for own in self.own}:
            return None
        if key in self.others or (further and key.startswith(self.more_others)):
            return False
        return None


@dataclass(frozen=True, slots=True)
class Labels:
    """All that is scored."""

    texts: tuple[Text, ...]
    listed: tuple[Listed, ...]
    full_texts: tuple[FullText, ...]
    fresh: FreshLabels = field(default_factory=FreshLabels)


def are_present(folder: Path) -> bool:
    """Whether the labelled texts are there."""
    return all((folder / name).is_file() for name in ("abstracts.jsonl", "papers.jsonl", "contexts.jsonl"))


def load_labels(folder: Path, further: Path = FURTHER) -> Labels:
    """The labels of a folder and of the project's own file. Raises OSError or ValueError on broken files."""
    more = tomllib.loads(further.read_text(encoding="utf-8"))
    return Labels(
        texts=tuple(_text(row) for row in _rows(folder / "abstracts.jsonl")),
        listed=tuple(
            _listed(row)
            for row in _rows(folder / "papers.jsonl")
            # A label taken from the abstract's own URL proves nothing of recall, and none-weak nothing at all.
            if row["label"] in ("promise-only", "mention-only")
            or (row["label"] == "official" and row["independent"])
        ),
        full_texts=tuple(_full_text(row, more) for row in _rows(folder / "contexts.jsonl")),
        fresh=load_fresh(folder / "fresh"),
    )


def owner(key: str) -> str:
    """The owner in a folded reference such as `github:owner/name`."""
    return key.partition(":")[2].partition("/")[0]


def lay_out(windows: list[dict[str, Any]], length: int) -> str:
    """The windows of a full text where they stood, and empty lines for what is not shown.

    A window has `chars`, where its link begins, and `text`, which begins up to 240 characters before.
    """
    ends = [max(0, window["chars"] - BEFORE) + len(window["text"]) for window in windows]
    text = ["\n"] * max([length, *ends])
    for window in windows:
        start = max(0, window["chars"] - BEFORE)
        text[start : start + len(window["text"])] = window["text"]
    return "".join(text)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _text(row: dict[str, Any]) -> Text:
    return Text(
        arxiv_id=row["arxiv_id"],
        field=row["field"],
        nasty=row["stratum"].startswith("nasty"),
        text=row["text"],
        links=tuple(
            Link(link["reference"].casefold(), link["url"], link["role"], link.get("kind") or "code")
            for link in row["links"]
        ),
        promise=row["promise"],
    )


def _listed(row: dict[str, Any]) -> Listed:
    return Listed(
        arxiv_id=row["arxiv_id"],
        label=row["label"],
        title=row["title"] or "",
        abstract=row["abstract"] or "",
        comment=row["comment"] or "",
        own=_references(row["own"] + row["aliases"]),
    )


def _full_text(row: dict[str, Any], more: dict[str, Any]) -> FullText:
    own = _references(row["official_repo_urls"]) | _references(row["alias_repos"])
    further = more.get(row["arxiv_id"], {})
    return FullText(
        arxiv_id=row["arxiv_id"],
        title=row["title"] or "",
        text=lay_out(row["windows"], row["length"]),
        text_format="tex" if row["format"] == "latex" else row["format"],
        own=own,
        others=_references(row["other_repos_in_text"]) - own,
        in_text=row["official_in_text"],
        more_own=tuple(key.casefold() for key in further.get("own", ())),
        more_others=tuple(key.casefold() for key in further.get("others", ())),
    )


def _references(names: list[str]) -> frozenset[str]:
    """Folded references of addresses, or of bare `owner/name` on GitHub."""
    urls = (name if "://" in name else f"https://github.com/{name}" for name in names)
    return frozenset(reference.folded for url in urls if (reference := resolve_url(url)) is not None)
