"""Zenodo: records, named by their DOIs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.doi import find_doi
from tracker.hosts.inspect import deposits, zip_listing

_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})", re.ASCII | re.IGNORECASE)
MOST_ARCHIVES = 2
"""Zip archives of one record whose entries are listed; each costs one to three requests."""
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
    """Check a record by its metadata and its list of files, with one request, and up to three more for each zip archive
    whose entries are listed. Raises UpstreamStopped."""
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
    sizes = _files(record.get("files"))
    access = json_fields.as_mapping(record.get("access"))
    closed = (
        facts.get("access_right") in ("restricted", "closed", "embargoed") or access.get("files") == "restricted"
    )
    opened = {} if closed else _open_archives(api, number, sizes)
    seen = deposits.read_deposit(_kind(facts), sizes, opened)
    content, reason = seen.content, seen.reason
    if closed and (not sizes or content is Content.UNKNOWN):
        content, reason = Content.UNKNOWN, "its content cannot be seen without access"
    return Check(
        outcome=Outcome.PRESENT,
        # The number that stands for all versions leads to the newest one; the reference keeps the number it was linked by.
        reference=reference,
        host_id=number,
        content=content,
        reason=reason,
        holds=seen.holds,
        licence_claimed=_licence(facts),
        licence_checked=True,
        gated=closed,
        created_at=json_fields.as_time(record.get("created")),
    )


def _files(value: object) -> dict[str, int | None]:
    """The files with their sizes, in the old format (a list with `key` or `filename`) and in the new one (`entries`)."""
    entries = json_fields.as_mapping(value).get("entries", value)
    if isinstance(entries, dict):
        entries = [{"key": name, **json_fields.as_mapping(entry)} for name, entry in entries.items()]
    files: dict[str, int | None] = {}
    for entry in map(json_fields.as_mapping, json_fields.as_list(entries)[: host_api.MOST_PATHS]):
        name = json_fields.as_text(entry.get("key")) or json_fields.as_text(entry.get("filename"))
        if name:
            files[name] = json_fields.as_size(entry.get("size", entry.get("filesize")))
    return files


def _open_archives(
    api: host_api.HostApi, number: str, sizes: Mapping[str, int | None]
) -> dict[str, zip_listing.ZipListing]:
    """The entries of the record's zip archives, at most `MOST_ARCHIVES`. One that cannot be listed is left out."""
    zips = [name for name in sizes if name.lower().endswith(".zip") and len(name) <= zip_listing.MOST_NAME]
    opened = {}
    for name in zips[:MOST_ARCHIVES]:
        with contextlib.suppress(host_api.Unreadable, zip_listing.NotReadable):
            opened[name] = _list_archive(api, f"/records/{number}/files/{quote(name, safe='')}", sizes[name])
    return opened


def _list_archive(api: host_api.HostApi, path: str, size: int | None) -> zip_listing.ZipListing:
    """The entries of an archive, as Zenodo lists them, else by the archive's own directory.

    Raises UpstreamStopped, and Unreadable and NotReadable where neither can be read.
    """
    try:
        response = api.get(f"{path}/container")
        if response.status == 200 and (listed := zip_listing.parse_listing(json_fields.parse_body(response))):
            return listed
        if size is None:
            raise host_api.Unreadable("its size is not known")

        def read(start: int, length: int) -> bytes:
            return _read_range(api, f"{path}/content", start, length, size)

        return zip_listing.read_directory(size, read)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        raise host_api.Unreadable(error.reason) from None


def _read_range(api: host_api.HostApi, path: str, start: int, length: int, size: int) -> bytes:
    """`length` bytes of a file of `size` bytes, by a request of that range (RFC 9110, 14)."""
    end = start + length - 1
    response = api.get(path, headers={"range": f"bytes={start}-{end}", "accept": "*/*"})
    stated = f"bytes {start}-{end}/{size}"
    if response.status != 206 or response.headers.get("content-range", "").strip() != stated:
        raise host_api.Unreadable("Zenodo did not return the range of the file that was requested")
    if len(response.body) != length:
        raise host_api.Unreadable("Zenodo returned another length than it stated")
    return response.body


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
