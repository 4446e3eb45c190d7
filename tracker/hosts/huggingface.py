"""Hugging Face: models, datasets, Spaces, collections and owners; and the Hub as a source of links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tracker.domain import Check, Content, Fact, Outcome, Reference
from tracker.errors import UpstreamError, UpstreamStopped
from tracker.hosts import content, fields
from tracker.hosts.base import Host, parts
from tracker.protocols import Fetch, Response

UPSTREAM = "huggingface"
SITE = "https://huggingface.co"
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
# Kind by the plural of the Hub's addresses; models stand at the root of the site.
PLURALS = {"models": "model", "datasets": "dataset", "spaces": "space"}
# Tabs of a profile, which stand where a model's name would.
_TABS = frozenset(
    {"activity", "buckets", "collections", "datasets", "followers", "following", "models", "papers", "spaces"}
)
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
_ARXIV_TAG = re.compile(r"arxiv:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII)
_NEXT_PAGE = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?next\"?")
_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,255}", re.ASCII)

RECORD_SAYS = {
    "githubRepo": "The Hugging Face Hub's record of this paper names it as the paper's repository.",
    "githubRepo (user)": "The Hugging Face Hub's record of this paper names it as the paper's repository; a user entered it.",
    "githubRepo (auto)": "The Hugging Face Hub's record of this paper names it as the paper's repository; found automatically.",
    "projectPage": "The Hugging Face Hub's record of this paper names it as the paper's page.",
}
"""What a paper's record says, in words, by the `how` of `paper_record`."""


def match(url: str) -> Reference | None:
    """The artifact or namespace that `url` names, deep links included; None for the Hub's own pages."""
    found = parts(url)
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


def reference(kind: str, name: str) -> Reference:
    """The reference of a `model`, `dataset` or `space` by its `NS/NAME`."""
    folder = {"model": "", "dataset": "datasets/", "space": "spaces/"}[kind]
    return Reference(f"hf-{kind}:{name}", "huggingface", kind, f"{SITE}/{folder}{name}")


def _artifact(kind: str, segments: tuple[str, ...]) -> Reference | None:
    parts = [found.group() for segment in segments[:2] if (found := _SEGMENT.match(segment))]
    if kind == "dataset" and len(segments) == 1 and parts:
        # Datasets from before namespaces, such as /datasets/squad; the Hub redirects them.
        return reference(kind, parts[0])
    if len(parts) < 2 or parts[0] != segments[0]:
        return None
    return reference(kind, f"{parts[0]}/{parts[1].removesuffix('.git')}")


def _collection(segments: tuple[str, ...]) -> Reference | None:
    if len(segments) < 2 or not _SEGMENT.fullmatch(segments[0]) or not _COLLECTION.fullmatch(segments[1]):
        return None
    path = f"{segments[0]}/{segments[1]}"
    return Reference(f"hf-collection:{path}", "huggingface", "collection", f"{SITE}/collections/{path}")


def _owner(name: str) -> Reference | None:
    if not _SEGMENT.fullmatch(name):
        return None
    return Reference(f"hf-org:{name}", "huggingface", "organisation", f"{SITE}/{name}")


def check(target: Reference, fetch: Fetch) -> Check:
    """What is there under one reference. Raises UpstreamStopped when the Hub may not be asked now."""
    scheme, _, name = target.key.partition(":")
    kind = scheme.removeprefix("hf-")
    if kind not in PLURALS.values():
        return Check(outcome=Outcome.UNKNOWN, reason="owners and collections are not looked at")
    if not all(_SEGMENT.fullmatch(segment) for segment in name.split("/")):
        return Check(outcome=Outcome.ABSENT, reason="no name that the Hub allows")
    try:
        answer = fetch.get(UPSTREAM, f"/api/{kind}s/{name}")
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        return Check(outcome=Outcome.UNKNOWN, reason=error.reason)
    if answer.status != 200:
        return _refused(answer)
    info = fields.mapping(fields.document(answer))
    if not info:
        return Check(outcome=Outcome.UNKNOWN, reason="the Hub's answer about it cannot be read")
    return _check(kind, info)


def check_all(
    references: Sequence[Reference], fetch: Fetch, known: Mapping[str, str] | None = None
) -> Iterator[tuple[Reference, Check]]:
    """Check many, one request each, in the order given; raises UpstreamStopped like `check`."""
    for target in references:
        yield target, check(target, fetch)


def _refused(answer: Response) -> Check:
    """The Hub answers 404 or a bare 401 for what does not exist, and names its other reasons in a header."""
    code = answer.headers.get("x-error-code", "")
    said = fields.words(answer.headers.get("x-error-message", "")) or fields.words(
        fields.mapping(fields.document(answer)).get("error")
    )
    if code == "GatedRepo" and answer.status in (401, 403):
        return Check(outcome=Outcome.PRESENT, reason="gated: its files are not shown", gated=True)
    if code == "DisabledRepo" or answer.status == 451 or (answer.status == 403 and "disabled" in said.lower()):
        return Check(outcome=Outcome.BLOCKED, reason=said or "disabled by the Hub")
    if answer.status == 404 or (answer.status == 401 and code in ("", "RepoNotFound")):
        return Check(outcome=Outcome.ABSENT, reason="not found on the Hub: never there, deleted, or private")
    return Check(
        outcome=Outcome.UNKNOWN, reason=f"the Hub answered {answer.status}" + (f": {said}" if said else "")
    )


