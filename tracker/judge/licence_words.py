"""The words of a licence text: normalised, with their places in the text; pure and linear in the text's length.

Every character of a text is either one of these words, or white space, punctuation, a list mark or simple markup.
Case, hyphens, spelling variants and the addresses of well-known licences do not count when texts are compared, as in
the SPDX guidelines (spdx.github.io/spdx-spec, annex "SPDX License List matching guidelines and templates").
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_CHARACTERS = 100_000
"""Longer texts are cut: the longest standard text has less than half of that."""
_MAX_EXCERPT = 80

URL = r"(?:https?://|www\.)[^\s<>\"'()\[\]{}|\\^`]{1,300}(?<![.,;:!?*_])"
EMAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_TAG = (
    r"</?(?:a|b|i|u|p|br|hr|em|ul|ol|li|dl|dt|dd|td|th|tr|h[1-6]|div|pre|sup|sub|img|tt|var|code|span|html|head|body|meta|font"
    r"|main|title|small|table|tbody|thead|strong|center|section|article|header|footer|blockquote|details|summary)"
    r"(?:\s{1,20}[a-z-]{1,20}(?:=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[^\s<>]{1,100}))?){0,10}\s{0,20}/?>"
)
_TOKEN = re.compile(
    rf"(?P<plain>[a-z]{{2,}}+(?![\w@+:'-]|\.\S))|(?P<tag>{_TAG})|(?P<url>{URL})|(?P<email>{EMAIL})|(?P<number>\d+(?:\.\d+)*)(?![^\W_])"
    r"|(?P<spaced>(?<![^\W_])[^\W\d_](?:[ \t]{1,3}[^\W\d_](?![^\W_])){2,80})"
    r"|(?P<word>[^\W_]+(?:['-][^\W_]+)*)|(?P<symbol>[^\w\s!-/:-@\[-`{-~])",
    re.IGNORECASE,
)
"""A `plain` word can only be a word, whatever follows it: most words are found without trying the other forms."""
_ATTRIBUTE = re.compile(
    r"\b(?:href|src|title|alt|content|data-[a-z]{1,20})\s{0,3}=\s{0,3}(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE
)
_ADDRESS_IN_TAG = re.compile(URL, re.IGNORECASE)
_BROKEN = re.compile(r"(?<=[A-Za-z])-[ \t]{0,8}\r?\n[\s#*>/]{0,40}(?=[A-Za-z])")
_ENTITY = re.compile(r"&(?:#\w{1,8}|[a-zA-Z]{2,8});")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
                         "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\u3000": " ", "\ufeff": " "})  # fmt: skip
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""Characters that nobody sees, so that they may not part or hide a word (Unicode: default ignorable code points)."""
_PLAIN_SYMBOLS = frozenset(
    "©®™•·●○◦▪■□►▶→⇒—–…§¶†‡°«»‹›“”‘’¡¿、。，．：；！？（）「」『』【】《》〈〉〔〕…‥・～〜―─━═│┃║＊※*"
)
"""Symbols that say nothing; any other one, as an emoji or a currency, is a word."""
_NUMERALS = frozenset("ii iii iv vi vii viii ix xi xii xiii xiv xv".split())  # noqa: SIM905 - words read better so
_V_NUMBER = re.compile(r"v(\d+(?:\.\d+)*)")
_POINT = re.compile(r"\.(?![0-9])|(?<![0-9])\.")
_SCRIPT_EDGE = re.compile(
    r"(?<=[a-z0-9])(?=[\u3040-\u9fff\uac00-\ud7a3])|(?<=[\u3040-\u9fff\uac00-\ud7a3])(?=[a-z0-9])"
)
"""Where a Latin name meets a script that has no spaces, as in "MIT许可证"."""
_SPELLINGS = {
    "licence": "license", "licences": "licenses", "licenced": "licensed", "sublicence": "sublicense",
    "acknowledgment": "acknowledgement", "acknowledgments": "acknowledgements", "owner": "holder",
    "owners": "holders", "merchantibility": "merchantability", "judgment": "judgement", "whilst": "while",
    "favour": "favor", "fulfil": "fulfill", "wilful": "willful", "programme": "program",
    "organisation": "organization", "authorised": "authorized", "authorisation": "authorization",
    "recognised": "recognized", "utilisation": "utilization", "centre": "center",
}  # fmt: skip
"""Spelling variants, from the SPDX list of equivalent words."""


class Token(NamedTuple):
    """A word as it is compared, and its place in the normalised text. `kind` is `word`, `url`, `email` or `symbol`."""

    word: str
    start: int
    end: int
    kind: str = "word"


