"""What the classes of LaTeXML's HTML, and a few of other pages, mean for the places of links.

Class names are those of LaTeXML's own schema and style sheets (dlmf.nist.gov/LaTeXML).
"""

from __future__ import annotations

from tracker.domain.terms import Place

_HIDDEN_CLASSES_TEXT = """ltx_note_mark ltx_note_type ltx_tag_note ltx_TOC ltx_page_header ltx_page_footer ltx_page_logo
    ltx_page_navbar ltx_pagination ltx_rdf navbar-dropdown package-alerts ltx_ERROR"""
_HIDDEN_CLASSES = frozenset(_HIDDEN_CLASSES_TEXT.split())
_FRONT_TEXT = """ltx_authors ltx_author_notes ltx_creator ltx_contact ltx_title_document ltx_role_thanks
    ltx_role_affiliationtext ltx_role_institutetext ltx_role_frontmatter ltx_dates ltx_classification"""
# An element has the place of the first set that shares a word with its classes.
_PLACES = (
    (frozenset({"ltx_bibliography", "ltx_biblist", "ltx_bibitem", "references", "bibliography", "csl-bib-body"}),
     Place.BIBLIOGRAPHY),
    (frozenset(_FRONT_TEXT.split()), Place.TITLE_FOOTNOTE),
    (frozenset({"ltx_note", "footnote", "footnotes"}), Place.FOOTNOTE),
    (frozenset({"ltx_caption"}), Place.CAPTION),
    (frozenset({"ltx_abstract"}), Place.ABSTRACT),
)  # fmt: skip
SECTIONS = frozenset({"ltx_section", "ltx_chapter", "ltx_part", "ltx_appendix"})
Meaning = tuple[Place | None, bool, bool]
"""(place, whether hidden, whether a section) of an element."""
NOTHING: Meaning = (None, False, False)


def read_classes(classes: str) -> Meaning:
    """What the value of a `class` attribute means; NOTHING where it means nothing here."""
    words = frozenset(classes.split())
    place = next((place for names, place in _PLACES if words & names), None)
    return place, bool(words & _HIDDEN_CLASSES), bool(words & SECTIONS)
