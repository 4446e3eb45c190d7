"""The questions about one GitHub repository, round by round, until enough of it was read; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.terms import Content
from tracker.hosts import json_fields
from tracker.hosts.github import graphql
from tracker.hosts.inspect import content, package_metadata

MOST_DEPTH = 4
"""Levels of folders that are opened in the search for a file of code …"""
MOST_FOLDERS = 20
"""… and folders that are opened in one level."""
MOST_SIDE_FOLDERS = 3
"""Top folders named after data or weights that are opened in a repository with code."""
MOST_PACKAGE_FILES = 3

_FACTS = (
    "nameWithOwner databaseId isEmpty isArchived isFork isDisabled createdAt pushedAt "
    "licenseInfo{spdxId key name} defaultBranchRef{name target{oid}} primaryLanguage{name} "
    "languages(first:10){nodes{name}}"
)
_TREE = "object(expression:%s){... on Tree{entries{name type}}}"
_BLOB = "object(expression:%s){... on Blob{text oid}}"


_FULL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+", re.ASCII)


class Subject(Enum):
    """What a question asks for."""

    FACTS = auto()
    FOLDER = auto()
    LICENCE = auto()
    README = auto()
    CITATION = auto()
    PACKAGE = auto()
    SCRIPT = auto()


class _Next(Enum):
    """The next round of questions, once the last ones are answered."""

    FACTS = auto()
    TOP = auto()
    TEXTS = auto()
    FOLDERS = auto()
    SCRIPT = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One question about one repository; `path` is that of the folder ("" is the top) or the file."""

    repository: RepositoryReading
    what: Subject
    path: str = ""

    def question(self) -> graphql.Question:
        """The question in GraphQL."""
        if self.what is Subject.FACTS:
            owner, name = _split(self.repository.reference)
            known = self.repository.known is not None
            return graphql.Question(owner, name, _FACTS if known else f"{_FACTS} {_TREE % _at('')}")
        owner, _, name = self.repository.name.partition("/")
        selection = _TREE if self.what is Subject.FOLDER else _BLOB
        return graphql.Question(owner, name, selection % _at(self.path))


def _at(path: str) -> str:
    return graphql.quote_string(f"HEAD:{path}")


@dataclass(slots=True)
class RepositoryReading:
    """A repository while it is being read. `known` is the commit at which it was last read whole, None for a new one."""

    reference: Reference
    known: str | None
    next: _Next = _Next.FACTS
    waiting: int = 0
    """How many questions were asked and are not answered yet."""
    depth: int = 0
    """Levels of folders that were opened so far."""
    answer: Check | None = None
    """The check, where it is final before everything was read."""
    name: str = ""
    node: Mapping[str, Any] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    complete: bool = True
    readme: str | None = None
    readme_path: str = ""
    citation: str | None = None
    stub: str | None = None
    """The path of the only script, where it does nothing and the README announces the code."""
    more: bool = False
    """Whether folders stayed unopened because code was found."""
    licences: list[LicenceFile] = field(default_factory=list)
    statements: list[LicenceFile] = field(default_factory=list)
    failure: str = ""

    def add(self, folder: str, tree: object) -> None:
        """Add the entries of one folder ("" is the top), as GraphQL's Tree lists them."""
        for entry in map(json_fields.as_mapping, json_fields.as_list(json_fields.as_mapping(tree).get("entries"))):
            name = json_fields.as_text(entry.get("name"))
            if name is None:
                continue
            path = f"{folder}/{name}" if folder else name
            if entry.get("type") == "tree":
                if content.is_worth_opening(name):
                    self.folders.append(path)
            elif entry.get("type") == "blob":
                self.paths.append(path)
            else:
                # A submodule, whose files are in another repository.
                self.complete = False


def _split(reference: Reference) -> tuple[str, str]:
    owner, _, name = reference.key.partition(":")[2].partition("/")
    return owner, name


def next_steps(repository: RepositoryReading) -> list[Step]:
    """The next questions about a repository, an empty list when everything was asked."""
    steps: list[Step] = []
    while not steps and repository.next is not _Next.NOTHING:
        if repository.answer is not None or repository.failure:
            repository.next = _Next.NOTHING
        steps = _NEXT[repository.next](repository)
    repository.waiting = len(steps)
    return steps


def _ask_facts(repository: RepositoryReading) -> list[Step]:
    repository.next = _Next.TOP
    return [Step(repository, Subject.FACTS)]


def _ask_top(repository: RepositoryReading) -> list[Step]:
    """The top folder of a known repository that has changed; that of a new one came with its facts."""
    repository.next = _Next.TEXTS
    return [Step(repository, Subject.FOLDER)] if repository.known is not None and not is_empty(repository) else []


