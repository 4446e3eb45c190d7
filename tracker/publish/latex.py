"""Readable text from titles and abstracts that authors wrote in TeX; pure, and never worse than the input.

Only what is TeX is converted, piece by piece, and all between stays as it is: prices, percent signs, braces of
sets, addresses. A `$…$` is math when its inside has a sign of TeX, at most three letters or digits, or the look
of a formula, and is no price. Scripts become Unicode only where every character has a form. A piece that cannot
be converted, and a text that would lose more than a fifth of its letters, is shown raw without `$`. What slipped
in as HTML (`&amp;`, `<i>…</i>`) becomes text too.
"""

from __future__ import annotations

import html
import logging
import re
import unicodedata
from functools import lru_cache
from typing import Any

MOST = 20_000
"""Characters that are converted; no title or abstract is longer."""
PASSES = 4
"""A text that still changes after so many conversions is no TeX; it is shown without any sign of TeX."""
DEPTH = 8
"""Levels of macros within macros that are followed."""
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff\ue000-\ue003]"
)
_SIGN = re.compile(r"[\\${]")
_WORTH = re.compile(r"[\\${~]|``|--")
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9]{0,15})\s*>")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>]{0,200})?/?>")
_HTML = re.compile(
    r"a|b|i|u|s|p|em|tt|h1|h2|h3|li|ul|ol|td|tr|br|hr|q|sub|sup|div|var|pre|big|del|ins|kbd|code|font"
    r"|span|cite|small|strong|strike|center|samp|mark|table|title|script|style|iframe|body|html|head|"
    r"form|input|button",
    re.IGNORECASE,
)
"""Names of tags that are taken away where one of them is closed; `<think>…</think>` is what a paper writes about."""
_MACRO = re.compile(r"\\([A-Za-z]+)\*?")
_UNSHOWN = re.compile(
    r"\\(?:cite[a-z]*|href|e?q?ref|label|[hv]space)(?:\[[^\[\]]{0,80}\])*\{[^{}]*\}|\\[A-Za-z]+\*?"
)
"""What need not appear in the result: names of macros, and what nobody reads."""
_ACCENT = re.compile(r"""\\["'`^~=.](?:\{(?:\\[ij]|[A-Za-z])\}|\\[ij]|[A-Za-z])""")
_PROTECTED = re.compile(r"[\w .'’/-]*|,|https?://[^\s{}]*")
"""What authors put in braces to keep its capitals; anything else in bare braces is a set or code."""
_ESCAPED = {sign: sign for sign in "$%&#_{}"} | {
    "\\": " ",
    " ": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    "-": "",
}
_AS_IT_IS = {"emph", "text", "textbf", "textit", "texttt", "textsf", "textsc", "textrm", "textsl", "textup"} | {
    "textmd", "textnormal", "mbox", "underline", "uline", "hbox", "mathrm", "operatorname", "ensuremath", "title"}  # fmt: skip
