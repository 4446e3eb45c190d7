"""arXiv ids as people paste them: bare, with a version, as arXiv's citation, in an address, or in a whole text; pure."""

from __future__ import annotations

import re
from urllib.parse import unquote

LONGEST = 500
"""Characters of a text in which an id is looked for; no address that people paste is longer."""
_ID = re.compile(
    r"(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d{1,3})?"
    r"|(?P<archive>[a-z]{1,10}(?:-[a-z]{1,10})?)(?:\.[a-z]{2})?/(?P<old>\d{2}(?:0[1-9]|1[0-2])\d{3})(?:v\d{1,3})?",
    re.ASCII | re.IGNORECASE,
)
"""Both forms of info.arxiv.org/help/arxiv_identifier, with the version and the subject class that people add."""
_CITATION = re.compile(
    r"(?:arxiv\s?[:.]?\s?)?([^\s\[\]]{9,40})(?:\s{0,3}\[[\w.-]{1,20}\].{0,60})?", re.IGNORECASE | re.ASCII
)
"""An id as arXiv writes it: `arXiv:2103.00020v1 [cs.CV] 26 Feb 2021`."""
_ROUTES = frozenset(
    {"abs", "pdf", "html", "src", "e-print", "format", "ps", "paper", "papers", "arxiv", "overview", "10.48550"}
)
"""What precedes an id in an address: at arXiv and its mirrors, at doi.org, on the Hub, on pages of this program."""
_SUFFIXES = (".pdf", ".html", ".bib", ".json")
_AROUND = " \t\r\n<>()[]{}\"'`,;."

_WITHIN = re.compile(
    r"(?<![0-9])(?<![0-9]\.)(?<![A-Za-z-])"
    r"([0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z][a-z-]{1,11}(?:\.[A-Z]{2})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3})"
    r"(?:v[0-9]{1,3})?(?![0-9A-Za-z_])(?!\.[0-9])"
)


def find_arxiv_ids(text: str) -> list[str]:
    """All ids in a text, such as a BibTeX file or a list, in order and each once. In time linear in the text,
    whose length the caller bounds: a library of a few thousand papers with abstracts has several megabytes."""
    found = (parse_plain_id(match[1]) for match in _WITHIN.finditer(text))
    return list(dict.fromkeys(filter(None, found)))


def parse_arxiv_id(text: str) -> str | None:
    """The arXiv id that a text names, without version; None where it is neither an id nor the address of a paper."""
    text = text[:LONGEST].strip(_AROUND)
    citation = _CITATION.fullmatch(text)
    return (parse_plain_id(citation[1]) if citation else None) or _id_of_address(text)


def parse_plain_id(text: str) -> str | None:
    """The arXiv id that a text is, without version and subject class; None where it is none."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    return found["new"] or f"{found['archive'].lower()}/{found['old']}"


def _id_of_address(text: str) -> str | None:
    address = re.split(r"[?#]", text.partition("://")[2] or text)[0]
    segments = [segment for segment in unquote(address).split("/") if segment]
    if not segments:
        return None
    for suffix in _SUFFIXES:
        segments[-1] = segments[-1].removesuffix(suffix)
    for count in (1, 2):
        route = segments[-count - 1] if len(segments) > count else ""
        last = re.sub(r"^arxiv[.:]", "", "/".join(segments[-count:]), flags=re.IGNORECASE)
        if (found := parse_plain_id(last)) and route.lower() in _ROUTES:
            return found
    return None
