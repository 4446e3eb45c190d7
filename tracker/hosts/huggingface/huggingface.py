"""Hugging Face: models, datasets, Spaces, collections and owners.

One request tells all but texts; licence files are read where they are listed, the card where nothing else states a licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tracker.domain.artifacts import Check, LicenceFile, Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Content, Outcome
from tracker.hosts import json_fields
from tracker.hosts.base import Host, split_url
from tracker.hosts.huggingface import hub_content, metadata
from tracker.hosts.huggingface.metadata import PLURALS, SITE, UPSTREAM, make_reference
from tracker.hosts.inspect import content

MOST_LICENCE_FILES = 3
"""Licence files that one look reads."""
MOST_TEXT = 100_000
"""Characters of one text that are read."""
_HOSTS = frozenset({"huggingface.co", "hf.co"})

# First path segments that are the Hub's own pages and no namespace.
_OWN_PAGES = """
    api assets autotrain blog brand changelog chat code-of-conduct collections content-guidelines
    content-policy contribute course dataset-viewer datasets docs enterprise errors events front huggingchat
    inference inference-api inference-endpoints inference-playground jobs join kernels languages learn login
    logout metrics models new new-bucket new-collection new-dataset new-space notifications oauth
    organizations papers playground posts pricing privacy pro pwa search security settings spaces storage
    subscribe support tasks terms-of-service welcome
"""
RESERVED = frozenset(_OWN_PAGES.split())
# Tabs of a profile, which stand where a model's name would.
_TABS = frozenset(
    {"activity", "buckets", "collections", "datasets", "followers", "following", "models", "papers", "spaces"}
)
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,255}", re.ASCII)


def match(url: str) -> Reference | None:
    """The artifact or namespace that `url` names, deep links included; None for the Hub's own pages."""
    found = split_url(url)
    if found is None or found.host not in _HOSTS:
        return None
    segments = found.segments
    if segments[:1] == ("api",):
        segments = segments[1:] if segments[1:2] and segments[1] in PLURALS else ()
    if not segments:
        return None
    first = segments[0].lower()
    if first in PLURALS:
        return _artifact(PLURALS[first], segments[1:])
    if first == "collections":
        return _collection(segments[1:])
    if first == "organizations":
        return _owner(segments[1]) if len(segments) > 1 else None
    if first in RESERVED:
        return None
    if len(segments) == 1 or segments[1].lower() in _TABS:
        return _owner(segments[0])
    return _artifact("model", segments) or _owner(segments[0])


def _artifact(kind: str, segments: tuple[str, ...]) -> Reference | None:
    parts = [found.group() for segment in segments[:2] if (found := _SEGMENT.match(segment))]
    if kind == "dataset" and len(segments) == 1 and parts:
        # Datasets from before namespaces, such as /datasets/squad; the Hub redirects them.
        return make_reference(kind, parts[0])
    if len(parts) < 2 or parts[0] != segments[0]:
        return None
    return make_reference(kind, f"{parts[0]}/{parts[1].removesuffix('.git')}")


def _collection(segments: tuple[str, ...]) -> Reference | None:
    if len(segments) < 2 or not _SEGMENT.fullmatch(segments[0]) or not _COLLECTION.fullmatch(segments[1]):
        return None
    path = f"{segments[0]}/{segments[1]}"
    return Reference(f"hf-collection:{path}", "huggingface", "collection", f"{SITE}/collections/{path}")


def _owner(name: str) -> Reference | None:
    if not _SEGMENT.fullmatch(name):
        return None
    return Reference(f"hf-org:{name}", "huggingface", "organisation", f"{SITE}/{name}")


