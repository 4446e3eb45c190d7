"""Software Heritage: intrinsic identifiers (SWHID 1.2), under the archive's address."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, parts

_ID = re.compile(r"swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}", re.ASCII)


def match(url: str) -> Reference | None:
    """The object that `url` names; qualifiers (`;origin=…`) are left out."""
    found = parts(url)
    if found is None or found.host not in ("archive.softwareheritage.org", "softwareheritage.org"):
        return None
    name = next((match.group() for segment in found.segments if (match := _ID.match(segment))), None)
    if name is None:
        return None
    return Reference(name, "swh", "archive", f"https://archive.softwareheritage.org/{name}")


HOST = Host(
    name="swh",
    match=match,
    examples=(
        (
            "https://archive.softwareheritage.org/swh:1:dir:94a9ed024d3859793618152ea559a168bbcbb5e2;origin=x",
            "swh:1:dir:94a9ed024d3859793618152ea559a168bbcbb5e2",
        ),
    ),
    counterexamples=(
        "https://archive.softwareheritage.org/browse/search/",
        "https://archive.softwareheritage.org/swh:1:dir:123",
    ),
)
