"""Feeds of saved papers: `feed.xml?paper=ID,ID`, with what happened to each of them; pure.

There are no accounts: the list is in the address, and in nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from tracker.domain.feeds import GONE_FEED, PROMISE_KEPT_FEED, Channel
from tracker.domain.items import Item
from tracker.domain.paper_ids import find_arxiv_ids, parse_arxiv_id
from tracker.domain.terms import Fact
from tracker.publish.feed_query import FeedQueryError
from tracker.publish.feed_window import newest_items
from tracker.publish.page import render_page
from tracker.settings import Settings

KEY = "paper"
MOST_PAPERS = 200
"""Papers of one feed; a longer list is split."""
LONGEST_QUERY = 3_800
"""Characters of one feed's query."""
SAME_TIME = timedelta(hours=1)
"""What is found of one paper within this time is one item: code that opens keeps a promise as well."""
_ORDER = (Fact.WEIGHTS.value, Fact.DATA.value, Fact.DEMO.value, PROMISE_KEPT_FEED)


def is_saved_query(query: str) -> bool:
    """Whether a raw query asks for a feed of saved papers."""
    return query.startswith(f"{KEY}=") or f"&{KEY}=" in query


def parse_saved(query: str) -> tuple[str, ...]:
    """The papers that a raw query names, sorted and each once. Raises FeedQueryError."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise FeedQueryError("The address has too many parameters.") from None
    if other := next((name for name, _ in pairs if name != KEY), None):
        raise FeedQueryError(f"A feed of saved papers takes no other filter, such as {other[:40]!r}.")
    ids: dict[str, None] = {}
    for text in (part for _, value in pairs for part in value.split(",") if part.strip()):
        arxiv_id = parse_arxiv_id(text)
        if arxiv_id is None:
            raise FeedQueryError(f"{text[:40]!r} is not an arXiv id; one is written like 2607.01234.")
        ids[arxiv_id] = None
    if not ids:
        raise FeedQueryError("No paper is named: feed.xml?paper=2607.01234,2607.01235")
    if len(ids) > MOST_PAPERS:
        raise FeedQueryError(f"A feed has at most {MOST_PAPERS} papers; split the list.")
    return tuple(sorted(ids))


def saved_query(arxiv_ids: Sequence[str]) -> str:
    """The one query of these papers, which are sorted."""
    return f"{KEY}={','.join(arxiv_ids)}"


def saved_queries(text: str) -> list[str]:
    """The queries of the feeds of all papers that a text names, such as a BibTeX file or a list of ids: as few as hold
    them."""
    queries: list[str] = []
    chunk: list[str] = []
    for arxiv_id in sorted(find_arxiv_ids(text)):
        if chunk and (len(chunk) == MOST_PAPERS or len(saved_query([*chunk, arxiv_id])) > LONGEST_QUERY):
            queries.append(saved_query(chunk))
            chunk = []
        chunk.append(arxiv_id)
    return [*queries, saved_query(chunk)] if chunk else queries


def saved_channel(
    arxiv_ids: Sequence[str], main: Sequence[Item], entered: Mapping[str, Sequence[Item]], settings: Settings
) -> Channel:
    """The feed of these papers: an item when the code of one opens, weights, data or a demo appear, a promise is kept,
    or something is gone. Items of the main feed keep their name; others end with what happened."""
    wanted = set(arxiv_ids)
    items = [item for item in main if item.arxiv_id in wanted]
    for name in _ORDER:
        for item in _of(entered.get(name, ()), wanted):
            if not _is_reported(item, items):
                items.append(item if item.event else replace(item, event=name))
    items += _of(entered.get(GONE_FEED, ()), wanted)
    count = f"{len(arxiv_ids)} saved papers" if len(arxiv_ids) > 1 else "1 saved paper"
    return Channel(
        name=f"?{saved_query(arxiv_ids)}",
        title=f"{settings.feed.title}: {count}",
        description=f"What happens to {count}: code, weights, data and demos that open, promises that are kept, and what is gone.",
        items=tuple(newest_items(items, settings.feed)),
        page="saved",
    )


def render_saved(settings: Settings, text: str | None) -> bytes:
    """The page that makes feeds of a pasted text; the form alone where `text` is None."""
    queries = saved_queries(text or "")
    return render_page(
        "saved.html",
        settings,
        address=settings.public_url.rstrip("/"),
        queries=queries,
        count=sum(query.count(",") + 1 for query in queries),
        asked=text is not None,
    )


def _of(items: Iterable[Item], wanted: set[str]) -> list[Item]:
    return [item for item in items if item.arxiv_id in wanted]


def _is_reported(item: Item, items: Sequence[Item]) -> bool:
    """Whether another item of the paper says it already, at about the same time."""
    return any(
        other.work == item.work and _distance(other.entered_at, item.entered_at) <= SAME_TIME for other in items
    )


def _distance(first: datetime | None, second: datetime | None) -> timedelta:
    return abs(first - second) if first and second else timedelta(0)
