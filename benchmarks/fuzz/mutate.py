"""Inputs made of seeds: the same seeds and the same number give the same inputs, on every Python.

Bytes are changed where they stand (flips, cuts, repeats, splices), XML and text token by token, JSON as a tree, so
that most of what is made still parses and reaches the code behind the parser.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from typing import Any

MOST_BYTES = 3_000
"""The most bytes of an input; one input in RARE_LONG is repeated up to MOST_LONG bytes."""
MOST_LONG, RARE_LONG = 40_000, 500
_TOKEN = re.compile(rb"<[^<>]*>|\\[A-Za-z]+|[\w.:/-]+|\s+|[^\w\s]", re.ASCII)

NASTY = [
    b"", b"\x00", b"\x1b[31m", b"\x7f", b"\xc2\x85", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xef\xbf\xbe", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xff\xfe", b"\xf4\x90\x80\x80", b"e\xcc\x81" * 9, b"\xe4\xb8\xad\xe6\x96\x87", b"\xf0\x9f\xa7\xac",
    b"\xe2\x84\xab", b"\xc4\xb0", b"\xef\xac\x81", b"\xf0\x9d\x93\x90", b"\xe2\x80\x8b", b"\xc2\xad", b"\xc2\xa0", b"\xe2\x80\xa8", b"\r\n", b"\r", b"\x0b",
    b"<", b">", b"&", b"\"", b"'", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<script>alert(1)</script>", b"<img src=x onerror=alert(1)>",
    b"&amp;", b"&#0;", b"&#xD800;", b"&#x110000;", b"&lt;", b"&bogus;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<?xml version='1.0' encoding='UTF-16'?>",
    b"\\", b"{", b"}", b"$", b"$$", b"^", b"_", b"%", b"%00", b"%0d%0a", b"%ff", b"~", b"#", b"\\footnote{", b"\\href{", b"\\url{", b"\\def\\a{\\a}",
    b"\\\"u", b"\\verb|", b"\\begin{verbatim}", b"\\input{a}", b"\\mathbb{", b"\\frac{1}{", b"-" * 300, b"." * 60, b"(" * 60,
    b"https://github.com/\xc3\xa4/b", b"http://[::1]:80/", b"http://[", b"https://a.b@c.d:99999/", b"github.com/", b"huggingface.co/", b"10.5281/zenodo.",
    b"http://127.0.0.1/", b"//", b"..", b"/../", b"' OR 1=1 --", b"\"; DROP TABLE paper; --", b"NEAR(", b"*", b"0", b"-1", b"1e999", b"99999999999999999999999",
    b"NaN", b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00+23:59", b"2026-02-30", b"\xd9\xa3", b"\xc2\xb2",
]  # fmt: skip
"""What has broken readers before: controls, overrides, halves of surrogate pairs, non-characters, markup, notations."""

_ODD: list[Any] = [
    None, True, False, 0, -1, 1, 0.5, 1e308, float("nan"), float("inf"), 10**30, -(10**30), 2**63, "", " ", "\x00", "\ud800", "\udfff\ud800",
    "\u202eevil\u2066", "a\x00b", "../../etc/passwd", "e\u0301" * 50, "中文", "²", "٣", "<script>alert(1)</script>", "MIT", "NOASSERTION", "owner/name", "a/b/c",
    "README.md", "LICENSE", "blob", "tree", "file", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "2026-13-40T00:00:00Z",
    "https://github.com/a/b", "http://[", "x" * 5000, [], {}, [[]], [None], {"": None}, [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],
]  # fmt: skip


class Mutator:
    """An endless sequence of inputs made from `seeds`, which come first. `shape` is `json` where the seeds are JSON."""

    def __init__(self, seeds: Sequence[bytes], number: int, *, shape: str = "text") -> None:
        self._seeds = list(seeds)
        self._random = random.Random(number)
        self._trees = [json.loads(seed) for seed in seeds] if shape == "json" else []
        self._given = iter(self._seeds)

    def next(self) -> bytes:
        """The next input."""
        first = next(self._given, None)
        if first is not None:
            return first
        rng = self._random
        if self._trees and rng.random() < 0.85:
            return self._json()
        data = rng.choice(self._seeds)
        if len(data) > MOST_BYTES:
            start = rng.randrange(len(data) - MOST_BYTES // 2)
            data = data[start : start + MOST_BYTES]
        for _ in range(rng.choice((1, 1, 2, 3, 5, 9))):
            data = self._bytes(data) if rng.random() < 0.5 else self._tokens(data)
        if rng.randrange(RARE_LONG) == 0 and data:
            return (data * (MOST_LONG // len(data) + 1))[:MOST_LONG]
        return data[: 2 * MOST_BYTES]

    def _bytes(self, data: bytes) -> bytes:
        rng = self._random
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 1, 2, 4, 16, 64, 256)))
        match rng.randrange(7):
            case 0:
                return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
            case 1:
                return data[:at] + rng.choice(NASTY) + data[at:]
            case 2:
                return data[:at] + data[end:]
            case 3:
                return data[:end] + data[at:end] * rng.choice((1, 2, 30)) + data[end:]
            case 4:
                other = rng.choice(self._seeds)
                start = rng.randrange(len(other) + 1)
                return data[:at] + other[start : start + MOST_BYTES]
            case 5:
                return data[:at]
            case _:
                return data[:at] + rng.randbytes(rng.choice((1, 2, 8))) + data[end:]

    def _tokens(self, data: bytes) -> bytes:
        rng = self._random
        found = _TOKEN.findall(data[: 2 * MOST_BYTES])
        if not found:
            return rng.choice(NASTY)
        at, other = rng.randrange(len(found)), rng.randrange(len(found))
        match rng.randrange(4):
            case 0:
                found[at] = rng.choice(NASTY)
            case 1:
                found[at], found[other] = found[other], found[at]
            case 2:
                found.insert(at, rng.choice(NASTY))
            case _:
                del found[min(at, other) : max(at, other)][:12]
        return b"".join(found)

    def _json(self) -> bytes:
        rng = self._random
        tree = self._copy(rng.choice(self._trees), rng.choice((0.01, 0.05, 0.2)))
        made = json.dumps(tree).encode()
        return self._bytes(made) if rng.randrange(12) == 0 else made

    def _copy(self, node: Any, odd: float) -> Any:
        rng = self._random
        if rng.random() < odd:
            return self._odd(node)
        if isinstance(node, dict):
            return {key: self._copy(value, odd) for key, value in node.items() if rng.random() > odd / 4}
        if isinstance(node, list):
            kept = [self._copy(value, odd) for value in node]
            return kept * rng.choice((2, 40)) if kept and len(kept) < 5 and rng.random() < odd / 4 else kept
        return node

    def _odd(self, node: Any) -> Any:
        rng = self._random
        match rng.randrange(5):
            case 0:
                return [node]
            case 1:
                return {"name": node, "key": node}
            case 2 if isinstance(node, str):
                data = self._bytes(node.encode("utf-8", "surrogatepass"))
                return text(data)
            case _:
                return rng.choice(_ODD)


def text(data: bytes) -> str:
    """Bytes as the worst possible text: lone surrogates stay, and bytes that are not UTF-8 become lone surrogates."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")