_VERBATIM = {"url", "path", "nolinkurl"}
_DROPPED = {"cite", "citep", "citet", "citealp", "ref", "eqref", "label", "vspace", "hspace", "thanks"}
_SILENT = {"em", "bf", "it", "sc", "sf", "sl", "tt", "rm", "cal", "small", "large", "Large", "boldmath"} | {
    "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "limits", "nolimits", "displaystyle", "xspace"}  # fmt: skip
"""Switches of font and size."""
_LETTERS = {"o", "O", "ss", "l", "L", "aa", "AA", "ae", "AE", "oe", "OE", "i", "j"}
"""Macros that are a letter within a word: TeX eats the space that ends their name, and so do we."""
_SIGN_OF_TEX = re.compile(r"[\\^_{}]")
_PRICE = re.compile(r"\s*\d[\d.,]*\s*(?:[kKMB]|million|billion|thousand)?\b[\s,;-]+[A-Za-z]{2}")
_FORMULA = re.compile(r"\S{1,60}|[^$]{0,40}[=<>≤≥≈±×∈+][^$]{0,40}")
_NO_LETTER = re.compile(r"[\W_]+")
_LONG_WORD = re.compile(r"[^\W\d_]{4}")
_SCRIPT = re.compile(r"([\^_])(?:\{([^{}\\]{1,12})\}|([A-Za-z0-9+\-]))")
_SUB = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_SUP = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", strict=True)
)
_KEPT = {"%": "\ue001", "&": "\ue002", "#": "\ue003"}
"""Signs of TeX that mean themselves in a piece, in private characters while the converter runs."""
_INTO = str.maketrans(_KEPT)
_BACK = str.maketrans({private: sign for sign, private in _KEPT.items()} | {"\ue000": "$"})
_LETTERFORM = re.compile(
    "[\U0001d400-\U0001d537\U0001d56c-\U0001d7ff\u210a-\u210c\u2110-\u2112\u211b\u211c\u212c\u212d\u212f-\u2131\u2133\u2134]"
)
"""Bold, italic, script and sans letters of mathematics; double-struck ones (ℝ, 𝔼) are read as what they are."""
_RAISED = re.compile(r"\^([°†‡§¶′])")
_QUOTED = re.compile(r"``(.{1,300}?)''")
_TIE = re.compile(r"(?<=[\w.,:;)\]])~(?=\S|$)")
_DASHES = re.compile(r"(?<!-)---?(?!-)")
_NO_ANGLES = str.maketrans("", "", "<>/")
_DEFUSED = str.maketrans("", "", "\\${}~&<")


def clean_text(text: str) -> str:
    """Text that any XML can carry: NFC, no control characters, no overrides of the writing direction."""
    return unicodedata.normalize("NFC", _BAD.sub("", text))


@lru_cache(maxsize=4096)
def plain_text(text: str) -> str:
    """Readable Unicode on one line; `plain(plain(x)) == plain(x)`.

    Never raises, and empty only where nothing visible was given.
    """
    shown = raw = " ".join(clean_text(text[:MOST]).split())
    for _ in range(PASSES):
        before, shown = shown, _converted(_unmarked(shown))
        if shown == before:
            return shown
    return " ".join(_DASHES.sub("–", raw.translate(_DEFUSED)).replace("``", "“").split()) or raw


def _unmarked(text: str) -> str:
    """Entities and pairs of tags of HTML as the text that was meant."""
    if "&" in text:
        text = " ".join(clean_text(_ENTITY.sub(_entity, text)).split()) or text
    closed = {name.lower() for name in _CLOSING.findall(text) if _HTML.fullmatch(name)} if "</" in text else ()
    if not closed:
        return text
    bare = _TAG.sub(lambda found: "" if found[1].lower() in closed else found[0], text)
    return " ".join(bare.split()) or " ".join(text.translate(_NO_ANGLES).split()) or text


def _entity(found: re.Match[str]) -> str:
    meant = html.unescape(f"&{found[1]};")
    return found[0] if meant == f"&{found[1]};" else meant


def _converted(raw: str) -> str:
    if not _WORTH.search(raw):
        return raw
    shown = " ".join(clean_text(_text(_QUOTED.sub(r"“\1”", raw))).split())
    if shown and _letters(shown) >= 0.8 * _letters(_UNSHOWN.sub("", raw)):
        return shown
    return " ".join(raw.replace("$", "").split()) or raw


def _letters(text: str) -> int:
    return len(_NO_LETTER.sub("", text))


def _text(text: str, depth: int = 0) -> str:
    """TeX to text: every piece by its first sign, and what stands between with its dashes and quotes."""
    if depth > DEPTH:
        return text.replace("\\", "")
    pairs, made, at = _pairs(text), [], 0
    while found := _SIGN.search(text, at):
        start = found.start()
        made.append(_between(text[at:start]))
        match text[start]:
            case "\\":
                piece, at = _command(text, start, pairs, depth)
            case "$":
                piece, at = _dollar(text, start)
            case _:
                piece, at = _group(text, start, pairs, depth)
        if not piece and text[at : at + 1] in {"", ".", ",", ";", ")"}:
            made[-1] = made[-1].rstrip()
        made.append(piece)
    return "".join([*made, _between(text[at:])])


