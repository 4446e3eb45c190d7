"""Forgejo and Gitea: Codeberg, and the other servers that `config/hosts.toml` names."""

from __future__ import annotations

import re
from urllib.parse import quote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, configured_names, split_url
from tracker.hosts.inspect import file_tree
from tracker.hosts.inspect.linked_place import names_file, place_of_link

_SITE = "codeberg.org"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository or owner that `url` names, deep links included."""
    parts = split_url(url)
    if parts is None or not parts.segments:
        return None
    if parts.host != _SITE and parts.host not in configured_names("forgejo", "domains"):
        return None
    path = [segment for segment in parts.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != parts.segments[0] or path[0].casefold() in configured_names("forgejo", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    rest = parts.segments[2:]
    place = ""
    # `/src/branch/NAME/…` names files and folders alike.
    if (
        kind == "repository"
        and len(rest) > 2
        and rest[0] in ("src", "raw")
        and rest[1] in ("branch", "tag", "commit")
    ):
        place = place_of_link(rest[2:], is_file=rest[0] == "raw" or names_file(rest[2:]))
    return _reference(f"{parts.host}/{'/'.join(path)}", kind, place)


def _reference(name: str, kind: str, place: str) -> Reference:
    url = f"https://{name}" + (f"/src/branch/{quote(place)}" if place else "")
    return Reference(f"forgejo:{name}", "forgejo", kind, url, place)


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the repository by its record, its file tree and at most a few files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    site, _, path = reference.key.partition(":")[2].partition("/")
    api = host_api.HostApi(fetch, "codeberg" if site == _SITE else f"https://{site}/api/v1", "Forgejo")
    response = api.get(f"/repos/{path}")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.parse_body(response))
    name = match(f"https://{site}/{json_fields.as_text(facts.get('full_name')) or ''}")
    if name is None or name.kind != "repository":
        raise host_api.Unreadable("Forgejo's response about it cannot be read")
    language = json_fields.as_line(facts.get("language"))
    # Gitea returns the licences since version 1.23, as a list; Forgejo does not.
    listed = map(json_fields.as_line, json_fields.as_list(facts.get("licenses"))[:5])
    licences = [licence for licence in listed if licence]
    base = Check(
        outcome=Outcome.PRESENT,
        reference=_reference(name.key.partition(":")[2], name.kind, reference.path),
        host_id=json_fields.as_number_text(facts.get("id")),
        licence_claimed=licences[0] if len(licences) == 1 else None,
        archived=json_fields.as_bool(facts.get("archived")),
        fork=json_fields.as_bool(facts.get("fork")),
        created_at=json_fields.as_time(facts.get("created_at")),
        languages=(language,) if language else (),
    )
    at = f"/repos/{name.url.removeprefix('https://').partition('/')[2]}"
    source = file_tree.git_source(
        api,
        at,
        json_fields.as_text(facts.get("default_branch")) or "HEAD",
        empty=facts.get("empty") is True,
        tree_params={"recursive": "true", "per_page": "1000"},
        branch_params={"limit": "50"},
    )
    return file_tree.inspect_repository(base, source, api, path=reference.path, states_licence=False)


HOST = Host(
    name="forgejo",
    match=match,
    examples=(
        ("https://codeberg.org/owner/name", "forgejo:codeberg.org/owner/name"),
        ("https://codeberg.org/owner/name/src/branch/main", "forgejo:codeberg.org/owner/name"),
        ("https://gitea.com/owner/name.git", "forgejo:gitea.com/owner/name"),
    ),
    counterexamples=(
        "https://codeberg.org/explore/repos",
        "https://owner.codeberg.page/name",
        "https://codeberg.org/",
    ),
    check=check,
    checked_kinds=("repository",),
)
