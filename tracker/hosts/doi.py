"""Digital object identifiers (DOIs), by any resolver; and figshare, where every item has a DOI."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, UrlParts, split_url
from tracker.hosts.inspect import deposits

_RESOLVERS = frozenset({"doi.org", "dx.doi.org", "hdl.handle.net"})
# DOI handbook 2.2: a prefix of `10.` and a registrant's number, a slash, and any printable suffix.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_ZENODO = "10.5281/zenodo."
_FIGSHARE_DOI = re.compile(r"10\.6084/m9\.figshare\.(\d{5,12})(?:\.v(\d{1,3}))?", re.ASCII | re.IGNORECASE)
_FIGSHARE_KINDS = {"software": "software", "dataset": "dataset", "model": "model"}
_FIGSHARE_ID = re.compile(r"\d{5,12}", re.ASCII)
_VERSION = re.compile(r"\d{1,3}", re.ASCII)


def match(url: str) -> Reference | None:
    """The DOI that the `url` of a resolver or of figshare names; Zenodo's DOIs are left to `zenodo`."""
    parts = split_url(url)
    if parts is None:
        return None
    name = find_doi(parts) or _figshare(parts)
    return None if name is None or name.lower().startswith(_ZENODO) else doi_reference(name)


def doi_reference(name: str) -> Reference:
    """The reference of a DOI such as `10.5555/12345678`; those of figshare are records, which can be checked."""
    kind = "record" if _FIGSHARE_DOI.fullmatch(name) else "doi"
    return Reference(f"doi:{name}", "doi", kind, f"https://doi.org/{name}")


def find_doi(parts: UrlParts) -> str | None:
    """The DOI in the address of a resolver, else None."""
    if parts.host not in _RESOLVERS:
        return None
    path = unquote(parts.path).strip("/").removeprefix("doi:").strip()
    return path if _DOI.fullmatch(path) else None


def _figshare(parts: UrlParts) -> str | None:
    """The DOI of `figshare.com/articles/TYPE/TITLE/ID[/VERSION]`, which is 10.6084/m9.figshare.ID[.vVERSION]."""
    if parts.host != "figshare.com" or parts.segments[:1] not in (("articles",), ("collections",)):
        return None
    *_, before, last = ("", *parts.segments)
    if _FIGSHARE_ID.fullmatch(before) and _VERSION.fullmatch(last):
        number = f"{before}.v{last}"
    elif _FIGSHARE_ID.fullmatch(last):
        number = last
    else:
        return None
    return f"10.6084/m9.figshare.{'c.' if parts.segments[0] == 'collections' else ''}{number}"


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check an item of figshare with one request; any other DOI is unknown. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    item = _FIGSHARE_DOI.fullmatch(reference.key.partition(":")[2])
    if item is None:
        return host_api.unknown_check("what is behind this DOI is not checked")
    api = host_api.HostApi(fetch, "https://api.figshare.com/v2", "figshare")
    version = f"/versions/{item[2]}" if item[2] else ""
    response = api.get(f"/articles/{item[1]}{version}")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.parse_body(response))
    number = json_fields.as_number_text(facts.get("id"))
    if number is None:
        raise host_api.Unreadable("figshare's response about it cannot be read")
    entries = (
        json_fields.as_mapping(entry) for entry in json_fields.as_list(facts.get("files"))[: host_api.MOST_PATHS]
    )
    sizes = {
        name: json_fields.as_size(entry.get("size"))
        for entry in entries
        if (name := json_fields.as_text(entry.get("name")))
    }
    kind = _FIGSHARE_KINDS.get(json_fields.as_line(facts.get("defined_type_name")).lower(), "")
    closed = facts.get("is_embargoed") is True or facts.get("is_confidential") is True
    seen = deposits.read_deposit(kind, sizes)
    content, reason = seen.content, seen.reason
    if closed and not sizes:
        content, reason = Content.UNKNOWN, "its content cannot be seen without access"
    return Check(
        outcome=Outcome.PRESENT,
        reference=reference,
        host_id=f"{number}{version}",
        content=content,
        holds=seen.holds,
        reason=reason,
        licence_claimed=json_fields.as_line(json_fields.as_mapping(facts.get("license")).get("name")) or None,
        licence_checked=True,
        gated=closed,
        created_at=json_fields.as_time(facts.get("created_date")),
    )


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
    check=check,
    checked_kinds=("record",),
)
