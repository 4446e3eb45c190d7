"""Zenodo: records, named by their DOIs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.doi import find_doi
from tracker.hosts.inspect import deposits

_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def match(url: str) -> Reference | None:
    """The record that the `url` of a record, a badge or a DOI names."""
    parts = split_url(url)
    if parts is None:
        return None
    if parts.host == "zenodo.org":
        number = _number(parts.segments)
    else:
        doi = _DOI.match(find_doi(parts) or "")
        number = doi.group(1) if doi else None
    if number is None:
        return None
    name = f"10.5281/zenodo.{number}"
    return Reference(f"zenodo:{name}", "zenodo", "record", f"https://doi.org/{name}")


def _number(segments: tuple[str, ...]) -> str | None:
    match segments:
        case (("record" | "records" | "deposit" | "uploads"), number, *_):
            digits = _NUMBER.match(number)
            return digits.group() if digits else None
        case ("api", "records", number, *_) if _NUMBER.fullmatch(number):
            return number
        case ("doi", *rest) | ("badge", "doi" | "DOI", *rest):
            doi = _DOI.match("/".join(rest))
            return doi.group(1) if doi else None
    return None


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check a record by its metadata and its list of files, with one request. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, "zenodo", "Zenodo")
    number = reference.key.rpartition(".")[2]
    response = api.get(f"/records/{number}")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    record = json_fields.as_mapping(json_fields.parse_body(response))
    facts = json_fields.as_mapping(record.get("metadata"))
    if not facts:
        raise host_api.Unreadable("Zenodo's response about it cannot be read")
    names = _files(record.get("files"))
    access = json_fields.as_mapping(record.get("access"))
    closed = (
        facts.get("access_right") in ("restricted", "closed", "embargoed") or access.get("files") == "restricted"
    )
    content, holds = deposits.classify_deposit(_kind(facts), names)
    if closed and not names:
        content = Content.UNKNOWN
    return Check(
        outcome=Outcome.PRESENT,
        # The number that stands for all versions leads to the newest one; the reference keeps the number it was linked by.
        reference=reference,
        host_id=number,
        content=content,
        reason="its content cannot be seen without access" if content is Content.UNKNOWN else "",
        holds=holds,
        licence_claimed=_licence(facts),
        licence_checked=True,
        gated=closed,
        created_at=json_fields.as_time(record.get("created")),
    )


def _files(value: object) -> list[str]:
    """The names of the files, in the old format (a list with `key` or `filename`) and in the new one (`entries`)."""
    entries = json_fields.as_mapping(value).get("entries", value)
    if isinstance(entries, dict):
        entries = [{"key": name} for name in entries]
    files = (json_fields.as_mapping(entry) for entry in json_fields.as_list(entries)[: host_api.MOST_PATHS])
    names = (
        json_fields.as_text(entry.get("key")) or json_fields.as_text(entry.get("filename")) for entry in files
    )
    return [name for name in names if name]


def _kind(facts: Mapping[str, Any]) -> str:
    stated = json_fields.as_mapping(facts.get("resource_type"))
    return (
        json_fields.as_line(stated.get("type"))
        or json_fields.as_line(stated.get("id"))
        or json_fields.as_line(facts.get("upload_type"))
    )


def _licence(facts: Mapping[str, Any]) -> str | None:
    stated = facts.get("license")
    first = next(iter(json_fields.as_list(facts.get("rights"))), None)
    name = json_fields.as_mapping(stated).get("id") or stated or json_fields.as_mapping(first).get("id")
    return json_fields.as_line(name) or None


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
    check=check,
    checked_kinds=("record",),
)
