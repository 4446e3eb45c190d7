"""Readable text from titles and abstracts that authors wrote in TeX or HTML; pure, and never worse than the input.

The steps: drop what no XML can carry, turn entities and tags of HTML into the text that was meant, convert TeX, and
repeat until nothing changes. A text that would lose more than a fifth of its letters is shown raw without `$`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from tracker.publish.latex import DASHES, count_letters, tex_to_text
from tracker.publish.latex_converter import convert_piece

MOST = 20_000
"""Characters that are converted; no title or abstract is longer."""
PASSES = 4
"""A text that still changes after so many conversions is not TeX; it is shown without any sign of TeX."""
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff\ue000-\ue003]"
)
_WORTH = re.compile(r"[\\${~^]|``|--")
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9]{0,15})\s*>")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>]{0,200})?/?>")
_HTML = re.compile(
    r"a|b|i|u|s|p|em|tt|h1|h2|h3|li|ul|ol|td|tr|br|hr|q|sub|sup|div|var|pre|big|del|ins|kbd|code|font"
    r"|span|cite|small|strong|strike|center|samp|mark|table|title|script|style|iframe|body|html|head|"
    r"form|input|button",
    re.IGNORECASE,
)
"""Names of tags that are removed if a closing one exists; others are a paper's subject, such as `<think>…</think>`."""
_UNSHOWN = re.compile(
    r"\\(?:cite[a-z]*|href|e?q?ref|label|[hv]space|begin|end|[hv]?phantom|(?:text)?color|colorbox)"
    r"(?:\[[^\[\]]{0,80}\])*\{[^{}]*\}|\\sqrt\[[0-9]\]|\\[A-Za-z]+\*?"
)
"""What may be missing in the result: names of macros, and arguments that are not shown."""
_QUOTED = re.compile(r"``(.{1,300}?)''")
_NO_ANGLES = str.maketrans("", "", "<>/")
_DEFUSED = str.maketrans("", "", "\\${}~&<")


def clean_text(text: str) -> str:
    """Text that any XML can carry: NFC, no control characters, no overrides of the writing direction."""
    return unicodedata.normalize("NFC", _BAD.sub("", text))


@lru_cache(maxsize=4096)
def readable_text(text: str) -> str:
    """Readable Unicode on one line; `readable_text(readable_text(x)) == readable_text(x)`.

    Never raises; empty only if `text` has no visible character.
    """
    raw = " ".join(clean_text(text[:MOST]).split())
    shown = _convert(raw)
    if shown is None:
        # Without its marks of TeX even a broken formula comes to an end.
        defused = " ".join(DASHES.sub("–", raw.translate(_DEFUSED)).replace("``", "“").split()) or raw
        shown = _convert(defused) or defused
    return shown


def _convert(shown: str) -> str | None:
    """The text that converts to itself; None where `PASSES` do not lead to one."""
    for _ in range(PASSES):
        before, shown = shown, _convert_tex(_strip_html(shown))
        if shown == before:
            return shown
    return None


def _strip_html(text: str) -> str:
    """The text without HTML: entities are decoded and pairs of tags removed."""
    if "&" in text:
        text = " ".join(clean_text(_ENTITY.sub(_unescape_entity, text)).split()) or text
    closed = {name.lower() for name in _CLOSING.findall(text) if _HTML.fullmatch(name)} if "</" in text else ()
    if not closed:
        return text
    bare = _TAG.sub(lambda match: "" if match[1].lower() in closed else match[0], text)
    return " ".join(bare.split()) or " ".join(text.translate(_NO_ANGLES).split()) or text


def _unescape_entity(found: re.Match[str]) -> str:
    meant = html.unescape(f"&{found[1]};")
    return found[0] if meant == f"&{found[1]};" else meant


def _convert_tex(raw: str) -> str:
    if not _WORTH.search(raw):
        return raw
    shown = " ".join(clean_text(tex_to_text(_QUOTED.sub(r"“\1”", raw))).split())
    if shown and count_letters(shown) >= 0.8 * count_letters(_UNSHOWN.sub("", raw)):
        return shown
    return " ".join(raw.replace("$", "").split()) or raw


def clear_cache() -> None:
    """Free the converted texts: the next publish seldom needs the same."""
    for converter in (readable_text, convert_piece):
        converter.cache_clear()
