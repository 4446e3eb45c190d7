"""What hosts of git repositories have in common: asking an API a few times, and judging by the file tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.terms import Content, Fact
from tracker.hosts import json_fields
from tracker.hosts.host_api import MOST_PATHS, MOST_REQUESTS, HostApi
from tracker.hosts.inspect import content, package_metadata
from tracker.hosts.inspect.readme import extract_licence_section, find_named_papers

MOST_LICENCES = 2
_NO_CLAIM = frozenset({"", "other", "noassertion"})


@dataclass(frozen=True, slots=True)
class FileTree:
    """Paths of files, whether they are all, and the commit they are of, where the answer says so."""

    paths: Sequence[str]
    complete: bool
    commit: str | None = None


def list_paths(entries: object, kinds: frozenset[str] = frozenset({"blob", "file"})) -> list[str]:
    """The paths of the files among the entries `{path, type}` of a tree."""
    found = (json_fields.as_mapping(entry) for entry in json_fields.as_list(entries)[:MOST_PATHS])
    return [
        path
        for entry in found
        if isinstance(entry.get("type"), str)
        and entry["type"] in kinds
        and (path := json_fields.as_text(entry.get("path")))
    ]


def has_submodule(entries: object) -> bool:
    """Whether part of a tree stands in another repository."""
    return any(
        json_fields.as_mapping(entry).get("type") == "commit"
        for entry in json_fields.as_list(entries)[:MOST_PATHS]
    )


def inspect_repository(
    base: Check,
    tree: FileTree,
    api: HostApi,
    text: Callable[[str], str],
    *,
    states_licence: bool,
    languages: Callable[[], Sequence[str]] | None = None,
) -> Check:
    """`base` with what the tree tells, and the one or two files that are still worth a request.

    `text` reads a file by its path. `states_licence`: the host looks for licences itself, so that its silence
    counts. `languages` asks the host what it counted, for a tree that was seen only in part.
    """
    word, holds = content.classify_repository(tree.paths, None, complete=tree.complete)
    spoken = base.languages
    if word is Content.UNKNOWN:
        if not spoken and languages is not None and api.left:
            spoken = tuple(languages())
        if content.has_programming_language(spoken):
            word, holds = Content.CODE, (Fact.CODE, *holds)
    candidates = content.find_licence_files(tree.paths, most=MOST_REQUESTS)
    stated = (base.licence_claimed or "").lower() not in _NO_CLAIM
    files = [] if stated else _texts(candidates[: min(MOST_LICENCES, api.left)], text)
    readmes = sorted(path for path in tree.paths if "/" not in path and content.is_readme(path))
    unlicensed = not (stated or candidates)
    readme: str | None = None
    if (unlicensed or word in (Content.README_ONLY, Content.PLACEHOLDER)) and readmes and api.left:
        readme = text(readmes[0])
        word, holds = (
            content.classify_repository(tree.paths, readme, complete=tree.complete) if not holds else (word, holds)
        )
    section = extract_licence_section(readme or "")
    weaker = [LicenceFile("README.md", section)] if section else []
    packages = [path for path in package_metadata.PACKAGE_FILES if path in tree.paths]
    if unlicensed and not weaker and packages and api.left:
        named = package_metadata.read_package_licence(packages[0], text(packages[0]))
        weaker = [LicenceFile(packages[0], f"SPDX-License-Identifier: {named}")] if named else []
    said = base.licence_claimed is not None or bool(files)
    return replace(
        base,
        reason="its files were seen only in part, and no code among them" if word is Content.UNKNOWN else "",
        content=word,
        holds=holds,
        languages=spoken,
        commit=tree.commit or base.commit,
        licence_files=tuple(files),
        licence_statements=tuple(weaker),
        papers_named=None if readme is None else find_named_papers(readme, ""),
        licence_checked=said or (not candidates and (states_licence or tree.complete)),
    )


def _texts(paths: Sequence[str], text: Callable[[str], str]) -> list[LicenceFile]:
    return [LicenceFile(path, read) for path in paths if (read := text(path)).strip()]
