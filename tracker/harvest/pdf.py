"""Reads the text of a PDF with the addresses of its links, by PDFium in a child process.

The library ends its process when memory runs out, and nothing bounds the time that a damaged page takes. So a child
process reads, with bounds on memory and time, and writes each page as soon as it is read; what it wrote counts. This
file is run as that child's program, so it imports nothing of the package.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

MOST_PAGES = 200
MOST_TEXT = 8 * 1024 * 1024
"""Characters of a document that are read …"""
MOST_PAGE = 200_000
"""… and characters of a page."""
MOST_LINKS = 1_000
"""Link annotations of a page that are read."""
MOST_ADDRESS = 2_000
READ_SECONDS = 5.0
"""Seconds after which the child begins no further page …"""
KILL_SECONDS = 7.0
"""… and seconds after which it is killed."""
MEMORY_BYTES = 1024 * 1024 * 1024
"""The most address space of the child."""
_BATCH = 20_000
_BREAK = "\x02"
"""PDFium's character for a hyphen at the end of a line."""
_LEADS = ("https://www.", "http://www.", "https://", "http://", "www.")
_LONGEST_LEAD = 12
_CONTROL = re.compile(r"[\x00-\x1f\x7f\s<>\"]")
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0x2DC: "~", 0x223C: "~", 0x2217: "*",
              0xA0: " ", 0xAD: "", 0: "", 0xFFFE: "-", 13: ""}  # fmt: skip
_SAME = re.compile(r"[\s\x02_-]")

Box = tuple[float, float, float, float]
"""(left, bottom, right, top) in points from the lower left corner of the page."""


def extract_text(body: bytes) -> str:
    """The text of a PDF's pages, with a blank line after each; of a damaged PDF, what can be read. Never raises.

    An address of a link that is not written in the text is added after the words that the link covers, as
    ` <address> `. Where it is written, but broken by spaces or the end of a line, it replaces the broken form.
    """
    if b"%PDF-" not in body[:1024]:
        return ""
    try:
        child = subprocess.run(  # noqa: S603  this file, run by the same Python
            [sys.executable, "-P", __file__], input=body, capture_output=True, timeout=KILL_SECONDS, check=False
        )
        output = child.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    except OSError:
        return ""
    return output.decode("utf-8", "replace")[:MOST_TEXT]


def read_pages(body: bytes, now: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """The text of each page, read by PDFium in this process; no page of a damaged PDF. `now` returns seconds."""
    import pypdfium2  # noqa: PLC0415  only the child needs it
    from pypdfium2 import raw  # noqa: PLC0415  only the child needs it

    until, left = now() + READ_SECONDS, MOST_TEXT
    try:
        document = pypdfium2.PdfDocument(body)
        count = min(len(document), MOST_PAGES)
    except pypdfium2.PdfiumError:
        return
    for number in range(count):
        if left <= 0 or now() > until:
            return
        try:
            page = document[number]
            words = page.get_textpage()
            text = _page_text(raw, document.raw, page.raw, words.raw)
        except pypdfium2.PdfiumError:
            continue
        left -= len(text)
        yield text
        page.close()


def _page_text(raw: Any, document: Any, page: Any, words: Any) -> str:
    count = max(0, min(raw.FPDFText_CountChars(words), MOST_PAGE))
    letters = [_letter(raw.FPDFText_GetUnicode(words, place)) for place in range(count)]
    links = list(_links(raw, document, page))
    if links:
        boxes = _centres(raw, words, count)
        covered = [(address, under[0], under[-1]) for address, box in links if (under := _under(boxes, box))]
        letters = insert_addresses(letters, covered)
    return "".join(letters).replace(_BREAK, "-\n")


def _letter(code: int) -> str:
    if code in _LIGATURES:
        return _LIGATURES[code]
    # A lone surrogate cannot be written as UTF-8.
    return "\ufffd" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)


def _links(raw: Any, document: Any, page: Any) -> Iterator[tuple[str, Box]]:
    """(address, box) of each web link; a link over several lines has a box for each line."""
    import ctypes  # noqa: PLC0415  only the child needs it

    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
            return
        address = _address(raw, document, link)
        if not address:
            continue
        quads = max(0, min(raw.FPDFLink_CountQuadPoints(link), 50))
        quad, rect = raw.FS_QUADPOINTSF(), raw.FS_RECTF()
        boxes = 0
        for index in range(quads):
            if raw.FPDFLink_GetQuadPoints(link, index, ctypes.byref(quad)):
                boxes += 1
                yield address, _box((quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4))
        if not boxes and raw.FPDFLink_GetAnnotRect(link, ctypes.byref(rect)):
            yield address, _box((rect.left, rect.right), (rect.bottom, rect.top))


def _box(xs: Sequence[float], ys: Sequence[float]) -> Box:
    return min(xs), min(ys), max(xs), max(ys)


