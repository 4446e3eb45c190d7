"""The Hub as a source of links: its lists of the newest repositories, and its records of papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Fetch
from tracker.hosts import json_fields
from tracker.hosts.huggingface import metadata
from tracker.hosts.huggingface.metadata import PLURALS, UPSTREAM

MOST_LINKED = 1_000
"""Artifacts of one kind that are read from the record of one paper."""
_NEXT_PAGE = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?next\"?")
_LINKED = {"linkedModels": "model", "linkedDatasets": "dataset", "linkedSpaces": "space"}

RECORD_SENTENCES = {
    "githubRepo": "The Hugging Face Hub's record of this paper names it as the paper's repository.",
    "githubRepo (user)": "The Hugging Face Hub's record of this paper names it as the paper's repository; a user entered it.",
    "githubRepo (auto)": "The Hugging Face Hub's record of this paper names it as the paper's repository; found automatically.",
    "projectPage": "The Hugging Face Hub's record of this paper names it as the paper's page.",
}
"""The sentence that says what a paper's record states, by the `how` of `PaperRecord.links`."""


@dataclass(frozen=True, slots=True)
class HubListing:
    """A repository of the Hub as a list shows it. Its card cites `papers`, which need not be its own."""

    reference: Reference
    papers: tuple[str, ...]
    """arXiv ids in its tags."""
    created_at: datetime | None
    """None where the list does not say, as in a paper's record."""
    derived_from: tuple[str, ...] = ()
    """The names of the artifacts from which it was made, as the Hub writes them."""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """The Hub's record of one paper.

    `links` are the links that the record states as the paper's own, as (url, how): `how` is `githubRepo`, followed by
    ` (user)` or ` (auto)` where the Hub says who added it, or `projectPage`. The artifacts of `listed` only cite the
    paper.
    """

    links: tuple[tuple[str, str], ...]
    listed: tuple[HubListing, ...]


def read_record(arxiv_id: str, fetch: Fetch) -> PaperRecord | None:
    """The Hub's record of a paper (`arxiv_id` without version), None where the Hub has none.

    Raises UpstreamStopped and UpstreamError.
    """
    response = fetch.get(UPSTREAM, f"/api/papers/{quote(arxiv_id, safe='')}")
    if response.status == 404:
        return None
    record = json_fields.parse_body(response)
    if response.status != 200 or not isinstance(record, dict):
        raise UpstreamError(
            UPSTREAM, f"the record of paper {arxiv_id} could not be read (status {response.status})"
        )
    links = []
    repository, page = (
        json_fields.as_text(record.get("githubRepo")),
        json_fields.as_text(record.get("projectPage")),
    )
    if repository:
        by = json_fields.as_text(record.get("githubRepoAddedBy"))
        links.append((repository, f"githubRepo ({by})" if by in ("user", "auto") else "githubRepo"))
    if page:
        links.append((page, "projectPage"))
    return PaperRecord(tuple(links), tuple(_linked(arxiv_id, record)))


def _linked(arxiv_id: str, record: Mapping[str, Any]) -> Iterator[HubListing]:
    for field, kind in _LINKED.items():
        for entry in json_fields.as_list(record.get(field))[:MOST_LINKED]:
            info = json_fields.as_mapping(entry)
            if reference := metadata.record_reference(kind, info):
                papers = tuple(dict.fromkeys((arxiv_id, *metadata.tagged_papers(info))))
                yield HubListing(reference, papers, metadata.creation_time(info), metadata.list_bases(info))


def list_newest(kind: str, since: datetime, fetch: Fetch, pages: int) -> Iterator[list[HubListing]]:
    """The newest `models`, `datasets` or `spaces`, newest first and page by page, with the papers that their tags name.

    Ends at the first one created before `since` (aware), or after `pages` pages. Raises UpstreamStopped and
    UpstreamError.
    """
    params = {"sort": "createdAt", "direction": "-1", "limit": "1000", "full": "true"}
    for _ in range(pages):
        response = fetch.get(UPSTREAM, f"/api/{kind}", params=params)
        listed = json_fields.parse_body(response)
        if response.status != 200 or not isinstance(listed, list):
            raise UpstreamError(UPSTREAM, f"the list of {kind} could not be read (status {response.status})")
        page = [entry for record in listed if (entry := _listed(PLURALS[kind], json_fields.as_mapping(record)))]
        yield [entry for entry, created in page if created >= since]
        following = _next(response.headers.get("link", ""))
        if following is None or not page or page[-1][1] < since:
            return
        params = {**params, **following}


def _listed(kind: str, info: Mapping[str, Any]) -> tuple[HubListing, datetime] | None:
    reference, created = metadata.record_reference(kind, info), metadata.creation_time(info)
    if reference is None or created is None:
        return None
    return HubListing(reference, metadata.tagged_papers(info), created, metadata.list_bases(info)), created


def _next(link: str) -> dict[str, str] | None:
    """The query parameters of the next page from a Link header (RFC 8288), None on the last page. Raises UpstreamError."""
    match = _NEXT_PAGE.search(link[:10_000])
    try:
        return dict(parse_qsl(urlsplit(match[1]).query)) if match else None
    except ValueError:
        raise UpstreamError(UPSTREAM, "the address of the next page cannot be read") from None
