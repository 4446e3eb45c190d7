"""GitLab: gitlab.com and the servers of institutes; projects may be in nested groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, configured_names, split_url
from tracker.hosts.inspect import file_tree

_SITE = "gitlab.com"
_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
# Up to twenty nested groups (GitLab's subgroup limit) and the project.
_MOST_SEGMENTS = 21
# Deep links of servers older than GitLab 16 lack the `/-/` that ends the project's path.
_OLD_TABS = frozenset(
    {"blob", "tree", "raw", "issues", "merge_requests", "wikis", "commit", "commits", "releases"}
)


def match(url: str) -> Reference | None:
    """The project, group or user that `url` names, deep links included."""
    parts = split_url(url)
    if parts is None or not (parts.host == _SITE or _is_server(parts.host)):
        return None
    path: list[str] = []
    for segment in parts.segments[:_MOST_SEGMENTS]:
        if segment == "-" or (len(path) >= 2 and segment in _OLD_TABS):
            break
        if not _GROUP.fullmatch(segment):
            break
        path.append(segment)
    if not path or path[0].casefold() in configured_names("gitlab", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = "/".join(path)
    where = "" if parts.host == _SITE else f"{parts.host}/"
    return Reference(f"gitlab:{where}{name}", "gitlab", kind, f"https://{parts.host}/{name}")


def _is_server(host: str) -> bool:
    return host.startswith("gitlab.") or host in configured_names("gitlab", "domains")


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the project by its record, its file tree and at most a few files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    site, _, path = reference.url.removeprefix("https://").partition("/")
    api = host_api.HostApi(fetch, "gitlab" if site == _SITE else f"https://{site}/api/v4", "GitLab")
    response = api.get(f"/projects/{quote(path, safe='')}", {"license": "true"})
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.parse_body(response))
    number = json_fields.as_number_text(facts.get("id"))
    name = match(f"https://{site}/{json_fields.as_text(facts.get('path_with_namespace')) or ''}")
    if number is None or name is None or name.kind != "repository":
        raise host_api.Unreadable("GitLab's response about it cannot be read")
    base = Check(
        outcome=Outcome.PRESENT,
        reference=name,
        host_id=number,
        licence_claimed=json_fields.as_line(json_fields.as_mapping(facts.get("license")).get("key")) or None,
        archived=json_fields.as_bool(facts.get("archived")),
        fork=isinstance(facts.get("forked_from_project"), dict),
        created_at=json_fields.as_time(facts.get("created_at")),
    )
    return _with_tree(base, facts, f"/projects/{number}", api)


def _with_tree(base: Check, facts: Mapping[str, Any], at: str, api: host_api.HostApi) -> Check:
    branch = json_fields.as_text(facts.get("default_branch")) or "HEAD"
    if facts.get("empty_repo") is True:
        tree = file_tree.FileTree((), complete=True)
    else:
        response = api.get(f"{at}/repository/tree", {"recursive": "true", "per_page": "100", "ref": branch})
        entries = json_fields.parse_body(response)
        if response.status != 200 or not isinstance(entries, list):
            # The project has no repository, or shows it to its members only.
            raise host_api.Unreadable(f"GitLab answered {response.status} to the request for its files")
        more = bool(response.headers.get("x-next-page")) or 'rel="next"' in response.headers.get("link", "")
        complete = not more and not file_tree.has_submodule(entries)
        tree = file_tree.FileTree(file_tree.list_paths(entries), complete=complete)

    def text(path: str) -> str:
        return api.get_base64_file(f"{at}/repository/files/{quote(path, safe='')}", {"ref": branch})

    def languages() -> Sequence[str]:
        shares = json_fields.as_mapping(api.get_json(f"{at}/languages"))
        return [name for name in map(json_fields.as_line, list(shares)[:20]) if name]

    return file_tree.inspect_repository(base, tree, api, text, states_licence=True, ask_languages=languages)


HOST = Host(
    name="gitlab",
    match=match,
    examples=(
        ("https://gitlab.com/group/sub/name", "gitlab:group/sub/name"),
        ("https://gitlab.com/group/name/-/tree/main/src", "gitlab:group/name"),
        ("gitlab.com/group/name.git", "gitlab:group/name"),
        ("https://gitlab.inria.fr/team/name", "gitlab:gitlab.inria.fr/team/name"),
        ("https://git.rwth-aachen.de/team/name/blob/master/README.md", "gitlab:git.rwth-aachen.de/team/name"),
    ),
    counterexamples=(
        "https://gitlab.com/explore/projects",
        "https://gitlab.com",
        "https://docs.gitlab.com/ee/api",
        "https://name.gitlab.io/page",
    ),
    check=check,
    checked_kinds=("repository",),
)
