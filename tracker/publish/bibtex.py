"""References as BibTeX, for BibTeX and biblatex: text as LaTeX by pylatexenc, entries written by bibtexparser; pure.

The paper is `@misc` with `eprint`, as arXiv itself writes it. Its code is `@software` with the fields of
biblatex-software (`repository`, `license`, `version`, `swhid`), and biblatex prints it with the paper (`related`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from pylatexenc.latexencode import (
    RULE_DICT,
    UnicodeToLatexConversionRule,
    UnicodeToLatexEncoder,
)

from tracker.publish.citation_names import Person
from tracker.publish.citations import Citation, Software

_CAPITALS = re.compile(r"[^\W\d_].*[A-Z]|\d.*[A-Z]")
"""A word with a capital that is not its first letter: styles would set it in lower case."""
_IN_NAMES = re.compile(r"[,{}]|(?:^|\s)and(?:\s|$)", re.IGNORECASE)
"""What separates names or their parts in BibTeX, unless it is in braces."""

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:;!?()/*+=-]")
"""Characters that LaTeX may have another form for. The encoder, which is slow, is asked for each once."""
_SIGNS = {ord('"'): '"', ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}
"""A straight quotation mark has no name in every encoding of fonts. BibTeX counts braces, escaped ones too."""


def write_bibtex(citations: Iterable[Citation]) -> bytes:
    """The references as a BibTeX file in UTF-8; each paper is followed by its code."""
    library = Library()
    for citation in citations:
        library.add(_entry("misc", citation.key, _paper_fields(citation)))
        if citation.software:
            library.add(_entry("software", citation.software.key, _software_fields(citation, citation.software)))
    return write_string(library, unparse_stack=[]).encode(errors="replace")


def encode_latex(text: str) -> str:
    """Plain text as LaTeX. A character that LaTeX has no name for stays as it is, in UTF-8."""
    return _NOT_PLAIN.sub(lambda found: _encode_sign(found[0]), text)


@lru_cache(maxsize=4096)
def _encode_sign(sign: str) -> str:
    latex: str = _encoder().unicode_to_latex(sign)
    return latex


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, _SIGNS), "defaults"],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )


def _paper_fields(citation: Citation) -> dict[str, str]:
    return {
        "title": _title(citation.title),
        "author": _authors(citation.authors),
        **_date(citation),
        "eprint": citation.arxiv_id,
        "archiveprefix": "arXiv",
        "primaryclass": encode_latex(citation.category),
        "doi": citation.doi,
        "url": citation.url,
        "related": citation.software.key if citation.software else "",
        "abstract": encode_latex(citation.abstract),
    }


def _software_fields(citation: Citation, software: Software) -> dict[str, str]:
    terms = [f"License: {software.licence}." if software.licence else "", f"Code of arXiv:{citation.arxiv_id}."]
    return {
        "title": _title(software.title),
        "author": _authors(citation.authors),
        **_date(citation),
        "url": _address(software.url),
        "repository": _address(software.url),
        "license": encode_latex(software.licence),
        "version": software.commit,
        "swhid": _address(software.swhid),
        "note": encode_latex(" ".join(filter(None, terms))),
    }


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> Entry:
    return Entry(kind, key, [Field(name, f"{{{value}}}") for name, value in fields.items() if value])


def _title(text: str) -> str:
    words = text.split()
    return " ".join(f"{{{encode_latex(word)}}}" if _CAPITALS.match(word) else encode_latex(word) for word in words)


def _authors(authors: Iterable[Person]) -> str:
    return " and ".join(filter(None, map(_author, authors)))


def _author(person: Person) -> str:
    if person.whole:
        return f"{{{encode_latex(person.family)}}}"
    family = " ".join(filter(None, (_part(person.particle), _part(person.family))))
    return ", ".join(filter(None, (family, _part(person.suffix), _part(person.given))))


def _part(text: str) -> str:
    return f"{{{encode_latex(text)}}}" if _IN_NAMES.search(text) else encode_latex(text)


def _date(citation: Citation) -> dict[str, str]:
    if citation.date is None:
        return {}
    return {"year": f"{citation.date:%Y}", "month": str(citation.date.month)}


def _address(url: str) -> str:
    """An address as it is, as `\\url` sets it: without the characters that would end the field."""
    return url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
