"""Checks of single GitHub repositories by REST, for installations without a token: three or four requests for most.

The repository, its tree and its README are always asked for, each licence file besides. What is rare costs more: a
folder's own README, package metadata, scripts so small that they may do nothing, forks, and branches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Content, Outcome
from tracker.hosts import json_fields
from tracker.hosts.github.names import repository_reference
from tracker.hosts.github.questions import valid_full_name
from tracker.hosts.github.rest_files import UPSTREAM, RestFiles
from tracker.hosts.host_api import Unreadable
from tracker.hosts.inspect import linked_place
from tracker.hosts.inspect.code_files import is_stub
from tracker.hosts.inspect.file_tree import AbsentPlace, FileTree, TreeSource, find_place
from tracker.hosts.inspect.package_metadata import PACKAGE_FILES, read_package_licence
from tracker.hosts.inspect.repository import RepositoryContents, pick_readme, unchanged_fork

MOST_LICENCE_FILES = 8
"""Licence files of one repository that are read."""
MOST_PACKAGE_FILES = 3


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check one `github:owner/name`. Raises UpstreamStopped; any other failure is an unknown outcome."""
    try:
        response = fetch.get(UPSTREAM, f"/repos/{reference.key.partition(':')[2]}")
        absence = _check_absence(response)
        if absence is not None:
            return absence
        return _RepositoryCheck(reference, json_fields.as_mapping(json_fields.parse_body(response)), fetch).check()
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return Check(outcome=Outcome.UNKNOWN, reason=error.reason)
    except Unreadable as error:
        return Check(outcome=Outcome.UNKNOWN, reason=str(error))


def _check_absence(response: Response) -> Check | None:
    """The check of a repository that is absent, blocked or unknown, None when it is present."""
    message = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(response)).get("message"))
    if response.status == 404:
        return Check(outcome=Outcome.ABSENT, reason="not found on GitHub: never there, deleted, or private")
    if response.status == 451 or (response.status == 403 and "access blocked" in message.lower()):
        return Check(outcome=Outcome.BLOCKED, reason=message or f"GitHub answered {response.status}")
    if response.status != 200:
        return Check(
            outcome=Outcome.UNKNOWN,
            reason=f"GitHub answered {response.status}" + (f": {message}" if message else ""),
        )
    return None


