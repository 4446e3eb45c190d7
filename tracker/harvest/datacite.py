"""DataCite's record of arXiv's DOIs: which papers were registered, read where the API and OAI-PMH are both down.

arXiv registers a DOI for every paper, hours after its announcement (info.arxiv.org/help/doi), and DataCite lists the newest
version alone. So it is a check of other lists, and never the text of record: nothing but ids, first times of submission and
categories is read. Source: support.datacite.org (`/docs/api-queries`, `/docs/pagination`): cursors, sparse fieldsets, dates
in the query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tracker.domain.errors import UpstreamError
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.domain.protocols import Fetch
from tracker.harvest.announcements import YEARS
from tracker.harvest.arxiv_text import CATEGORY

UPSTREAM = "datacite"
LATE = timedelta(hours=8)
"""How long after an announcement its papers are taken to be registered. An earlier reading would only be incomplete."""
PAGE, MOST_PAGES = 500, 20
"""Records of a page and pages of a reading: 10,000 papers are more than arXiv announces in three days."""
_DOI = re.compile(r"10\.48550/arxiv\.(\S{9,40})", re.ASCII | re.IGNORECASE)
_SUBJECT = re.compile(r"[^()]{0,100}\(([A-Za-z.-]{2,40})\)")
"""`Machine Learning (cs.LG)`; other subjects are those of the OECD (`FOS: …`)."""


def read_registered(
    fetch: Fetch, since: datetime, until: datetime, categories: Collection[str]
) -> dict[str, datetime]:
    """The papers in these categories that were registered from `since` to `until`, with their first times of submission.

    Raises UpstreamStopped, and UpstreamError where the list did not come whole.
    """
    found: dict[str, datetime] = {}
    records, cursor = 0, "1"
    for _ in range(MOST_PAGES):
        page = _read_page(fetch, since, until, cursor)
        rows = page.get("data")
        total = page["meta"].get("total") if isinstance(page.get("meta"), dict) else None
        if not isinstance(rows, list) or not isinstance(total, int):
            raise UpstreamError(UPSTREAM, "a response that is not a list of DOIs")
        records += len(rows)
        for row in rows:
            arxiv_id, submitted, subjects = _parse_record(row)
            if not subjects.isdisjoint(categories):
                found[arxiv_id] = submitted
        if records >= total or not rows:
            if records != total:
                raise UpstreamError(UPSTREAM, f"it lists {records} of {total} DOIs")
            return found
        cursor = _next_cursor(page)
    raise UpstreamError(UPSTREAM, f"more than {MOST_PAGES} pages")


def _read_page(fetch: Fetch, since: datetime, until: datetime, cursor: str) -> dict[str, Any]:
    parameters = {
        "prefix": "10.48550",
        "query": f"registered:[{since:%Y-%m-%dT%H:%M:%SZ} TO {until:%Y-%m-%dT%H:%M:%SZ}]",
        "fields[dois]": "doi,dates,subjects",
        "page[size]": str(PAGE),
        "page[cursor]": cursor,
    }
    response = fetch.get(UPSTREAM, "", params=parameters)
    if response.status != 200:
        raise UpstreamError(UPSTREAM, f"a response with status {response.status}")
    try:
        page = json.loads(response.body)
    except (ValueError, RecursionError):
        raise UpstreamError(UPSTREAM, "a response that is not JSON") from None
    return page if isinstance(page, dict) else {}


def _next_cursor(page: Mapping[str, Any]) -> str:
    """The cursor of the address of the next page; the address itself, a stranger's, is not followed."""
    links = page.get("links")
    address = links.get("next") if isinstance(links, dict) else None
    try:
        cursors = parse_qs(urlsplit(address).query).get("page[cursor]") if isinstance(address, str) else None
    except ValueError:
        cursors = None
    if not cursors or len(cursors[0]) > 500:
        raise UpstreamError(UPSTREAM, "a list that ends without its last page")
    return cursors[0]


def _parse_record(row: Any) -> tuple[str, datetime, frozenset[str]]:
    """The arXiv id, the first time of submission and the categories of a record. UpstreamError where one is missing."""
    attributes = row.get("attributes") if isinstance(row, dict) else None
    known = attributes if isinstance(attributes, dict) else {}
    doi = _DOI.fullmatch(str(known.get("doi"))[:60])
    arxiv_id = parse_arxiv_id(doi[1]) if doi else None
    submitted = _first_submission(_mappings(known.get("dates")))
    if arxiv_id is None or submitted is None:
        raise UpstreamError(UPSTREAM, f"a record that cannot be read{f' (of {arxiv_id})' if arxiv_id else ''}")
    subjects = (_SUBJECT.fullmatch(str(entry.get("subject"))[:200]) for entry in _mappings(known.get("subjects")))
    return arxiv_id, submitted, frozenset(found[1] for found in subjects if found and CATEGORY.fullmatch(found[1]))


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value[:200] if isinstance(entry, dict)] if isinstance(value, list) else []


def _first_submission(dates: Collection[Mapping[str, Any]]) -> datetime | None:
    """The date that is called `Submitted` and of version 1, else the earliest that is called so."""
    submitted = [entry for entry in dates if entry.get("dateType") == "Submitted"]
    first = [entry for entry in submitted if entry.get("dateInformation") == "v1"]
    times = [time for entry in first or submitted if (time := _parse_time(entry.get("date"))) is not None]
    return min(times, default=None)


def _parse_time(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    # A day without a time says nothing of the window of submissions.
    return moment.astimezone(UTC) if moment.tzinfo and moment.year in YEARS else None
