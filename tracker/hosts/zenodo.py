"""Zenodo: records, under the DOI that each has."""

from __future__ import annotations

import re

from tracker.domain import Reference
from tracker.hosts.base import Host, parts
from tracker.hosts.doi import doi_of

_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def match(url: str) -> Reference | None:
    """The record that a record's, badge's or DOI's `url` names."""
    found = parts(url)
    if found is None:
        return None
    if found.host == "zenodo.org":
        number = _number(found.segments)
    else:
        doi = _DOI.match(doi_of(found) or "")
        number = doi.group(1) if doi else None
    if number is None:
        return None
    name = f"10.5281/zenodo.{number}"
    return Reference(f"zenodo:{name}", "zenodo", "record", f"https://doi.org/{name}")


def _number(segments: tuple[str, ...]) -> str | None:
    match segments:
        case (("record" | "records" | "deposit" | "uploads"), number, *_):
            found = _NUMBER.match(number)
            return found.group() if found else None
        case ("api", "records", number, *_) if _NUMBER.fullmatch(number):
            return number
        case ("doi", *rest) | ("badge", "doi" | "DOI", *rest):
            doi = _DOI.match("/".join(rest))
            return doi.group(1) if doi else None
    return None


HOST = Host(
    name="zenodo",
    match=match,
    examples=(
        ("https://zenodo.org/records/1234567", "zenodo:10.5281/zenodo.1234567"),
        ("https://zenodo.org/record/1234567/files/data.zip?download=1", "zenodo:10.5281/zenodo.1234567"),
        ("https://doi.org/10.5281/zenodo.1234567", "zenodo:10.5281/zenodo.1234567"),
        ("https://zenodo.org/doi/10.5281/zenodo.1234567", "zenodo:10.5281/zenodo.1234567"),
    ),
    counterexamples=("https://zenodo.org/communities/name", "https://zenodo.org/search?q=code"),
)