def _address(raw: Any, document: Any, link: Any) -> str:
    """The http(s) address of a link's action, empty where it has none."""
    import ctypes  # noqa: PLC0415  only the child needs it

    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    size = raw.FPDFAction_GetURIPath(document, action, None, 0)
    if not 0 < size <= MOST_ADDRESS:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document, action, buffer, size)
    address = _CONTROL.sub("", buffer.value.decode("utf-8", "replace"))
    return address if _WEB.match(address) else ""


def _centres(raw: Any, words: Any, count: int) -> list[tuple[float, float, int]]:
    """(y, x, place) of the centre of each letter, sorted from the bottom of the page."""
    import ctypes  # noqa: PLC0415  only the child needs it

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = [ctypes.byref(edge) for edge in (left, right, bottom, top)]
    centres = [
        ((bottom.value + top.value) / 2, (left.value + right.value) / 2, place)
        for place in range(count)
        if raw.FPDFText_GetCharBox(words, place, *pointers)
    ]
    centres.sort()
    return centres


def _under(centres: Sequence[tuple[float, float, int]], box: Box) -> list[int]:
    """The places of the letters whose centre is in a box, in the order of the text."""
    left, bottom, right, top = box
    first, last = bisect_left(centres, (bottom,)), bisect_right(centres, (top, float("inf"), 0))
    return sorted(place for _, x, place in centres[first : min(last, first + _BATCH)] if left <= x <= right)


def insert_addresses(letters: Sequence[str], links: Sequence[tuple[str, int, int]]) -> list[str]:
    """The letters of a page with the addresses of its links, given as (address, first place, last place).

    Pure. The returned list has the same length; an inserted address is part of one of its places.
    """
    out = list(letters)
    done: dict[str, int] = {}
    squeezed = _Squeezed(letters)
    ordered = sorted(links, key=lambda link: (link[1], link[2]))
    for address, group in groupby(ordered, key=lambda link: link[0]):
        ends = [(first, last) for _, first, last in group]
        for number, (first, last) in enumerate(ends):
            if first <= done.get(address, -1):
                continue  # the box of the next line of a link that is done
            written = squeezed.find(address, first, last)
            if written is not None:
                _repair(out, letters, address, *written)
                done[address] = written[1]
                continue
            # The link goes on in the next line; the address is added after its last one.
            following = ends[number + 1] if number + 1 < len(ends) else None
            if following and not "".join(letters[last + 1 : following[0]]).strip(" \n" + _BREAK):
                continue
            end = _word_end(letters, last)
            out[end] += f" <{address}> "
            done[address] = end
    return out


def _word_end(letters: Sequence[str], place: int) -> int:
    """The last place of the word at `place`, because a box may end within a word."""
    while place + 1 < len(letters) and letters[place].isalnum() and letters[place + 1].isalnum():
        place += 1
    return place


def _repair(out: list[str], letters: Sequence[str], address: str, first: int, last: int) -> None:
    """Replace the broken form of an address by the address; an unbroken form stays."""
    written = "".join(letters[first : last + 1])
    if address.lower().rstrip("/").endswith(written.lower()):
        return
    out[first : last + 1] = [f"<{address}>", *[""] * (last - first)]


class _Squeezed:
    """A page's letters without those that typesetting adds or loses, and the place of each."""

    def __init__(self, letters: Sequence[str]) -> None:
        placed = [(part, place) for place, letter in enumerate(letters) for part in _squeeze(letter)]
        self._text = "".join(part for part, _ in placed)
        self._places = [place for _, place in placed]

    def find(self, address: str, first: int, last: int) -> tuple[int, int] | None:
        """The first and last place of the address, as it is written over or around the places of its link."""
        bare = _squeeze(address[_SCHEME.match(address).end() :].rstrip("/"))  # type: ignore[union-attr]  # it matches anything
        if len(bare) < 4:
            return None
        begin, end = bisect_left(self._places, first), bisect_right(self._places, last)
        at = self._text.find(bare, max(0, begin - len(bare)))
        while 0 <= at < end + _LONGEST_LEAD:
            lead = next((lead for lead in _LEADS if self._text.endswith(lead, 0, at)), "")
            if at - len(lead) < end and at + len(bare) > begin:
                return self._places[at - len(lead)], self._places[at + len(bare) - 1]
            at = self._text.find(bare, at + 1)
        return None


def _squeeze(text: str) -> str:
    """`text` in lower case, without white space, hyphens and underscores, which typesetting adds or loses."""
    return _SAME.sub("", text).lower()


def _bound_process() -> None:
    """Bound the memory of this process, where the system can do so."""
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # the system's own bound is lower, or it knows no bound
            resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read a PDF from standard input and write its text to standard output, page by page."""
    _bound_process()
    for page in read_pages(sys.stdin.buffer.read()):
        sys.stdout.buffer.write(page.encode("utf-8", "replace") + b"\n\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
