"""Bitbucket Cloud: repositories and workspaces, checked by its REST API 2.0."""

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

_MOST_DEPTH = 5
"""How many levels of folders one listing opens."""
_NAME = re.compile(r"[A-Za-z0-9_{][A-Za-z0-9_.{}-]*", re.ASCII)


def match(url: str) -> Reference | None:
    """The repository or workspace that `url` names, deep links included."""
    parts = split_url(url)
    if parts is None or parts.host != "bitbucket.org" or not parts.segments:
        return None
    path = [segment for segment in parts.segments[:2] if _NAME.fullmatch(segment)]
    if not path or path[0] != parts.segments[0] or path[0].casefold() in configured_names("bitbucket", "reserved"):
        return None
    path[-1] = path[-1].removesuffix(".git")
    kind = "repository" if len(path) > 1 else "organisation"
    rest = parts.segments[2:]
    place = ""
    # `/src/BRANCH/…` names files and folders alike.
    if kind == "repository" and len(rest) > 1 and rest[0] in ("src", "raw"):
        place = place_of_link(rest[1:], is_file=rest[0] == "raw" or names_file(rest[1:]))
    return _reference("/".join(path), kind, place)


def _reference(name: str, kind: str, place: str) -> Reference:
    url = f"https://bitbucket.org/{name}" + (f"/src/{quote(place)}" if place else "")
    return Reference(f"bitbucket:{name}", "bitbucket", kind, url, place)


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check the repository by its record, its file tree and at most a few files. Raises UpstreamStopped."""
    return host_api.run_check(lambda: _check(reference, fetch))


def _check(reference: Reference, fetch: Fetch) -> Check:
    api = host_api.HostApi(fetch, "bitbucket", "Bitbucket")
    response = api.get(f"/repositories/{quote(reference.key.partition(':')[2], safe='/')}")
    absence = host_api.check_absence(api, response)
    if absence is not None:
        return absence
    facts = json_fields.as_mapping(json_fields.parse_body(response))
    name = match(f"https://bitbucket.org/{json_fields.as_text(facts.get('full_name')) or ''}")
    if name is None or name.kind != "repository":
        raise host_api.Unreadable("Bitbucket's response about it cannot be read")
    language = json_fields.as_line(facts.get("language"))
    base = Check(
        outcome=Outcome.PRESENT,
        reference=_reference(name.key.partition(":")[2], name.kind, reference.path),
        host_id=json_fields.as_line(facts.get("uuid")) or None,
        fork=isinstance(facts.get("parent"), dict),
        created_at=json_fields.as_time(facts.get("created_on")),
        languages=(language,) if language else (),
    )
    at = f"/repositories/{quote(name.key.partition(':')[2], safe='/')}"
    branch = json_fields.as_text(json_fields.as_mapping(facts.get("mainbranch")).get("name"))
    source = file_tree.TreeSource(
        default=branch or "",
        # Without a main branch nothing was ever pushed.
        tree=lambda ref: file_tree.FileTree({}, ref=ref) if branch is None else _tree(api, at, ref, branch),
        text=lambda file, ref: api.get_file(f"{at}/src/{quote(ref, safe='')}/{host_api.quote_path(file)}"),
        branches=lambda: file_tree.list_names(
            json_fields.as_mapping(api.get_json(f"{at}/refs/branches", {"pagelen": "100"})).get("values")
        ),
    )
    return file_tree.inspect_repository(base, source, api, path=reference.path, states_licence=False)


def _tree(api: host_api.HostApi, at: str, branch: str, default: str) -> file_tree.FileTree | None:
    # A branch name with a slash cannot be part of the path; without a branch, the listing is of the main branch.
    slash = "/" in branch
    if slash and branch != default:
        return None
    location = f"{at}/src" if slash else f"{at}/src/{quote(branch, safe='')}/"
    response = api.get(location, {"max_depth": str(_MOST_DEPTH), "pagelen": "100"})
    if response.status == 404:
        return None
    listing = json_fields.as_mapping(json_fields.parse_body(response))
    values = listing.get("values")
    if response.status != 200 or not isinstance(values, list):
        raise host_api.Unreadable(f"Bitbucket answered {response.status} to the request for its files")
    entries = [json_fields.as_mapping(value) for value in values]
    commits = (json_fields.as_line(json_fields.as_mapping(entry.get("commit")).get("hash")) for entry in entries)
    folders = [path for entry in entries if entry.get("type") == "commit_directory"
               and (path := json_fields.as_text(entry.get("path")))]  # fmt: skip
    deepest = any(path.strip("/").count("/") >= _MOST_DEPTH - 1 for path in folders)
    commit = next((commit for commit in commits if commit), None)
    return file_tree.FileTree(
        file_tree.list_sizes(values, frozenset({"commit_file"})),
        complete="next" not in listing and not deepest,
        commit=commit,
        ref=commit or branch,
    )


HOST = Host(
    name="bitbucket",
    match=match,
    examples=(
        ("https://bitbucket.org/owner/name", "bitbucket:owner/name"),
        ("https://bitbucket.org/owner/name/src/master/", "bitbucket:owner/name"),
        ("https://bitbucket.org/owner/name.git", "bitbucket:owner/name"),
    ),
    counterexamples=("https://bitbucket.org/product/features", "https://bitbucket.io/owner/name"),
    check=check,
    checked_kinds=("repository",),
)
