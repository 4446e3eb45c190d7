"""The words of a licence text that count when texts are compared; pure and linear in the text's length.

Case, white space, punctuation, numbering, spelling variants, addresses and copyright lines do not count, as in the
SPDX guidelines (spdx.github.io/spdx-spec, annex "SPDX License List matching guidelines and templates").
"""

from __future__ import annotations

import html
import re
import unicodedata

MAX_CHARACTERS = 100_000
"""Longer texts are cut: the longest standard text has less than half of that."""
_MAX_EXCERPT = 80

_URL = re.compile(
    r"(?:https?://|\bwww\.)[^\s<>\"')]{1,300}|\b(?:[a-z0-9-]{1,60}\.){1,4}(?:org|com|net|edu|gov|io)\b[^\s<>\"')]{0,300}"
)
_TAG = re.compile(r"<[^<>]{1,120}>")
_COPYRIGHT = re.compile(
    r"^[^\w\n(©]{0,20}(?:portions[ \t]+)?(?:spdx-filecopyrighttext\b|copyrights?[ \t]*(?:\(c\)|©|:|[0-9]{4}|[<\[{])"
    r"|©|\(c\)[ \t]*(?:copyright|[0-9]{4}|[<\[{]))[^\n]{0,200}$",
    re.MULTILINE,
)
_RESERVED = re.compile(r"\ball\s{1,4}rights\s{1,4}reserved\b")
_VERSION = re.compile(r"\bv(?:ersion|\.)?[ \t\n]{0,4}([0-9]{1,3}(?:\.[0-9]{1,3}){0,2}?)(?:\.0)?(?!\.?[0-9])")
_POINT = re.compile(r"\.(?![0-9])|(?<![0-9])\.")
_WORD = re.compile(r"[^\W_]+")
_NUMERALS = frozenset("ii iii iv vi vii viii ix xi xii xiii xiv xv".split())  # noqa: SIM905 - words read better so
_SPELLINGS = {
    "licence": "license", "licences": "licenses", "licenced": "licensed", "sublicence": "sublicense",
    "acknowledgment": "acknowledgement", "acknowledgments": "acknowledgements", "owner": "holder",
    "owners": "holders", "merchantibility": "merchantability", "judgment": "judgement", "whilst": "while",
    "favour": "favor", "fulfil": "fulfill", "wilful": "willful", "programme": "program",
    "organisation": "organization", "authorised": "authorized", "authorisation": "authorization",
    "recognised": "recognized", "utilisation": "utilization", "centre": "center",
}  # fmt: skip
"""Spelling variants, from the SPDX list of equivalent words."""


def comparable_words(text: str) -> list[str]:
    """The words that count when texts are compared, in order."""
    text = _lowered(text)
    text = _COPYRIGHT.sub(" ", _TAG.sub(" ", _URL.sub(" ", text)))
    text = _VERSION.sub(lambda version: f" version{version[1].replace('.', '')} ", text)
    text = _RESERVED.sub(" ", text).replace("'", "").replace("’", "").replace("-", "")
    return [
        _SPELLINGS.get(word, word)
        for word in _WORD.findall(text)
        if len(word) > 1 and word not in _NUMERALS and not (word.isdigit() and len(word) < 3)
    ]


def copyright_lines(text: str) -> str:
    """The copyright lines that `comparable_words` leaves out, in lower case: terms may be hidden in them."""
    return " ".join(_COPYRIGHT.findall(_lowered(text)))


def flatten_text(text: str) -> str:
    """The text in lower case, with spaces in place of all punctuation but the points in numbers."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower().replace("licence", "license")
    return " ".join(_POINT.sub(" ", re.sub(r"[^\w.+]+", " ", text).replace("_", " ")).split())


def _lowered(text: str) -> str:
    return unicodedata.normalize("NFKC", html.unescape(text[:MAX_CHARACTERS]).replace("©", " © ")).lower()


def shorten(text: str) -> str:
    """An excerpt of a licence for a reason: the text, or its beginning and an ellipsis."""
    return text if len(text) <= _MAX_EXCERPT else text[: _MAX_EXCERPT - 1] + "…"