def _check(kind: str, info: Mapping[str, Any]) -> Check:
    if info.get("disabled") is True:
        return Check(outcome=Outcome.BLOCKED, reason="disabled by the Hub")
    name = fields.text(info.get("id")) or fields.text(info.get("modelId"))
    files = info.get("siblings")
    word, holds = _content(kind, files)
    return Check(
        outcome=Outcome.PRESENT,
        reason="" if word is not Content.UNKNOWN else "the Hub did not list its files",
        reference=reference(kind, name) if name else None,
        host_id=fields.text(info.get("_id")),
        content=word,
        holds=holds,
        licence_claimed=_licence(info),
        licence_looked=True,
        gated=info["gated"] not in (False, None, "") if "gated" in info else None,
        created_at=fields.moment(info.get("createdAt")),
        pushed_at=fields.moment(info.get("lastModified")),
        commit=fields.text(info.get("sha")),
    )


def _content(kind: str, files: object) -> tuple[Content, tuple[Fact, ...]]:
    if not isinstance(files, list):
        return Content.UNKNOWN, ()
    names = [name for file in files if (name := fields.text(fields.mapping(file).get("rfilename")))]
    return content.classify_hub(kind, names)


def _licence(info: Mapping[str, Any]) -> str | None:
    """The card's licence id, else the tag's; `other:NAME` where `other` comes with a name."""
    card = fields.mapping(info.get("cardData"))
    stated = card.get("license")
    first = fields.text(stated[0]) if isinstance(stated, list) and stated else fields.text(stated)
    tags = (tag for tag in fields.items(info.get("tags")) if isinstance(tag, str))
    tagged = next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), None)
    licence = first or fields.text(tagged)
    if licence == "other":
        # The prefix stays: a name that the authors chose is no licence id, though it may look like one.
        name = fields.text(card.get("license_name"))
        return f"other:{name}" if name else licence
    return licence


def paper_record(arxiv_id: str, fetch: Fetch) -> list[tuple[str, str]] | None:
    """The links of the Hub's record of a paper as (url, how), None where the Hub has no record of it.

    `how` is `githubRepo`, followed by ` (user)` or ` (auto)` where the Hub says who added it, or `projectPage`.
    Raises UpstreamStopped and UpstreamError.
    """
    answer = fetch.get(UPSTREAM, f"/api/papers/{quote(arxiv_id, safe='')}")
    if answer.status == 404:
        return None
    record = fields.document(answer)
    if answer.status != 200 or not isinstance(record, dict):
        raise UpstreamError(UPSTREAM, f"the record of paper {arxiv_id} could not be read (status {answer.status})")
    links = []
    repository, page = fields.text(record.get("githubRepo")), fields.text(record.get("projectPage"))
    if repository:
        by = fields.text(record.get("githubRepoAddedBy"))
        links.append((repository, f"githubRepo ({by})" if by in ("user", "auto") else "githubRepo"))
    if page:
        links.append((page, "projectPage"))
    return links


Listed = tuple[Reference, tuple[str, ...], datetime]


def newest(kind: str, since: datetime, fetch: Fetch, pages: int) -> Iterator[list[Listed]]:
    """The newest `models`, `datasets` or `spaces`, page by page, each as (reference, arXiv ids in its tags, created).

    Ends with what was created before `since`, or after `pages` pages. A tag says only that the card links the
    paper. Raises UpstreamStopped and UpstreamError.
    """
    params = {"sort": "createdAt", "direction": "-1", "limit": "1000", "full": "true"}
    for _ in range(pages):
        answer = fetch.get(UPSTREAM, f"/api/{kind}", params=params)
        listed = fields.document(answer)
        if answer.status != 200 or not isinstance(listed, list):
            raise UpstreamError(UPSTREAM, f"the list of {kind} could not be read (status {answer.status})")
        page = [entry for each in listed if (entry := _listed(PLURALS[kind], fields.mapping(each)))]
        yield [entry for entry in page if entry[2] >= since]
        following = _next(answer.headers.get("link", ""))
        if following is None or not page or page[-1][2] < since:
            return
        params = {**params, **following}


def _listed(kind: str, info: Mapping[str, Any]) -> Listed | None:
    name = fields.text(info.get("id")) or fields.text(info.get("modelId"))
    created = fields.moment(info.get("createdAt"))
    if name is None or created is None:
        return None
    tags = (tag for tag in fields.items(info.get("tags")) if isinstance(tag, str))
    papers = (_ARXIV_TAG.fullmatch(tag) for tag in tags)
    return reference(kind, name), tuple(dict.fromkeys(found[1] for found in papers if found)), created


def _next(link: str) -> dict[str, str] | None:
    """The parameters of the next page (RFC 8288); its path is the same."""
    found = _NEXT_PAGE.search(link[:10_000])
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None


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
