"""One piece of TeX (a formula, an accent, a symbol) to Unicode: the only use of pylatexenc, whose faults are mended here."""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from typing import Any

SILENT_MACROS = {"em", "bf", "it", "sc", "sf", "sl", "tt", "rm", "cal", "tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large",
    "LARGE", "huge", "Huge", "bfseries", "itshape", "scshape", "ttfamily", "sffamily", "upshape", "mdseries", "boldmath"} | {
    "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "limits", "nolimits", "displaystyle", "xspace"}  # fmt: skip
"""Switches of font and size."""
ACCENTS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "c": "\u0327", "^": "\u0302", "~": "\u0303", "H": "\u030b", "k": "\u0328",
    "=": "\u0304", "b": "\u0331", ".": "\u0307", "d": "\u0323", "r": "\u030a", "u": "\u0306", "v": "\u030c",
    "vec": "\u20d7", "dot": "\u0307", "hat": "\u0302", "check": "\u030c", "breve": "\u0306", "acute": "\u0301",
    "grave": "\u0300", "tilde": "\u0303", "bar": "\u0304", "ddot": "\u0308", "not": "\u0338",
}  # fmt: skip
"""The accents of text (LaTeX2e for authors, 2.10) and of mathematics as combining characters of Unicode. A bar is a macron,
with which letters compose."""
_LITERAL = {"%": "\ue001", "&": "\ue002", "#": "\ue003"}
"""Signs of TeX that are literal in a piece: they are private characters while the converter runs."""
_INTO = str.maketrans(_LITERAL)
_BACK = str.maketrans({private: sign for sign, private in _LITERAL.items()} | {"\ue000": "$"})
_LETTERFORM = re.compile(
    "[\U0001d400-\U0001d537\U0001d56c-\U0001d7ff\u210a-\u210c\u2110-\u2112\u211b\u211c\u212c\u212d\u212f-\u2131\u2133\u2134]"
)
"""Bold, italic, script and sans letters of mathematics; double-struck ones (ℝ, 𝔼) have a meaning of their own and stay."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
DEEPEST = 7
"""Braces within braces that are converted."""
_SINGLE = re.compile(r"[\w.]*|[^\w\s]?[\w.]+")
SECOND_OF_TWO = {"overset": "^", "stackrel": "^", "underset": "_", "textcolor": ""}
"""Macros whose second argument is shown, and the sign with which the first one follows."""
_SPACED = re.compile(
    r"(?<=[⟨⌊⌈])\s+|\s+(?=[⟩⌋⌉])|(?<=‖)\s+(?=\S+‖)|(?<=\d)\s+(?=×\s?10[⁰-⁹⁻¹²³])|(?<=×)\s+(?=10[⁰-⁹⁻¹²³])"
)
_RAISED = re.compile(r"\^([°†‡§¶′])")


@lru_cache(maxsize=8192)
def convert_piece(piece: str) -> str:
    """The text of one formula, accent or symbol; the raw piece without `$` if the converter fails."""
    if not _is_closed(piece):
        return piece.replace("$", "")
    try:
        shown = str(_converter()(piece.replace("\\$", "\ue000").translate(_INTO)))
    except Exception:  # noqa: BLE001 # a converter of others on a stranger's text may raise anything: the raw text is always usable
        return piece.replace("$", "")
    if "%s" in shown:
        # The converter's template of a macro whose arguments are missing.
        return piece.replace("$", "")
    shown = _RAISED.sub(r"\1", shown.translate(_BACK).replace("^∘", "^°"))
    shown = _SPACED.sub("", shown)
    # Screen readers and searches do not know the letterforms of mathematics.
    return _LETTERFORM.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), shown)


def _is_closed(piece: str) -> bool:
    """Whether braces and the brackets of roots close, and are not deep. The converter reads what follows an argument that
    does not close again and again: twice as often with each nesting."""
    depth = 0
    for sign in _BRACE.findall(piece):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if not 0 <= depth <= DEEPEST:
            return False
    roots = piece.count("\\sqrt[")
    return depth == 0 and (roots < 2 or piece.count("]") >= roots)


def is_known_macro(name: str) -> bool:
    """Whether the converter knows a macro, given without its backslash."""
    return bool(_context().get_macro_spec(name).macroname)


def _unknown_macro_text(node: Any, l2tobj: Any) -> str:
    given = [argument for argument in node.nodeargd.argnlist if argument is not None] if node.nodeargd else []
    return str(l2tobj.nodelist_to_text(given)) if given else f"{node.macroname}{node.macro_post_space}"


def _accented_text(node: Any, l2tobj: Any, *, accent: str) -> str:
    """Every letter with the accent. The converter's own function accents accents too: twice as many with each nesting."""
    text = str(l2tobj.nodelist_to_text(list(node.nodeargs)[:1])).strip() if node.nodeargs else " "
    letters = text.replace("ı", "i").replace("ȷ", "j")
    return "".join(
        letter if unicodedata.combining(letter) else unicodedata.normalize("NFC", letter + accent)
        for letter in letters
    )


