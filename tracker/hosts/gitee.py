"""Gitee."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, names, parts

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository, or its owner, that `url` names; deep links included."""
    found = parts(url)
    if found is None or found.host != "gitee.com" or not found.segments:
        return None
    path = [segment for segment in found.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != found.segments[0] or path[0].casefold() in names("gitee", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = "/".join(path)
    return Reference(f"gitee:{name}", "gitee", kind, f"https://gitee.com/{name}")


HOST = Host(
    name="gitee",
    match=match,
    examples=(
        ("https://gitee.com/owner/name", "gitee:owner/name"),
        ("https://gitee.com/owner/name/tree/master/research", "gitee:owner/name"),
    ),
    counterexamples=("https://gitee.com/explore/all", "https://owner.gitee.io/name"),
)