def check(target: Reference, fetch: Fetch, known: str | None = None) -> Check:
    """What is there under one reference. Raises UpstreamStopped when the Hub may not be asked now.

    `known` is the commit that was last read whole: while the Hub shows it, no text is read again.
    """
    scheme, _, name = target.key.partition(":")
    kind = scheme.removeprefix("hf-")
    if kind not in PLURALS.values():
        return Check(outcome=Outcome.UNKNOWN, reason="owners and collections are not looked at")
    if not all(_SEGMENT.fullmatch(segment) for segment in name.split("/")):
        return Check(outcome=Outcome.ABSENT, reason="no name that the Hub allows")
    try:
        answer = fetch.get(UPSTREAM, f"/api/{kind}s/{name}")
        if answer.status != 200:
            return _refused(answer)
        info = json_fields.as_mapping(json_fields.parse_body(answer))
        if not info:
            return Check(outcome=Outcome.UNKNOWN, reason="the Hub's answer about it cannot be read")
        return _look(metadata.record_reference(kind, info) or target, info, fetch, known)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return Check(outcome=Outcome.UNKNOWN, reason=error.reason)


def check_all(
    references: Sequence[Reference], fetch: Fetch, known: Mapping[str, str] | None = None
) -> Iterator[tuple[Reference, Check]]:
    """Check many, at least one request each, in the order given; raises UpstreamStopped like `check`."""
    for target in references:
        yield target, check(target, fetch, (known or {}).get(target.folded))


def _refused(answer: Response) -> Check:
    """The Hub answers 404 or a bare 401 for what does not exist, and names its other reasons in a header."""
    code, said = _error_of(answer)
    if code == "GatedRepo" and answer.status in (401, 403):
        return Check(outcome=Outcome.PRESENT, reason="gated: its files are not shown", gated=True)
    if code == "DisabledRepo" or answer.status == 451 or (answer.status == 403 and "disabled" in said.lower()):
        return Check(outcome=Outcome.BLOCKED, reason=said or "disabled by the Hub")
    if answer.status == 404 or (answer.status == 401 and code in ("", "RepoNotFound")):
        return Check(outcome=Outcome.ABSENT, reason="not found on the Hub: never there, deleted, or private")
    return Check(
        outcome=Outcome.UNKNOWN, reason=f"the Hub answered {answer.status}" + (f": {said}" if said else "")
    )


def _error_of(answer: Response) -> tuple[str, str]:
    """(code, words) of a refusal."""
    said = json_fields.as_line(answer.headers.get("x-error-message", "")) or json_fields.as_line(
        json_fields.as_mapping(json_fields.parse_body(answer)).get("error")
    )
    return answer.headers.get("x-error-code", ""), said


def _look(found: Reference, info: Mapping[str, Any], fetch: Fetch, known: str | None) -> Check:
    """The check of what is there; `found` is its name as the Hub writes it. Raises UpstreamError."""
    if info.get("disabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by the Hub")
    files = hub_content.listed_paths(info.get("siblings"))
    gated = info["gated"] not in (False, None, "") if "gated" in info else None
    held = hub_content.classify_files(
        found.kind, files, gated=bool(gated), runtime=info.get("runtime"), seen=metadata.has_weights(info)
    )
    commit = json_fields.as_text(info.get("sha"))
    made = Check(
        outcome=Outcome.PRESENT,
        reason=held.reason,
        reference=found,
        host_id=json_fields.as_text(info.get("_id")),
        content=held.content,
        holds=held.holds,
        licence_claimed=metadata.stated_licence(info),
        gated=gated,
        created_at=metadata.creation_time(info),
        pushed_at=json_fields.as_time(info.get("lastModified")),
        commit=commit,
        derived_from=metadata.list_bases(info),
    )
    # Whether a Space runs may change while its commit stays.
    if known is not None and commit == known and found.kind != "space" and held.content is not Content.UNKNOWN:
        return replace(made, licence_checked=made.licence_claimed is not None, unchanged=True)
    return _with_texts(made, found, info, files, fetch)


