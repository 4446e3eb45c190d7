"""What the commands and environments of LaTeX and of common styles mean for the places of links."""

from __future__ import annotations

from tracker.domain.terms import Place

# Commands whose argument is an address; `\doi` and `\href` are special.
ADDRESSES = frozenset({"url", "nolinkurl", "path", "burl", "doi", "seeurl"})
DEFINERS = frozenset({"newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "def", "gdef", "edef", "xdef"})  # fmt: skip
_FOOTNOTES = frozenset({"footnote", "footnotetext", "blfootnote", "tablefootnote", "icmlfootnote", "marginpar"})
_FRONT = frozenset({"title", "author", "affiliation", "affil", "institute", "thanks", "address", "titlenote", "authornote", "icmltitle", "icmlaffiliation"})  # fmt: skip
# Commands that only shape their argument.
SHAPES = frozenset({"textbf", "textit", "emph", "textsc", "textrm", "textsf", "text", "mbox", "hbox", "underline", "textsuperscript", "textnormal"})  # fmt: skip
VERBATIM = frozenset({"verbatim", "Verbatim", "lstlisting", "minted"})
# Entries of BibTeX, whose braces open a bibliography.
ENTRIES = frozenset({"article", "inproceedings", "misc", "book", "online", "software", "techreport", "phdthesis", "incollection", "conference", "manual", "unpublished", "dataset", "electronic", "www"})  # fmt: skip
PLACE_OF = (
    dict.fromkeys(_FOOTNOTES, Place.FOOTNOTE)
    | dict.fromkeys(_FRONT, Place.TITLE_FOOTNOTE)
    | {"caption": Place.CAPTION, "captionof": Place.CAPTION, "subcaption": Place.CAPTION, "abstract": Place.ABSTRACT}
)  # fmt: skip
ENVIRONMENTS = {"abstract": Place.ABSTRACT, "thebibliography": Place.BIBLIOGRAPHY, "frontmatter": None}
"""Environments with a place; None where the place stays what it is."""