@lru_cache(maxsize=64)
def normalise_text(text: str) -> str:
    """The text with compatible characters unified (NFKC), without invisible characters, and cut at MAX_CHARACTERS."""
    text = text[:MAX_CHARACTERS]
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_QUOTES)).translate(_QUOTES)
    else:
        text = text.replace("`", "'")
    return _BROKEN.sub("", text)


def tokenise(text: str) -> list[Token]:
    """The words of a normalised text that count when texts are compared, in order.

    List marks (single letters, short numbers, Roman numerals), tags of simple HTML and plain symbols do not count;
    letters in a row are one word, and so is any other symbol. "Version 2.0" and "v2" are the word `version2`.
    """
    tokens: list[Token] = []
    after_version = False
    for match in _TOKEN.finditer(text):
        kind, shown, (start, end) = match.lastgroup or "", match[0], match.span()
        if kind in ("plain", "word"):
            word = _folded(shown)
            if kind == "word" and (numbered := _V_NUMBER.fullmatch(word)):
                word = f"version{_version(numbered[1])}"
            elif word in _NUMERALS or word == "version" or (len(word) == 1 and word.isascii()):
                after_version = word in ("version", "v")
                continue
            tokens.append(Token(word, start, end))
        elif kind == "spaced":
            # Spaced letters would be a way to hide a word from the comparison.
            tokens.append(Token("".join(shown.split()).lower(), start, end))
        elif kind == "number" and (after_version or len(shown) > 2):
            tokens.append(Token(f"version{_version(shown)}" if after_version else shown, start, end))
        elif kind == "tag":
            tokens += _tokens_in_tag(shown, start)
        elif kind == "symbol" and shown not in _PLAIN_SYMBOLS and not unicodedata.combining(shown):
            tokens.append(Token(shown, start, end, "symbol"))
        elif kind in ("url", "email"):
            tokens.append(Token(fold_url(shown) if kind == "url" else shown.lower(), start, end, kind))
        after_version = False
    return tokens


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    word = word.lower().replace("'", "").replace("-", "")
    return sys.intern(_SPELLINGS.get(word, word))


def _version(number: str) -> str:
    while number.endswith(".0"):
        number = number[:-2]
    return number.replace(".", "")


def _tokens_in_tag(tag: str, start: int) -> list[Token]:
    """The words of the attributes of a tag that readers see or follow."""
    found: list[Token] = []
    for value in _ATTRIBUTE.findall(tag):
        address = _ADDRESS_IN_TAG.search(value)
        if address:
            found.append(Token(fold_url(address[0]), start, start + len(tag), "url"))
        else:
            found += [Token(_folded(word), start, start + len(tag)) for word in re.findall(r"[^\W_]{2,}", value)]
    return found


def fold_url(url: str) -> str:
    """An address for comparison: without its scheme, `www.`, ending and trailing slash, in lower case."""
    url = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower())
    return re.sub(r"(?:\.(?:html?|txt|php|en))*/*$", "", url)


def comparable_words(text: str) -> list[str]:
    """The words of a text that count when texts are compared, in order."""
    return [token.word for token in tokenise(normalise_text(text))]


def flatten_text(text: str) -> str:
    """The text in lower case, with spaces in place of all punctuation but the points in numbers."""
    text = normalise_text(text).lower().replace("licence", "license")
    if not text.isascii():
        text = _SCRIPT_EDGE.sub(" ", text)
    return " ".join(_POINT.sub(" ", re.sub(r"[^\w.+]+", " ", text).replace("_", " ")).split())


_BOTH_USES = re.compile(
    r"\b(?:both\s{1,3})?commercial(?:ly)?(?: use)?\s{1,3}(?:and|or|as\s{1,3}well\s{1,3}as)\s{1,3}non[- ]?commercial(?:ly)?"
    r"|\b(?:both\s{1,3})?non[- ]?commercial(?:ly)?(?: use)?\s{1,3}(?:and|or|as\s{1,3}well\s{1,3}as)\s{1,3}commercial(?:ly)?",
    re.IGNORECASE,
)


def merge_uses(text: str) -> str:
    """The text with "commercial and non-commercial" as "any": where both are named, neither is left out."""
    return _BOTH_USES.sub(" any ", text)


def shorten(text: str) -> str:
    """An excerpt of a licence for a reason: the text, or its beginning and an ellipsis."""
    return text if len(text) <= _MAX_EXCERPT else text[: _MAX_EXCERPT - 1] + "…"
