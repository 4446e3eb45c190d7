"""Reads the full text of a paper from arXiv's files, the cheapest first: HTML, else the TeX source, else the PDF.

arXiv's responses for a missing file follow the templates of its site (arXiv/arxiv-browse, templates/dissemination): 404
for a paper without HTML or source and for a withdrawn one, 403 where the source is not public, 500 where a PDF cannot be
made. The source is asked for at /src/ID: /e-print/ID has been a permanent redirect there since June 2026, and each hop
costs a paced request (arXiv/arxiv-browse, pull request 988).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import FullText
from tracker.domain.protocols import Fetch, Response
from tracker.domain.terms import Source
from tracker.harvest import pdf, tex_archive

UPSTREAM = "arxiv_site"
LEAST_LETTERS = 1_000
"""A page with fewer characters of text than this is a notice, not a paper."""
LEAST_PDF_LETTERS = 200
"""A PDF with fewer characters of text than this holds only pictures of its pages."""
_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?", re.ASCII)
_NO_PAPER = re.compile(
    rb"HTML is not available for the source|No HTML for ['\"&]|Conversion to HTML had a Fatal error|File unavailable for ",
    re.IGNORECASE,
)
_NO_FILES = re.compile(rb"<h1>[^<]{0,200}(?:File unavailable for |No document for |withdrawn)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(?:script|style)\b[^<>]{0,2000}>[^<]{0,200000}", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_OPENS, _CLOSES = re.compile(rb"<html[\s>]", re.IGNORECASE), re.compile(rb"</html\s*>", re.IGNORECASE)
_HEAD_BYTES = 400_000
_NOTICE_BYTES = 20_000
_END_BYTES = 4_096
"""Within so many bytes of its end, a complete page has `</html>` and a complete PDF `%%EOF` (ISO 32000-1, 7.5.5)."""

_FORMS = (Source.HTML, Source.TEX, Source.PDF)

ReadOutcome = Literal["read", "absent"]


@dataclass(frozen=True, slots=True)
class FullTextResult:
    """What was read of one paper. `reason` says in words why `text` is None; `requests` is how many were made."""

    text: FullText | None
    reason: str
    outcome: ReadOutcome
    requests: int
    absent: tuple[Source, ...] = ()
    """The forms that arXiv reported not to have, or that hold no text."""


class UnreadableTextError(UpstreamError):
    """No file could be read, and one of them gave no usable response; `absent` as in `FullTextResult`."""

    def __init__(self, reason: str, absent: tuple[Source, ...]) -> None:
        super().__init__(UPSTREAM, reason)
        self.absent = absent


@dataclass(frozen=True, slots=True)
class Miss:
    """Why one file gave no text.

    `known` says that arXiv itself reported that there is no such file, and not that something unexpected came; `final`
    that the other files need not be asked for.
    """

    reason: str
    known: bool = True
    final: bool = False


def read_full_text(fetch: Fetch, arxiv_id: str, absent: Collection[Source] = ()) -> FullTextResult:
    """The text of a paper (`arxiv_id` with or without a version; without one, its newest), in at most three requests.

    `absent` are forms that arXiv is known not to have; they are not requested. The outcome `absent` means that arXiv has
    no such file, or that none of its files holds text. Raises UpstreamStopped where arXiv may not be asked now, and
    UnreadableTextError where no file could be read and one of them gave no usable response: then the text is unknown, not
    absent.
    """
    if not _ID.fullmatch(arxiv_id):
        return FullTextResult(None, "it is not an arXiv id", "absent", 0, _FORMS)
    requests, reasons, missing = 0, list[str](), list[Source]()
    unknown = ""
    for source, path, read in (
        (Source.HTML, "html", _html),
        (Source.TEX, "src", _source),
        (Source.PDF, "pdf", _pdf),
    ):
        if source in absent:
            continue
        requests += 1
        try:
            result = read(fetch.get(UPSTREAM, f"/{path}/{arxiv_id}"))
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            # This file is too large, damaged or cannot be had now; the next one may do.
            unknown = unknown or f"/{path}: {error.reason}"
            continue
        if isinstance(result, FullText):
            return FullTextResult(result, "", "read", requests, tuple(missing))
        reasons.append(result.reason)
        if not result.known:
            unknown = unknown or f"/{path}: {result.reason}"
        elif result.final and not unknown:
            missing += [form for form in _FORMS if form not in missing]
        else:
            missing.append(source)
        if result.final:
            break
    if unknown:
        raise UnreadableTextError(unknown, tuple(missing))
    return FullTextResult(None, "; ".join(reasons), "absent", requests, tuple(missing))


def _html(response: Response) -> FullText | Miss:
    missing = _missing(response, "HTML")
    if missing is not None:
        return missing
    if _NO_PAPER.search(response.body[:_NOTICE_BYTES]):
        return Miss("no HTML")
    text = tex_archive.decode_text(response.body)
    if b"\0" in response.body[:_END_BYTES] or not _is_long(text):
        return Miss("something else instead of a page", known=False)
    if _OPENS.search(response.body[:_NOTICE_BYTES]) and not _CLOSES.search(response.body[-_END_BYTES:]):
        return Miss("its HTML is cut off", known=False)
    return FullText(Source.HTML, "html", text)


def _source(response: Response) -> FullText | Miss:
    missing = _missing(response, "source")
    if missing is not None:
        return missing
    return read_source(response.body)


def read_source(body: bytes, troubles: list[str] | None = None) -> FullText | Miss:
    """The text of a source file as arXiv serves it: a tar or a single file, gzipped or not, or a PDF.

    What the file holds that no paper needs, such as a name that leads out of it, is added to `troubles` as a clause.
    """
    end = tex_archive.gzip_end(body)
    if end == "cut":
        return Miss("its source is cut off", known=False)
    if end == "endless" and troubles is not None:
        troubles.append(f"unpacks to more than {tex_archive.MOST_UNPACKED:,} bytes; the rest is not read")
    text = tex_archive.extract_tex(body, troubles)
    if text.strip():
        return FullText(Source.TEX, "tex", text)
    document = tex_archive.extract_pdf(body)
    if document:
        # The source is the PDF itself; /pdf would return the same file.
        return _pdf_text(document, final=True)
    if tex_archive.is_source(body):
        return Miss("its source has no TeX", known=end == "whole")
    return Miss("something else instead of a source", known=False)


def _pdf(response: Response) -> FullText | Miss:
    missing = _missing(response, "PDF")
    if missing is not None:
        return missing
    return read_pdf(response.body)


def read_pdf(body: bytes) -> FullText | Miss:
    """The text of a PDF as arXiv serves it."""
    if b"%PDF-" not in body[:1024]:
        return Miss("something else instead of a PDF", known=False)
    return _pdf_text(body)


def _pdf_text(document: bytes, *, final: bool = False) -> FullText | Miss:
    if b"%%EOF" not in document[-_END_BYTES:]:
        return Miss("its PDF is cut off", known=False)
    text = pdf.extract_text(document)
    if len(text.strip()) < LEAST_PDF_LETTERS:
        return Miss("its PDF has no readable text", final=final)
    return FullText(Source.PDF, "pdf-text", text)


def _missing(response: Response, what: str) -> Miss | None:
    """Why there is no such file, None where there is one."""
    if response.status == 200:
        return None
    if response.status == 403:
        return Miss(f"its {what} is not public")
    if response.status not in (404, 410):
        return Miss(f"it answered {response.status}", known=False)
    if _NO_FILES.search(response.body[:_HEAD_BYTES]):
        return Miss("arXiv has no files of it: it is withdrawn or never existed", final=True)
    return Miss(f"no {what}")


def _is_long(page: str) -> bool:
    """Whether a page shows as much text as a paper would."""
    start = max(0, page.find("<body"))
    shown = _TAG.sub(" ", _UNSEEN.sub("", page[start : start + _HEAD_BYTES]))
    return len(" ".join(shown.split())) >= LEAST_LETTERS