def _ask_texts(repository: RepositoryReading) -> list[Step]:
    """The texts of the top folder that matter, and the folder of licences of the REUSE specification."""
    repository.next = _Next.FOLDERS
    top = [path for path in repository.paths if "/" not in path]
    licences = content.find_licence_files(top)
    reuse = [folder for folder in repository.folders if folder.lower() == "licenses"]
    repository.folders = [folder for folder in repository.folders if folder not in reuse]
    repository.readme_path = next(iter(sorted(filter(content.is_readme, top), key=_readme_order)), "")
    steps = [Step(repository, Subject.LICENCE, path) for path in licences]
    steps += [Step(repository, Subject.FOLDER, folder) for folder in reuse]
    steps += [Step(repository, Subject.README, path) for path in (repository.readme_path,) if path]
    steps += [Step(repository, Subject.CITATION, path) for path in top if path.lower() == "citation.cff"][:1]
    if not licences and not reuse and claimed_licence(repository.node) is None:
        packages = [path for path in package_metadata.PACKAGE_FILES if path in top][:MOST_PACKAGE_FILES]
        steps += [Step(repository, Subject.PACKAGE, path) for path in packages]
    return steps + [Step(repository, Subject.FOLDER, folder) for folder in _to_open(repository)]


def _ask_folders(repository: RepositoryReading) -> list[Step]:
    """The texts of REUSE's folder, and the next level of folders while no code was found."""
    read = {file.path for file in repository.licences}
    reuse = (
        [path for path in repository.paths if path.lower().startswith("licenses/")]
        if repository.depth == 1
        else []
    )
    unread = [path for path in content.find_licence_files(reuse) if path not in read]
    steps = [Step(repository, Subject.LICENCE, path) for path in unread]
    if repository.depth < MOST_DEPTH:
        steps += [Step(repository, Subject.FOLDER, folder) for folder in _to_open(repository)]
    if not steps:
        # Folders below the last level were not listed.
        repository.complete = repository.complete and not repository.folders
        repository.next = _Next.SCRIPT
    return steps


def _ask_script(repository: RepositoryReading) -> list[Step]:
    repository.next = _Next.NOTHING
    if not repository.complete or repository.more or not content.promises_code(repository.readme):
        return []
    script = content.find_lone_script(repository.paths)
    return [Step(repository, Subject.SCRIPT, script)] if script else []


def _ask_nothing(_: RepositoryReading) -> list[Step]:
    return []


_NEXT = {
    _Next.FACTS: _ask_facts,
    _Next.TOP: _ask_top,
    _Next.TEXTS: _ask_texts,
    _Next.FOLDERS: _ask_folders,
    _Next.SCRIPT: _ask_script,
    _Next.NOTHING: _ask_nothing,
}


def _readme_order(name: str) -> tuple[bool, str]:
    return not name.lower().endswith(".md"), name


def _to_open(repository: RepositoryReading) -> list[str]:
    """The folders to open next. A folder that stays closed is either not needed or noted as not listed."""
    folders, repository.folders = repository.folders, []
    top, repository.depth = repository.depth == 0, repository.depth + 1
    if content.classify_repository(repository.paths, None)[0] is Content.CODE:
        beside = [folder for folder in folders if content.is_side_folder(folder)] if top else []
        if len(beside) < len(folders):
            # There is more than the top folder, but its code is found, so that the rest need not be opened.
            repository.more = True
        return beside[:MOST_SIDE_FOLDERS]
    if len(folders) > MOST_FOLDERS:
        repository.complete = False
    return folders[:MOST_FOLDERS]


def is_empty(repository: RepositoryReading) -> bool:
    """Whether the repository has no commit."""
    node = repository.node
    return node.get("isEmpty") is True or (
        "object" in node and not node["object"] and not node.get("defaultBranchRef")
    )


def claimed_licence(node: Mapping[str, Any]) -> str | None:
    """The SPDX id of the licence that GitHub recognised; `NOASSERTION` for a licence file that it cannot name."""
    licence = json_fields.as_mapping(node.get("licenseInfo"))
    return json_fields.as_text(licence.get("spdxId")) or json_fields.as_text(licence.get("key"))


def newest_commit(node: Mapping[str, Any]) -> str | None:
    """The newest commit of the default branch, None where there is none."""
    return json_fields.as_text(
        json_fields.as_mapping(json_fields.as_mapping(node.get("defaultBranchRef")).get("target")).get("oid")
    )


def valid_full_name(value: object) -> str | None:
    """`value` if it is `owner/name` as GitHub writes it; None for text that would change the path of a request."""
    return value if isinstance(value, str) and len(value) <= 200 and _FULL_NAME.fullmatch(value) else None
