"""Checks of single GitHub repositories by REST, for installations without a token: two to six requests for most."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts import json_fields
from tracker.hosts.github.questions import valid_full_name
from tracker.hosts.inspect.content import (
    classify_repository,
    find_licence_files,
    find_lone_script,
    has_programming_language,
    is_readme,
    is_stub,
    promises_code,
)
from tracker.hosts.inspect.package_metadata import PACKAGE_FILES, read_package_licence
from tracker.hosts.inspect.readme import extract_licence_section, find_named_papers

UPSTREAM = "github_api"
MOST_TEXT = 100_000
MOST_LICENCE_FILES = 4
"""Licence files of one repository that are read. Without a token an hour has only sixty requests."""


class _Unreadable(Exception):
    """Part of a present repository could not be read, so its check is `unknown`. The message is the reason."""


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check one `github:owner/name`. Raises UpstreamStopped; any other failure is an unknown outcome."""
    try:
        response = fetch.get(UPSTREAM, f"/repos/{reference.key.partition(':')[2]}")
        absence = _check_absence(response)
        return absence or _check_present(json_fields.as_mapping(json_fields.parse_body(response)), fetch)
    except UpstreamStopped:
        raise
    except (UpstreamError, _Unreadable) as error:
        return Check(
            outcome=Outcome.UNKNOWN, reason=error.reason if isinstance(error, UpstreamError) else str(error)
        )


def _check_absence(response: Response) -> Check | None:
    """The check of a repository that is absent, blocked or unknown, None when it is present."""
    message = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(response)).get("message"))
    if response.status == 404:
        return Check(outcome=Outcome.ABSENT, reason="not found on GitHub: never there, deleted, or private")
    if response.status == 451 or (response.status == 403 and "access blocked" in message.lower()):
        return Check(outcome=Outcome.BLOCKED, reason=message or f"GitHub answered {response.status}")
    if response.status != 200:
        return Check(
            outcome=Outcome.UNKNOWN,
            reason=f"GitHub answered {response.status}" + (f": {message}" if message else ""),
        )
    return None


def _check_present(facts: Mapping[str, Any], fetch: Fetch) -> Check:
    name = valid_full_name(facts.get("full_name"))
    if name is None:
        raise _Unreadable("GitHub's response about it cannot be read")
    if facts.get("disabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
    paths, complete = _tree(name, fetch)
    language = json_fields.as_text(facts.get("language"))
    languages = (language,) if language else ()
    top = [path for path in paths if "/" not in path]
    licences = find_licence_files(paths, most=MOST_LICENCE_FILES)
    licence = json_fields.as_mapping(facts.get("license"))
    claimed = json_fields.as_text(licence.get("spdx_id")) or json_fields.as_text(licence.get("key"))
    content, holds = classify_repository(paths, None, complete=complete)
    script = find_lone_script(paths) if complete else None
    unsure = content in (Content.README_ONLY, Content.PLACEHOLDER) or script is not None
    readme: str | None = None
    if any(map(is_readme, top)) and (unsure or (claimed is None and not licences)):
        readme = _text(fetch, f"/repos/{name}/readme")[1][:MOST_TEXT]
        stub = script if _is_stub(name, script, readme, fetch) else None
        content, holds = classify_repository([path for path in paths if path != stub], readme, complete=complete)
    if content is Content.UNKNOWN and has_programming_language(languages):
        content, holds = Content.CODE, (Fact.CODE, *holds)
    number = facts.get("id")
    return Check(
        outcome=Outcome.PRESENT,
        reason="only part of its files was listed, and no code among them" if content is Content.UNKNOWN else "",
        reference=Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}"),
        host_id=str(number) if isinstance(number, int) else None,
        content=content,
        holds=holds,
        licence_claimed=claimed,
        licence_checked=True,
        licence_files=_licences(name, claimed, licences, fetch),
        licence_statements=() if claimed is not None or licences else _find_statements(name, top, readme, fetch),
        archived=json_fields.as_bool(facts.get("archived")),
        fork=json_fields.as_bool(facts.get("fork")),
        created_at=json_fields.as_time(facts.get("created_at")),
        pushed_at=json_fields.as_time(facts.get("pushed_at")),
        languages=languages,
        papers_named=None if readme is None else find_named_papers(readme, ""),
    )


def _is_stub(name: str, script: str | None, readme: str, fetch: Fetch) -> bool:
    """Whether the only script of a repository does nothing, while its README says that the code is to come."""
    if script is None or not promises_code(readme):
        return False
    text = _text(fetch, f"/repos/{name}/contents/{quote(script)}")[1]
    return bool(text) and is_stub(text)


def _find_statements(name: str, top: list[str], readme: str | None, fetch: Fetch) -> tuple[LicenceFile, ...]:
    """What the README says of the licence, else what one file of package metadata states."""
    if section := extract_licence_section(readme or ""):
        return (LicenceFile("README.md", section),)
    package = next((path for path in PACKAGE_FILES if path in top), None)
    text = _text(fetch, f"/repos/{name}/contents/{package}")[1] if package else ""
    licence = read_package_licence(package or "", text)
    return (LicenceFile(package, f"SPDX-License-Identifier: {licence}"),) if package and licence else ()


def _tree(name: str, fetch: Fetch) -> tuple[list[str], bool]:
    """The paths of the files, and whether these are all. GitHub answers 409, or 404 and `empty`, for an empty one."""
    response = fetch.get(UPSTREAM, f"/repos/{name}/git/trees/HEAD", params={"recursive": "1"})
    listing = json_fields.as_mapping(json_fields.parse_body(response))
    if response.status == 409 or (
        response.status == 404 and "empty" in json_fields.as_line(listing.get("message")).lower()
    ):
        return [], True
    if response.status != 200 or not isinstance(listing.get("tree"), list):
        raise _Unreadable(f"GitHub answered {response.status} to the request for its files")
    entries = [json_fields.as_mapping(entry) for entry in listing["tree"]]
    paths = [
        path
        for entry in entries
        if entry.get("type") == "blob" and (path := json_fields.as_text(entry.get("path")))
    ]
    complete = listing.get("truncated") is not True and all(entry.get("type") != "commit" for entry in entries)
    return paths, complete


def _licences(name: str, claimed: str | None, files: list[str], fetch: Fetch) -> tuple[LicenceFile, ...]:
    """The licence texts, where GitHub itself recognised no licence: its own choice first, then the other files."""
    if not files or (claimed is not None and claimed != "NOASSERTION"):
        return ()
    path, text = _text(fetch, f"/repos/{name}/license")
    texts = [LicenceFile(path, text[:MOST_TEXT])] if path and text else []
    for file in files:
        if file != path:
            text = _text(fetch, f"/repos/{name}/contents/{quote(file)}")[1]
            texts += [LicenceFile(file, text[:MOST_TEXT])] if text else []
    return tuple(texts)


def _text(fetch: Fetch, path: str) -> tuple[str, str]:
    """The path and text of a file, as /license, /readme and /contents return it; both empty where it does not exist."""
    response = fetch.get(UPSTREAM, path)
    if response.status == 404:
        return "", ""
    if response.status != 200:
        raise _Unreadable(f"GitHub answered {response.status} to the request for {path.rpartition('/')[2]}")
    file = json_fields.as_mapping(json_fields.parse_body(response))
    try:
        raw = base64.b64decode(json_fields.as_text(file.get("content")) or "")
    except ValueError:
        raise _Unreadable(f"{path.rpartition('/')[2]} cannot be decoded") from None
    return json_fields.as_text(file.get("path")) or "", raw.decode("utf-8", "replace").replace("\x00", "")
