"""TeX in running text to Unicode; pure, and never worse than the input.

Only TeX is converted, piece by piece, and the text between stays as it is: prices, percent signs, braces of sets,
addresses. A `$…$` is math if its inside has a sign of TeX, at most three letters or digits, or the look of a formula,
and is not a price. Scripts become Unicode only where every character has a form.
"""

from __future__ import annotations

import re

from tracker.publish.latex_converter import SILENT_MACROS, convert_piece, is_known_macro
from tracker.publish.latex_math import (
    ACCENTED,
    SYMBOLS,
    WORDS,
    accented_letter,
    convert_bare_scripts,
    prepare_math,
    raise_text,
)

DEPTH = 8
"""The depth of nested macros that are converted."""
DASHES = re.compile(r"(?<!-)---?(?!-)")
_SIGN = re.compile(r"[\\${]")
_MACRO = re.compile(r"\\([A-Za-z]+)\*?")
_PROTECTED = re.compile(r"[\w .'’/-]*|,|https?://[^\s{}]*")
"""Text that authors put in braces to keep its capitals; anything else in bare braces is a set or code."""
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
_DROPPED = {"cite", "citep", "citet", "citealp", "ref", "eqref", "label", "vspace", "hspace", "thanks", "begin", "end"} | {
    "color", "phantom", "hphantom", "vphantom", "noindent", "newline", "par", "centering", "linebreak", "selectfont"}  # fmt: skip
_SCRIPTS, _SECOND = (
    {"textsuperscript", "textsubscript"},
    {"href", "textcolor", "colorbox", "scalebox", "raisebox", "overset", "stackrel"},
)
_LETTERS = {"o", "O", "ss", "l", "L", "aa", "AA", "ae", "AE", "oe", "OE", "i", "j"}
"""Macros that are a letter within a word: the space that ends their name is dropped, as TeX does."""
_SIGN_OF_TEX = re.compile(r"[\\^_{}]")
_PRICE = re.compile(r"\s*\d[\d.,]*\s*(?:[kKMB]|million|billion|thousand)?\b[\s,;-]+[A-Za-z]{2}")
_FORMULA = re.compile(r"\S{1,60}|[^$]{0,40}[=<>≤≥≈±×∈+][^$]{0,40}")
_NO_LETTER = re.compile(r"[\W_]+")
_LONG_WORD = re.compile(r"[^\W\d_]{4}")
_TIE = re.compile(r"(?<=[\w.,:;)\]])~(?=\S|$)")


def tex_to_text(text: str, depth: int = 0) -> str:
    """TeX to text: each piece by its first sign, and the text between the pieces with its dashes and quotes."""
    if depth > DEPTH:
        return text.replace("\\", "")
    if depth == 0 and ("^" in text or "_{" in text):
        text = _convert_outside_math(text)
    pairs, made, at = _match_braces(text), [], 0
    while found := _SIGN.search(text, at):
        start = found.start()
        made.append(_convert_plain(text[at:start]))
        match text[start]:
            case "\\":
                piece, at = _convert_macro(text, start, pairs, depth)
            case "$":
                piece, at = _convert_dollar(text, start)
            case _:
                piece, at = _convert_group(text, start, pairs, depth)
        if not piece and text[at : at + 1] in {"", ".", ",", ";", ")"}:
            made[-1] = made[-1].rstrip()
        made.append(piece)
    return "".join([*made, _convert_plain(text[at:])])


