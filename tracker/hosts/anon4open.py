"""Anonymous GitHub (anonymous.4open.science): repositories of papers under blind review."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.inspect import file_tree

_MOST_DEPTH = 20
_MOST_PATH = 1_000
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The anonymised repository that `url` names, also where `url` leads to a file in it."""
    parts = split_url(url)
    if parts is None or parts.host != "anonymous.4open.science":
        return None
    match parts.segments:
        case ("r" | "repository" | "w", name, *_) | (name, *_) if _ID.fullmatch(name) and name not in ("r", "w"):
            return Reference(
                f"anon4open:{name}", "anon4open", "repository", f"https://anonymous.4open.science/r/{name}"
            )
    return None


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the repository by its list of files and at most two of the files. Raises UpstreamStopped.

    The host answers 404 for a repository that never existed, and 410 once its time is over.
    """
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    name = reference.key.partition(":")[2]
    api = host_api.HostApi(fetch, f"https://anonymous.4open.science/api/repo/{name}", "anonymous.4open.science")
    response = api.get("/files/")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    files = json_fields.parse_body(response)
    if isinstance(files, dict) and "error" not in files:
        tree = file_tree.FileTree(_nested_sizes(files))
    elif isinstance(files, list):
        tree = _read_list(files)
    else:
        raise host_api.Unreadable("its list of files cannot be read")
    base = Check(outcome=Outcome.PRESENT, reference=reference, host_id=name)
    source = file_tree.TreeSource(
        default="", tree=lambda _: tree, text=lambda path, _: api.get_file(f"/file/{host_api.quote_path(path)}")
    )
    return file_tree.inspect_repository(base, source, api, states_licence=False)


def _nested_sizes(root: Mapping[str, Any]) -> dict[str, int | None]:
    """The files of a tree of JSON objects, in which a file is an object with a number as its `size`."""
    sizes: dict[str, int | None] = {}
    waiting: list[tuple[str, Mapping[str, Any]]] = [("", root)]
    while waiting and len(sizes) < host_api.MOST_PATHS:
        folder, entries = waiting.pop()
        for name, entry in entries.items():
            inner, path = json_fields.as_mapping(entry), f"{folder}{name}"[:_MOST_PATH]
            if isinstance(inner.get("size"), int):
                sizes[path] = json_fields.as_size(inner["size"])
            elif inner and path.count("/") < _MOST_DEPTH:
                waiting.append((f"{path}/", inner))
    return sizes


def _read_list(files: Sequence[object]) -> file_tree.FileTree:
    """The paths of a list of `{path, name, size}`, in which a folder has no size; incomplete where a folder in it was
    not listed itself."""
    sizes: dict[str, int | None] = {}
    folders: set[str] = set()
    for entry in map(json_fields.as_mapping, files[: host_api.MOST_PATHS]):
        name, folder = json_fields.as_text(entry.get("name")), json_fields.as_text(entry.get("path")) or ""
        path = "/".join(part for part in (folder.strip("/"), name) if part)
        if name and isinstance(entry.get("size"), int):
            sizes[path] = json_fields.as_size(entry["size"])
        elif name:
            folders.add(path)
    parents = {path.rpartition("/")[0] for path in sizes}
    complete = all(
        any(parent == folder or parent.startswith(f"{folder}/") for parent in parents) for folder in folders
    )
    return file_tree.FileTree(sizes, complete=complete)


HOST = Host(
    name="anon4open",
    match=match,
    examples=(
        ("https://anonymous.4open.science/r/name-12AB/", "anon4open:name-12AB"),
        ("https://anonymous.4open.science/r/name-12AB/README.md", "anon4open:name-12AB"),
        ("https://anonymous.4open.science/repository/0123abcd", "anon4open:0123abcd"),
    ),
    counterexamples=("https://anonymous.4open.science/", "https://4open.science/"),
    check=check,
    checked_kinds=("repository",),
)
