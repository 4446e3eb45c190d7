"""The characters of a link as an address: TeX's escapes undone, the punctuation of the sentence removed."""

from __future__ import annotations

import re

# A full stop that lost its space: `name.The method …`.
_RUN_ON = re.compile(
    r"[.,;](?:The|Our|We|This|These|In|It|Code|Codes|Data|Datasets?|Project|Models?|Comments?|Keywords?|Accepted|To|"
    r"All|Here|Also|For|and|or|Index|Videos?|Demo|Website|Homepage|Source|A|An|Published|See)\Z"
)
# Soft hyphens, typographic hyphens and ligatures of PDF conversions as the characters that were typed.
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
    """Whether the text before `end` is the first word of the next sentence, glued to the link."""
    return _RUN_ON.search(text, max(0, end - _MAX_RUN_ON), end) is not None


def clean_address(body: str, before: str) -> tuple[str, int]:
    """(address, how many characters were dropped at the end) of the characters of a link.

    `before` is the character before the link: an underscore there and one at the end are emphasis in Markdown.
    """
    address = body
    while address:
        last = address[-1]
        unopened = last == ")" and address.count("(") < address.count(")")
        if last in _PUNCTUATION or unopened or last == "(" or (last == "_" and before == "_"):
            address = address[:-1]
        elif (run_on := _RUN_ON.search(address)) is not None:
            address = address[: run_on.start()]
        else:
            break
    return undo_tex(address).translate(CHARACTER_MAP).rstrip(_PUNCTUATION), len(body) - len(address)


def undo_tex(url: str) -> str:
    """`url` with TeX's escapes replaced by the characters that they typeset, and soft breaks removed."""
    if "\\" in url or "{" in url:
        url = _TEX_SOFT.sub("", url)
        url = _TEX_TILDE.sub("~", url)
        url = _TEX_UNDERSCORE.sub("_", url)
        url = _TEX_OTHER.sub(lambda escape: escape.group(1) or escape.group(2), url)
    return url
