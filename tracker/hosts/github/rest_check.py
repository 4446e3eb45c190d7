"""GitHub over REST, for installations without a token: two to six requests for most repositories."""

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
from tracker.hosts.inspect import content, package_metadata
from tracker.hosts.inspect.readme import extract_licence_section, find_named_papers

UPSTREAM = "github_api"
MOST_TEXT = 100_000
MOST_LICENCE_FILES = 4
"""An hour has sixty requests: so many licences are read of one repository."""


class _Unread(Exception):
    """Something of a present repository could not be read, so nothing can be said of it."""


def check(reference: Reference, fetch: Fetch) -> Check:
    """Check one `github:owner/name`. Raises UpstreamStopped; any other failure is an unknown outcome."""
    try:
        answer = fetch.get(UPSTREAM, f"/repos/{reference.key.partition(':')[2]}")
        missing = _missing(answer)
        return missing or _present(json_fields.as_mapping(json_fields.parse_body(answer)), fetch)
    except UpstreamStopped:
        raise
    except (UpstreamError, _Unread) as error:
        return Check(
            outcome=Outcome.UNKNOWN, reason=error.reason if isinstance(error, UpstreamError) else str(error)
        )


def _missing(answer: Response) -> Check | None:
    """The check of a repository that is not there or not to be seen, None when it is present."""
    said = json_fields.as_line(json_fields.as_mapping(json_fields.parse_body(answer)).get("message"))
    if answer.status == 404:
        return Check(outcome=Outcome.ABSENT, reason="not found on GitHub: never there, deleted, or private")
    if answer.status == 451 or (answer.status == 403 and "access blocked" in said.lower()):
        return Check(outcome=Outcome.BLOCKED, reason=said or f"GitHub answered {answer.status}")
    if answer.status != 200:
        return Check(
            outcome=Outcome.UNKNOWN, reason=f"GitHub answered {answer.status}" + (f": {said}" if said else "")
        )
    return None


def _present(facts: Mapping[str, Any], fetch: Fetch) -> Check:
    name = valid_full_name(facts.get("full_name"))
    if name is None:
        raise _Unread("GitHub's answer about it cannot be read")
    if facts.get("disabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by GitHub")
    paths, complete = _tree(name, fetch)
    language = json_fields.as_text(facts.get("language"))
    languages = (language,) if language else ()
    top = [path for path in paths if "/" not in path]
    licences = content.find_licence_files(paths, most=MOST_LICENCE_FILES)
    licence = json_fields.as_mapping(facts.get("license"))
    claimed = json_fields.as_text(licence.get("spdx_id")) or json_fields.as_text(licence.get("key"))
    word, holds = content.classify_repository(paths, None, complete=complete)
    script = content.find_lone_script(paths) if complete else None
    unsure = word in (Content.README_ONLY, Content.PLACEHOLDER) or script is not None
    readme: str | None = None
    if any(map(content.is_readme, top)) and (unsure or (claimed is None and not licences)):
        readme = _text(fetch, f"/repos/{name}/readme")[1][:MOST_TEXT]
        stub = script if _is_stub(name, script, readme, fetch) else None
        word, holds = content.classify_repository(
            [path for path in paths if path != stub], readme, complete=complete
        )
    if word is Content.UNKNOWN and content.has_programming_language(languages):
        word, holds = Content.CODE, (Fact.CODE, *holds)
    number = facts.get("id")
    return Check(
        outcome=Outcome.PRESENT,
        reason="its files were seen only in part, and no code among them" if word is Content.UNKNOWN else "",
        reference=Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}"),
        host_id=str(number) if isinstance(number, int) else None,
        content=word,
        holds=holds,
        licence_claimed=claimed,
        licence_checked=True,
        licence_files=_licences(name, claimed, licences, fetch),
        licence_statements=() if claimed is not None or licences else _said(name, top, readme, fetch),
        archived=json_fields.as_bool(facts.get("archived")),
        fork=json_fields.as_bool(facts.get("fork")),
        created_at=json_fields.as_time(facts.get("created_at")),
        pushed_at=json_fields.as_time(facts.get("pushed_at")),
        languages=languages,
        papers_named=None if readme is None else find_named_papers(readme, ""),
    )


def _is_stub(name: str, script: str | None, readme: str, fetch: Fetch) -> bool:
    """Whether the only script of a repository does nothing, while its README says that the code is to come."""
    if script is None or not content.promises_code(readme):
        return False
    text = _text(fetch, f"/repos/{name}/contents/{quote(script)}")[1]
    return bool(text) and content.is_stub(text)


def _said(name: str, top: list[str], readme: str | None, fetch: Fetch) -> tuple[LicenceFile, ...]:
    """Weaker words on a licence: the README's, else those of one file of package metadata."""
    if section := extract_licence_section(readme or ""):
        return (LicenceFile("README.md", section),)
    package = next((path for path in package_metadata.PACKAGE_FILES if path in top), None)
    text = _text(fetch, f"/repos/{name}/contents/{package}")[1] if package else ""
    licence = package_metadata.read_package_licence(package or "", text)
    return (LicenceFile(package, f"SPDX-License-Identifier: {licence}"),) if package and licence else ()


def _tree(name: str, fetch: Fetch) -> tuple[list[str], bool]:
    """All paths, and whether they are all; an empty repository answers 409, or 404 with these words."""
    answer = fetch.get(UPSTREAM, f"/repos/{name}/git/trees/HEAD", params={"recursive": "1"})
    found = json_fields.as_mapping(json_fields.parse_body(answer))
    if answer.status == 409 or (
        answer.status == 404 and "empty" in json_fields.as_line(found.get("message")).lower()
    ):
        return [], True
    if answer.status != 200 or not isinstance(found.get("tree"), list):
        raise _Unread(f"GitHub answered {answer.status} to the question for its files")
    entries = [json_fields.as_mapping(entry) for entry in found["tree"]]
    paths = [
        path
        for entry in entries
        if entry.get("type") == "blob" and (path := json_fields.as_text(entry.get("path")))
    ]
    whole = found.get("truncated") is not True and all(entry.get("type") != "commit" for entry in entries)
    return paths, whole


def _licences(name: str, claimed: str | None, files: list[str], fetch: Fetch) -> tuple[LicenceFile, ...]:
    """Licence texts, where GitHub itself recognised none: its own choice first, then the other files."""
    if not files or (claimed is not None and claimed != "NOASSERTION"):
        return ()
    path, text = _text(fetch, f"/repos/{name}/license")
    found = [LicenceFile(path, text[:MOST_TEXT])] if path and text else []
    for file in files:
        if file != path:
            text = _text(fetch, f"/repos/{name}/contents/{quote(file)}")[1]
            found += [LicenceFile(file, text[:MOST_TEXT])] if text else []
    return tuple(found)


def _text(fetch: Fetch, path: str) -> tuple[str, str]:
    """Path and text of a file as /license, /readme and /contents give it; empty when it is not there."""
    answer = fetch.get(UPSTREAM, path)
    if answer.status == 404:
        return "", ""
    if answer.status != 200:
        raise _Unread(f"GitHub answered {answer.status} to the question for {path.rpartition('/')[2]}")
    found = json_fields.as_mapping(json_fields.parse_body(answer))
    try:
        raw = base64.b64decode(json_fields.as_text(found.get("content")) or "")
    except ValueError:
        raise _Unread(f"{path.rpartition('/')[2]} cannot be decoded") from None
    return json_fields.as_text(found.get("path")) or "", raw.decode("utf-8", "replace").replace("\x00", "")
