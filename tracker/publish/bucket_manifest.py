"""What a bucket holds of a site, as the manifest in it says, and what must be written so that it holds the site; pure.

The manifest is a JSON object: `version`; `headers`, a digest of the headers of all objects; `files`, by key the SHA-256 of
the body and the entity tag that the bucket gave it; and `leaving`, the keys that are deleted once the manifest is written.
Only a key that a manifest lists is ever deleted. Keys lead from the prefix of the target.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

from markupsafe import escape

from tracker.domain.errors import TrackerError
from tracker.publish.addresses import MOVED
from tracker.publish.file_headers import (
    HTML,
    POLLED,
    TYPES,
    TYPES_BY_NAME,
    content_type,
    feed_cache_control,
    page_cache_control,
)

KEY = "manifest.json"
"""The key of the manifest."""
VERSION = 1
STAYING = frozenset({"index.html", "404.html"})
"""Pages whose object has the name of their file: buckets and CDNs are set up with these names. Any other page has its address."""
PAPERS, LISTS, FEEDS = range(3)
"""The order of writing. A list or feed is written after the pages that it links."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object as the bucket holds it."""

    sha256: str
    etag: str


@dataclass(frozen=True, slots=True)
class BucketManifest:
    """What the bucket holds of the site, by key."""

    headers: str = ""
    files: Mapping[str, Object] = field(default_factory=dict)
    leaving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of an object. `location` is where a reader is redirected to, empty for an object that is read."""

    content_type: str
    cache_control: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class SiteObject:
    """An object as the site wants it. `order` is one of PAPERS, LISTS and FEEDS."""

    sha256: str
    headers: Headers
    order: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done. `writes` are keys in groups that are written one after the other; `is_same`: the manifest says
    already what it would say then."""

    writes: tuple[tuple[str, ...], ...]
    deletes: tuple[str, ...]
    is_same: bool


def parse_manifest(body: bytes) -> BucketManifest:
    """A manifest from its JSON. TrackerError where it is not one of this program."""
    try:
        read = json.loads(body)
        if read["version"] != VERSION:
            raise ValueError("version")
        files = {
            str(key): Object(str(entry["sha256"]), str(entry["etag"])) for key, entry in read["files"].items()
        }
        return BucketManifest(str(read["headers"]), files, frozenset(map(str, read["leaving"])))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise TrackerError(
            f"the bucket's {KEY} is not a manifest of this version of the program; upgrade it, or give "
            "`publish.target` a prefix of its own"
        ) from None


def format_manifest(manifest: BucketManifest) -> bytes:
    """The manifest as JSON, the same bytes for the same content."""
    files = {key: {"sha256": entry.sha256, "etag": entry.etag} for key, entry in sorted(manifest.files.items())}
    document = {
        "version": VERSION,
        "headers": manifest.headers,
        "files": files,
        "leaving": sorted(manifest.leaving),
    }
    return (json.dumps(document, indent=0) + "\n").encode()


def key_of(name: str) -> str:
    """The key of a file of the site: its address, so that no server need add an ending."""
    return name if name in STAYING else name.removesuffix(".html")


def make_object(name: str, body: bytes, ttl_minutes: int) -> SiteObject:
    """The object of a file of the site, without its body."""
    suffix = PurePosixPath(name).suffix
    is_feed = suffix in POLLED
    cache_control = feed_cache_control(ttl_minutes) if is_feed else page_cache_control(ttl_minutes)
    order = FEEDS if is_feed else LISTS if suffix == ".html" and not name.startswith("paper/") else PAPERS
    return SiteObject(_sha256(body), Headers(content_type(name), cache_control), order)


def build_redirects(base: str, ttl_minutes: int) -> dict[str, tuple[SiteObject, bytes]]:
    """The object of each address that moved with its body, by key. `base` is the site's address, or its path below the
    bucket, without a slash at its end. The body leads on where a server does not know redirects of objects."""
    redirects = {}
    for key, path in MOVED.items():
        if key in STAYING:
            continue
        location = f"{base}/{quote(path)}"
        link = escape(location)
        body = (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Moved</title>\n'
            f'<link rel="canonical" href="{link}">\n<meta http-equiv="refresh" content="0; url={link}">\n</head>\n'
            f'<body><p>This moved to <a href="{link}">{link}</a>.</p></body>\n</html>\n'
        ).encode()
        headers = Headers(HTML, page_cache_control(ttl_minutes), location)
        redirects[key] = (SiteObject(_sha256(body), headers, LISTS), body)
    return redirects


def digest_headers(ttl_minutes: int) -> str:
    """A digest of what gives objects their headers: where it changes, every object is written again. A redirect's
    location is in its body too."""
    caches = (page_cache_control(ttl_minutes), feed_cache_control(ttl_minutes))
    return _sha256(repr((sorted(TYPES.items()), sorted(TYPES_BY_NAME.items()), sorted(POLLED), caches)).encode())


def plan_writes(
    site: Mapping[str, SiteObject], headers: str, before: BucketManifest, stored: Mapping[str, str] | None
) -> Plan:
    """What leads from the manifest in the bucket to a site, by key. `headers` is the digest of the site's headers.

    `stored` are the entity tags in the bucket, None where the write before ended well and nobody looked: an object with
    another tag than the manifest says is written again, and what is not there is not deleted.
    """
    changed: tuple[list[str], ...] = ([], [], [])
    for key, wanted in sorted(site.items()):
        entry = before.files.get(key)
        is_there = entry is not None and (stored is None or stored.get(key) == entry.etag)
        if headers != before.headers or entry is None or entry.sha256 != wanted.sha256 or not is_there:
            changed[wanted.order].append(key)
    gone = set(before.files) - site.keys()
    if stored is not None:
        gone = ((gone | before.leaving) - site.keys()) & stored.keys()
    is_same = not any(changed) and before.files.keys() == site.keys()
    return Plan(tuple(tuple(group) for group in changed if group), tuple(sorted(gone)), is_same)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
