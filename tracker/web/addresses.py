"""The addresses of the site that are not those of files: their forms, and which part of a query means something."""

from __future__ import annotations

import re
from functools import lru_cache

from starlette.types import Scope

from tracker.domain.feeds import FEED_SUFFIXES

MAIN_FEEDS = frozenset(f"feed{suffix}" for suffix in FEED_SUFFIXES)
"""Feeds that a query composes."""
SEARCH = "search"
FEEDS = "feeds"
"""The page of feeds; a query of the form on it composes one."""
ARCHIVE = "archive"
"""The page of the archive; a query of its form selects papers."""
PAPER = re.compile(r"((?:[0-9]{4}\.[0-9]{4,5})|(?:[a-z-]{2,20}(?:\.[A-Z]{2})?/[0-9]{7}))(v[0-9]{1,3})?")
"""An arXiv id, with or without a version."""
FEED_OF_PAPER = re.compile(rf"[^?]+(?:{'|'.join(map(re.escape, sorted(FEED_SUFFIXES)))})")
_TRACKING = re.compile(r"utm_|mc_|fbclid$|gclid$|dclid$|gbraid$|wbraid$|msclkid$|yclid$|twclid$|igshid$|mkt_tok$|_hs|ref$|ref_(?:src|url)$",
                       re.IGNORECASE)  # fmt: skip
"""Parameters that mailers, advertisers and social networks add. They name nothing here."""


def meaningful_query(scope: Scope) -> str:
    """A request's query without what only says where the reader came from."""
    query: bytes = scope["query_string"]
    return _without_tracking(query.decode("latin-1")) if query else ""


@lru_cache(maxsize=256)
def _without_tracking(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _TRACKING.match(part.partition("=")[0]))
