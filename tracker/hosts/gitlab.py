"""GitLab: gitlab.com and the servers of institutes; projects may be in nested groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.domain.terms import Outcome
from tracker.hosts import host_api, json_fields
from tracker.hosts.base import Host, configured_names, split_url
from tracker.hosts.inspect import file_tree
from tracker.hosts.inspect.linked_place import place_of_link

_SITE = "gitlab.com"
_GROUP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
# Up to twenty nested groups (GitLab's subgroup limit) and the project.
_MOST_SEGMENTS = 21
_LEAST_SEGMENTS = 2
"""A server that is only likely to run GitLab is known by a project's address, never by that of a group."""
# First segments of addresses of cgit, gitweb, Gitiles and plain repositories.
_OTHER_ROOTS = frozenset(
    {"cgit", "gitweb", "pub", "scm", "git", "repos", "cgi-bin", "gitiles", "plugins", "r", "p"}
)
# Deep links of servers older than GitLab 16 lack the `/-/` that ends the project's path.
_OLD_TABS = frozenset(
    {"blob", "tree", "raw", "issues", "merge_requests", "wikis", "commit", "commits", "releases"}
)


def match(url: str) -> Reference | None:
    """The project, group or user that `url` names, deep links included."""
    parts = split_url(url)
    if parts is None:
        return None
    known = parts.host == _SITE or _is_server(parts.host)
    if not known and not _is_likely_server(parts.host):
        return None
    path: list[str] = []
    rest: tuple[str, ...] = ()
    for number, segment in enumerate(parts.segments[:_MOST_SEGMENTS]):
        if segment == "-" or (len(path) >= 2 and segment in _OLD_TABS):
            rest = parts.segments[number + (segment == "-") :]
            break
        if not _GROUP.fullmatch(segment):
            break
        path.append(segment)
    if not path or path[0].casefold() in configured_names("gitlab", "reserved"):
        return None
    if not known and (len(path) < _LEAST_SEGMENTS or path[0].casefold() in _OTHER_ROOTS):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    name = "/".join(path)
    where = "" if parts.host == _SITE else f"{parts.host}/"
    place = ""
    if kind == "repository" and rest and rest[0] in ("tree", "blob", "raw"):
        place = place_of_link(rest[1:], is_file=rest[0] != "tree")
    return _reference(f"gitlab:{where}{name}", parts.host, name, kind, place)


def _reference(key: str, site: str, name: str, kind: str, place: str) -> Reference:
    url = f"https://{site}/{name}" + (f"/-/tree/{quote(place)}" if place else "")
    return Reference(key, "gitlab", kind, url, place)


def _is_server(host: str) -> bool:
    return host.startswith("gitlab.") or host in configured_names("gitlab", "domains")


def _is_likely_server(host: str) -> bool:
    """Whether a host is `git.` before a domain and not known to run something else: nearly all of these run GitLab."""
    others = configured_names("gitlab", "others") | configured_names("forgejo", "domains")
    return host.startswith("git.") and host.count(".") >= 2 and host not in others


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the project by its record, its file tree and at most a few files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    site = reference.url.removeprefix("https://").partition("/")[0]
    path = reference.key.partition(":")[2].removeprefix("" if site == _SITE else f"{site}/")
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
        reference=_reference(name.key, site, name.url.partition(f"{site}/")[2], name.kind, reference.path),
        host_id=number,
        licence_claimed=json_fields.as_line(json_fields.as_mapping(facts.get("license")).get("key")) or None,
        archived=json_fields.as_bool(facts.get("archived")),
        fork=isinstance(facts.get("forked_from_project"), dict),
        created_at=json_fields.as_time(facts.get("created_at")),
    )
    return _with_tree(base, reference.path, facts, f"/projects/{number}", api)


def _with_tree(base: Check, path: str, facts: Mapping[str, Any], at: str, api: host_api.HostApi) -> Check:
    def tree(branch: str) -> file_tree.FileTree | None:
        if facts.get("empty_repo") is True:
            return file_tree.FileTree({}, ref=branch)
        # Of a long list only the first page is read; that of the linked folder alone holds more of it.
        whole = _list_files(api, at, branch, "")
        folder = path.removeprefix(branch).strip("/")
        if (
            whole is None
            or whole.complete
            or not path
            or not folder
            or any(f.startswith(f"{folder}/") for f in whole.sizes)
        ):
            return whole
        inside = _list_files(api, at, branch, folder)
        return (
            whole
            if inside is None
            else replace(whole, sizes={**whole.sizes, **inside.sizes}, complete=inside.complete)
        )

    def text(file: str, branch: str) -> str:
        return api.get_base64_file(f"{at}/repository/files/{quote(file, safe='')}", {"ref": branch})

    def languages() -> Sequence[str]:
        shares = json_fields.as_mapping(api.get_json(f"{at}/languages"))
        return [name for name in map(json_fields.as_line, list(shares)[:20]) if name]

    source = file_tree.TreeSource(
        default=json_fields.as_text(facts.get("default_branch")) or "HEAD",
        tree=tree,
        text=text,
        branches=lambda: file_tree.list_names(api.get_json(f"{at}/repository/branches", {"per_page": "100"})),
    )
    return file_tree.inspect_repository(base, source, api, path=path, states_licence=True, ask_languages=languages)


def _list_files(api: host_api.HostApi, at: str, branch: str, folder: str) -> file_tree.FileTree | None:
    """The first hundred entries of a branch or of one folder of it; None if that branch or folder does not exist."""
    params = {"recursive": "true", "per_page": "100", "ref": branch} | ({"path": folder} if folder else {})
    response = api.get(f"{at}/repository/tree", params)
    entries = json_fields.parse_body(response)
    message = json_fields.as_line(json_fields.as_mapping(entries).get("message"))
    if response.status == 404 and "tree" in message.lower():
        return None
    if response.status != 200 or not isinstance(entries, list):
        # The project has no repository, or shows it to its members only.
        raise host_api.Unreadable(f"GitLab answered {response.status} to the request for its files")
    more = bool(response.headers.get("x-next-page")) or 'rel="next"' in response.headers.get("link", "")
    return file_tree.FileTree(
        file_tree.list_sizes(entries),
        complete=not more,
        submodules=file_tree.list_submodules(entries),
        ref=branch,
    )


HOST = Host(
    name="gitlab",
    match=match,
    examples=(
        ("https://gitlab.com/group/sub/name", "gitlab:group/sub/name"),
        ("https://gitlab.com/group/name/-/tree/main/src", "gitlab:group/name"),
        ("gitlab.com/group/name.git", "gitlab:group/name"),
        ("https://gitlab.inria.fr/team/name", "gitlab:gitlab.inria.fr/team/name"),
        ("https://git.rwth-aachen.de/team/name/blob/master/README.md", "gitlab:git.rwth-aachen.de/team/name"),
        ("https://git.zib.de/team/name", "gitlab:git.zib.de/team/name"),
        ("git.example.edu/lab/group/name.git", "gitlab:git.example.edu/lab/group/name"),
    ),
    counterexamples=(
        "https://gitlab.com/explore/projects",
        "https://gitlab.com",
        "https://docs.gitlab.com/ee/api",
        "https://name.gitlab.io/page",
        "https://git.io/abcde",
        "https://git.example.edu/lab",
        "https://git.kernel.org/pub/scm/linux.git",
        "https://git.example.edu/cgit/name",
    ),
    check=check,
    checked_kinds=("repository",),
)
