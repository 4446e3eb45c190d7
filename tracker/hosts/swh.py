"""Software Heritage: intrinsic identifiers (SWHID 1.2), under the archive's address."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Content, Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.inspect.content import classify_repository

_SITE = "archive.softwareheritage.org"
_HASH = re.compile(r"[0-9a-f]{40}", re.ASCII)
# Where the API tells of an object of each type (`cnt` of SWHID is a content by its git hash).
_FIRST = {
    "cnt": "/content/sha1_git:{}/",
    "dir": "/directory/{}/",
    "rev": "/revision/{}/directory/",
    "rel": "/release/{}/",
    "snp": "/snapshot/{}/",
}
_ID = re.compile(r"swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}", re.ASCII)


def match(url: str) -> Reference | None:
    """The object that `url` names; qualifiers (`;origin=…`) are left out."""
    parts = split_url(url)
    if parts is None or parts.host not in ("archive.softwareheritage.org", "softwareheritage.org"):
        return None
    name = next((match.group() for segment in parts.segments if (match := _ID.match(segment))), None)
    if name is None:
        return None
    return Reference(name, "swh", "archive", f"https://archive.softwareheritage.org/{name}")


def check(reference: Reference, fetch: Fetch) -> Check:
    """Whether the archive holds the object, and the top folder of what it is. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def find_archived_copy(url: str, fetch: Fetch) -> Reference | None:
    """The newest snapshot that the archive has of a repository's address, None where it has none.

    Raises UpstreamError where it told nothing.
    """
    response = fetch.get("software_heritage", f"/origin/{url}/visit/latest/", params={"require_snapshot": "true"})
    found = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(response)).get("snapshot"))
    return match(f"https://{_SITE}/swh:1:snp:{found}") if response.status == 200 else None


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, "software_heritage", "Software Heritage")
    _, _, kind, number = reference.key.split(":", 3)
    response = api.get(_FIRST[kind].format(number))
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    found = json_fields.parse_body(response)
    base = Check(outcome=Outcome.PRESENT, reference=reference, host_id=number)
    if kind == "rel":
        target = json_fields.as_line(json_fields.as_mapping(found).get("target"))
        if json_fields.as_mapping(found).get("target_type") != "revision" or not _HASH.fullmatch(target):
            return replace(base, reason="what the release holds was not read")
        found = api.get_json(_FIRST["rev"].format(target))
    if kind in ("rev", "rel"):
        found = json_fields.as_mapping(found).get("content")
    if kind not in ("dir", "rev", "rel") or not isinstance(found, list):
        return replace(base, reason="what it holds was not read")
    entries = [json_fields.as_mapping(entry) for entry in found[: host_api.MOST_PATHS]]
    names = [
        name
        for entry in entries
        if entry.get("type") == "file" and (name := json_fields.as_text(entry.get("name")))
    ]
    folders = [entry for entry in entries if entry.get("type") != "file"]
    content, holds = classify_repository(names, None, complete=not folders)
    return replace(
        base,
        content=content,
        holds=holds,
        reason="only its top folder was seen" if content is Content.UNKNOWN else "",
    )


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
    check=check,
    checked_kinds=("archive",),
)