@dataclass(slots=True)
class _RepositoryCheck:
    """The check of one present repository."""

    reference: Reference
    facts: Mapping[str, Any]
    fetch: Fetch

    def check(self) -> Check:
        """Read the linked place. Raises UpstreamError, UpstreamStopped and Unreadable."""
        name = valid_full_name(self.facts.get("full_name"))
        if name is None:
            raise Unreadable("GitHub's response about it cannot be read")
        if self.facts.get("disabled") is True:
            return Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
        files = RestFiles(self.fetch, name)
        base = self._base(name)
        try:
            source = TreeSource(default="HEAD", tree=files.tree, text=files.text, branches=files.branches)
            tree, folder = find_place(self.reference.path, source)
        except AbsentPlace as absence:
            return Check(outcome=Outcome.ABSENT, reason=str(absence), host_id=base.host_id)
        contents = self._read(files, tree, folder)
        own = any(file.path in contents.sizes for file in contents.licences)
        claimed = base.licence_claimed if self._is_default(tree) and not (own and folder) else None
        reading = contents.read()
        if reading.content is Content.CODE and self._is_unchanged_fork(name, linked=bool(self.reference.path)):
            reading = unchanged_fork(self._parent())
        without = reading.content in (Content.README_ONLY, Content.PLACEHOLDER, Content.DATA_ONLY)
        if without and not self.reference.path and (other := self._other_branch(files, contents)):
            # Without a commit of its own a fork has its branches, too, from what was forked.
            copied = unchanged_fork(self._parent()) if self._is_unchanged_fork(name, linked=False) else None
            named = replace(base, licence_claimed=other.take_licence(base))
            return replace(other.contents.finish(named, reading=copied), reason=other.reason)
        return contents.finish(replace(base, licence_claimed=claimed), reading=reading)

    def _default_branch(self) -> str | None:
        return json_fields.as_text(self.facts.get("default_branch"))

    def _is_default(self, tree: FileTree) -> bool:
        return tree.ref in ("HEAD", self._default_branch())

    def _parent(self) -> str | None:
        return valid_full_name(json_fields.as_mapping(self.facts.get("parent")).get("full_name"))

    def _base(self, name: str) -> Check:
        facts = self.facts
        licence = json_fields.as_mapping(facts.get("license"))
        language = json_fields.as_text(facts.get("language"))
        return Check(
            outcome=Outcome.PRESENT,
            reference=repository_reference(name, self.reference.path),
            host_id=json_fields.as_number_text(facts.get("id")),
            licence_claimed=json_fields.as_text(licence.get("spdx_id")) or json_fields.as_text(licence.get("key")),
            licence_checked=True,
            archived=json_fields.as_bool(facts.get("archived")),
            fork=json_fields.as_bool(facts.get("fork")),
            created_at=json_fields.as_time(facts.get("created_at")),
            pushed_at=json_fields.as_time(facts.get("pushed_at")),
            languages=(language,) if language else (),
        )

    def _read(self, files: RestFiles, tree: FileTree, folder: str) -> RepositoryContents:
        """The contents of a folder ("" for all) of one branch."""
        language = json_fields.as_text(self.facts.get("language"))
        contents = RepositoryContents(
            repository=files.name.partition("/")[2],
            owner=files.name.partition("/")[0],
            languages=(language,) if language else (),
            whole=not folder and self._is_default(tree),
            sizes=tree.below(folder),
            complete=tree.complete_below(folder),
        )
        claimed = self.facts.get("license") is not None and self._is_default(tree)
        _read_texts(contents, files, tree, folder, claimed=claimed)
        for path in contents.scripts():
            text = files.text(_join(folder, path), tree.ref)
            if text and is_stub(text, path, promised=contents.promised):
                contents.hollow.add(path)
        return contents

    def _is_unchanged_fork(self, name: str, *, linked: bool) -> bool:
        """Whether a fork has no commit of its own; where GitHub does not say, it has one, as it was pushed to."""
        if self.facts.get("fork") is not True:
            return False
        created = json_fields.as_time(self.facts.get("created_at"))
        pushed = json_fields.as_time(self.facts.get("pushed_at"))
        if created is not None and pushed is not None and pushed <= created:
            # GitHub copies the time of the last push from what was forked.
            return True
        parent, branch = self._parent(), self._default_branch()
        base = json_fields.as_text(json_fields.as_mapping(self.facts.get("parent")).get("default_branch"))
        if parent is None or branch is None or base is None or linked:
            return False
        head = f"{name.partition('/')[0]}:{branch}"
        return RestFiles(self.fetch, parent).compare(base, head) in ("identical", "behind")

    def _other_branch(self, files: RestFiles, default: RepositoryContents) -> _OtherBranch | None:
        """The first other branch that holds code."""
        for branch in linked_place.branches_to_try(files.branches(), self._default_branch()):
            tree = files.tree(branch)
            contents = self._read(files, tree, "") if tree is not None else default
            if contents.read().content is Content.CODE:
                return _OtherBranch(branch, contents, default)
        return None


@dataclass(slots=True)
class _OtherBranch:
    """A branch with code, where the default branch holds none."""

    branch: str
    contents: RepositoryContents
    default: RepositoryContents

    @property
    def reason(self) -> str:
        """Says which branch is judged."""
        return f"the default branch holds no code; the branch {self.branch} does"

    def take_licence(self, base: Check) -> str | None:
        """Take the licence files of the default branch where this branch has none, and return the licence that GitHub
        recognised there; before `finish`."""
        if self.contents.licences:
            return None
        self.contents.licences = self.default.licences
        return base.licence_claimed


def _read_texts(
    contents: RepositoryContents, files: RestFiles, tree: FileTree, folder: str, *, claimed: bool
) -> None:
    """The README, the licence files, and package metadata where nothing else states a licence."""
    readme = contents.readme_path()
    if readme is not None:
        contents.readme = files.text(_join(folder, readme), tree.ref)
    if folder and (outer := pick_readme(tree.top_files())) is not None:
        contents.outer_readme = files.text(outer, tree.ref)
    paths = contents.licence_paths(MOST_LICENCE_FILES)
    around = folder
    if not paths and folder:
        around, paths = tree.licences_around(folder)
    for path in paths:
        if text := files.text(_join(around, path), tree.ref):
            contents.licences.append(LicenceFile(path, text))
    if paths or claimed:
        return
    packages = [path for path in PACKAGE_FILES if path in contents.sizes][:MOST_PACKAGE_FILES]
    for path in packages:
        if licence := read_package_licence(path, files.text(_join(folder, path), tree.ref)):
            contents.packages.append(LicenceFile(path, f"SPDX-License-Identifier: {licence}"))
            return


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
