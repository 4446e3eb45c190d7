"""What a git repository holds and says, by its file tree and the few files that are worth a request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from tracker.domain.artifacts import Check, LicenceFile
from tracker.domain.terms import Content, Outcome
from tracker.hosts import json_fields
from tracker.hosts.host_api import MOST_PATHS, HostApi, Unreadable, quote_path
from tracker.hosts.inspect import linked_place
from tracker.hosts.inspect.code_files import is_stub
from tracker.hosts.inspect.content import find_licence_files
from tracker.hosts.inspect.languages import language_table
from tracker.hosts.inspect.package_metadata import PACKAGE_FILES, read_package_licence
from tracker.hosts.inspect.repository import RepositoryContents, pick_readme

MOST_LICENCES = 2
_NO_CLAIM = frozenset({"", "other", "noassertion"})


class AbsentPlace(Exception):
    """The branch or folder that a link names is not there. The message is the reason."""


@dataclass(frozen=True, slots=True)
class FileTree:
    """All files of one branch with their sizes (None where not stated), its submodules, whether the list is whole, and
    the commit that it is from, where it is known."""

    sizes: Mapping[str, int | None]
    complete: bool = True
    commit: str | None = None
    submodules: Collection[str] = ()
    ref: str = ""
    """The branch, tag or commit as the host was asked for it."""
    is_default: bool = False
    """Whether it is the default branch."""

    def below(self, folder: str) -> dict[str, int | None]:
        """The files in a folder ("" for all), by their paths below it."""
        start = f"{folder}/" if folder else ""
        return {path[len(start) :]: size for path, size in self.sizes.items() if path.startswith(start)}

    def complete_below(self, folder: str) -> bool:
        """Whether all files in a folder are listed."""
        start = f"{folder}/" if folder else ""
        return self.complete and not any(path.startswith(start) for path in self.submodules)

    def top_files(self) -> list[str]:
        """The files that lie in no folder."""
        return [path for path in self.sizes if "/" not in path]

    def find_folder(self, folder: str) -> str:
        """The folder that is judged for a link to `folder`: that folder, or the one of a file of this name.

        Raises AbsentPlace, and Unreadable where it lies in a submodule or the list is not whole.
        """
        if not folder or not (self.sizes or self.submodules):
            # Nothing was committed yet: the repository is empty, whatever the link names.
            return ""
        if any(path.startswith(f"{folder}/") for path in (*self.sizes, *self.submodules)):
            return folder
        if folder in self.sizes:
            return folder.rpartition("/")[0]
        if any(f"{folder}/".startswith(f"{path}/") for path in self.submodules):
            raise Unreadable(f"{folder} lies in a submodule, which may be another repository")
        if not self.complete:
            raise Unreadable("only part of its files was listed")
        raise AbsentPlace(linked_place.no_folder(folder, self.ref))

    def licences_around(self, folder: str) -> tuple[str, list[str]]:
        """(the nearest folder around one that has files named like licences, their names)"""
        for around in linked_place.outer_folders(folder):
            names = [path for path in self.below(around) if "/" not in path]
            if found := find_licence_files(names):
                return around, found
        return folder, []


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSource:
    """How one repository is read: `tree` lists the files of a branch (None if that branch does not exist), `text` returns
    the text of a file by path and branch, `branches` the names of branches. All raise UpstreamError and Unreadable."""

    default: str
    """The default branch."""
    tree: Callable[[str], FileTree | None]
    text: Callable[[str, str], str]
    branches: Callable[[], list[str]] = list


def list_sizes(entries: object, kinds: frozenset[str] = frozenset({"blob", "file"})) -> dict[str, int | None]:
    """The size of each file by its path among the entries `{path, type, size}` of a tree, `kinds` being the types that
    mean a file."""
    mappings = (json_fields.as_mapping(entry) for entry in json_fields.as_list(entries)[:MOST_PATHS])
    return {
        path: json_fields.as_size(entry.get("size"))
        for entry in mappings
        if isinstance(entry.get("type"), str)
        and entry["type"] in kinds
        and (path := json_fields.as_text(entry.get("path")))
    }


def list_submodules(entries: object) -> list[str]:
    """The paths of the submodules among the entries of a tree; their files are in other repositories."""
    mappings = (json_fields.as_mapping(entry) for entry in json_fields.as_list(entries)[:MOST_PATHS])
    return [json_fields.as_text(entry.get("path")) or "" for entry in mappings if entry.get("type") == "commit"]


def git_source(
    api: HostApi,
    at: str,
    default: str,
    *,
    empty: bool,
    tree_params: Mapping[str, str],
    branch_params: Mapping[str, str],
) -> TreeSource:
    """How a repository is read through an API that lists trees, contents and branches as GitHub does (Gitea's and
    Gitee's). `at` is the path of its record; an `empty` repository has no tree that could be asked for."""

    def tree(branch: str) -> FileTree | None:
        if empty:
            return FileTree({}, ref=branch)
        return _git_tree(api, f"{at}/git/trees/{quote(branch, safe='')}", tree_params, branch)

    return TreeSource(
        default=default,
        tree=tree,
        text=lambda file, branch: api.get_base64_file(f"{at}/contents/{quote_path(file)}", {"ref": branch}),
        branches=lambda: list_names(api.get_json(f"{at}/branches", branch_params)),
    )


def _git_tree(api: HostApi, path: str, params: Mapping[str, str], branch: str) -> FileTree | None:
    """The answer of an API that lists trees as GitHub does, at `path`; None if that branch does not exist.

    Raises UpstreamError, and Unreadable where it cannot be read.
    """
    response = api.get(path, params)
    if response.status in (404, 422):
        return None
    listing = json_fields.as_mapping(json_fields.parse_body(response))
    if response.status != 200 or not isinstance(listing.get("tree"), list):
        raise Unreadable(f"{api.name} answered {response.status} to the request for its files")
    return FileTree(
        list_sizes(listing["tree"]),
        complete=listing.get("truncated") is not True,
        submodules=list_submodules(listing["tree"]),
        ref=branch,
    )


def list_names(entries: object) -> list[str]:
    """The names of branches among the entries `{name}` of a list."""
    names = (
        json_fields.as_text(json_fields.as_mapping(each).get("name")) for each in json_fields.as_list(entries)
    )
    return [name for name in names if name]


def find_place(path: str, source: TreeSource) -> tuple[FileTree, str]:
    """The tree and the folder that the branch and folder of a link name, those of the default branch for an empty path.

    Raises AbsentPlace, and Unreadable where it cannot be decided what the link names.
    """
    if not path:
        tree = source.tree(source.default)
        if tree is None:
            raise Unreadable("its default branch could not be read")
        return replace(tree, is_default=True), ""
    branch, _, folder = path.partition("/")
    tree = source.tree(branch)
    if tree is None:
        tree, branch, folder = _find_branch(path, source)
    return replace(tree, is_default=branch == source.default), tree.find_folder(folder)


def _find_branch(path: str, source: TreeSource) -> tuple[FileTree, str, str]:
    """The tree of a branch or tag with a slash in its name that begins a link, its name, and the folder after it."""
    if found := linked_place.split_place(path, source.branches()):
        tree = source.tree(found[0])
        if tree is None:
            raise Unreadable(f"the branch {found[0]} could not be read")
        return tree, *found
    names = linked_place.possible_branches(path)
    trees = {name: tree for name in names if (tree := source.tree(name)) is not None}
    if len(trees) > 1:
        raise Unreadable(f"more than one branch or tag begins {path}: {', '.join(trees)}")
    for name, tree in trees.items():
        return tree, name, path[len(name) + 1 :]
    first, _, folder = path.partition("/")
    # Hosts redirect the old name of a default branch to its new one.
    if first in linked_place.RENAMED and (tree := source.tree(source.default)) is not None:
        return tree, source.default, folder
    raise AbsentPlace(linked_place.no_branch(path))


def inspect_repository(
    base: Check,
    source: TreeSource,
    api: HostApi,
    *,
    path: str = "",
    states_licence: bool,
    ask_languages: Callable[[], Sequence[str]] | None = None,
) -> Check:
    """`base` completed with what the files show that a link leads to, and the few texts that are worth a request.

    `path` is the branch and folder that the link names. `states_licence` says that the host looks for licences itself,
    so that its silence means there is none. `ask_languages` returns the languages that the host counted, for a tree
    that was listed only in part. Raises what `source` and `ask_languages` raise (`UpstreamError`, `Unreadable`).
    """
    try:
        tree, folder = find_place(path, source)
    except AbsentPlace as absence:
        return Check(outcome=Outcome.ABSENT, reason=str(absence), host_id=base.host_id)
    stated = (base.licence_claimed or "").lower() not in _NO_CLAIM
    languages = [language_table().name(language) for language in base.languages]
    contents = _read_contents(base, source, api, tree, folder, languages)
    if contents.read().content is Content.UNKNOWN and not languages and ask_languages is not None and api.left:
        languages = contents.languages = [language_table().name(language) for language in ask_languages()]
    reason = ""
    without = contents.read().content in (Content.README_ONLY, Content.PLACEHOLDER, Content.DATA_ONLY)
    if without and not path and (other := _other_branch(base, source, api, languages)):
        tree, contents = other
        reason = f"the default branch holds no code; the branch {tree.ref} does"
    candidates = contents.licence_paths(MOST_LICENCES) or tree.licences_around(folder)[1]
    if not (stated or candidates or contents.licence_section):
        _read_packages(contents, source, api, tree, folder)
    own = bool(contents.licences) and (bool(reason) or bool(folder and contents.licence_paths(1)))
    if own or (path and not tree.is_default):
        # The host states the licence of the default branch's top folder.
        base = replace(base, licence_claimed=None)
    check = contents.finish(replace(base, languages=tuple(languages)))
    answered = base.licence_claimed is not None or bool(contents.licences)
    return replace(
        check,
        reason=reason or check.reason,
        commit=None if reason else tree.commit or base.commit,
        licence_checked=answered or (not candidates and (states_licence or tree.complete)),
    )


def _read_contents(
    base: Check, source: TreeSource, api: HostApi, tree: FileTree, folder: str, languages: Sequence[str]
) -> RepositoryContents:
    """The files in one folder of a branch, with README and licence texts as far as the requests last."""
    account, _, name = (base.reference.key if base.reference else "").rpartition("/")
    contents = RepositoryContents(
        repository=name,
        owner=account.rpartition("/")[2].rpartition(":")[2],
        languages=languages,
        whole=not folder and tree.is_default,
        sizes=tree.below(folder),
        complete=tree.complete_below(folder),
    )
    around, paths = folder, contents.licence_paths(MOST_LICENCES)
    if not paths and folder:
        around, paths = tree.licences_around(folder)
    for path in paths[:MOST_LICENCES]:
        if api.left and (text := source.text(_join(around, path), tree.ref)).strip():
            contents.licences.append(LicenceFile(path, text))
    if (readme := contents.readme_path()) is not None and api.left:
        contents.readme = source.text(_join(folder, readme), tree.ref)
    if folder and (outer := pick_readme(tree.top_files())) is not None and api.left:
        contents.outer_readme = source.text(outer, tree.ref)
    for path in contents.scripts():
        text = source.text(_join(folder, path), tree.ref) if api.left else ""
        if text and is_stub(text, path, promised=contents.promised):
            contents.hollow.add(path)
    return contents


def _other_branch(
    base: Check, source: TreeSource, api: HostApi, languages: Sequence[str]
) -> tuple[FileTree, RepositoryContents] | None:
    """The first other branch that holds code, as far as the requests last."""
    if not api.left:
        return None
    for branch in linked_place.branches_to_try(source.branches(), source.default):
        if not api.left or (tree := source.tree(branch)) is None:
            return None
        contents = _read_contents(base, source, api, tree, "", languages)
        if contents.read().content is Content.CODE:
            return tree, contents
    return None


def _read_packages(
    contents: RepositoryContents, source: TreeSource, api: HostApi, tree: FileTree, folder: str
) -> None:
    """What one file of package metadata states of the licence."""
    metadata = next((path for path in PACKAGE_FILES if path in contents.sizes), None)
    if metadata is None or not api.left:
        return
    licence = read_package_licence(metadata, source.text(_join(folder, metadata), tree.ref))
    if licence:
        contents.packages.append(LicenceFile(metadata, f"SPDX-License-Identifier: {licence}"))


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
