"""The TeX of a paper from arXiv's source file: unpacked in memory, and put together from the files that it uses.

arXiv serves a gzipped tar, one gzipped file, or a PDF (info.arxiv.org/help/unpack: the bytes tell, not the
name). Anything in it may be hostile: sizes are bounded while unpacking, names are only ever keys of a mapping,
links and devices are passed over, archives within are not opened, and nothing is written to disk.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import re
import zlib
from collections.abc import Iterator
from typing import Literal

from tracker.harvest import tex_source

MOST_UNPACKED = 128 * 1024 * 1024
"""Bytes read from one archive, figures included …"""
MOST_KEPT = 16 * 1024 * 1024
"""… and bytes of text kept of them."""
MOST_FILE = 8 * 1024 * 1024
MOST_MEMBERS = 20_000
TEXT_SUFFIXES = frozenset(
    {"", ".tex", ".ltx", ".latex", ".bbl", ".txt", ".inc", ".tikz", ".json", ".yaml", ".xxx"}
)
"""Of the members that are kept; the last three only as arXiv's 00README."""
GzipEnd = Literal["whole", "cut", "endless"]
_BLOCK = 512
_CHUNK = 1 << 20
_SLICE = 1 << 16
_GZIP = b"\x1f\x8b"
_PDF = b"%PDF-"
_TEX_SIGN = re.compile(
    r"\\(?:documentclass|documentstyle|begin|section|chapter|input|include|magnification|centerline|title|font|def|end|bye)\b"
)
_PAX_PATH = re.compile(rb"\d{1,9} path=([^\n]{1,1000})\n")


def extract_tex(body: bytes) -> str:
    """The paper's TeX from an e-print file: its main file with all that it inputs in place, comments left out.

    Takes a tar or a single file, gzipped or plain; of a damaged one what is whole. Empty when there is no TeX in it.
    Never raises, whatever the bytes.
    """
    stream = _Stream(body)
    head = stream.peek(_BLOCK)
    if _PDF in head:
        return ""
    if _is_header(head):
        return tex_source.assemble_tex(dict(_texts(stream)))
    text = decode_text(stream.read(MOST_KEPT))
    is_tex = "\0" not in text and not text[:200].lstrip().startswith("<") and _TEX_SIGN.search(text)
    return tex_source.assemble_tex({"main.tex": text}) if is_tex else ""


def extract_pdf(body: bytes) -> bytes:
    """The PDF that an e-print file is, plain or gzipped; empty when it is none."""
    stream = _Stream(body)
    return stream.read(MOST_UNPACKED) if _PDF in stream.peek(_BLOCK) else b""


def is_source(body: bytes) -> bool:
    """Whether the bytes are packed as arXiv packs a source, with or without TeX in it."""
    return body.startswith(_GZIP) or _PDF in body[:_BLOCK] or _is_header(body[:_BLOCK])


def gzip_end(body: bytes) -> GzipEnd:
    """How a gzipped file ends: `whole`, with the length and check sum of its packer (RFC 1952, 2.3.1); `cut`; or
    `endless`, not within MOST_UNPACKED. A plain file says nothing of its end and counts as whole."""
    if not body.startswith(_GZIP):
        return "whole"
    left = MOST_UNPACKED
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        try:
            while chunk := packed.read(min(_CHUNK, left)):
                left -= len(chunk)
                if left <= 0:
                    return "endless"
        except (EOFError, OSError, zlib.error):
            return "cut"
    return "whole"


def decode_text(body: bytes) -> str:
    """Bytes as text: UTF-8 where they are, else latin-1, which takes any."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _texts(stream: _Stream) -> Iterator[tuple[str, str]]:
    kept = 0
    for name, size in _members(stream):
        if not _is_wanted(name) or size > MOST_FILE:
            continue
        content = stream.read(size)
        kept += size
        # A member that ends early is the last of a damaged archive.
        if len(content) < size or kept > MOST_KEPT:
            return
        if b"\0" not in content[:4096]:
            yield name, decode_text(content)


def _is_wanted(name: str) -> bool:
    if not name or name.startswith(("/", "..")):
        return False
    suffix = posixpath.splitext(name)[1].lower()
    if suffix in (".json", ".yaml", ".xxx"):
        return name.lower().startswith("00readme")
    return suffix in TEXT_SUFFIXES


def _members(stream: _Stream) -> Iterator[tuple[str, int]]:
    """(name, size) of each regular file of a tar (POSIX.1-2017, pax: ustar interchange format), the stream at its
    first byte; what the reader leaves of it is passed over."""
    named = b""
    for _ in range(MOST_MEMBERS):
        header = stream.read(_BLOCK)
        if not _is_header(header):
            return
        size, kind = _number(header[124:136]), header[156:157]
        end = stream.position + size + -size % _BLOCK
        if kind in (b"L", b"x"):
            # The next member's long name, as GNU tar or pax write it.
            extra = stream.read(min(size, 65_536))
            path = _PAX_PATH.search(extra)
            named = extra.rstrip(b"\0") if kind == b"L" else path[1] if path else named
        elif kind != b"g":
            prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
            name = named or prefix + (b"/" if prefix else b"") + header[:100].split(b"\0", 1)[0]
            named = b""
            if kind in (b"0", b"\0", b"7"):
                yield posixpath.normpath(decode_text(name[:1000])), size
        if not stream.skip_to(end):
            return


def _is_header(block: bytes) -> bool:
    """Whether a block is a tar header, by its check sum."""
    if len(block) < _BLOCK or not block[0]:
        return False
    total = sum(block[:148]) + sum(block[156:_BLOCK]) + 8 * 32
    return _number(block[148:156]) == total


def _number(digits: bytes) -> int:
    """An octal number of a tar header; -1, or for GNU's sizes above 8 GB a large one, when it is none."""
    text = digits.split(b"\0", 1)[0].strip()
    try:
        return int(text or b"0", 8) if re.fullmatch(rb"[0-7]*", text) else MOST_UNPACKED
    except ValueError:
        return MOST_UNPACKED


class _Stream:
    """Bytes, gunzipped as they are read if they are gzipped; never more than MOST_UNPACKED of them."""

    def __init__(self, body: bytes) -> None:
        self._chunks = _gunzipped(body) if body.startswith(_GZIP) else iter((body,))
        self._ready = b""
        self._at = 0
        self.position = 0

    def peek(self, size: int) -> bytes:
        """The next bytes (at most `size`), which stay to be read."""
        parts, there = [self._ready[self._at :]], len(self._ready) - self._at
        while there < size and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            there += len(chunk)
        if len(parts) > 1:
            self._ready, self._at = b"".join(parts), 0
        return self._ready[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than `size` only at the end."""
        found = self.peek(size)
        self._at += len(found)
        self.position += len(found)
        return found

    def skip_to(self, position: int) -> bool:
        """Go forward to a position; False when the bytes end before."""
        while self.position < position:
            if not self.read(min(_CHUNK, position - self.position)):
                return False
        return True


def _gunzipped(body: bytes) -> Iterator[bytes]:
    """The content of a gzip file of one or more members, as far as it is whole and within bounds."""
    left = MOST_UNPACKED
    member, start = zlib.decompressobj(wbits=31), 0
    while start < len(body) and left > 0:
        data = body[start : start + _SLICE]
        start += len(data)
        while data and left > 0:
            try:
                chunk = member.decompress(data, min(_CHUNK, left))
            except zlib.error:
                return
            left -= len(chunk)
            if chunk:
                yield chunk
            data = member.unconsumed_tail
            if member.eof:
                data, member = member.unused_data, zlib.decompressobj(wbits=31)