def _arguments(node: Any, l2tobj: Any) -> list[str]:
    given = [part for part in (node.nodeargd.argnlist if node.nodeargd else []) if part is not None]
    return [str(l2tobj.nodelist_to_text([part])).strip() for part in given]


def _fraction_text(node: Any, l2tobj: Any) -> str:
    if not node.nodeargd or not any(node.nodeargd.argnlist):
        return "%s"
    return "/".join(part if _SINGLE.fullmatch(part) else f"({part})" for part in _arguments(node, l2tobj))


def _binomial_text(node: Any, l2tobj: Any) -> str:
    return f"({' choose '.join(_arguments(node, l2tobj))})"


def _root_text(node: Any, l2tobj: Any) -> str:
    *index, inside = _arguments(node, l2tobj) or [""]
    sign = {"": "√", "3": "∛", "4": "∜"}.get("".join(index).strip("[]"))
    return f"{sign or '√[' + index[0] + ']'}({inside})"


def _stacked_text(node: Any, l2tobj: Any, *, sign: str) -> str:
    given = _arguments(node, l2tobj)
    return f"{given[-1]}{sign + given[0] if sign else ''}" if given else ""


@lru_cache(maxsize=1)
def _context() -> Any:
    from pylatexenc import latex2text  # noqa: PLC0415 # slow to import; most titles need none

    made = latex2text.get_default_latex_context_db()
    macros = [latex2text.MacroTextSpec(name, simplify_repl="") for name in SILENT_MACROS]
    for name, accent in ACCENTS.items():
        # The converter looks at the names of the parameters, which `partial` hides.
        def repl(node: Any, l2tobj: Any, accent: str = accent) -> str:
            return _accented_text(node, l2tobj, accent=accent)

        macros.append(latex2text.MacroTextSpec(name, simplify_repl=repl))
    macros += [
        latex2text.MacroTextSpec(name, simplify_repl=repl)
        for name, repl in {"frac": _fraction_text, "binom": _binomial_text, "sqrt": _root_text}.items()
    ]
    for name, sign in SECOND_OF_TWO.items():

        def stack(node: Any, l2tobj: Any, sign: str = sign) -> str:
            return _stacked_text(node, l2tobj, sign=sign)

        macros.append(latex2text.MacroTextSpec(name, simplify_repl=stack))
    made.add_context_category("ours", prepend=True, macros=macros)
    made.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_unknown_macro_text))
    return made


@lru_cache(maxsize=1)
def _converter() -> Any:
    from pylatexenc import latex2text, latexwalker, macrospec  # noqa: PLC0415 # as above

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    walks = latexwalker.get_default_latex_context_db()
    two = [macrospec.MacroSpec(name, "{{") for name in ("binom", *SECOND_OF_TWO)]
    walks.add_context_category("ours", prepend=True, macros=two)
    made = latex2text.LatexNodes2Text(
        latex_context=_context(), math_mode="text", keep_comments=True, strict_latex_spaces=False
    )

    def convert(piece: str) -> Any:
        walker = latexwalker.LatexWalker(piece, latex_context=walks, tolerant_parsing=True)
        return made.nodelist_to_text(walker.get_latex_nodes()[0])

    return convert
