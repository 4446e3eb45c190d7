"""Hugging Face: models, datasets, Spaces, collections and owners; the first three are checked.

One request returns everything but texts. Licence files and the card are read where there are any: a tag of a licence
and what the card says of it are both heard.
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
"""Licence files that one check reads."""
MOST_TEXT = 100_000
"""Characters of one text that are read."""
_HOSTS = frozenset({"huggingface.co", "hf.co"})

# First path segments that are pages of the Hub itself and are never namespaces.
_OWN_PAGES = """
    api assets autotrain blog brand changelog chat code-of-conduct collections content-guidelines
    content-policy contribute course dataset-viewer datasets docs enterprise errors events front huggingchat
    inference inference-api inference-endpoints inference-playground jobs join kernels languages learn login
    logout metrics models new new-bucket new-collection new-dataset new-space notifications oauth
    organizations papers playground posts pricing privacy pro pwa search security settings spaces storage
    subscribe support tasks terms-of-service welcome
"""
RESERVED = frozenset(_OWN_PAGES.split())
# Tabs of a profile, which come where the name of a model would.
_TABS = frozenset(
    {"activity", "buckets", "collections", "datasets", "followers", "following", "models", "papers", "spaces"}
)
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,255}", re.ASCII)


def match(url: str) -> Reference | None:
    """The artifact or namespace that `url` names, deep links included; None for the Hub's own pages."""
    parts = split_url(url)
    if parts is None or parts.host not in _HOSTS:
        return None
    segments = parts.segments
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
    names = [match.group() for segment in segments[:2] if (match := _SEGMENT.match(segment))]
    if kind == "dataset" and len(segments) == 1 and names:
        # Datasets from before namespaces, such as /datasets/squad; the Hub redirects them.
        return make_reference(kind, names[0])
    if len(names) < 2 or names[0] != segments[0]:
        return None
    return make_reference(kind, f"{names[0]}/{names[1].removesuffix('.git')}")


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
    """Check one reference. Raises UpstreamStopped when the Hub may not be asked now.

    `known` is the commit at which the artifact was last read whole: while the Hub shows it, no text is read again.
    """
    return _check(target, fetch, known)


def check_record(target: Reference, fetch: Fetch) -> Check:
    """As `check`, by the Hub's record alone: one request, no texts. Raises UpstreamStopped."""
    return _check(target, fetch, None, texts=False)


def _check(target: Reference, fetch: Fetch, known: str | None, *, texts: bool = True) -> Check:
    scheme, _, name = target.key.partition(":")
    kind = scheme.removeprefix("hf-")
    if kind not in PLURALS.values():
        return Check(outcome=Outcome.UNKNOWN, reason="owners and collections are not checked")
    if not all(_SEGMENT.fullmatch(segment) for segment in name.split("/")):
        return Check(outcome=Outcome.ABSENT, reason="not a name that the Hub allows")
    try:
        response = fetch.get(UPSTREAM, f"/api/{kind}s/{name}")
        if response.status != 200:
            return _check_refusal(response)
        info = json_fields.as_mapping(json_fields.parse_body(response))
        if not info:
            return Check(outcome=Outcome.UNKNOWN, reason="the Hub's response about it cannot be read")
        link = metadata.record_reference(kind, info) or target
        return _check_record(link, info, fetch, known, texts=texts)
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return Check(outcome=Outcome.UNKNOWN, reason=error.reason)


def check_all(
    references: Sequence[Reference],
    fetch: Fetch,
    known: Mapping[str, str] | None = None,
    published: Mapping[str, str] | None = None,  # noqa: ARG001 # the Hub compares no commits
) -> Iterator[tuple[Reference, Check]]:
    """Check many in the order given, with at least one request each; yields (reference, check) pairs.

    `known` maps a folded reference to the commit at which the artifact was last read whole. Raises UpstreamStopped.
    """
    for target in references:
        yield target, check(target, fetch, (known or {}).get(target.folded))


