"""The questions about one GitHub repository, as GraphQL asks them, and what its facts say; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from tracker.hosts import json_fields
from tracker.hosts.github import graphql

_FACTS = (
    "nameWithOwner databaseId isEmpty isArchived isFork isDisabled createdAt pushedAt parent{nameWithOwner} "
    "licenseInfo{spdxId key name} defaultBranchRef{name target{oid}} primaryLanguage{name} "
    "languages(first:10){nodes{name}}"
)
_TREE = "object(expression:%s){... on Tree{entries{name type size}}}"
_BLOB = "object(expression:%s){... on Blob{text oid}}"
_REF = "ref(qualifiedName:%s){name target{oid}}"
_COMPARED = "ref(qualifiedName:%s){compare(headRef:%s){status}}"
_BRANCHES = 'refs(refPrefix:"refs/heads/", first:%d){nodes{name}}'
_PARENT = "nameWithOwner defaultBranchRef{name target{oid}}"
FEW_BRANCHES = 30
"""Branches that come with the facts: more are asked for only where they matter."""
MOST_BRANCHES = 100
_FULL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+", re.ASCII)


class Subject(Enum):
    """What a question asks for."""

    FACTS = auto()
    ROOT = auto()
    """The top folder of a branch."""
    BRANCHES = auto()
    CANDIDATE = auto()
    """The top folder of what may be a branch."""
    OUTER = auto()
    """A folder on the way to the one that a link names."""
    FOLDER = auto()
    LICENCE = auto()
    README = auto()
    OUTER_README = auto()
    CITATION = auto()
    PACKAGE = auto()
    SCRIPT = auto()
    PARENT = auto()
    COMPARED = auto()


BLOBS = frozenset(
    {Subject.LICENCE, Subject.README, Subject.OUTER_README, Subject.CITATION, Subject.PACKAGE, Subject.SCRIPT}
)
"""Questions for the text of a file."""


def facts_selection(branch: str | None, *, tree: bool) -> str:
    """The fields of the facts; with the commit of the `branch` that a link seems to name, and with the top folder."""
    fields = [_FACTS, _BRANCHES % FEW_BRANCHES]
    if branch is not None:
        fields.append(_REF % graphql.quote_string(f"refs/heads/{branch}"))
    if tree:
        fields.append(tree_selection(branch or "HEAD", ""))
    return " ".join(fields)


def tree_selection(ref: str, path: str) -> str:
    """The entries of one folder ("" is the top) of a branch, tag or commit."""
    return _TREE % graphql.quote_string(f"{ref}:{path}")


def root_selection(ref: str, branch: str, commit: str) -> str:
    """The entries of the top folder, and how a commit stands to the branch.

    `compare` takes a commit of the same repository since October 2022 (GitHub's changelog of its schema).
    """
    return f"{tree_selection(ref, '')} {compared_selection(branch, commit)}"


def is_rewritten(node: Mapping[str, Any]) -> bool:
    """Whether GitHub says that the commit compared is not in the history of the branch: it has what the branch lacks."""
    comparison = json_fields.as_mapping(json_fields.as_mapping(node.get("ref")).get("compare"))
    return comparison.get("status") in ("AHEAD", "DIVERGED")


def blob_selection(ref: str, path: str) -> str:
    """The text of one file."""
    return _BLOB % graphql.quote_string(f"{ref}:{path}")


def branches_selection() -> str:
    """The names of the first hundred branches, where the facts gave only some."""
    return _BRANCHES % MOST_BRANCHES


def branch_names(node: Mapping[str, Any]) -> list[str] | None:
    """The branches that an answer names; None where it names none."""
    nodes = json_fields.as_mapping(node.get("refs")).get("nodes")
    if not isinstance(nodes, list):
        return None
    names = (json_fields.as_text(json_fields.as_mapping(ref).get("name")) for ref in nodes)
    return [name for name in names if name]


def parent_selection() -> str:
    """The default branch of the repository that was forked."""
    return _PARENT


def compared_selection(branch: str, head: str) -> str:
    """How `head` (`OWNER:BRANCH` of a fork) stands to a branch."""
    return _COMPARED % (graphql.quote_string(f"refs/heads/{branch}"), graphql.quote_string(head))


def is_empty(node: Mapping[str, Any]) -> bool:
    """Whether the repository has no commit."""
    return node.get("isEmpty") is True or (
        "object" in node and not node["object"] and not node.get("defaultBranchRef")
    )


def claimed_licence(node: Mapping[str, Any]) -> str | None:
    """The SPDX id of the licence that GitHub recognised; `NOASSERTION` for a licence file that it cannot name."""
    licence = json_fields.as_mapping(node.get("licenseInfo"))
    return json_fields.as_text(licence.get("spdxId")) or json_fields.as_text(licence.get("key"))


def default_branch(node: Mapping[str, Any]) -> str | None:
    """The name of the default branch, None if it does not exist."""
    return json_fields.as_text(json_fields.as_mapping(node.get("defaultBranchRef")).get("name"))


def newest_commit(ref: object) -> str | None:
    """The commit that a branch, as GraphQL's Ref, leads to; None if it does not exist."""
    return json_fields.as_text(json_fields.as_mapping(json_fields.as_mapping(ref).get("target")).get("oid"))


def main_language(node: Mapping[str, Any]) -> str | None:
    """The language that most of the repository is written in, as GitHub counts it."""
    return json_fields.as_text(json_fields.as_mapping(node.get("primaryLanguage")).get("name"))


def all_languages(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The main language, and the other ones that GitHub counts."""
    nodes = json_fields.as_list(json_fields.as_mapping(node.get("languages")).get("nodes"))
    names = [
        main_language(node),
        *(json_fields.as_text(json_fields.as_mapping(each).get("name")) for each in nodes),
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def was_never_pushed(node: Mapping[str, Any]) -> bool:
    """Whether a fork has had no push since it was made: GitHub copies the time of the last push from what was forked."""
    created, pushed = json_fields.as_time(node.get("createdAt")), json_fields.as_time(node.get("pushedAt"))
    return created is not None and pushed is not None and pushed <= created


def valid_full_name(value: object) -> str | None:
    """`value` if it is `owner/name` as GitHub writes it; None for text that would change the path of a request."""
    return value if isinstance(value, str) and len(value) <= 200 and _FULL_NAME.fullmatch(value) else None
