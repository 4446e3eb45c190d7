"""The Open Science Framework."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, parts

# OSF ids are five letters and digits (longer only for versions such as abcde_v1 of preprints).
_ID = re.compile(r"[a-z0-9]{5}(?:_v\d+)?", re.IGNORECASE | re.ASCII)
_PAGES = frozenset({"about", "login", "terms"})
_VIA = frozenset({"preprints", "registries", "project"})


def match(url: str) -> Reference | None:
    """The project, file or registration that `url` names."""
    found = parts(url)
    if found is None or found.host != "osf.io":
        return None
    segments = [segment for segment in found.segments if segment.lower() not in _VIA]
    number = next((segment for segment in segments[:2] if _ID.fullmatch(segment)), None)
    if number is None or number.lower() in _PAGES or number not in (segments[0], segments[-1]):
        return None
    return Reference(f"osf:{number}", "osf", "project", f"https://osf.io/{number}")


HOST = Host(
    name="osf",
    match=match,
    examples=(
        ("https://osf.io/ab3cd/", "osf:ab3cd"),
        ("https://osf.io/ab3cd/?view_only=0123456789abcdef", "osf:ab3cd"),
        ("https://osf.io/preprints/psyarxiv/ab3cd", "osf:ab3cd"),
    ),
    counterexamples=("https://osf.io/", "https://osf.io/about", "https://help.osf.io/article/1"),
)
