"""GitHub's GraphQL API: the part of its schema about repositories.

Sources: docs.github.com/graphql/reference, recorded responses for the shape of errors. How GraphQL reports a
repository that was taken down is not documented: it is answered here as FORBIDDEN with REST's message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tracker.sandbox.budget import Budget
from tracker.sandbox.file_tree import File
from tracker.sandbox.github import graphql_parser
from tracker.sandbox.github.graphql_parser import Field, FieldSelection, GraphQLFault
from tracker.sandbox.github.licensee import RecognisedLicence
from tracker.sandbox.github.world import GitHubWorld, WorldRepository
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc, json_response

DOCS = "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authentication"


class _Wrong(ValueError):
    """The query does not fit the schema: the response has no data at all."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class _Missing(LookupError):
    """One object cannot be read: its value is null and an error says why."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class _Root:
    world: GitHubWorld
    budget: Budget


@dataclass(frozen=True)
class _Folder:
    """A git tree: the files of `repository` below `path` (empty, or ending with a slash)."""

    repository: WorldRepository
    path: str


@dataclass(frozen=True)
class _TreeEntry:
    repository: WorldRepository
    path: str
    kind: str
    """`blob`, `tree`, or `commit` for a submodule."""

    @property
    def file(self) -> File | None:
        """The file, None for anything else."""
        return self.repository.tree[self.path] if self.kind == "blob" else None


@dataclass(frozen=True)
class _Commit:
    repository: WorldRepository


@dataclass(frozen=True)
class _Branch:
    """A branch of a repository, whose files `repository` shows."""

    repository: WorldRepository
    name: str


@dataclass(frozen=True)
class _Branches:
    names: tuple[_Branch, ...]


@dataclass(frozen=True)
class _Comparison:
    status: str


@dataclass(frozen=True)
class _Owner:
    login: str
    number: int


@dataclass(frozen=True)
class _Languages:
    names: tuple[str, ...]
    total: int


@dataclass(frozen=True)
class _Language:
    name: str


Resolver = Callable[[Any, Mapping[str, Any]], Any]


def respond(request: SandboxRequest, world: GitHubWorld, budget: Budget) -> SandboxResponse:
    """The response to a POST; the caller has spent the budget."""
    if not request.account:
        return json_response({"message": "This endpoint requires you to be authenticated.", "documentation_url": DOCS,
                        "status": "401"}, 401)  # fmt: skip
    try:
        question = json.loads(request.body)
        query, variables, operation = (
            question["query"],
            question.get("variables") or {},
            question.get("operationName"),
        )
        if not isinstance(query, str) or not isinstance(variables, dict):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return json_response({"message": "Problems parsing JSON", "documentation_url": DOCS, "status": "400"}, 400)
    errors: list[dict[str, Any]] = []
    try:
        selections = graphql_parser.parse_document(query, variables, operation)
        data = _object(_Root(world, budget), selections, [], errors)
    except GraphQLFault as error:
        where = [{"line": error.line, "column": error.column}]
        return json_response({"errors": [{"message": str(error), "locations": where}]})
    except _Wrong as error:
        return json_response({"errors": [error.error]})
    return json_response({"data": data, "errors": errors} if errors else {"data": data})


def _object(
    value: Any, selections: tuple[FieldSelection, ...], path: list[str | int], errors: list[dict[str, Any]]
) -> dict[str, Any]:
    kind, resolvers = _TYPES[type(value)]
    found: dict[str, Any] = {}
    for selection in selections:
        field = selection.field
        if selection.on not in (None, kind, *_INTERFACES.get(kind, ())):
            continue
        here = [*path, field.key]
        if field.name == "__typename":
            found[field.key] = kind
            continue
        if field.name not in resolvers:
            raise _Wrong(_undefined(kind, field, here))
        try:
            result = resolvers[field.name](value, field.arguments)
        except _Missing as error:
            where = [{"line": field.line, "column": field.column}]
            errors.append({"type": error.kind, "path": here, "locations": where, "message": str(error)})
            result = None
        found[field.key] = _complete(result, field, here, errors)
    return found


def _complete(result: Any, field: Field, path: list[str | int], errors: list[dict[str, Any]]) -> Any:
    if isinstance(result, list):
        return [_complete(item, field, [*path, place], errors) for place, item in enumerate(result)]
    if type(result) not in _TYPES:
        if field.fields is not None and result is not None:
            raise _Wrong(_mismatch(f"Selections can't be made on scalars (field '{field.name}')", field, path))
        return result
    if field.fields is None:
        kind = _TYPES[type(result)][0]
        raise _Wrong(_mismatch(f"Field must have selections (field '{field.name}' returns {kind})", field, path))
    return _object(result, field.fields, path, errors)


def _undefined(kind: str, field: Field, path: list[str | int]) -> dict[str, Any]:
    return {
        "path": ["query", *path], "locations": [{"line": field.line, "column": field.column}],
        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": field.name},
        "message": f"Field '{field.name}' doesn't exist on type '{kind}'",
    }  # fmt: skip


def _mismatch(message: str, field: Field, path: list[str | int]) -> dict[str, Any]:
    where = [{"line": field.line, "column": field.column}]
    return {"path": ["query", *path], "locations": where, "message": message}


def _find(root: _Root, arguments: Mapping[str, Any]) -> WorldRepository:
    owner, name = str(arguments.get("owner") or ""), str(arguments.get("name") or "")
    found = root.world.find(owner, name)
    if found is None or (found[1] and arguments.get("followRenames") is False):
        raise _Missing("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    repository, _moved = found
    if repository.status == "blocked":
        raise _Missing("FORBIDDEN", "Repository access blocked")
    return repository


def _git_object(repository: WorldRepository, arguments: Mapping[str, Any]) -> _Folder | File | _Commit | None:
    """What an expression such as `HEAD:`, `main:src` or a commit's id names; null if it names nothing."""
    if not repository.tree:
        return None
    revision, colon, path = str(arguments.get("expression") or arguments.get("oid") or "").partition(":")
    shown = repository.at(revision) if revision else None
    if shown is None:
        return None
    return _at(shown, path.strip("/")) if colon else _Commit(shown)


