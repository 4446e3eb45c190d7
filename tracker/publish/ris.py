"""References as RIS (Research Information Systems, the format that every reference manager imports); pure."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.publish.citations import Citation, Software

Lines = list[tuple[str, str]]


def write_ris(citations: Iterable[Citation]) -> bytes:
    """The references as RIS in UTF-8: the paper as UNPB (unpublished), followed by its code as COMP."""
    records = []
    for citation in citations:
        records.append(_paper(citation))
        if citation.software:
            records.append(_software(citation, citation.software))
    return "".join(
        "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in record if value.strip())
        + "ER  - \r\n\r\n"
        for record in records
    ).encode(errors="replace")


def _paper(citation: Citation) -> Lines:
    return [
        ("TY", "UNPB"),
        ("ID", citation.key),
        ("TI", citation.title),
        *_authors_and_date(citation),
        ("AB", citation.abstract),
        ("DO", citation.doi),
        ("UR", citation.url),
        ("M1", f"arXiv:{citation.arxiv_id}"),
        ("PB", "arXiv"),
        ("N1", f"Code: {citation.software.url}" if citation.software else ""),
    ]


def _software(citation: Citation, software: Software) -> Lines:
    return [
        ("TY", "COMP"),
        ("ID", software.key),
        ("TI", software.title),
        *_authors_and_date(citation),
        ("UR", software.url),
        ("ET", software.commit),
        ("AN", software.swhid),
        ("N1", f"License: {software.licence}" if software.licence else ""),
        ("N1", f"Code of arXiv:{citation.arxiv_id}"),
    ]


def _authors_and_date(citation: Citation) -> Lines:
    date = citation.date
    return [
        *(("AU", person.family if person.whole else person.sorted) for person in citation.authors),
        ("PY", f"{date:%Y}" if date else ""),
        ("DA", f"{date:%Y/%m/%d}" if date else ""),
    ]
