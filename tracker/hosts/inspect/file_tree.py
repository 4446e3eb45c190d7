"""What hosts of git repositories have in common: asking an API a few times, and judging by the file tree."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts import json_fields
from tracker.hosts.inspect import content
from tracker.hosts.inspect import readme as inspect_readme

MOST_REQUESTS = 5
"""Requests that one look at one artifact may cost; most take two or three."""
MOST_LICENCES = 2
MOST_TEXT = 100_000
MOST_PATHS = 20_000
_NO_CLAIM = frozenset({"", "other", "noassertion"})


class Unread(Exception):
    """Something that is present could not be read, so nothing can be said of it; the text says why."""


class HostApi:
    """One look at one host's API, by an upstream of the settings or by its own public address.

    `at` is the name of an upstream, or an https address, which is fetched as the guarded page it is. `name` is
    how reasons call the host.
    """

    def __init__(self, fetch: Fetch, at: str, name: str) -> None:
        self._fetch = fetch
        self._at = at
        self.name = name
        self.left = MOST_REQUESTS

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        """GET below the API's address. Raises UpstreamError, and Unread when the look's requests are used up."""
        if self.left <= 0:
            raise Unread("it would take more requests than one look may cost")
        self.left -= 1
        if not self._at.startswith("https://"):
            return self._fetch.get(self._at, path, params=params)
        return self._fetch.page(f"{self._at}{path}{'?' + urlencode(params) if params else ''}")

    def found(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON of what must be there by now. Raises UpstreamError and Unread."""
        answer = self.get(path, params)
        if answer.status != 200:
            raise Unread(f"{self.name} answered {answer.status} to the question for its files")
        return json_fields.document(answer)

    def encoded(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """The text of a file that is answered as JSON with base64 in it; empty where there is none."""
        found = json_fields.mapping(self.found(path, params))
        try:
            raw = base64.b64decode(json_fields.text(found.get("content")) or "")
        except (binascii.Error, ValueError):
            raise Unread("a file of it cannot be decoded") from None
        return raw.decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]

    def plain(self, path: str) -> str:
        """The text of a file that is answered as it is."""
        answer = self.get(path)
        if answer.status != 200:
            raise Unread(f"{self.name} answered {answer.status} to the question for a file")
        return answer.body[: 4 * MOST_TEXT].decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]


@dataclass(frozen=True, slots=True)
class Tree:
    """Paths of files, whether they are all, and the commit they are of, where the answer says so."""

    paths: Sequence[str]
    complete: bool
    commit: str | None = None


def guarded(look: Callable[[], Check]) -> Check:
    """The check that `look` makes; a failure of any kind is an unknown outcome. Raises UpstreamStopped."""
    try:
        return look()
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return unknown(error.reason)
    except Unread as error:
        return unknown(str(error))


def unknown(reason: str) -> Check:
    """A look that told nothing."""
    return Check(outcome=Outcome.UNKNOWN, reason=reason)


def missing(api: HostApi, answer: Response) -> Check | None:
    """The check of what is not there or not to be seen, None for an answer that says more."""
    if answer.status == 404:
        return Check(outcome=Outcome.ABSENT, reason=f"not found on {api.name}: never there, deleted, or private")
    if answer.status == 410:
        return Check(outcome=Outcome.ABSENT, reason=f"removed from {api.name}")
    if answer.status == 451:
        return Check(outcome=Outcome.BLOCKED, reason=f"{api.name} answered 451: blocked for legal reasons")
    if answer.status != 200:
        return unknown(f"{api.name} answered {answer.status}")
    return None


def number(value: object) -> str | None:
    """A host's own number as text, None when it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def paths_of(entries: object, kinds: frozenset[str] = frozenset({"blob", "file"})) -> list[str]:
    """The paths of the files among the entries `{path, type}` of a tree."""
    found = (json_fields.mapping(entry) for entry in json_fields.items(entries)[:MOST_PATHS])
    return [
        path
        for entry in found
        if isinstance(entry.get("type"), str)
        and entry["type"] in kinds
        and (path := json_fields.text(entry.get("path")))
    ]


def has_submodule(entries: object) -> bool:
    """Whether part of a tree stands in another repository."""
    return any(
        json_fields.mapping(entry).get("type") == "commit" for entry in json_fields.items(entries)[:MOST_PATHS]
    )


def quoted(path: str) -> str:
    """A path as it stands in an address, its slashes kept."""
    return quote(path, safe="/")


def repository(
    base: Check,
    tree: Tree,
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
    word, holds = content.classify(tree.paths, None, complete=tree.complete)
    spoken = base.languages
    if word is Content.UNKNOWN:
        if not spoken and languages is not None and api.left:
            spoken = tuple(languages())
        if content.programming(spoken):
            word, holds = Content.CODE, (Fact.CODE, *holds)
    candidates = content.licence_files(tree.paths, most=MOST_REQUESTS)
    stated = (base.licence_claimed or "").lower() not in _NO_CLAIM
    files = [] if stated else _texts(candidates[: min(MOST_LICENCES, api.left)], text)
    readmes = sorted(path for path in tree.paths if "/" not in path and content.is_readme(path))
    unlicensed = not (stated or candidates)
    readme: str | None = None
    if (unlicensed or word in (Content.README_ONLY, Content.PLACEHOLDER)) and readmes and api.left:
        readme = text(readmes[0])
        word, holds = content.classify(tree.paths, readme, complete=tree.complete) if not holds else (word, holds)
    section = inspect_readme.licence_section(readme or "")
    weaker = [LicenceFile("README.md", section)] if section else []
    packages = [path for path in inspect_readme.PACKAGE_FILES if path in tree.paths]
    if unlicensed and not weaker and packages and api.left:
        named = inspect_readme.package_licence(packages[0], text(packages[0]))
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
        papers_named=None if readme is None else inspect_readme.papers_named(readme, ""),
        licence_checked=said or (not candidates and (states_licence or tree.complete)),
    )


def _texts(paths: Sequence[str], text: Callable[[str], str]) -> list[LicenceFile]:
    return [LicenceFile(path, read) for path in paths if (read := text(path)).strip()]
