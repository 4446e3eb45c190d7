"""Anonymous GitHub (anonymous.4open.science): repositories of papers under blind review."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, parts

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The anonymised repository that `url` names; paths into it included."""
    found = parts(url)
    if found is None or found.host != "anonymous.4open.science":
        return None
    match found.segments:
        case ("r" | "repository" | "w", name, *_) | (name, *_) if _ID.fullmatch(name) and name not in ("r", "w"):
            return Reference(
                f"anon4open:{name}", "anon4open", "repository", f"https://anonymous.4open.science/r/{name}"
            )
    return None


HOST = Host(
    name="anon4open",
    match=match,
    examples=(
        ("https://anonymous.4open.science/r/name-12AB/", "anon4open:name-12AB"),
        ("https://anonymous.4open.science/r/name-12AB/README.md", "anon4open:name-12AB"),
        ("https://anonymous.4open.science/repository/0123abcd", "anon4open:0123abcd"),
    ),
    counterexamples=("https://anonymous.4open.science/", "https://4open.science/"),
)
