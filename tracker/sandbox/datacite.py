"""DataCite's API: `/dois` with the records of arXiv's DOIs, registered hours after the announcement.

Source: support.datacite.org (`/docs/api-queries`, `/docs/pagination`), and the dates and subjects of arXiv's records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.papers import Papers, WorldPaper
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc, json_response

UPSTREAM = "datacite"
REGISTERED_AFTER = timedelta(hours=6)
TWISTS = frozenset({"late"})
"""`late`: half of the papers are not registered yet."""
_QUERY = re.compile(r"registered:\[(\S{20}) TO (\S{20})\]", re.ASCII)


def respond(request: SandboxRequest, known: Papers, twist: str = "") -> SandboxResponse:
    """The response to a query by the time of registration; cursors count records."""
    if not request.param("query"):
        return json_response({"data": [], "meta": {"total": len(known.versions)}, "links": {}})
    wanted = _QUERY.fullmatch(request.param("query"))
    if wanted is None or request.param("prefix") != "10.48550":
        return json_response({"errors": [{"status": "400", "title": "The query is not known here."}]}, 400)
    since, until = (datetime.fromisoformat(moment) for moment in wanted.groups())
    found = [_record(paper) for paper in _registered(known, since, min(until, request.now))]
    found = found[: len(found) // 2] if twist == "late" else found
    size, start = int(request.param("page[size]", "25")), int(request.param("page[cursor]", "1")) - 1
    rows, links = found[start : start + size], {}
    if start + size < len(found):
        links["next"] = f"{request.base}?{urlencode([('page[cursor]', start + size + 1), ('page[size]', size)])}"
    return json_response({"data": rows, "meta": {"total": len(found)}, "links": links})


def _registered(known: Papers, since: datetime, until: datetime) -> Iterator[WorldPaper]:
    for versions in known.versions.values():
        first = versions[min(versions)]
        at = papers.evening(papers.announcement_day(first)) + REGISTERED_AFTER
        if since <= at <= until and UPSTREAM not in first.hidden_from:
            yield first.listed_at(until)


def _record(paper: WorldPaper) -> dict[str, Any]:
    doi, submitted = f"10.48550/arxiv.{paper.arxiv_id}", format_utc(paper.updated)
    dates = [
        {"date": submitted, "dateType": "Submitted", "dateInformation": "v1"},
        {"date": submitted[:7], "dateType": "Available", "dateInformation": "v1"},
    ]
    subjects = [
        *({"subject": f"A category ({name})", "subjectScheme": "arXiv"} for name in paper.categories),
        {
            "subject": "FOS: Computer and information sciences",
            "schemeUri": "http://www.oecd.org/science/inno/38235147.pdf",
        },
    ]
    return {"id": doi, "type": "dois", "attributes": {"doi": doi, "dates": dates, "subjects": subjects}}
