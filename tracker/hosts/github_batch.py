"""GitHub with a token: many repositories in one GraphQL request, their trees and texts in a few more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.domain import Check, Content, Fact, LicenceFile, Outcome, Reference
from tracker.hosts import content, fields, github_graphql
from tracker.protocols import Fetch

MOST_DEPTH = 4
"""Folders below each other that are opened in the search for a file of code …"""
MOST_FOLDERS = 20
"""… and beside each other, in one level."""
MOST_SIDE_FOLDERS = 3
"""Folders of the top named after data or weights that are opened beside code."""
MOST_LICENCE_TEXT = 100_000

_FACTS = (
    "nameWithOwner databaseId isEmpty isArchived isFork isDisabled createdAt pushedAt "
    "licenseInfo{spdxId key name} defaultBranchRef{name target{oid}} primaryLanguage{name} "
    'languages(first:10){nodes{name}} object(expression:"HEAD:"){... on Tree{entries{name type}}}'
)


@dataclass(slots=True)
class _Repository:
    """One present repository while it is being read."""

    reference: Reference
    name: str
    node: Mapping[str, Any]
    paths: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    complete: bool = True
    readme: str | None = None
    licences: list[LicenceFile] = field(default_factory=list)
    failure: str = ""

    @property
    def content(self) -> Content:
        return content.classify(self.paths, self.readme, complete=self.complete and not self.folders)[0]

    def ask(self, selection: str) -> github_graphql.Question:
        owner, _, name = self.name.partition("/")
        return github_graphql.Question(owner, name, selection)

    def add(self, folder: str, tree: object) -> None:
        """Take the entries of one folder ("" is the top) of a Tree."""
        for entry in map(fields.mapping, fields.items(fields.mapping(tree).get("entries"))):
            name = fields.text(entry.get("name"))
            if name is None:
                continue
            path = f"{folder}/{name}" if folder else name
            if entry.get("type") == "tree":
                if content.worth_opening(name):
                    self.folders.append(path)
            elif entry.get("type") == "blob":
                self.paths.append(path)
            else:
                # A submodule: what it holds stands elsewhere.
                self.complete = False


def check_all(references: Sequence[Reference], fetch: Fetch, batch: int) -> Iterator[tuple[Reference, Check]]:
    """Check repositories in batches of at most `batch` (1 to 100); each reference is `github:owner/name`.

    Yields each as soon as its batch is read. Raises UpstreamStopped as soon as GitHub may not be asked; what was
    not yielded until then was not checked.
    """
    batch = max(1, min(batch, 100))
    asker = github_graphql.Asker(fetch, batch)
    for start in range(0, len(references), batch):
        chunk = references[start : start + batch]
        questions = [github_graphql.Question(*_split(reference), _FACTS) for reference in chunk]
        present: list[_Repository] = []
        for reference, answer in zip(chunk, asker.ask(questions), strict=True):
            found = _first_look(reference, answer)
            if isinstance(found, _Repository):
                present.append(found)
            else:
                yield reference, found
        _read_more(present, asker)
        for repository in present:
            yield repository.reference, _check(repository)


def _split(reference: Reference) -> tuple[str, str]:
    owner, _, name = reference.key.partition(":")[2].partition("/")
    return owner, name


def _first_look(reference: Reference, answer: github_graphql.Answer) -> Check | _Repository:
    """A finished check, or a repository to read on."""
    node = answer.node
    if node is None:
        return _missing(answer)
    if node.get("isDisabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
    name = fields.text(node.get("nameWithOwner"))
    if answer.errors or name is None or name.count("/") != 1:
        return Check(outcome=Outcome.UNKNOWN, reason=f"GitHub answered in part: {answer.reason}")
    repository = _Repository(reference, name, node)
    tree = fields.mapping(node.get("object"))
    empty = node.get("isEmpty") is True or (
        "object" in node and not node["object"] and not node.get("defaultBranchRef")
    )
    if not empty and not isinstance(tree.get("entries"), list):
        return Check(outcome=Outcome.UNKNOWN, reason="GitHub gave no list of its files")
    repository.add("", {} if empty else tree)
    return repository


def _missing(answer: github_graphql.Answer) -> Check:
    kinds = {kind for kind, _ in answer.errors}
    said = answer.reason
    if "access blocked" in said.lower() or "dmca" in said.lower():
        return Check(outcome=Outcome.BLOCKED, reason=said)
    unresolved = answer.errors and all(
        message.startswith("Could not resolve to a Repository") for _, message in answer.errors
    )
    if kinds == {"NOT_FOUND"} or unresolved:
        return Check(outcome=Outcome.ABSENT, reason="not found on GitHub: never there, deleted, or private")
    return Check(outcome=Outcome.UNKNOWN, reason=said)


def _read_more(repositories: Sequence[_Repository], asker: github_graphql.Asker) -> None:
    """Licence files, then folders level by level while no code was found, then READMEs where nothing was."""
    reads: list[tuple[_Repository, str, str]] = []
    for repository in repositories:
        names = [path for path in repository.paths if "/" not in path]
        reads += [(repository, "licence", name) for name in content.licence_files(names)]
    for depth in range(MOST_DEPTH):
        for repository in repositories:
            reads += [(repository, "folder", folder) for folder in _to_open(repository, depth)]
        _read(reads, asker)
        reads = []
    for repository in repositories:
        # Deeper than we look.
        repository.complete = repository.complete and not repository.folders
        repository.folders = []
        if repository.content in (Content.README_ONLY, Content.PLACEHOLDER):
            names = [path for path in repository.paths if "/" not in path and content.is_readme(path)]
            reads += [(repository, "readme", name) for name in sorted(names, key=_readme_order)[:1]]
    _read(reads, asker)


def _readme_order(name: str) -> tuple[bool, str]:
    return not name.lower().endswith(".md"), name


def _to_open(repository: _Repository, depth: int) -> list[str]:
    """The folders to open next; what is not opened is either not needed or noted as not seen."""
    folders, repository.folders = repository.folders, []
    if repository.failure:
        return []
    if content.classify(repository.paths, None)[0] is Content.CODE:
        beside = [folder for folder in folders if content.is_side_folder(folder)] if depth == 0 else []
        return beside[:MOST_SIDE_FOLDERS]
    if len(folders) > MOST_FOLDERS:
        repository.complete = False
    return folders[:MOST_FOLDERS]


def _read(reads: Sequence[tuple[_Repository, str, str]], asker: github_graphql.Asker) -> None:
    selections = {
        "folder": "object(expression:%s){... on Tree{entries{name type}}}",
        "licence": "object(expression:%s){... on Blob{text oid}}",
        "readme": "object(expression:%s){... on Blob{text oid}}",
    }
    questions = [
        repository.ask(selections[what] % github_graphql.literal(f"HEAD:{path}"))
        for repository, what, path in reads
    ]
    for (repository, what, path), answer in zip(reads, asker.ask(questions), strict=True):
        if answer.node is None or answer.errors:
            repository.failure = repository.failure or f"{path} could not be read: {answer.reason}"
            continue
        found = fields.mapping(answer.node.get("object"))
        if what == "folder":
            repository.add(path, found)
        elif what == "licence":
            repository.licences.append(
                LicenceFile(path, (fields.text(found.get("text")) or "")[:MOST_LICENCE_TEXT])
            )
        else:
            repository.readme = fields.text(found.get("text"))


def _check(repository: _Repository) -> Check:
    if repository.failure:
        return Check(outcome=Outcome.UNKNOWN, reason=repository.failure)
    node = repository.node
    holds: tuple[Fact, ...]
    word, holds = content.classify(repository.paths, repository.readme, complete=repository.complete)
    languages = _languages(node)
    reason = ""
    if word is Content.UNKNOWN:
        if content.programming(languages):
            word, holds = Content.CODE, (Fact.CODE, *holds)
        else:
            reason = "its files were seen only in part, and no code among them"
    licence = fields.mapping(node.get("licenseInfo"))
    branch = fields.mapping(node.get("defaultBranchRef"))
    number = node.get("databaseId")
    return Check(
        outcome=Outcome.PRESENT,
        reason=reason,
        reference=Reference(
            f"github:{repository.name}", "github", "repository", f"https://github.com/{repository.name}"
        ),
        host_id=str(number) if isinstance(number, int) else None,
        content=word,
        holds=holds,
        licence_claimed=fields.text(licence.get("spdxId")) or fields.text(licence.get("key")),
        licence_looked=True,
        licence_files=tuple(file for file in repository.licences if file.text),
        archived=fields.flag(node.get("isArchived")),
        fork=fields.flag(node.get("isFork")),
        created_at=fields.moment(node.get("createdAt")),
        pushed_at=fields.moment(node.get("pushedAt")),
        commit=fields.text(fields.mapping(branch.get("target")).get("oid")),
        languages=languages,
    )


def _languages(node: Mapping[str, Any]) -> tuple[str, ...]:
    nodes = fields.items(fields.mapping(node.get("languages")).get("nodes"))
    names: Iterable[object] = [
        fields.mapping(node.get("primaryLanguage")).get("name"),
        *(fields.mapping(each).get("name") for each in nodes),
    ]
    return tuple(dict.fromkeys(name for each in names if (name := fields.text(each))))
