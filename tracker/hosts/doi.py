"""Digital object identifiers, by any resolver; and figshare, whose items have one each."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tracker.domain import Reference
from tracker.hosts.base import Host, Parts, parts

_RESOLVERS = frozenset({"doi.org", "dx.doi.org", "hdl.handle.net"})
# DOI handbook 2.2: a prefix of `10.` and a registrant, a slash, any printable suffix.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_ZENODO = "10.5281/zenodo."
_FIGSHARE_ID = re.compile(r"\d{5,12}", re.ASCII)
_VERSION = re.compile(r"\d{1,3}", re.ASCII)


def match(url: str) -> Reference | None:
    """The DOI that a resolver's or figshare's `url` names."""
    found = parts(url)
    if found is None:
        return None
    name = doi_of(found) or _figshare(found)
    return None if name is None or name.lower().startswith(_ZENODO) else reference(name)


def reference(name: str) -> Reference:
    """The reference of a DOI such as `10.5555/12345678`."""
    return Reference(f"doi:{name}", "doi", "doi", f"https://doi.org/{name}")


def doi_of(found: Parts) -> str | None:
    """The DOI that stands in a resolver's address, else None."""
    if found.host not in _RESOLVERS:
        return None
    path = unquote(found.path).strip("/").removeprefix("doi:").strip()
    return path if _DOI.fullmatch(path) else None


def _figshare(found: Parts) -> str | None:
    """`figshare.com/articles/TYPE/TITLE/ID[/VERSION]`: the item's DOI is 10.6084/m9.figshare.ID[.vVERSION]."""
    if found.host != "figshare.com" or found.segments[:1] not in (("articles",), ("collections",)):
        return None
    *_, before, last = ("", *found.segments)
    if _FIGSHARE_ID.fullmatch(before) and _VERSION.fullmatch(last):
        number = f"{before}.v{last}"
    elif _FIGSHARE_ID.fullmatch(last):
        number = last
    else:
        return None
    return f"10.6084/m9.figshare.{'c.' if found.segments[0] == 'collections' else ''}{number}"


HOST = Host(
    name="doi",
    match=match,
    examples=(
        ("https://doi.org/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("http://dx.doi.org/10.1000/ABC-1", "doi:10.1000/ABC-1"),
        ("doi.org/10.6084/m9.figshare.1234567", "doi:10.6084/m9.figshare.1234567"),
        ("https://figshare.com/articles/dataset/A_title/1234567/2", "doi:10.6084/m9.figshare.1234567.v2"),
        ("https://figshare.com/articles/software/A_title/1234567", "doi:10.6084/m9.figshare.1234567"),
    ),
    counterexamples=(
        "https://doi.org/10.5281/zenodo.123456",
        "https://zenodo.org/doi/10.5281/zenodo.123456",
        "https://doi.org/",
        "https://www.doi.org/the-identifier/what-is-a-doi/",
        "https://figshare.com/s/0123456789abcdef",
    ),
)
