"""GitLab: gitlab.com and the servers of institutes; projects may lie in nested groups."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, names, parts

_SITE = "gitlab.com"
_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
# Up to twenty nested groups (GitLab's subgroup limit) and the project.
_MOST_SEGMENTS = 21
# Deep links of servers before GitLab 16 lack the `/-/` that ends the project's path.
_OLD_TABS = frozenset(
    {"blob", "tree", "raw", "issues", "merge_requests", "wikis", "commit", "commits", "releases"}
)


def match(url: str) -> Reference | None:
    """The project, or the group or user, that `url` names; deep links included."""
    found = parts(url)
    if found is None or not (found.host == _SITE or _is_server(found.host)):
        return None
    path: list[str] = []
    for segment in found.segments[:_MOST_SEGMENTS]:
        if segment == "-" or (len(path) >= 2 and segment in _OLD_TABS):
            break
        if not _GROUP.fullmatch(segment):
            break
        path.append(segment)
    if not path or path[0].casefold() in names("gitlab", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = "/".join(path)
    where = "" if found.host == _SITE else f"{found.host}/"
    return Reference(f"gitlab:{where}{name}", "gitlab", kind, f"https://{found.host}/{name}")


def _is_server(host: str) -> bool:
    return host.startswith("gitlab.") or host in names("gitlab", "domains")


HOST = Host(
    name="gitlab",
    match=match,
    examples=(
        ("https://gitlab.com/group/sub/name", "gitlab:group/sub/name"),
        ("https://gitlab.com/group/name/-/tree/main/src", "gitlab:group/name"),
        ("gitlab.com/group/name.git", "gitlab:group/name"),
        ("https://gitlab.inria.fr/team/name", "gitlab:gitlab.inria.fr/team/name"),
        ("https://git.rwth-aachen.de/team/name/blob/master/README.md", "gitlab:git.rwth-aachen.de/team/name"),
    ),
    counterexamples=(
        "https://gitlab.com/explore/projects",
        "https://gitlab.com",
        "https://docs.gitlab.com/ee/api",
        "https://name.gitlab.io/page",
    ),
)
