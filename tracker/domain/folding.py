"""Words for comparison: without case, accents and the TeX that writes accents; pure.

`H\\"older`, `Hölder` and `Holder` fold to the same word, as do `$\\beta$-VAE`, `β-VAE` and `beta-VAE`. Search and feeds
fold both what was typed and what is searched.
"""

from __future__ import annotations

import re
import unicodedata

_TEX_LETTER = re.compile(r"\\(ss|ae|oe|aa|dh|dj|th|ng|[olij])(?![A-Za-z])(?:\{\}|\s+(?=[A-Za-z]))?", re.IGNORECASE)
_TEX_ACCENT = re.compile(r"""\\(?:["'`^~=.]\s?|[cvHkbdrut](?:(?=[{\\])|\s+(?=[A-Za-z\\{])))""")
"""The accents of text (LaTeX2e for authors, 2.10)."""
_TEX_MACRO = re.compile(r"\\(?:emph|text[a-z]{2,6}|math[a-z]{2,4}|operatorname|mbox)\*?(?=\s*\{)")
_TEX_ARGUMENT = re.compile(r"(\\[A-Za-z]+\*?)\s*\{")
_GROUPS = str.maketrans("", "", "{}")
_LETTERS = {"ss": "ss", "aa": "a", "dh": "d", "dj": "d", "ng": "n"}
_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
          "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega")  # fmt: skip
_SPECIAL = str.maketrans(
    {chr(0x3B1 + place): name for place, name in enumerate(_GREEK)}
    | {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ȷ": "j",
        "ŋ": "n",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Letters that Unicode does not decompose; Greek letters have their names, as TeX writes them."""
_WORD = re.compile(r"[^\W_]+")


def fold_text(text: str) -> str:
    """A text without case, accents and TeX's accents; its words stay in place."""
    if "\\" in text:
        text = _TEX_LETTER.sub(lambda letter: _LETTERS.get(letter[1].lower(), letter[1]), text)
        text = _TEX_MACRO.sub(" ", _TEX_ACCENT.sub("", text))
        text = _TEX_ARGUMENT.sub(r"\1 ", text).translate(_GROUPS)
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare.translate(_SPECIAL))


def fold_words(text: str) -> list[str]:
    """The folded words of a text in order: runs of letters and digits."""
    return _WORD.findall(fold_text(text))
