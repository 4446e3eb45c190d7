"""Gitee: repositories and their owners, checked by its API v5."""

from __future__ import annotations

import re
from urllib.parse import quote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, configured_names, split_url
from tracker.hosts.inspect import file_tree
from tracker.hosts.inspect.linked_place import place_of_link

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository or owner that `url` names, deep links included."""
    parts = split_url(url)
    if parts is None or parts.host != "gitee.com" or not parts.segments:
        return None
    path = [segment for segment in parts.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != parts.segments[0] or path[0].casefold() in configured_names("gitee", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    rest = parts.segments[2:]
    place = ""
    if kind == "repository" and len(rest) > 1 and rest[0] in ("tree", "blob", "raw"):
        place = place_of_link(rest[1:], is_file=rest[0] != "tree")
    return _reference("/".join(path), kind, place)


def _reference(name: str, kind: str, place: str) -> Reference:
    url = f"https://gitee.com/{name}" + (f"/tree/{quote(place)}" if place else "")
    return Reference(f"gitee:{name}", "gitee", kind, url, place)


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the repository by its record, its file tree and at most a few files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, "https://gitee.com/api/v5", "Gitee")
    response = api.get(f"/repos/{reference.key.partition(':')[2]}")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.parse_body(response))
    name = match(f"https://gitee.com/{json_fields.as_text(facts.get('full_name')) or ''}")
    if name is None or name.kind != "repository":
        raise host_api.Unreadable("Gitee's response about it cannot be read")
    language = json_fields.as_line(facts.get("language"))
    base = Check(
        outcome=Outcome.PRESENT,
        reference=_reference(name.key.partition(":")[2], name.kind, reference.path),
        host_id=json_fields.as_number_text(facts.get("id")),
        licence_claimed=json_fields.as_line(facts.get("license")) or None,
        fork=json_fields.as_bool(facts.get("fork")),
        created_at=json_fields.as_time(facts.get("created_at")),
        pushed_at=json_fields.as_time(facts.get("pushed_at")),
        languages=(language,) if language else (),
    )
    at = f"/repos/{name.key.partition(':')[2]}"
    source = file_tree.git_source(
        api,
        at,
        json_fields.as_text(facts.get("default_branch")) or "HEAD",
        empty=facts.get("empty_repo") is True,
        tree_params={"recursive": "1"},
        branch_params={"per_page": "100"},
    )
    return file_tree.inspect_repository(base, source, api, path=reference.path, states_licence=False)


HOST = Host(
    name="gitee",
    match=match,
    examples=(
        ("https://gitee.com/owner/name", "gitee:owner/name"),
        ("https://gitee.com/owner/name/tree/master/research", "gitee:owner/name"),
    ),
    counterexamples=("https://gitee.com/explore/all", "https://owner.gitee.io/name"),
    check=check,
    checked_kinds=("repository",),
)
