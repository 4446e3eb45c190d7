"""Formulas as the converter can read them: names, wrappers, scripts and fractions that it does not know; pure.

Every pattern is linear. What is not recognised stays, and the converter shows it as it can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tracker.publish.latex_converter import ACCENTS

SYMBOLS = {
    "colon": ":", "checkmark": "✓", "cmark": "✓", "xmark": "✗", "coloneqq": "≔", "eqqcolon": "≕", "defeq": "≔", "neg": "¬",
    "lnot": "¬", "land": "∧", "lor": "∨", "ddagger": "‡", "triangle": "△", "heartsuit": "♥", "spadesuit": "♠",
    "clubsuit": "♣", "diamondsuit": "♦", "copyright": "©", "S": "§", "P": "¶", "prime": "′", "bigstar": "★", "Box": "□",
    "Diamond": "◇", "implies": "⟹", "iff": "⟺", "gets": "←", "vert": "|", "Vert": "‖", "textdegree": "°", "degree": "°",
    "euro": "€", "texteuro": "€", "pounds": "£", "textmu": "µ", "lbrack": "[", "rbrack": "]", "ast": "*", "texttimes": "×",
    "textpm": "±", "hslash": "ħ", "And": "&", "blacktriangle": "▲", "lightning": "↯", "ldots": "…", "dots": "…",
}  # fmt: skip
"""Macros that are one sign."""
WORDS = {
    "ie": "i.e.",
    "eg": "e.g.",
    "etal": "et al.",
    "cf": "cf.",
    "wrt": "w.r.t.",
    "aka": "a.k.a.",
    "st": "s.t.",
    "vs": "vs.",
}
"""Macros that many authors define for an abbreviation."""
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])")
_WRAPPER = re.compile(
    r"\\(?:operatorname\*?|boldsymbol|bm|pmb|mathds|mathbbm|mathop|mathrel|mathbin|mathord|mathinner|smash|mathbfit"
    r"|mathbfcal|textnormal|boldmath|ensuremath|mathstrut|displaystyle|textstyle|scriptstyle|nolimits|limits)"
    r"(?![A-Za-z])\s*"
)
_HIDDEN = re.compile(r"\\(?:[hv]?phantom|color)\s*\{[^{}]{0,60}\}")
_SIZED = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*\.?")
_ALIAS = re.compile(r"\\(?:[tdc]frac|[dt]binom)(?![A-Za-z])")
_WIDE = re.compile(r"\\(widehat|widetilde|overline)\s*\{(\\math[a-z]{2,4}\s?\{[A-Za-z]\}|\\?[A-Za-z]{1,8})\}")
_NARROW = {"widehat": "hat", "widetilde": "tilde", "overline": "bar"}
_FUNCTION = re.compile(
    r"(?:(?<=[\d})])|(?<=[^A-Za-z\\][A-Za-z]))\\(?=(?:log|ln|lg|exp|sin|cos|tan|tanh|max|min|sup|inf|det|dim|ker|Pr|arg|lim)(?![A-Za-z]))"
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]{1,20})\*?\}(?:\{[lcr|@ ]{0,20}\})?")
_CELLS = re.compile(r"\\\\|(?<!\\)&")
_FENCES = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Bmatrix": "{}", "smallmatrix": "()"}
_SCRIPT = re.compile(r"([\^_])\s*(?:\{([^{}]{0,60}(?:\{[^{}]{0,40}\}[^{}]{0,40}){0,3})\}|([A-Za-z0-9+\-]))")
_PRIME = re.compile(r"\^\s*\{?\s*(?:\\prime|′)\s*\}?(?:\s*\}?)")
_SUB = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_SUP = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", strict=True)
) | {"*": "*", "∗": "*", "′": "′", "°": "°", "∘": "°", "†": "†", "‡": "‡"}
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_WHOLE = re.compile(r"-?[^\W_]+(?:\.[0-9]+)?|.", re.DOTALL)
"""A script that needs no parentheses."""
_BARE = re.compile(
    r"(?<=[A-Za-z0-9)\]])\^(-?[0-9]{1,3}|\{[^{}$^_]{1,40}\})(?![\w^])|(?<=[A-Za-z0-9)\]])_(\{[^{}$^_]{1,40}\})(?![\w^])"
)
_ACCENT_NAME = r"""\\(?:["'`^~=.]|[Hbcdkruv](?![A-Za-z]))\s*"""
_LETTER = r"(?:\\[ij](?![A-Za-z])|[A-Za-z])"
ACCENTED = re.compile(
    rf"{_ACCENT_NAME}(?:{_LETTER}|\{{\s*{_LETTER}\s*\}}|\{{?\s*{_ACCENT_NAME}(?:{_LETTER}|\{{\s*{_LETTER}\s*\}})\s*\}}?)"
)
"""A letter with one or two accents: `\\c c`, `\\v{C}`, `\\~{\\^e}`."""
_MARK = re.compile(r"""\\(["'`^~=.]|[Hbcdkruv](?![A-Za-z]))""")


def accented_letter(tex: str) -> str:
    """The letter of a match of `ACCENTED`, with the inner accent first."""
    marks = _MARK.findall(tex)
    letter = _MARK.sub("", tex).strip("{} \\")
    return unicodedata.normalize("NFC", letter + "".join(ACCENTS[mark] for mark in reversed(marks)))


def prepare_math(inside: str, convert: Callable[[str], str]) -> str:
    """The inside of a formula for the converter; `convert` makes text of a formula inside a script."""
    if "\\begin" in inside:
        inside = _CELLS.sub(lambda sign: "; " if sign[0] == "\\\\" else " ", inside)
    text = _HIDDEN.sub("", _ENVIRONMENT.sub(_fence, inside))
    text = _WIDE.sub(lambda wide: f"\\{_NARROW[wide[1]]}{{{wide[2]}}}", text)
    text = _SIZED.sub("", text).replace("\\|", "‖")
    text = _ALIAS.sub(lambda name: "\\frac" if "frac" in name[0] else "\\binom", text)
    text = _FUNCTION.sub(r" \\", _WRAPPER.sub("", text))
    text = _PRIME.sub("′", text) if "\\prime" in text else text
    text = _SYMBOL.sub(lambda name: SYMBOLS.get(name[1], name[0]), text)
    return _SCRIPT.sub(lambda script: _convert_script(script, convert), text)


def convert_bare_scripts(text: str, convert: Callable[[str], str]) -> str:
    """Scripts outside of formulas, `10^{5}` and `T^{2/3}`, as text."""

    def replaced(found: re.Match[str]) -> str:
        inside = (found[1] or found[2]).strip("{}")
        return _script("^" if found[1] else "_", inside, convert).removeprefix("{}")

    return _BARE.sub(replaced, text)


def raise_text(text: str, *, lower: bool = False) -> str:
    """A text as superscript or subscript; as it is where a character has no such form."""
    forms = _SUB if lower else _SUP
    return (
        "".join(forms[character] for character in text)
        if text and all(character in forms for character in text)
        else text
    )


def _convert_script(found: re.Match[str], convert: Callable[[str], str]) -> str:
    return _script(found[1], found[2] if found[2] is not None else found[3], convert)


def _script(sign: str, inside: str, convert: Callable[[str], str]) -> str:
    forms = _SUP if sign == "^" else _SUB
    if inside and len(inside) <= 12 and all(character in forms for character in inside):
        # The braces keep the script out of the name of a macro before it.
        return "{}" + "".join(forms[character] for character in inside)
    shown = " ".join(convert(inside).split())
    if not shown:
        return ""
    if sign == "^" and (
        shown in _ORDINAL
        or (len(shown) <= 12 and shown != inside and all(character in _SUP for character in shown))
    ):
        return "{}" + "".join(_SUP[character] for character in shown)
    return f"{{}}{sign}{shown}" if _WHOLE.fullmatch(shown) else f"{{}}{sign}({shown})"


def _fence(found: re.Match[str]) -> str:
    fences = _FENCES.get(found[2], "")
    return (fences[:1] if found[1] == "begin" else fences[1:]) or " "
