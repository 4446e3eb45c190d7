"""Readable text from titles and abstracts that authors wrote in TeX; pure, and never worse than the input.

The recipe: a `$…$` is math only when its inside shows a sign of TeX or is at most three letters or digits,
and is no price; prices, lone `$` and `%` are kept; macros that hold text keep it; scripts become Unicode only
where every character has a form. Whatever fails, or loses more than a fifth of the letters, is shown raw.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from typing import Any

MOST = 20_000
"""Characters that are converted; no title or abstract is longer."""
_KEPT = {"$": "\ue000", "%": "\ue001", "&": "\ue002", "#": "\ue003"}
"""Signs of TeX that mean themselves here, in private characters while the converter runs."""
_BACK = str.maketrans({private: sign for sign, private in _KEPT.items()})
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\ue000-\ue003]"
)
_ESCAPED = re.compile(r"\\([$%&#])")
_DOLLARS = re.compile(r"\$([^$]{1,400})\$")
_SIGN_OF_TEX = re.compile(r"[\\^_{}]")
_SHORT = re.compile(r"\s*[A-Za-z0-9]{1,3}\s*")
_SCRIPT = re.compile(r"([\^_])(?:\{([^{}\\]{1,12})\}|([A-Za-z0-9+\-]))")
_PLAIN = "0123456789+-=()aehijklmnoprstuvx"
_SUB = dict(zip(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_SUP = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", strict=True)
)


def clean(text: str) -> str:
    """Text that any XML can carry: NFC, no control characters, no overrides of the writing direction."""
    return unicodedata.normalize("NFC", _BAD.sub("", text))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Readable Unicode on one line. Never raises and never loses a text that has letters."""
    raw = " ".join(clean(text[:MOST]).split())
    if not ("\\" in raw or "$" in raw or "{" in raw or "~" in raw or "``" in raw or "--" in raw):
        return raw
    without = " ".join(raw.replace("$", "").split()) or raw
    try:
        shown = " ".join(
            clean(_converter().latex_to_text(_prepared(raw), tolerant_parsing=True).translate(_BACK)).split()
        )
    except Exception:  # noqa: BLE001 # the converter is somebody else's and the text a stranger's: raw is always good
        return without
    return shown if _letters(shown) >= 0.8 * _letters(_MACRO.sub("", raw)) and shown else without


_MACRO = re.compile(r"\\(?:cite|href)\{[^{}]*\}|\\[A-Za-z]+\*?")


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _prepared(text: str) -> str:
    """Keep signs that mean themselves, and turn scripts of real math into Unicode where they have forms."""
    text = _ESCAPED.sub(lambda found: _KEPT[found[1]], text)
    made, at = [], 0
    while found := _DOLLARS.search(text, at):
        if _is_math(found[1]):
            made += [text[at : found.start()].replace("$", _KEPT["$"]), f"${_SCRIPT.sub(_script, found[1])}$"]
            at = found.end()
        else:
            # The closing sign may open real math.
            made.append(text[at : found.end() - 1].replace("$", _KEPT["$"]))
            at = found.end() - 1
            if "$" not in text[at + 1 :]:
                break
    made.append(text[at:].replace("$", _KEPT["$"]))
    return "".join(made).replace("%", _KEPT["%"]).replace("&", _KEPT["&"]).replace("#", _KEPT["#"])


def _is_math(inside: str) -> bool:
    return bool(_SIGN_OF_TEX.search(inside)) or bool(_SHORT.fullmatch(inside))


def _script(found: re.Match[str]) -> str:
    forms = _SUP if found[1] == "^" else _SUB
    inside = found[2] or found[3]
    if not all(character in forms for character in inside):
        return found[0]
    # The braces keep the script out of the name of a macro before it.
    return "{}" + "".join(forms[character] for character in inside)


def _unknown(node: Any, l2tobj: Any) -> str:
    given = [one for one in node.nodeargd.argnlist if one is not None] if node.nodeargd else []
    return str(l2tobj.nodelist_to_text(given)) if given else f"{node.macroname}{node.macro_post_space}"


def _argument(number: int, form: str = "%s") -> Any:
    """Shows one argument of a macro, or its name where the text breaks off before it."""

    def shown(node: Any, l2tobj: Any) -> str:
        given = node.nodeargd.argnlist if node.nodeargd else None
        return (
            form % l2tobj.nodelist_to_text([given[number]])
            if given and len(given) > number
            else str(node.macroname)
        )

    return shown


@lru_cache(maxsize=1)
def _converter() -> Any:
    from pylatexenc import latex2text, latexwalker, macrospec  # noqa: PLC0415 # slow to import; most titles need none

    texts = latex2text.get_default_latex_context_db()
    texts.add_context_category(
        "ours",
        prepend=True,
        macros=[
            latex2text.MacroTextSpec("url", simplify_repl=_argument(0)),
            latex2text.MacroTextSpec("footnote", simplify_repl=_argument(0, " (%s)")),
            latex2text.MacroTextSpec("href", simplify_repl=_argument(1)),
            latex2text.MacroTextSpec("cite", simplify_repl=""),
        ],
    )
    # A macro that nobody knows is most often the authors' name of their method.
    texts.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_unknown))
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    walks = latexwalker.get_default_latex_context_db()
    walks.add_context_category(
        "ours",
        prepend=True,
        macros=[
            macrospec.std_macro("url", False, 1),
            macrospec.std_macro("footnote", False, 1),
            macrospec.std_macro("href", False, 2),
            macrospec.std_macro("cite", False, 1),
        ],
    )
    made = latex2text.LatexNodes2Text(
        latex_context=texts, math_mode="text", keep_comments=True, strict_latex_spaces=False
    )

    class Converter:
        """Parses with our macros and tells nothing of what it tolerates."""

        @staticmethod
        def latex_to_text(text: str, *, tolerant_parsing: bool) -> str:
            walker = latexwalker.LatexWalker(text, latex_context=walks, tolerant_parsing=tolerant_parsing)
            return str(made.nodelist_to_text(walker.get_latex_nodes()[0]))

    return Converter
