"""GitHub repositories of a world: facts from `repo.json`, and what follows from the files."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tracker.domain.errors import WorldError
from tracker.sandbox.file_tree import File, find_folder, list_folders, read_facts, read_tree, sha1
from tracker.sandbox.github import licensee
from tracker.sandbox.github.licensee import RecognisedLicence

NOT_FACTS = ("licence", "license", "license_info", "role", "verdict", "class", "open")
"""Keys that a world may not have: they follow from the files, or the tracker has to find them."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
STATUSES = ("present", "blocked", "disabled")
UNKNOWN_TIME = "2020-01-01T00:00:00Z"
"""GitHub always names a time; a world that does not know it gets this one."""
_BRANCHES = "branches"
_README = ("readme.md", "readme", "readme.rst", "readme.txt", "readme.markdown", "readme.org", "readme.adoc")
_README_FOLDERS = (".github/", "", "docs/")
_LANGUAGES = {
    "py": "Python", "ipynb": "Jupyter Notebook", "cpp": "C++", "cc": "C++", "cxx": "C++", "hpp": "C++", "c": "C",
    "h": "C", "cu": "Cuda", "cuh": "Cuda", "java": "Java", "js": "JavaScript", "ts": "TypeScript", "tsx": "TypeScript",
    "go": "Go", "rs": "Rust", "rb": "Ruby", "jl": "Julia", "r": "R", "m": "MATLAB", "sh": "Shell", "html": "HTML",
    "css": "CSS", "scala": "Scala", "kt": "Kotlin", "swift": "Swift", "lua": "Lua", "pl": "Perl", "cs": "C#",
    "lean": "Lean", "v": "Verilog", "hs": "Haskell", "ml": "OCaml", "f90": "Fortran", "tex": "TeX",
    "als": "Alloy", "mzn": "MiniZinc", "nlogo": "NetLogo", "svelte": "Svelte", "vue": "Vue", "jsx": "JavaScript",
    "dockerfile": "Dockerfile", "makefile": "Makefile", "proto": "Protocol Buffer",
}  # fmt: skip


@dataclass(frozen=True)
class WorldRepository:
    """One repository. Its files are read when they are first needed, once per request."""

    owner: str
    name: str
    folder: Path
    facts: Mapping[str, Any]
    shown: str = ""
    """The branch whose files are shown, where it is not the default branch."""

    @property
    def full_name(self) -> str:
        """`OWNER/NAME` as GitHub writes it."""
        return f"{self.owner}/{self.name}"

    @property
    def id(self) -> int:
        """GitHub's database id."""
        fixed = self.facts.get("id")
        return (
            fixed
            if isinstance(fixed, int)
            else zlib.crc32(str(self.folder.parent.name + "/" + self.name).encode())
        )

    @property
    def owner_id(self) -> int:
        """The owner's database id."""
        return zlib.crc32(self.owner.casefold().encode())

    @property
    def status(self) -> str:
        """`present`, `blocked` (taken down for a legal reason) or `disabled` (for a breach of GitHub's terms)."""
        return str(self.facts.get("status") or "present")

    @property
    def branch(self) -> str:
        """The default branch."""
        return str(self.facts.get("default_branch") or "main")

    @property
    def created_at(self) -> str:
        """As an upstream writes times."""
        return str(self.facts.get("created_at") or UNKNOWN_TIME)

    @property
    def pushed_at(self) -> str:
        """As an upstream writes times."""
        return str(self.facts.get("pushed_at") or self.created_at)

    @property
    def archived(self) -> bool:
        """Whether its owner closed it."""
        return bool(self.facts.get("archived"))

    @property
    def fork(self) -> bool:
        """Whether it is a fork."""
        return bool(self.facts.get("fork"))

    @property
    def description(self) -> str | None:
        """The owner's sentence on it."""
        text = self.facts.get("description")
        return None if text is None else str(text)

    @property
    def parent(self) -> str | None:
        """`OWNER/NAME` of the repository that this one is a fork of."""
        name = self.facts.get("parent")
        return None if name is None else str(name)

    @property
    def submodules(self) -> tuple[str, ...]:
        """The paths of submodules of the default branch."""
        return () if self.shown else tuple(str(path) for path in self.facts.get("submodules") or ())

    @cached_property
    def branches(self) -> tuple[str, ...]:
        """The names of all branches, the default branch first: the others are folders in `branches/`."""
        return (self.branch, *(unquote(folder.name) for folder in list_folders(self.folder / _BRANCHES)))

    def at(self, ref: str) -> WorldRepository | None:
        """The repository with the files of a branch or commit; None if it does not exist."""
        name = ref.removeprefix("refs/heads/")
        if name in ("", "HEAD", self.branch, self.head):
            return self
        return replace(self, shown=name) if name in self.branches else None

    @cached_property
    def tree(self) -> Mapping[str, File]:
        """Files by path."""
        return read_tree(self.folder / _BRANCHES / quote(self.shown, safe="") if self.shown else self.folder)

    @cached_property
    def head(self) -> str:
        """Id of the newest commit; it changes with the files unless `repo.json` fixes it."""
        fixed = self.facts.get("head")
        if fixed and not self.shown:
            return str(fixed)
        return sha1("".join(f"{file.oid} {path}\n" for path, file in self.tree.items()).encode("utf-8", "replace"))

    @cached_property
    def licence_files(self) -> list[File]:
        """Files that hold licences, the likeliest first."""
        return licensee.licence_files(self.tree.values())

    @cached_property
    def licence(self) -> RecognisedLicence | None:
        """The licence that GitHub reports."""
        return licensee.recognise_repository(self.licence_files)

    @cached_property
    def readme(self) -> File | None:
        """The README that GitHub shows."""
        by_name = {path.casefold(): file for path, file in self.tree.items() if path.count("/") < 2}
        places = (place + name for place in _README_FOLDERS for name in _README)
        return next((by_name[place] for place in places if place in by_name), None)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Programming languages of the default branch, the most used first: the facts', else by the names of the files."""
        if self.shown:
            return replace(self, shown="").languages
        fixed = self.facts.get("languages") or self.facts.get("language")
        if fixed:
            return (fixed,) if isinstance(fixed, str) else tuple(str(language) for language in fixed)
        sizes: Counter[str] = Counter()
        for file in self.tree.values():
            if language := _LANGUAGES.get(file.name.rpartition(".")[2].casefold()):
                sizes[language] += max(1, file.size)
        return tuple(language for language, _size in sizes.most_common())

    @cached_property
    def kilobytes(self) -> int:
        """The size as GitHub reports it, in kB."""
        return sum(file.size for file in self.tree.values()) // 1024


