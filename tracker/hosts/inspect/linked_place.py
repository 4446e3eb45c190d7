"""The branch and the folder of a repository that a link names; pure.

`Reference.path` joins the two as the link does (`main/src/method`): where the branch ends, only the host can say,
because names of branches may hold slashes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from tracker.hosts.inspect.content import is_readme
from tracker.hosts.inspect.languages import FileKind, language_table

MOST_PATH = 400
"""Characters of branch and folder that are kept; a longer link names its repository."""
MOST_BRANCH_PARTS = 5
"""Parts between slashes that the name of a branch is taken to have at most."""
MOST_BRANCHES = 3
"""Branches that are looked through where the default branch holds no code."""
RENAMED = frozenset({"master", "main"})
"""Old and new name of most default branches: hosts redirect one to the other after a renaming."""

# What git forbids in the name of a reference (git-check-ref-format), spaces and control characters included.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Branches of pages, bots and experiments with packaging.
_NO_WORK = re.compile(
    r"gh-pages|pages|website|web|site|docs?|html|homepage|(?:dependabot|renovate|snyk|pre-commit|imgbot|all-contributors)\b.*"
)
_LIKELY = ("master", "main", "dev", "develop", "development", "code", "release", "src", "source")


def place_of_link(segments: Sequence[str], *, is_file: bool) -> str:
    """The branch and folder that the `segments` after `/tree/` or `/blob/` name, joined; empty for the repository.

    A link to a file (`is_file`) names the folder of that file where the file is a program or a README, for such a link
    points into a part of the repository. A link to any other file (a figure, a PDF, a licence), and to a file of the
    top folder, names the repository.
    """
    parts = list(segments)
    if parts[:2] == ["refs", "heads"] or parts[:2] == ["refs", "tags"]:
        parts = parts[2:]
    if is_file:
        name = parts.pop() if parts else ""
        program = language_table().kind(name) in (FileKind.PROGRAM, FileKind.WEB)
        if len(parts) < 2 or not (program or is_readme(name)):
            return ""
    path = "/".join(parts)
    unclear = any(part in (".", "..") or _CONTROL.search(part) for part in parts)
    if not parts or unclear or len(path) > MOST_PATH or _FORBIDDEN.search(parts[0]):
        return ""
    return path


def names_file(segments: Sequence[str]) -> bool:
    """Whether the last of these segments looks like the name of a file, for hosts whose links do not show it."""
    return bool(segments) and bool(PurePosixPath(segments[-1]).suffix)


def split_place(path: str, branches: Collection[str]) -> tuple[str, str] | None:
    """(branch, folder) of a place, where one of `branches` begins it; the longest counts. None where none does."""
    found = [branch for branch in branches if path == branch or path.startswith(f"{branch}/")]
    branch = max(found, key=len, default=None)
    return None if branch is None else (branch, path[len(branch) + 1 :])


def possible_branches(path: str) -> list[str]:
    """The names with a slash that a branch or tag at the beginning of a place may have."""
    parts = path.split("/")
    ends = range(2, min(len(parts), MOST_BRANCH_PARTS) + 1)
    return [name for end in ends if not _FORBIDDEN.search(name := "/".join(parts[:end]))]


def outer_folders(folder: str) -> list[str]:
    """The folders around a folder, the nearest first; the last is the top, as an empty text."""
    return ["" if str(parent) == "." else str(parent) for parent in PurePosixPath(folder).parents]


def branches_to_try(names: Iterable[str], default: str | None) -> list[str]:
    """The branches that may hold the code where the default branch holds none, the likeliest first."""
    work = [name for name in names if name not in (default, "HEAD") and not _NO_WORK.fullmatch(name.lower())]
    order = {name: place for place, name in enumerate(_LIKELY)}
    return sorted(work, key=lambda name: (order.get(name.lower(), len(order)), name))[:MOST_BRANCHES]


def no_branch(path: str) -> str:
    """The reason of an absence: the branch is not there."""
    return f"the branch or tag of {path} is not in the repository"


def no_folder(folder: str, branch: str) -> str:
    """The reason of an absence: the folder is not there."""
    return f"the folder {folder} is not in the branch {branch} of the repository"