def _convert_outside_math(text: str) -> str:
    """The text with the scripts converted that stand in no formula."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return text
    return "$".join(
        part if place % 2 or "\\(" in part or "\\[" in part else convert_bare_scripts(part, _convert_math)
        for place, part in enumerate(parts)
    )


def count_letters(text: str) -> int:
    """How many letters and digits a text has."""
    return len(_NO_LETTER.sub("", text))


def _match_braces(text: str) -> dict[int, int]:
    """The position of the closing brace for each opening one."""
    found, opened, at = {}, [], 0
    for match in re.finditer(r"\\.|[{}]", text):
        at = match.start()
        if text[at] == "{":
            opened.append(at)
        elif text[at] == "}" and opened:
            found[opened.pop()] = at
    return found


def _convert_plain(text: str) -> str:
    """Converts ties and dashes of text without macros; words with a slash are paths and addresses, and stay."""
    if "~" not in text and "--" not in text:
        return text
    return " ".join(
        word
        if "/" in word
        else DASHES.sub(lambda dashes: "–" if len(dashes[0]) == 2 else "—", _TIE.sub(" ", word))
        for word in text.split(" ")
    )


def _convert_dollar(text: str, start: int) -> tuple[str, int]:
    """A piece of math, or a dollar sign that is not TeX."""
    sign = "$$" if text.startswith("$$", start) else "$"
    first = start + len(sign)
    end = text.find(sign, first)
    while end > 0 and text[end - 1] == "\\":
        end = text.find(sign, end + 1)
    if end < 0 or end - first > 400 or not _is_math(text[first:end], text[end + len(sign) :][:1]):
        return sign, first
    return _convert_math(text[first:end]), end + len(sign)


def _is_math(inside: str, after: str) -> bool:
    if not inside.strip() or _PRICE.match(inside):
        return False
    if _SIGN_OF_TEX.search(inside):
        return True
    # As pandoc reads it: no space inside the signs, no digit after them (but for a sign alone, as in `$-$5 dB`).
    if inside != inside.strip() or (after.isdigit() and count_letters(inside)):
        return False
    return count_letters(inside) <= 3 or bool(_FORMULA.fullmatch(inside) and not _LONG_WORD.search(inside))


def _convert_math(inside: str, depth: int = 0) -> str:
    """A formula as text."""

    def convert(script: str) -> str:
        return _convert_math(script, depth + 1) if depth < 3 else script

    return convert_piece(f"${prepare_math(inside, convert)}$")


def _convert_group(text: str, start: int, pairs: dict[int, int], depth: int) -> tuple[str, int]:
    """Removes braces that group or keep capitals; those of a set stay."""
    end = pairs.get(start)
    if end is None:
        return "{", start + 1
    inside = text[start + 1 : end]
    if inside.startswith(("\\", "$")) and not inside.startswith("\\{"):
        return tex_to_text(inside, depth + 1), end + 1
    return (inside, end + 1) if _PROTECTED.fullmatch(inside) else ("{", start + 1)


def _convert_macro(text: str, start: int, pairs: dict[int, int], depth: int) -> tuple[str, int]:
    """Converts a macro with its arguments, an accent, or an escaped sign."""
    if accent := ACCENTED.match(text, start):
        return accented_letter(accent[0]), accent.end()
    macro = _MACRO.match(text, start)
    if macro is None:
        return _convert_symbol(text, start)
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
    if (shown := _convert_own(name, given, end, macro.end(), depth)) is not None:
        return shown
    if name in SILENT_MACROS:
        return "", macro.end()
    if name in _LETTERS and not given and text.startswith(" ", end):
        return convert_piece(macro[0]), end + 1
    if name in _AS_IT_IS or (any(given) and not is_known_macro(name)):
        return " ".join(tex_to_text(argument, depth + 1) for argument in given if argument), end
    return _convert_other_macro(text, start, end, macro.end(), bool(given))


def _convert_own(name: str, given: list[str], end: int, named: int, depth: int) -> tuple[str, int] | None:
    """Converts a macro that the converter does not know as authors mean it; None for any other. `named` is where its name
    ends, `end` where its arguments do."""
    word = SYMBOLS.get(name) or WORDS.get(name)
    if word and not any(given):
        return word, end if given else named
    if name == "item":
        return "•", named
    if not given:
        return None
    if name in _SCRIPTS:
        return raise_text(tex_to_text(given[0], depth + 1), lower=name == "textsubscript"), end
    if name in _SECOND and len(given) > 1:
        return tex_to_text(given[1], depth + 1), end
    if name == "ensuremath":
        return _convert_math(given[0]), end
    return (f" ({tex_to_text(given[0], depth + 1)})", end) if name == "footnote" else None


def _convert_symbol(text: str, start: int) -> tuple[str, int]:
    sign = text[start + 1 : start + 2]
    if sign in "([" and sign:
        close = text.find("\\)" if sign == "(" else "\\]", start + 2, start + 400)
        if close > 0:
            return _convert_math(text[start + 2 : close]), close + 2
    return _ESCAPED.get(sign, sign), start + 2


def _convert_other_macro(text: str, start: int, end: int, named: int, has_arguments: bool) -> tuple[str, int]:
    """Converts a macro that the converter knows, or an unknown one: most often the authors' name of their method."""
    shown = convert_piece(text[start:end])
    # TeX drops the space after a macro; readers need it.
    return shown if has_arguments or end > named else shown.rstrip(), end