def _pairs(text: str) -> dict[int, int]:
    """The place of the closing brace for each opening one."""
    found, opened, at = {}, [], 0
    for match in re.finditer(r"\\.|[{}]", text):
        at = match.start()
        if text[at] == "{":
            opened.append(at)
        elif text[at] == "}" and opened:
            found[opened.pop()] = at
    return found


def _between(text: str) -> str:
    """Text without macros: ties and dashes; words with a slash are paths and addresses, and stay."""
    if "~" not in text and "--" not in text:
        return text
    return " ".join(
        word
        if "/" in word
        else _DASHES.sub(lambda dashes: "–" if len(dashes[0]) == 2 else "—", _TIE.sub(" ", word))
        for word in text.split(" ")
    )


def _dollar(text: str, start: int) -> tuple[str, int]:
    """Math, or a sign that means itself."""
    sign = "$$" if text.startswith("$$", start) else "$"
    first = start + len(sign)
    end = text.find(sign, first)
    while end > 0 and text[end - 1] == "\\":
        end = text.find(sign, end + 1)
    if end < 0 or end - first > 400 or not _is_math(text[first:end], text[end + len(sign) :][:1]):
        return sign, first
    return _piece(f"${_SCRIPT.sub(_script, text[first:end])}$"), end + len(sign)


def _is_math(inside: str, after: str) -> bool:
    if not inside.strip() or _PRICE.match(inside):
        return False
    if _SIGN_OF_TEX.search(inside):
        return True
    # As pandoc reads it: no space inside the signs, no digit after them (but for a sign alone, as in `$-$5 dB`).
    if inside != inside.strip() or (after.isdigit() and _letters(inside)):
        return False
    return _letters(inside) <= 3 or bool(_FORMULA.fullmatch(inside) and not _LONG_WORD.search(inside))


def _script(found: re.Match[str]) -> str:
    forms = _SUP if found[1] == "^" else _SUB
    inside = found[2] or found[3]
    if not all(character in forms for character in inside):
        return found[0]
    # The braces keep the script out of the name of a macro before it.
    return "{}" + "".join(forms[character] for character in inside)


def _group(text: str, start: int, pairs: dict[int, int], depth: int) -> tuple[str, int]:
    """Braces that group or keep capitals go; those of a set stay."""
    end = pairs.get(start)
    if end is None:
        return "{", start + 1
    inside = text[start + 1 : end]
    if inside.startswith(("\\", "$")) and not inside.startswith("\\{"):
        return _text(inside, depth + 1), end + 1
    return (inside, end + 1) if _PROTECTED.fullmatch(inside) else ("{", start + 1)


def _command(text: str, start: int, pairs: dict[int, int], depth: int) -> tuple[str, int]:
    """A macro with its arguments, an accent, or an escaped sign."""
    if accent := _ACCENT.match(text, start):
        return _piece(accent[0]), accent.end()
    macro = _MACRO.match(text, start)
    if macro is None:
        return _symbol(text, start)
    name, end, given = macro[1], macro.end(), []
    while end in pairs or text.startswith("[", end):
        close = pairs[end] if end in pairs else text.find("]", end, end + 80)
        if close < 0:
            break
        given += [text[end + 1 : close]] if end in pairs else []
        end = close + 1
    if name in _VERBATIM and given:
        return given[0].replace("\\", ""), end
    if name in _DROPPED:
        return "", end
    if name in _SILENT:
        return "", macro.end()
    if name in _LETTERS and not given and text.startswith(" ", end):
        return _piece(macro[0]), end + 1
    if name == "footnote" and given:
        return f" ({_text(given[0], depth + 1)})", end
    if name == "href" and len(given) > 1:
        return _text(given[1], depth + 1), end
    if name in _AS_IT_IS or (any(given) and not _is_known(name)):
        return " ".join(_text(one, depth + 1) for one in given if one), end
    return _symbol_of(text, start, end, macro.end(), bool(given))