def _at(repository: WorldRepository, path: str) -> _Folder | File | None:
    if path in repository.tree:
        return repository.tree[path]
    prefix = f"{path}/" if path else ""
    return (
        _Folder(repository, prefix)
        if not path or any(name.startswith(prefix) for name in (*repository.tree, *repository.submodules))
        else None
    )


def _entries(folder: _Folder, _arguments: Mapping[str, Any]) -> list[_TreeEntry]:
    start = len(folder.path)
    found: dict[str, str] = {}
    for path in folder.repository.tree:
        if path.startswith(folder.path):
            name, slash, _rest = path[start:].partition("/")
            found[name] = "tree" if slash else "blob"
    for path in folder.repository.submodules:
        if path.startswith(folder.path):
            name, slash, _rest = path[start:].partition("/")
            found[name] = "tree" if slash else "commit"
    return [_TreeEntry(folder.repository, folder.path + name, kind) for name, kind in sorted(found.items())]


def _find_branch(repository: WorldRepository, name: str) -> _Branch | None:
    branch = name.removeprefix("refs/heads/")
    shown = repository.at(branch) if branch in repository.branches and repository.tree else None
    return None if shown is None else _Branch(shown, branch)


def _list_branches(repository: WorldRepository, arguments: Mapping[str, Any]) -> _Branches:
    most = arguments.get("first")
    if not isinstance(most, int) or not 0 <= most <= 100:
        raise _Missing(
            "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` value from 0 to 100 for `refs`."
        )
    names = repository.branches[:most] if repository.tree else ()
    return _Branches(tuple(branch for name in names if (branch := _find_branch(repository, name))))


def _find_parent(repository: WorldRepository) -> WorldRepository | None:
    owner, _, name = (repository.parent or "").partition("/")
    found = GitHubWorld(repository.folder.parents[2]).find(owner, name) if repository.fork and name else None
    return None if found is None else found[0]


def _compare(branch: _Branch, arguments: Mapping[str, Any]) -> _Comparison | None:
    world = GitHubWorld(branch.repository.folder.parents[2])
    status = world.compare(branch.repository, str(arguments.get("headRef") or ""))
    return None if status is None else _Comparison(status.upper())


def _some_languages(repository: WorldRepository, arguments: Mapping[str, Any]) -> _Languages:
    most = arguments.get("first") or arguments.get("last")
    if not isinstance(most, int):
        raise _Missing(
            "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the `languages` connection.",
        )
    if not 0 <= most <= 100:
        raise _Missing(
            "EXCESSIVE_PAGINATION",
            f"Requesting {most} records on the `languages` connection exceeds the `first` limit of 100 records.",
        )
    return _Languages(repository.languages[:most], len(repository.languages))


def _says(name: str) -> Resolver:
    return lambda value, _arguments: getattr(value, name)


