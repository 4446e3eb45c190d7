"""Models, datasets and Spaces of a world: what `info.json` says, and what follows from the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tracker.sandbox.file_tree import File, find_folder, list_folders, read_facts, read_tree, sha1

KINDS = ("models", "datasets", "spaces")
UNKNOWN_TIME = "2022-03-02T23:29:04.000Z"
"""What the Hub itself gives for repositories from before it recorded their creation."""
MOST_CARD = 200_000
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})", re.ASCII | re.IGNORECASE)
_ENTRY = re.compile(r"([A-Za-z_][\w-]*):[ \t]*(.*)")


@dataclass(frozen=True)
class WorldArtifact:
    """One repository of the Hub. `kind` is one of KINDS."""

    kind: str
    id: str
    folder: Path
    facts: Mapping[str, Any]

    @cached_property
    def tree(self) -> Mapping[str, File]:
        """Files by path."""
        return read_tree(self.folder)

    @cached_property
    def card(self) -> str:
        """The text of README.md, empty if there is no such file."""
        file = self.tree.get("README.md")
        return ((file.text if file else None) or "")[:MOST_CARD]

    @cached_property
    def card_data(self) -> Mapping[str, Any]:
        """The card's front matter, unless the facts give it."""
        given = self.facts.get("cardData")
        return given if isinstance(given, dict) else front_matter(self.card)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The facts' tags, else those that the Hub makes of a card: its tags, licence, arXiv links and base models."""
        given = self.facts.get("tags")
        if isinstance(given, list):
            return tuple(str(tag) for tag in given)
        listed = self.card_data.get("tags")
        tags = [str(tag) for tag in listed] if isinstance(listed, list) else []
        tags += [f"arxiv:{arxiv_id}" for arxiv_id in _ARXIV.findall(self.card)]
        tags += [f"license:{licence}" for licence in _several(self.card_data.get("license"))]
        return tuple(dict.fromkeys([*tags, *self._base_tags()]))

    def _base_tags(self) -> list[str]:
        """`base_model:NAME` and `base_model:RELATION:NAME` of each base; if the card names no relation, the Hub
        infers one from the files and the number of bases (huggingface.co/docs/hub/model-cards)."""
        bases = _several(self.card_data.get("base_model")) if self.kind == "models" else []
        if not bases:
            return []
        endings = {path.rpartition(".")[2].lower() for path in self.tree}
        inferred = (
            "adapter"
            if "adapter_config.json" in self.tree
            else "quantized"
            if "gguf" in endings
            else "merge"
            if len(bases) > 1
            else "finetune"
        )
        relation = self.card_data.get("base_model_relation") or inferred
        return [f"base_model:{base}" for base in bases] + [f"base_model:{relation}:{base}" for base in bases]

    @property
    def number(self) -> str:
        """The Hub's own id, which survives renames."""
        return str(self.facts.get("_id") or sha1(f"{self.kind}/{self.id}".encode())[:24])

    @property
    def created_at(self) -> str:
        """As the Hub writes times."""
        return str(self.facts.get("createdAt") or UNKNOWN_TIME)

    @property
    def gated(self) -> Any:
        """False, `auto` or `manual`."""
        return self.facts.get("gated") or False

    @property
    def private(self) -> bool:
        """Whether it looks missing to strangers."""
        return bool(self.facts.get("private"))

    @property
    def disabled(self) -> bool:
        """Whether the Hub closed it."""
        return bool(self.facts.get("disabled"))

    def record(self, *, whole: bool) -> dict[str, Any]:
        """The repository as the API gives it: everything, or the short form of lists."""
        created = self.created_at
        short: dict[str, Any] = {"_id": self.number, "id": self.id, "likes": 0, "private": self.private}
        if self.kind != "spaces":
            short["downloads"] = 0
        short |= {"tags": list(self.tags), "createdAt": created}
        if self.kind == "models":
            short["modelId"] = self.id
        if self.kind == "spaces":
            short["sdk"] = self.card_data.get("sdk")
        kept = {
            key: self.facts[key]
            for key in ("likes", "downloads", "pipeline_tag", "library_name", "sdk")
            if key in self.facts
        }
        short |= kept
        if not whole:
            return short
        long = {
            "author": self.id.partition("/")[0],
            "sha": sha1(
                "".join(f"{file.oid} {path}\n" for path, file in self.tree.items()).encode("utf-8", "replace")
            ),
            "lastModified": created,
            "gated": False,
            "disabled": False,
            "cardData": dict(self.card_data),
            "siblings": [{"rfilename": path} for path in self.tree],
        }
        facts = {key: value for key, value in self.facts.items() if key != "moved_from"}
        return short | long | facts | {"id": self.id, "tags": list(self.tags)}


def _several(value: Any) -> list[str]:
    """A scalar or a list of scalars of front matter, as texts."""
    return [str(entry) for entry in (value if isinstance(value, list) else [value]) if entry]


class HubWorld:
    """Finds artifacts by name, old name and tag, as the folder is at each request."""

    def __init__(self, world: Path) -> None:
        self._root = world / "huggingface"

    def find(self, kind: str, name: str) -> WorldArtifact | None:
        """The artifact of that name, or of that old name (its `id` then differs)."""
        space, _slash, rest = name.rpartition("/")
        if found := find_folder(self._root / kind, space, rest):
            return _artifact(kind, found)
        wanted = name.casefold()
        for artifact in self.all(kind):
            if any(str(old).casefold() == wanted for old in artifact.facts.get("moved_from") or ()):
                return artifact
        return None

    def all(self, kind: str) -> Iterator[WorldArtifact]:
        """Every artifact of a kind, by name."""
        for space in list_folders(self._root / kind):
            for folder in list_folders(space):
                yield _artifact(kind, folder)

    def paper(self, arxiv_id: str) -> dict[str, Any] | None:
        """The Hub's record of a paper; None if it has not indexed it."""
        if not re.fullmatch(r"[\w.-]{1,40}", arxiv_id, re.ASCII):
            return None
        facts = read_facts(self._root / "papers" / f"{arxiv_id}.json")
        return {"id": arxiv_id, **facts} if facts else None

    def papers(self) -> list[dict[str, Any]]:
        """All papers that the Hub has indexed, by id."""
        names = sorted(path.stem for path in (self._root / "papers").glob("*.json"))
        return [paper for name in names if (paper := self.paper(name))]


def _artifact(kind: str, folder: Path) -> WorldArtifact:
    return WorldArtifact(kind, f"{folder.parent.name}/{folder.name}", folder, read_facts(folder / "info.json"))


def front_matter(card: str) -> dict[str, Any]:
    """The YAML between the first two `---` lines of a card: scalars and lists of scalars at its top level,
    which is where the Hub keeps licence, tags and the like; deeper structure is left out."""
    lines = card.removeprefix("﻿").lstrip().splitlines()
    if not lines or lines[0].strip() != "---":
        return {}
    found: dict[str, Any] = {}
    key = ""
    for line in lines[1:]:
        if line.strip() == "---":
            return found
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry:
            key = entry[1]
            found[key] = _scalar(entry[2])
        elif line.lstrip().startswith("- ") and key:
            item = _scalar(line.lstrip()[2:])
            if found[key] is None:
                found[key] = []
            if isinstance(found[key], list) and not (isinstance(item, str) and ": " in item):
                found[key].append(item)
    return {}


def _scalar(text: str) -> Any:
    text = text.partition(" #")[0].strip()
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return {"": None, "null": None, "true": True, "false": False}.get(text, text)
