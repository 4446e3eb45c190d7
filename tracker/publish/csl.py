"""References as CSL-JSON (citationstyles.org, schema 1.0.2), which Zotero, pandoc and citeproc read; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tracker.publish.citation_names import Person
from tracker.publish.citations import Citation, Software


def write_csl(citations: Iterable[Citation]) -> bytes:
    """The references as a CSL-JSON array in UTF-8; each paper is followed by its code."""
    entries = []
    for citation in citations:
        entries.append(_paper(citation))
        if citation.software:
            entries.append(_software(citation, citation.software))
    return json.dumps(entries, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"


def _paper(citation: Citation) -> dict[str, Any]:
    software = citation.software
    return _without_empty(
        {
            "id": citation.key,
            "type": "article",
            "title": citation.title,
            "author": [_name(person) for person in citation.authors],
            "issued": _date(citation),
            "abstract": citation.abstract,
            "publisher": "arXiv",
            "number": f"arXiv:{citation.arxiv_id}",
            "DOI": citation.doi,
            "URL": citation.url,
            "references": f"Code: {software.url}" if software else "",
        }
    )


def _software(citation: Citation, software: Software) -> dict[str, Any]:
    notes = {"license": software.licence, "swhid": software.swhid, "code-of": f"arXiv:{citation.arxiv_id}"}
    known = {name: value for name, value in notes.items() if value}
    return _without_empty(
        {
            "id": software.key,
            "type": "software",
            "title": software.title,
            "author": [_name(person) for person in citation.authors],
            "issued": _date(citation),
            "version": software.commit,
            "URL": software.url,
            # CSL has no variable for them; Zotero keeps lines of this form as its field "Extra".
            "note": "\n".join(f"{name}: {value}" for name, value in known.items()),
            "custom": known,
        }
    )


def _name(person: Person) -> dict[str, str]:
    if person.whole:
        return {"literal": person.family}
    return _without_empty(
        {
            "family": person.family,
            "given": person.given,
            "non-dropping-particle": person.particle,
            "suffix": person.suffix,
        }
    )


def _date(citation: Citation) -> dict[str, Any] | None:
    date = citation.date
    return {"date-parts": [[date.year, date.month, date.day]]} if date else None


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
