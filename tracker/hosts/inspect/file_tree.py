"""What a git repository holds and says, by its file tree and the few files that are worth a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.terms import Content, Fact
from tracker.hosts import json_fields
from tracker.hosts.host_api import MOST_PATHS, MOST_REQUESTS, HostApi
from tracker.hosts.inspect.content import (
    classify_repository,
    find_licence_files,
    has_programming_language,
    is_readme,
)
from tracker.hosts.inspect.package_metadata import PACKAGE_FILES, read_package_licence
from tracker.hosts.inspect.readme import extract_licence_section, find_named_papers

MOST_LICENCES = 2
_NO_CLAIM = frozenset({"", "other", "noassertion"})


@dataclass(frozen=True, slots=True)
class FileTree:
    """The paths of a repository's files, whether these are all, and the commit that they are from, where it is known."""

    paths: Sequence[str]
    complete: bool
    commit: str | None = None


def list_paths(entries: object, kinds: frozenset[str] = frozenset({"blob", "file"})) -> list[str]:
    """The paths of the files among the entries `{path, type}` of a tree, `kinds` being the types that mean a file."""
    mappings = (json_fields.as_mapping(entry) for entry in json_fields.as_list(entries)[:MOST_PATHS])
    return [
        path
        for entry in mappings
        if isinstance(entry.get("type"), str)
        and entry["type"] in kinds
        and (path := json_fields.as_text(entry.get("path")))
    ]


def has_submodule(entries: object) -> bool:
    """Whether the entries of a tree include a submodule, whose files are in another repository."""
    return any(
        json_fields.as_mapping(entry).get("type") == "commit"
        for entry in json_fields.as_list(entries)[:MOST_PATHS]
    )


def inspect_repository(
    base: Check,
    tree: FileTree,
    api: HostApi,
    read_file: Callable[[str], str],
    *,
    states_licence: bool,
    ask_languages: Callable[[], Sequence[str]] | None = None,
) -> Check:
    """`base` completed with what the file tree shows, and the few files that are still worth a request.

    `read_file` returns the text of a file by its path. `states_licence` says that the host looks for licences itself,
    so that its silence means there is none. `ask_languages` returns the languages that the host counted, for a tree
    that was listed only in part. Raises what `read_file` and `ask_languages` raise (`UpstreamError`, `Unreadable`).
    """
    content, holds = classify_repository(tree.paths, None, complete=tree.complete)
    languages = base.languages
    if content is Content.UNKNOWN:
        if not languages and ask_languages is not None and api.left:
            languages = tuple(ask_languages())
        if has_programming_language(languages):
            content, holds = Content.CODE, (Fact.CODE, *holds)
    candidates = find_licence_files(tree.paths, most=MOST_REQUESTS)
    stated = (base.licence_claimed or "").lower() not in _NO_CLAIM
    licence_files = [] if stated else _read_texts(candidates[: min(MOST_LICENCES, api.left)], read_file)
    unlicensed = not (stated or candidates)
    readme: str | None = None
    if unlicensed or content in (Content.README_ONLY, Content.PLACEHOLDER):
        readme = _read_readme(tree, api, read_file)
    if readme is not None and not holds:
        content, holds = classify_repository(tree.paths, readme, complete=tree.complete)
    statements = _find_statements(tree, api, readme, read_file, packages=unlicensed)
    answered = base.licence_claimed is not None or bool(licence_files)
    return replace(
        base,
        reason="only part of its files was listed, and no code among them" if content is Content.UNKNOWN else "",
        content=content,
        holds=holds,
        languages=languages,
        commit=tree.commit or base.commit,
        licence_files=tuple(licence_files),
        licence_statements=tuple(statements),
        papers_named=None if readme is None else find_named_papers(readme, ""),
        licence_checked=answered or (not candidates and (states_licence or tree.complete)),
    )


def _read_readme(tree: FileTree, api: HostApi, read_file: Callable[[str], str]) -> str | None:
    readmes = sorted(path for path in tree.paths if "/" not in path and is_readme(path))
    return read_file(readmes[0]) if readmes and api.left else None


def _find_statements(
    tree: FileTree, api: HostApi, readme: str | None, read_file: Callable[[str], str], *, packages: bool
) -> list[LicenceFile]:
    """What the README says of the licence, else, with `packages`, what one file of package metadata states."""
    section = extract_licence_section(readme or "")
    if section:
        return [LicenceFile("README.md", section)]
    metadata = next((path for path in PACKAGE_FILES if path in tree.paths), None) if packages else None
    if metadata is None or not api.left:
        return []
    licence = read_package_licence(metadata, read_file(metadata))
    return [LicenceFile(metadata, f"SPDX-License-Identifier: {licence}")] if licence else []


def _read_texts(paths: Sequence[str], read_file: Callable[[str], str]) -> list[LicenceFile]:
    return [LicenceFile(path, text) for path in paths if (text := read_file(path)).strip()]
