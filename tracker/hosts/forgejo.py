"""Forgejo and Gitea: Codeberg and other servers of the same program."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, names, parts

_SITE = "codeberg.org"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository, or its owner, that `url` names; deep links included."""
    found = parts(url)
    if found is None or not found.segments:
        return None
    if found.host != _SITE and found.host not in names("forgejo", "domains"):
        return None
    path = [segment for segment in found.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != found.segments[0] or path[0].casefold() in names("forgejo", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = f"{found.host}/{'/'.join(path)}"
    return Reference(f"forgejo:{name}", "forgejo", kind, f"https://{name}")


HOST = Host(
    name="forgejo",
    match=match,
    examples=(
        ("https://codeberg.org/owner/name", "forgejo:codeberg.org/owner/name"),
        ("https://codeberg.org/owner/name/src/branch/main", "forgejo:codeberg.org/owner/name"),
        ("https://gitea.com/owner/name.git", "forgejo:gitea.com/owner/name"),
    ),
    counterexamples=(
        "https://codeberg.org/explore/repos",
        "https://owner.codeberg.page/name",
        "https://codeberg.org/",
    ),
)
