"""Reads the TeX of a paper from arXiv's source file: unpacks it in memory and assembles the files that the paper uses.

arXiv serves a gzipped tar, one gzipped file, or a PDF; which of them is known by the bytes, not by the name
(info.arxiv.org/help/unpack). Anything in it may be hostile: sizes are bounded while unpacking, names are only keys of a
mapping, links and devices are skipped, archives within are not opened, and nothing is written to disk.
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
"""Bytes that are read from one archive, figures included …"""
MOST_KEPT = 16 * 1024 * 1024
"""… and bytes of text that are kept of them."""
MOST_FILE = 8 * 1024 * 1024
MOST_MEMBERS = 20_000
MOST_TROUBLES = 5
"""Names of one archive that are named."""
TEXT_SUFFIXES = frozenset(
    {"", ".tex", ".ltx", ".latex", ".bbl", ".txt", ".inc", ".tikz", ".json", ".yaml", ".xxx"}
)
"""Suffixes of the members that are kept; the last three only for arXiv's 00README."""
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


def extract_tex(body: bytes, troubles: list[str] | None = None) -> str:
    """The paper's TeX from a source file: its main file with all its inputs in place and without comments.

    `body` is a tar or a single file, gzipped or plain; of a damaged one, the whole members count. Empty where there is
    no TeX in it. Members whose names lead out of the archive are skipped, and named in `troubles`. Never raises, whatever
    the bytes.
    """
    stream = _Stream(body)
    head = stream.peek(_BLOCK)
    if _PDF in head:
        return ""
    if _is_header(head):
        return tex_source.assemble_tex(dict(_texts(stream, troubles)))
    text = decode_text(stream.read(MOST_KEPT))
    is_tex = "\0" not in text and not text[:200].lstrip().startswith("<") and _TEX_SIGN.search(text)
    return tex_source.assemble_tex({"main.tex": text}) if is_tex else ""


def extract_pdf(body: bytes) -> bytes:
    """The PDF in a source file that is a PDF, plain or gzipped; empty for any other file."""
    stream = _Stream(body)
    return stream.read(MOST_UNPACKED) if _PDF in stream.peek(_BLOCK) else b""


def is_source(body: bytes) -> bool:
    """Whether the bytes have a format in which arXiv serves a source, with or without TeX in it."""
    return body.startswith(_GZIP) or _PDF in body[:_BLOCK] or _is_header(body[:_BLOCK])


def gzip_end(body: bytes) -> GzipEnd:
    """How a gzipped file ends.

    `whole`: with a valid length and checksum (RFC 1952, 2.3.1); `cut`: without them; `endless`: not within
    MOST_UNPACKED bytes. A plain file has no such mark and counts as whole.
    """
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
    """Bytes as text: UTF-8 where they are valid UTF-8, else Latin-1, which accepts any bytes."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _texts(stream: _Stream, troubles: list[str] | None) -> Iterator[tuple[str, str]]:
    kept = 0
    for name, size in _members(stream):
        if troubles is not None and name.startswith(("/", "../")) and len(troubles) < MOST_TROUBLES:
            shown = "".join(
                letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:200]
            )
            troubles.append(f"holds {shown}, which leads out of it; skipped")
        if not _is_wanted(name) or size > MOST_FILE:
            continue
        content = stream.read(size)
        kept += size
        # A member that ends early is the last one of a damaged archive.
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
    """(name, size) of each regular file of a tar (POSIX.1-2017, pax: ustar interchange format).

    When a pair is yielded, the stream is at the first byte of that file; what the caller does not read is skipped.
    """
    long_name = b""
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
            long_name = extra.rstrip(b"\0") if kind == b"L" else path[1] if path else long_name
        elif kind != b"g":
            prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
            name = long_name or prefix + (b"/" if prefix else b"") + header[:100].split(b"\0", 1)[0]
            long_name = b""
            if kind in (b"0", b"\0", b"7"):
                yield posixpath.normpath(decode_text(name[:1000])), size
        if not stream.skip_to(end):
            return


def _is_header(block: bytes) -> bool:
    """Whether a block is a tar header, by its checksum."""
    if len(block) < _BLOCK or not block[0]:
        return False
    total = sum(block[:148]) + sum(block[156:_BLOCK]) + 8 * 32
    return _number(block[148:156]) == total


def _number(digits: bytes) -> int:
    """An octal number of a tar header; MOST_UNPACKED for any other form, such as GNU's sizes above 8 GB."""
    text = digits.split(b"\0", 1)[0].strip()
    try:
        return int(text or b"0", 8) if re.fullmatch(rb"[0-7]*", text) else MOST_UNPACKED
    except ValueError:
        return MOST_UNPACKED


class _Stream:
    """A stream of bytes that decompresses gzip while it is read; never more than MOST_UNPACKED bytes."""

    def __init__(self, body: bytes) -> None:
        self._chunks = _gunzipped(body) if body.startswith(_GZIP) else iter((body,))
        self._ready = b""
        self._at = 0
        self.position = 0

    def peek(self, size: int) -> bytes:
        """The next bytes (at most `size`) without reading past them."""
        parts, available = [self._ready[self._at :]], len(self._ready) - self._at
        while available < size and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            available += len(chunk)
        if len(parts) > 1:
            self._ready, self._at = b"".join(parts), 0
        return self._ready[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than `size` only at the end of the stream."""
        chunk = self.peek(size)
        self._at += len(chunk)
        self.position += len(chunk)
        return chunk

    def skip_to(self, position: int) -> bool:
        """Move forward to a position; False where the stream ends before it."""
        while self.position < position:
            if not self.read(min(_CHUNK, position - self.position)):
                return False
        return True


def _gunzipped(body: bytes) -> Iterator[bytes]:
    """The content of a gzip file of one or more members, as far as it is valid and within MOST_UNPACKED."""
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
