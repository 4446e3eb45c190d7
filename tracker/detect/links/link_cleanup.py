"""What the characters of a found link mean: TeX's escapes undone, the sentence's punctuation taken off."""

from __future__ import annotations

import re

# A full stop without its space: `name.The method …`.
_RUN_ON = re.compile(
    r"[.,;](?:The|Our|We|This|These|In|It|Code|Codes|Data|Datasets?|Project|Models?|Comments?|Keywords?|Accepted|To|"
    r"All|Here|Also|For|and|or|Index|Videos?|Demo|Website|Homepage|Source|A|An|Published|See)\Z"
)
CHARACTER_MAP = str.maketrans(
    {"\u00ad": None, "\u200b": None, "\u2010": "-", "\u2011": "-", "\u223c": "~",
     "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)  # fmt: skip
_TEX_SOFT = re.compile(r"\\-|\\(?:allowbreak|linebreak|break|discretionary|hfill)(?![A-Za-z]) ?")
_TEX_TILDE = re.compile(r"[{$]?\\(?:textasciitilde|sim|~)(?![A-Za-z])(?: |\{\})?[}$]?")
_TEX_UNDERSCORE = re.compile(r"\{?\\(?:textunderscore(?![A-Za-z])(?: |\{\})?|_(?:\{\})?)\}?")
_TEX_OTHER = re.compile(r"\\([%#&$/,.])(?:\{\})?|\{([-_.~])\}")
_MAX_RUN_ON = 10
_PUNCTUATION = ".,;:!?*$&#@=~"


def ends_in_next_sentence(text: str, end: int) -> bool:
    """Whether the first word of the next sentence stands before `end` without its space."""
    return _RUN_ON.search(text, max(0, end - _MAX_RUN_ON), end) is not None


def clean_address(body: str, before: str) -> tuple[str, int]:
    """(address, characters dropped at the end) of the characters that were found."""
    kept = body
    while kept:
        last = kept[-1]
        unopened = last == ")" and kept.count("(") < kept.count(")")
        if last in _PUNCTUATION or unopened or last == "(" or (last == "_" and before == "_"):
            kept = kept[:-1]
        elif (run_on := _RUN_ON.search(kept)) is not None:
            kept = kept[: run_on.start()]
        else:
            break
    return undo_tex(kept).translate(CHARACTER_MAP).rstrip(_PUNCTUATION), len(body) - len(kept)


def undo_tex(url: str) -> str:
    """`url` with TeX's escapes and soft breaks as the characters that they stand for."""
    if "\\" in url or "{" in url:
        url = _TEX_SOFT.sub("", url)
        url = _TEX_TILDE.sub("~", url)
        url = _TEX_UNDERSCORE.sub("_", url)
        url = _TEX_OTHER.sub(lambda found: found.group(1) or found.group(2), url)
    return url