def _symbol(text: str, start: int) -> tuple[str, int]:
    sign = text[start + 1 : start + 2]
    if sign in "([" and sign:
        close = text.find("\\)" if sign == "(" else "\\]", start + 2, start + 400)
        if close > 0:
            return _piece(f"${_SCRIPT.sub(_script, text[start + 2 : close])}$"), close + 2
    return _ESCAPED.get(sign, sign), start + 2


def _symbol_of(text: str, start: int, end: int, named: int, has_arguments: bool) -> tuple[str, int]:
    """A macro of the converter's, or an unknown one: most often the authors' name of their method."""
    shown = _piece(text[start:end])
    # TeX eats the space after a macro; readers want it back.
    return shown if has_arguments or end > named else shown.rstrip(), end


@lru_cache(maxsize=8192)
def _piece(piece: str) -> str:
    """One formula, accent or symbol; the raw piece without `$` where the converter fails."""
    try:
        shown = str(_converter()(piece.replace("\\$", "\ue000").translate(_INTO)))
    except Exception:  # noqa: BLE001 # the converter is somebody else's and the text a stranger's: raw is always good
        return piece.replace("$", "")
    if "%s" in shown:
        # The converter's template of a macro whose arguments are missing.
        return piece.replace("$", "")
    shown = _RAISED.sub(r"\1", shown.translate(_BACK).replace("^∘", "^°"))
    # No screen reader reads the letterforms of mathematics, and no search finds them.
    return _LETTERFORM.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), shown)


def _unknown(node: Any, l2tobj: Any) -> str:
    given = [one for one in node.nodeargd.argnlist if one is not None] if node.nodeargd else []
    return str(l2tobj.nodelist_to_text(given)) if given else f"{node.macroname}{node.macro_post_space}"


def _accented(node: Any, l2tobj: Any, *, accent: str) -> str:
    """Every letter with the accent. The converter's own puts it on accents as well: twice as many with each nesting."""
    text = str(l2tobj.nodelist_to_text(list(node.nodeargs)[:1])).strip() if node.nodeargs else " "
    letters = text.replace("ı", "i").replace("ȷ", "j")
    return "".join(
        one if unicodedata.combining(one) else unicodedata.normalize("NFC", one + accent) for one in letters
    )


@lru_cache(maxsize=1)
def _context() -> Any:
    from pylatexenc import latex2text  # noqa: PLC0415 # slow to import; most titles need none
    from pylatexenc.latex2text import _defaultspecs  # noqa: PLC0415 # as above

    made = latex2text.get_default_latex_context_db()
    macros = [latex2text.MacroTextSpec(name, simplify_repl="") for name in _SILENT]
    for name, accent in _defaultspecs.unicode_accents_list:
        # A bar is a macron, which letters are composed with; the converter has the overline.
        accent = accent.replace("\u0305", "\u0304")  # noqa: PLW2901 # the same thing by another sign

        # The converter looks at the names of the parameters, which `partial` hides.
        def repl(node: Any, l2tobj: Any, accent: str = accent) -> str:
            return _accented(node, l2tobj, accent=accent)

        macros.append(latex2text.MacroTextSpec(name, simplify_repl=repl))
    made.add_context_category("ours", prepend=True, macros=macros)
    made.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_unknown))
    return made


def _is_known(name: str) -> bool:
    return bool(_context().get_macro_spec(name).macroname)


@lru_cache(maxsize=1)
def _converter() -> Any:
    from pylatexenc import latex2text, latexwalker  # noqa: PLC0415 # as above

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    walks = latexwalker.get_default_latex_context_db()
    made = latex2text.LatexNodes2Text(
        latex_context=_context(), math_mode="text", keep_comments=True, strict_latex_spaces=False
    )

    def convert(piece: str) -> Any:
        walker = latexwalker.LatexWalker(piece, latex_context=walks, tolerant_parsing=True)
        return made.nodelist_to_text(walker.get_latex_nodes()[0])

    return convert


def clear_cache() -> None:
    """Give back what was kept of converted texts: the next publish seldom needs the same."""
    for converted in (plain_text, _piece):
        converted.cache_clear()
