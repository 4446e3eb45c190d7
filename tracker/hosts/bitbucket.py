"""Bitbucket Cloud."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, names, parts

_NAME = re.compile(r"[A-Za-z0-9_{][A-Za-z0-9_.{}-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository, or the workspace, that `url` names; deep links included."""
    found = parts(url)
    if found is None or found.host != "bitbucket.org" or not found.segments:
        return None
    path = [segment for segment in found.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != found.segments[0] or path[0].casefold() in names("bitbucket", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = "/".join(path)
    return Reference(f"bitbucket:{name}", "bitbucket", kind, f"https://bitbucket.org/{name}")


HOST = Host(
    name="bitbucket",
    match=match,
    examples=(
        ("https://bitbucket.org/owner/name", "bitbucket:owner/name"),
        ("https://bitbucket.org/owner/name/src/master/", "bitbucket:owner/name"),
        ("https://bitbucket.org/owner/name.git", "bitbucket:owner/name"),
    ),
    counterexamples=("https://bitbucket.org/product/features", "https://bitbucket.io/owner/name"),
)
