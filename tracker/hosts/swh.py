"""Software Heritage: intrinsic identifiers (SWHID 1.2) in the addresses of its archive."""

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
# The API's path for an object of each type (a SWHID's `cnt` is a content by its git hash).
_PATHS = {
    "cnt": "/content/sha1_git:{}/",
    "dir": "/directory/{}/",
    "rev": "/revision/{}/directory/",
    "rel": "/release/{}/",
    "snp": "/snapshot/{}/",
}
_ID = re.compile(r"swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}", re.ASCII)


def match(url: str) -> Reference | None:
    """The object that `url` names, without its qualifiers (`;origin=…`)."""
    parts = split_url(url)
    if parts is None or parts.host not in ("archive.softwareheritage.org", "softwareheritage.org"):
        return None
    name = next((match.group() for segment in parts.segments if (match := _ID.match(segment))), None)
    if name is None:
        return None
    return Reference(name, "swh", "archive", f"https://archive.softwareheritage.org/{name}")


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check whether the archive holds the object, and what its top folder lists. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def find_archived_copy(url: str, fetch: Fetch) -> Reference | None:
    """The newest snapshot that the archive holds of the repository at `url`, None where it holds none.

    Raises UpstreamError where the archive gave no usable response.
    """
    response = fetch.get("software_heritage", f"/origin/{url}/visit/latest/", params={"require_snapshot": "true"})
    snapshot = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(response)).get("snapshot"))
    return match(f"https://{_SITE}/swh:1:snp:{snapshot}") if response.status == 200 else None


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, "software_heritage", "Software Heritage")
    _, _, kind, number = reference.key.split(":", 3)
    response = api.get(_PATHS[kind].format(number))
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    body = json_fields.parse_body(response)
    base = Check(outcome=Outcome.PRESENT, reference=reference, host_id=number)
    if kind == "rel":
        target = json_fields.as_line(json_fields.as_mapping(body).get("target"))
        if json_fields.as_mapping(body).get("target_type") != "revision" or not _HASH.fullmatch(target):
            return replace(base, reason="what the release holds was not read")
        body = api.get_json(_PATHS["rev"].format(target))
    if kind in ("rev", "rel"):
        body = json_fields.as_mapping(body).get("content")
    if kind not in ("dir", "rev", "rel") or not isinstance(body, list):
        return replace(base, reason="what it holds was not read")
    entries = [json_fields.as_mapping(entry) for entry in body[: host_api.MOST_PATHS]]
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
        reason="only its top folder was listed" if content is Content.UNKNOWN else "",
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
