"""A GitHub repository while it is being read: what the answers so far say; pure. `rounds.py` decides what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tracker.domain.artifacts import Check, Reference
from tracker.hosts import json_fields
from tracker.hosts.github import graphql, questions
from tracker.hosts.github.questions import Subject
from tracker.hosts.inspect.code_files import is_beside, is_worth_opening
from tracker.hosts.inspect.content import ContentReading
from tracker.hosts.inspect.repository import RepositoryContents


class Next(Enum):
    """The next round of questions, once the last ones are answered."""

    FACTS = auto()
    ROOT = auto()
    BRANCH = auto()
    CANDIDATES = auto()
    WALK = auto()
    SETTLE = auto()
    TEXTS = auto()
    FOLDERS = auto()
    BESIDE = auto()
    SCRIPTS = auto()
    FORK = auto()
    COMPARE = auto()
    OTHER_BRANCHES = auto()
    NEXT_BRANCH = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One question about one repository; `path` is that of a folder ("" is the top) or file from the top of the branch."""

    repository: RepositoryReading
    what: Subject
    path: str = ""
    ref: str = ""
    """The branch, where it is not the one that is being read."""

    @property
    def compares(self) -> bool:
        """Whether the question asks too whether the branch still holds the commit of the publication."""
        reading = self.repository
        is_root = self.what is Subject.ROOT and not self.path and self.ref == ""
        return is_root and bool(reading.published) and bool(reading.known) and bool(reading.compared_branch)

    def question(self) -> graphql.Question:
        """The question in GraphQL."""
        reading = self.repository
        owner, _, name = reading.name.partition("/")
        ref = self.ref or reading.ref
        match self.what:
            case Subject.FACTS:
                owner, _, name = reading.reference.key.partition(":")[2].partition("/")
                tree = reading.known is None
                return graphql.Question(owner, name, questions.facts_selection(reading.named_branch, tree=tree))
            case Subject.BRANCHES:
                return graphql.Question(owner, name, questions.branches_selection())
            case Subject.PARENT | Subject.COMPARED:
                owner, _, name = (reading.parent or "").partition("/")
                selection = questions.parent_selection()
                if self.what is Subject.COMPARED:
                    selection = questions.compared_selection(self.ref, self.path)
                return graphql.Question(owner, name, selection)
        if self.compares:
            selection = questions.root_selection(ref, reading.compared_branch or "", reading.published or "")
            return graphql.Question(owner, name, selection)
        select = questions.blob_selection if self.what in questions.BLOBS else questions.tree_selection
        return graphql.Question(owner, name, select(ref, self.path))


@dataclass(slots=True)
class RepositoryReading:
    """A repository while it is being read. `known` is the commit at which it was last read whole, None for a new one."""

    reference: Reference
    known: str | None
    published: str | None = None
    """The commit at which it was published, where it is known."""
    next: Next = Next.FACTS
    waiting: int = 0
    """How many questions were asked and are not answered yet."""
    answer: Check | None = None
    """The check, where it is final before everything was read."""
    failure: str = ""
    name: str = ""
    node: Mapping[str, Any] = field(default_factory=dict)
    ref: str = "HEAD"
    """The branch, tag or commit that is read."""
    folder: str = ""
    """The folder that is judged, "" for all of the branch."""
    outer: dict[str, dict[str, str]] = field(default_factory=dict)
    """The folders on the way to that folder, "" for the top: the type of each entry by its name."""
    outer_sizes: dict[str, dict[str, int | None]] = field(default_factory=dict)
    contents: RepositoryContents = field(default_factory=RepositoryContents)
    depth: int = 0
    """Levels of folders that were opened so far."""
    folders: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    """Folders of pages and documents that were not opened."""
    branches: list[str] = field(default_factory=list)
    """Branches that were listed, or that are still to be read."""
    candidates: dict[str, object] = field(default_factory=dict)
    """The top folder of each branch or tag that a link may name and that is there."""
    scripts_read: set[str] = field(default_factory=set)
    default: RepositoryContents | None = None
    """What the default branch holds, while another branch is read."""
    parent_branch: str = ""
    unchanged_fork: bool = False
    rewritten: bool = False
    """Whether the commit at which it was published is no longer in its history."""
    result: ContentReading | None = None
    """What is judged in place of what the contents show."""

    @property
    def named_branch(self) -> str | None:
        """The branch that the link names, if its name has no slash; None where it names the repository."""
        return self.reference.path.split("/")[0] if self.reference.path else None

    @property
    def compared_branch(self) -> str | None:
        """The branch whose newest commit was seen, by its full name; None where the link names one that is not there."""
        if not self.reference.path:
            return questions.default_branch(self.node)
        return self.named_branch if json_fields.as_mapping(self.node.get("ref")) else None

    @property
    def parent(self) -> str | None:
        """The repository that this one is a fork of."""
        return questions.valid_full_name(json_fields.as_mapping(self.node.get("parent")).get("nameWithOwner"))

    def at(self, path: str) -> str:
        """The path from the top of the branch of a path in the folder that is judged."""
        return f"{self.folder}/{path}" if self.folder and path else self.folder or path

    def start(self) -> RepositoryContents:
        """New contents, to be filled from the branch and folder that are judged now."""
        self.contents = RepositoryContents(
            repository=self.name.partition("/")[2],
            owner=self.name.partition("/")[0],
            languages=questions.all_languages(self.node),
            whole=not self.folder and self.ref in ("HEAD", questions.default_branch(self.node)),
        )
        self.depth, self.folders, self.beside, self.scripts_read = 0, [], [], set()
        return self.contents

    def add_outer(self, folder: str, tree: object) -> bool:
        """Keep the entries of a folder on the way; False if it is not a folder."""
        entries = json_fields.as_mapping(tree).get("entries")
        if not isinstance(entries, list):
            return False
        types, sizes = {}, {}
        for entry in map(json_fields.as_mapping, entries):
            if name := json_fields.as_text(entry.get("name")):
                types[name] = str(entry.get("type") or "")
                sizes[name] = json_fields.as_size(entry.get("size"))
        self.outer[folder], self.outer_sizes[folder] = types, sizes
        return True

    def use_outer(self, folder: str) -> None:
        """Judge the folder, which was listed on the way."""
        self.folder = folder
        self.start()
        for name, kind in self.outer[folder].items():
            self._add_entry(name, name, kind, self.outer_sizes[folder][name])

    def add(self, folder: str, tree: object) -> None:
        """Add the entries of a folder (relative to the judged one), as GraphQL's Tree lists them."""
        for entry in map(json_fields.as_mapping, json_fields.as_list(json_fields.as_mapping(tree).get("entries"))):
            name = json_fields.as_text(entry.get("name"))
            if name is not None:
                path = f"{folder}/{name}" if folder else name
                self._add_entry(path, name, str(entry.get("type") or ""), json_fields.as_size(entry.get("size")))

    def _add_entry(self, path: str, name: str, kind: str, size: int | None) -> None:
        if kind == "blob":
            self.contents.sizes[path] = size
        elif kind != "tree":
            # A submodule, whose files are in another repository.
            self.contents.complete = False
        elif is_worth_opening(name) and not is_beside(path.partition("/")[0]):
            self.folders.append(path)
        elif name == ".devcontainer":
            self.folders.append(path)
            self.contents.closed = True
        elif is_beside(path.partition("/")[0]) and not name.startswith("."):
            self.beside.append(path)
            self.contents.closed = True
        else:
            self.contents.closed = True
