"""Checks whether a response of arXiv's API is really the page of results that was asked for; pure.

The arxiv library accepts an HTML page, an empty body and a truncated feed as results. arXiv has sent all of them with
status 200, and also error feeds, wrongly empty pages and unsorted ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from tracker.harvest import announcements

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ID = re.compile(
    r"https?://(?:export\.)?arxiv\.org/abs/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/\d{7})(?:v(\d{1,3}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ApiPage:
    """A valid page: the window's total, the ids on the page (without version), and whether they are sorted."""

    total: int
    ids: tuple[str, ...]
    ordered: bool


def parse_entry_id(entry_id: str) -> tuple[str, int] | None:
    """(id without version, version) from the address of an entry, None where it is not an arXiv id."""
    match = _ID.fullmatch(entry_id.strip())
    return (match[1], int(match[2] or 1)) if match else None


def parse_page(body: bytes, start: int, size: int) -> ApiPage | str:
    """The page that begins at `start` and was asked to hold `size` entries; else a clause that says what is wrong."""
    if not body.strip():
        return "an empty response"
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, recover=False))
    except (etree.LxmlError, ValueError, LookupError):
        return "a response that is not complete XML"
    if root.getroottree().docinfo.internalDTD is not None:
        # It may declare entities, and the library parses the response once more with its own parser.
        return "a response with a document type, which Atom does not have"
    if root.tag != f"{_ATOM}feed":
        return "a response that is not a feed"
    entries = root.findall(f"{_ATOM}entry")
    for entry in entries:
        if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):
            return f"an error: {' '.join((entry.findtext(f'{_ATOM}summary') or '').split())[:200]}"
    total = (root.findtext(f"{_OPENSEARCH}totalResults") or "").strip()
    if not re.fullmatch(r"\d{1,9}", total, re.ASCII):
        return "a feed without a total"
    expected = max(0, min(size, int(total) - start))
    if len(entries) != expected:
        return f"a page of {len(entries)} entries where {expected} of {total} were due"
    return _page(int(total), entries)


def _page(total: int, entries: list[etree._Element]) -> ApiPage | str:
    ids: list[str] = []
    times: list[datetime] = []
    for entry in entries:
        entry_id = parse_entry_id(entry.findtext(f"{_ATOM}id") or "")
        published, updated = (_moment(entry.findtext(f"{_ATOM}{name}")) for name in ("published", "updated"))
        if entry_id is None or published is None or updated is None:
            return "an entry without id or dates"
        ids.append(entry_id[0])
        times.append(published)
    if len(set(ids)) != len(ids):
        return "a page that holds a paper twice"
    return ApiPage(total, tuple(ids), times == sorted(times))


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
        if moment.year not in announcements.YEARS:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