def _with_texts(
    made: Check, found: Reference, info: Mapping[str, Any], files: Sequence[str] | None, fetch: Fetch
) -> Check:
    """`made` with what its licence files say, or its card where neither claim nor file does.

    The absence of a licence is told only where the card was read, or where there is no card.
    """
    claim = made.licence_claimed
    if files is None or (made.gated and not fetch.has_token(UPSTREAM)):
        return replace(made, licence_checked=claim is not None)
    listed = _licence_paths(found, info, files)
    texts = [LicenceFile(path, text) for path in listed if (text := _text(found, path, fetch)) and text.strip()]
    made = replace(made, licence_files=tuple(texts), licence_checked=claim is not None or bool(texts))
    if listed or not metadata.states_no_terms(claim):
        return made
    if metadata.CARD not in files:
        return replace(made, licence_checked=True)
    card = _text(found, metadata.CARD, fetch)
    if card is None:
        return made
    return replace(
        made,
        licence_claimed=claim or metadata.front_matter_licence(card),
        licence_checked=True,
        licence_statements=metadata.card_licence_section(card),
        papers_named=metadata.card_papers(card),
    )


def _licence_paths(found: Reference, info: Mapping[str, Any], files: Sequence[str]) -> list[str]:
    """The licence files that it lists, that to which its card leads first."""
    linked = metadata.linked_licence_path(info, found.key.partition(":")[2])
    first = [linked] if linked and linked in files and linked != metadata.CARD else []
    others = content.find_licence_files([path for path in files if path not in first], MOST_LICENCE_FILES)
    return [*first, *others][:MOST_LICENCE_FILES]


def _text(found: Reference, path: str, fetch: Fetch) -> str | None:
    """A file of the main branch, None where the Hub keeps it from us (gated) or has none. Raises UpstreamError."""
    answer = fetch.get(UPSTREAM, f"{found.url.removeprefix(SITE)}/raw/main/{quote(path)}")
    if answer.status == 200:
        return answer.body[: 4 * MOST_TEXT].decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]
    if answer.status in (401, 404) or (answer.status == 403 and _error_of(answer)[0] == "GatedRepo"):
        return None
    raise UpstreamError(UPSTREAM, f"the Hub answered {answer.status} to the question for {path}")


HOST = Host(
    name="huggingface",
    match=match,
    examples=(
        ("https://huggingface.co/ns/name", "hf-model:ns/name"),
        ("https://huggingface.co/ns/name/tree/main", "hf-model:ns/name"),
        ("https://huggingface.co/ns/name/resolve/main/model.safetensors?download=true", "hf-model:ns/name"),
        ("https://hf.co/ns/name", "hf-model:ns/name"),
        ("https://huggingface.co/api/models/ns/name", "hf-model:ns/name"),
        ("huggingface.co/datasets/ns/name", "hf-dataset:ns/name"),
        ("https://huggingface.co/datasets/ns/name/viewer/default/train", "hf-dataset:ns/name"),
        ("https://huggingface.co/datasets/squad", "hf-dataset:squad"),
        ("https://huggingface.co/spaces/ns/name", "hf-space:ns/name"),
        (
            "https://huggingface.co/collections/ns/slug-0123456789abcdef01234567",
            "hf-collection:ns/slug-0123456789abcdef01234567",
        ),
        ("https://huggingface.co/ns", "hf-org:ns"),
        ("https://huggingface.co/ns/models", "hf-org:ns"),
        ("https://huggingface.co/organizations/ns/activity/all", "hf-org:ns"),
    ),
    counterexamples=(
        "https://huggingface.co",
        "https://huggingface.co/papers/2307.09288",
        "https://hf.co/papers/2307.09288",
        "https://huggingface.co/docs/transformers/index",
        "https://huggingface.co/blog/ns/text",
        "https://huggingface.co/spaces",
        "https://huggingface.co/datasets",
        "https://huggingface.co/collections",
        "https://ns-name.hf.space",
        "https://huggingface.co.example.org/ns/name",
    ),
    check=check,
    check_all=check_all,
    checked_kinds=("model", "dataset", "space"),
)