_REPOSITORY: dict[str, Resolver] = {
    "id": lambda r, _: f"R_{r.id}",
    "databaseId": _says("id"),
    "name": _says("name"),
    "nameWithOwner": _says("full_name"),
    "url": lambda r, _: f"https://github.com/{r.full_name}",
    "description": _says("description"),
    "isEmpty": lambda r, _: not r.tree,
    "isArchived": _says("archived"),
    "isFork": _says("fork"),
    "isDisabled": lambda r, _: r.status == "disabled",
    "isPrivate": lambda _r, _: False,
    "isLocked": lambda _r, _: False,
    "createdAt": _says("created_at"),
    "pushedAt": _says("pushed_at"),
    "updatedAt": _says("pushed_at"),
    "stargazerCount": lambda _r, _: 0,
    "forkCount": lambda _r, _: 0,
    "diskUsage": _says("kilobytes"),
    "homepageUrl": lambda _r, _: None,
    "licenseInfo": _says("licence"),
    "defaultBranchRef": lambda r, _: _Branch(r, r.branch) if r.tree else None,
    "ref": lambda r, arguments: _find_branch(r, str(arguments.get("qualifiedName") or "")),
    "refs": _list_branches,
    "parent": lambda r, _: _find_parent(r),
    "object": _git_object,
    "primaryLanguage": lambda r, _: _Language(r.languages[0]) if r.languages else None,
    "languages": _some_languages,
    "owner": lambda r, _: _Owner(r.owner, r.owner_id),
}
_TYPES: dict[type, tuple[str, dict[str, Resolver]]] = {
    _Root: ("Query", {"repository": _find, "rateLimit": _says("budget"), "viewer": lambda _r, _: _Owner("sandbox", 1)}),
    Budget: ("RateLimit", {"cost": lambda _b, _: 1, "limit": _says("limit"), "remaining": _says("remaining"),
                           "used": _says("used"), "nodeCount": lambda _b, _: 0,
                           "resetAt": lambda b, _: format_utc(b.reset)}),
    WorldRepository: ("Repository", _REPOSITORY),
    RecognisedLicence: ("License", {"spdxId": _says("spdx"), "key": _says("key"), "name": _says("name"),
                          "nickname": lambda _l, _: None,
                          "url": lambda x, _: f"http://choosealicense.com/licenses/{x.key}/"}),
    _Branch: ("Ref", {"name": _says("name"), "target": lambda b, _: _Commit(b.repository),
                      "prefix": lambda _b, _: "refs/heads/", "compare": _compare}),
    _Branches: ("RefConnection", {"nodes": lambda b, _: list(b.names), "totalCount": lambda b, _: len(b.names)}),
    _Comparison: ("Comparison", {"status": _says("status")}),
    _Commit: ("Commit", {"oid": lambda c, _: c.repository.head, "id": lambda c, _: f"C_{c.repository.head}",
                         "committedDate": lambda c, _: c.repository.pushed_at,
                         "tree": lambda c, _: _Folder(c.repository, "")}),
    _Folder: ("Tree", {"entries": _entries}),
    _TreeEntry: ("TreeEntry", {"name": lambda e, _: e.path.rpartition("/")[2], "path": _says("path"),
                           "type": _says("kind"),
                           "mode": lambda e, _: {"tree": 0o40000, "commit": 0o160000}.get(e.kind, 0o100644),
                           "size": lambda e, _: e.file.size if e.file else 0,
                           "oid": lambda e, _: e.file.oid if e.file else None,
                           "extension": lambda e, _: PurePosixPath(e.path).suffix if e.file else "",
                           "object": lambda e, _: _at(e.repository, e.path)}),
    File: ("Blob", {"text": _says("text"), "oid": _says("oid"), "byteSize": _says("size"),
                    "isBinary": lambda f, _: None if f.data is None else f.text is None,
                    "isTruncated": lambda _f, _: False}),
    _Owner: ("Organization", {"login": _says("login"), "id": lambda o, _: f"O_{o.number}",
                              "url": lambda o, _: f"https://github.com/{o.login}"}),
    _Languages: ("LanguageConnection", {"nodes": lambda ls, _: [_Language(name) for name in ls.names],
                                        "totalCount": _says("total")}),
    _Language: ("Language", {"name": _says("name")}),
}  # fmt: skip
_INTERFACES = {
    "Repository": ("Node", "RepositoryOwner"),
    "Commit": ("GitObject", "Node"),
    "Tree": ("GitObject", "Node"),
    "Blob": ("GitObject", "Node"),
    "Organization": ("RepositoryOwner", "Actor", "Node", "User"),
}