class GitHubWorld:
    """Finds repositories by name, old name and id, as the folder is at each request."""

    def __init__(self, world: Path) -> None:
        self._root = world / "github"
        self._old: dict[str, WorldRepository] | None = None

    def start_request(self) -> None:
        """Start a new request: forget what was cached for the last one."""
        self._old = None

    def find(self, owner: str, name: str) -> tuple[WorldRepository, bool] | None:
        """The repository, and whether the name is an old one. A name in use takes precedence over an old one."""
        if found := find_folder(self._root, owner, name):
            return _repository(found), False
        if self._old is None:
            self._old = {
                str(old).casefold(): repository
                for repository in self.all()
                for old in repository.facts.get("moved_from") or ()
            }
        moved = self._old.get(f"{owner}/{name}".casefold())
        return (moved, True) if moved else None

    def by_id(self, number: int) -> WorldRepository | None:
        """The repository with this database id."""
        return next((repository for repository in self.all() if repository.id == number), None)

    def compare(self, base: WorldRepository, head: str) -> str | None:
        """How a commit, or the branch `OWNER:BRANCH` of a fork, stands to the default branch: `identical`, `ahead`,
        `behind` or `diverged`; None if there is no such commit or fork.

        A world keeps no history: a commit is an ancestor, unless the fact `dropped` names it (a push with force dropped
        it, and GitHub still has it) or `forgotten` does (GitHub no longer has it).

        The facts `ahead` and `behind` count the fork's own commits and those that it has not; without them a fork with
        the same files has none, and any other fork one of its own.
        """
        if _COMMIT.fullmatch(head):
            if head in (base.facts.get("forgotten") or ()):
                return None
            dropped = head in (base.facts.get("dropped") or ())
            return "identical" if head == base.head else "diverged" if dropped else "behind"
        owner = head.partition(":")[0]
        forks = (fork for fork in self.all() if fork.owner.casefold() == owner.casefold())
        fork = next((fork for fork in forks if (fork.parent or "").casefold() == base.full_name.casefold()), None)
        if fork is None:
            return None
        ahead, behind = fork.facts.get("ahead", int(fork.head != base.head)), fork.facts.get("behind", 0)
        return {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}.get(
            (bool(ahead), bool(behind)), "diverged"
        )

    def all(self) -> Iterator[WorldRepository]:
        """Every repository, by name."""
        for owner in list_folders(self._root):
            for folder in list_folders(owner):
                yield _repository(folder)


def _repository(folder: Path) -> WorldRepository:
    path = folder / "repo.json"
    facts = read_facts(path)
    for key in NOT_FACTS:
        if key in facts:
            raise WorldError(f"{path}: `{key}` is not allowed in a world; it follows from the files.")
    if facts.get("status", "present") not in STATUSES:
        raise WorldError(f"{path}: `status` must be one of {', '.join(STATUSES)}.")
    return WorldRepository(folder.parent.name, folder.name, folder, facts)