def _check_refusal(response: Response) -> Check:
    """The check for a status other than 200.

    The Hub answers 404, or 401 without a code, for what does not exist, and gives other reasons in a header.
    """
    code, message = _read_error(response)
    if code == "GatedRepo" and response.status in (401, 403):
        return Check(outcome=Outcome.PRESENT, reason="gated: its files are not shown", gated=True)
    if (
        code == "DisabledRepo"
        or response.status == 451
        or (response.status == 403 and "disabled" in message.lower())
    ):
        return Check(outcome=Outcome.BLOCKED, reason=message or "disabled by the Hub")
    if response.status == 404 or (response.status == 401 and code in ("", "RepoNotFound")):
        return Check(outcome=Outcome.ABSENT, reason="not found on the Hub: never there, deleted, or private")
    return Check(
        outcome=Outcome.UNKNOWN, reason=f"the Hub answered {response.status}" + (f": {message}" if message else "")
    )


def _read_error(response: Response) -> tuple[str, str]:
    """The code and the message of a refusal, either of them empty where it is missing."""
    message = json_fields.as_line(response.headers.get("x-error-message", "")) or json_fields.as_line(
        json_fields.as_mapping(json_fields.parse_body(response)).get("error")
    )
    return response.headers.get("x-error-code", ""), message


def _check_record(
    link: Reference, info: Mapping[str, Any], fetch: Fetch, known: str | None, *, texts: bool
) -> Check:
    """The check of a present artifact; `link` is its reference as the Hub writes it. Raises UpstreamError."""
    if info.get("disabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by the Hub")
    files = hub_content.listed_paths(info.get("siblings"))
    gated = info["gated"] not in (False, None, "") if "gated" in info else None
    held = hub_content.classify_files(
        link.kind, files, gated=bool(gated), runtime=info.get("runtime"), weights_found=metadata.has_weights(info)
    )
    commit = json_fields.as_text(info.get("sha"))
    check = Check(
        outcome=Outcome.PRESENT,
        reason=held.reason,
        reference=link,
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
    if known is not None and commit == known and link.kind != "space" and held.content is not Content.UNKNOWN:
        return replace(check, licence_checked=check.licence_claimed is not None, unchanged=True)
    return _with_texts(check, link, info, files, fetch) if texts else check


def _with_texts(
    check: Check, link: Reference, info: Mapping[str, Any], files: Sequence[str] | None, fetch: Fetch
) -> Check:
    """`check` with its licence texts and what its card says of the licence, though a tag may state one.

    A missing licence counts as checked only where the card was read, or where there is no card.
    """
    claim = check.licence_claimed
    if files is None or (check.gated and not fetch.has_token(UPSTREAM)):
        return replace(check, licence_checked=claim is not None)
    listed = _licence_paths(link, info, files)
    texts = [LicenceFile(path, text) for path in listed if (text := _text(link, path, fetch)) and text.strip()]
    check = replace(check, licence_files=tuple(texts), licence_checked=claim is not None or bool(texts))
    if metadata.CARD not in files:
        return check if listed or not metadata.states_no_terms(claim) else replace(check, licence_checked=True)
    card = _text(link, metadata.CARD, fetch)
    if card is None:
        return check
    return replace(
        check,
        licence_claimed=claim or metadata.front_matter_licence(card),
        licence_checked=True if metadata.states_no_terms(claim) and not listed else check.licence_checked,
        licence_statements=metadata.card_licence_statements(card),
        papers_named=metadata.card_papers(card),
    )


def _licence_paths(link: Reference, info: Mapping[str, Any], files: Sequence[str]) -> list[str]:
    """The paths of the licence files that are listed, first the one to which the card leads."""
    linked = metadata.linked_licence_path(info, link.key.partition(":")[2])
    first = [linked] if linked and linked in files and linked != metadata.CARD else []
    others = content.find_licence_files([path for path in files if path not in first], MOST_LICENCE_FILES)
    return [*first, *others][:MOST_LICENCE_FILES]


def _text(link: Reference, path: str, fetch: Fetch) -> str | None:
    """The text of a file of the main branch, None where it is gated or does not exist. Raises UpstreamError."""
    response = fetch.get(UPSTREAM, f"{link.url.removeprefix(SITE)}/raw/main/{quote(path)}")
    if response.status == 200:
        return response.body[: 4 * MOST_TEXT].decode("utf-8", "replace").replace("\x00", "")[:MOST_TEXT]
    if response.status in (401, 404) or (response.status == 403 and _read_error(response)[0] == "GatedRepo"):
        return None
    raise UpstreamError(UPSTREAM, f"the Hub answered {response.status} to the request for {path}")


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
