"""The Open Science Framework (OSF): projects, files and registrations."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.inspect import deposits

# OSF ids are five letters and digits; only versions of preprints, such as abcde_v1, are longer.
_ID = re.compile(r"[a-z0-9]{5}(?:_v\d+)?", re.IGNORECASE | re.ASCII)
_API = "https://api.osf.io/v2"
_LICENCE = re.compile(r"[0-9a-f]{24}", re.ASCII)
_KINDS = {"software": "software", "data": "dataset"}
_PAGES = frozenset({"about", "login", "terms"})
_VIA = frozenset({"preprints", "registries", "project"})


def match(url: str) -> Reference | None:
    """The project, file or registration that `url` names."""
    parts = split_url(url)
    if parts is None or parts.host != "osf.io":
        return None
    segments = [segment for segment in parts.segments if segment.lower() not in _VIA]
    number = next((segment for segment in segments[:2] if _ID.fullmatch(segment)), None)
    if number is None or number.lower() in _PAGES or number not in (segments[0], segments[-1]):
        return None
    return Reference(f"osf:{number}", "osf", "project", f"https://osf.io/{number}")


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check a project by its record, its first hundred files and its licence. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, _API, "OSF")
    name = reference.key.partition(":")[2].lower()
    response = api.get(f"/guids/{name}/")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    data = json_fields.as_mapping(json_fields.as_mapping(json_fields.parse_body(response)).get("data"))
    facts = json_fields.as_mapping(data.get("attributes"))
    if not facts:
        raise host_api.Unreadable("OSF's response about it cannot be read")
    base = Check(
        outcome=Outcome.PRESENT,
        reference=reference,
        host_id=name,
        fork=json_fields.as_bool(facts.get("fork")),
        created_at=json_fields.as_time(facts.get("date_created")),
    )
    kind = data.get("type")
    if kind not in ("nodes", "registrations"):
        return replace(base, reason="it is not a project with its own files")
    listing = json_fields.as_mapping(api.get_json(f"/{kind}/{name}/files/osfstorage/", {"page[size]": "100"}))
    entries = [
        json_fields.as_mapping(json_fields.as_mapping(entry).get("attributes"))
        for entry in json_fields.as_list(listing.get("data"))
    ]
    sizes = {
        file: json_fields.as_size(entry.get("size"))
        for entry in entries
        if entry.get("kind") == "file" and (file := json_fields.as_text(entry.get("name")))
    }
    more = bool(json_fields.as_mapping(listing.get("links")).get("next")) or any(
        entry.get("kind") != "file" for entry in entries
    )
    stated = _KINDS.get(json_fields.as_line(facts.get("category")), "")
    seen = deposits.read_deposit(stated, sizes, complete=not more)
    content, reason = seen.content, seen.reason
    if content is Content.EMPTY:
        # Files may be in components of the project, or in storage that it only links.
        content, reason = Content.UNKNOWN, "only part of its files was listed"
    return replace(
        base,
        content=content,
        holds=seen.holds,
        reason=reason,
        licence_claimed=_licence(api, data),
        licence_checked=True,
    )


def _licence(api: host_api.HostApi, data: Any) -> str | None:
    related = json_fields.as_mapping(json_fields.as_mapping(data.get("relationships")).get("license"))
    number = json_fields.as_line(json_fields.as_mapping(related.get("data")).get("id"))
    if not _LICENCE.fullmatch(number):
        return None
    stated = json_fields.as_mapping(json_fields.as_mapping(api.get_json(f"/licenses/{number}/")).get("data"))
    return json_fields.as_line(json_fields.as_mapping(stated.get("attributes")).get("name")) or None


HOST = Host(
    name="osf",
    match=match,
    examples=(
        ("https://osf.io/ab3cd/", "osf:ab3cd"),
        ("https://osf.io/ab3cd/?view_only=0123456789abcdef", "osf:ab3cd"),
        ("https://osf.io/preprints/psyarxiv/ab3cd", "osf:ab3cd"),
    ),
    counterexamples=("https://osf.io/", "https://osf.io/about", "https://help.osf.io/article/1"),
    check=check,
    checked_kinds=("project",),
)
