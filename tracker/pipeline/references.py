"""References to stored papers, from the store to the bytes of a file: by id, of a search, of a feed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from tracker.domain.errors import TrackerError
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.publish.bibtex import write_bibtex
from tracker.publish.citations import Citation, build_citation
from tracker.publish.csl import write_csl
from tracker.publish.ris import write_ris
from tracker.store.engine import Store
from tracker.store.items import load_items
from tracker.store.search import find_papers

WRITERS: dict[str, Callable[[Iterable[Citation]], bytes]] = {
    "bib": write_bibtex,
    "ris": write_ris,
    "csl.json": write_csl,
}
"""The formats of references by the ending of their addresses."""
MOST_PAPERS = 500
"""Papers in one file of references."""


def build_references(store: Store, ending: str, arxiv_ids: Sequence[str]) -> bytes | None:
    """The references to these papers, in the order given and each once, without those that are not stored; None where
    none is. Whatever ids are given, it never raises."""
    return _written(store, ending, [f"arxiv:{plain}" for text in arxiv_ids if (plain := parse_arxiv_id(text))])


def build_search_references(store: Store, ending: str, words: str) -> bytes:
    """The references to the papers that a search finds: those of its pages for people; an empty file where it finds
    none."""
    found = find_papers(store, words.encode("utf-8", "ignore").decode().replace("\0", ""), MOST_PAPERS)
    return _written(store, ending, [f"arxiv:{arxiv_id}" for arxiv_id in found]) or WRITERS[ending](())


def list_feed_papers(json_feed: bytes) -> list[str]:
    """The arXiv ids of the papers of a feed, from its form as JSON Feed: ids there end with the work."""
    ids = [str(entry.get("id", "")) for entry in json.loads(json_feed).get("items", [])]
    works = [identifier.partition(":arxiv:")[2].partition(":")[0] for identifier in ids]
    return list(dict.fromkeys(filter(None, works)))


def cite(store: Store, ending: str, arxiv_ids: Sequence[str]) -> bytes:
    """The references to these papers. TrackerError names those that are not stored."""
    plain = [parse_arxiv_id(arxiv_id) for arxiv_id in arxiv_ids]
    works = [f"arxiv:{arxiv_id}" for arxiv_id in plain if arxiv_id]
    stored = {item.arxiv_id for item in load_items(store, works)}
    missing = [given for given, arxiv_id in zip(arxiv_ids, plain, strict=True) if arxiv_id not in stored]
    if missing:
        raise TrackerError(f"{', '.join(missing)}: not in the store; ids are written like 2506.12345.")
    return _written(store, ending, works) or WRITERS[ending](())


def _written(store: Store, ending: str, works: Sequence[str]) -> bytes | None:
    items = load_items(store, works[:MOST_PAPERS])
    citations = [citation for item in items if (citation := build_citation(item))]
    return WRITERS[ending](citations) if citations else None
