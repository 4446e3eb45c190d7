"""Rules for the texts of arXiv's API, OAI-PMH and RSS: clean texts, categories, and notes of withdrawal; pure."""

from __future__ import annotations

import re

# arXiv's own categories; ACM (`I.2.6`) and MSC (`68T07, 35J20`) terms come in the same list.
CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*))?", re.ASCII)
# C0 and C1 control characters except tab and line feed; overrides of the writing direction; non-characters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd-\uffff]")
_MAIL = re.compile(r"<?[^\s<>@,;:()]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}>?")
WITHDRAWN = re.compile(
    r"\W{0,5}(?:this|the)\s+(?:arxiv\s+)?(?:paper|article|submission|manuscript|work|preprint|report)\s+"
    r"(?:has\s+been|have\s+been|is|was)\s+(?:\w+\s+)?withdrawn\b(?!\s+from)"
    r"|\W{0,5}(?:(?:paper|article|submission|manuscript)\s+)?(?:has\s+been\s+|is\s+|was\s+)?withdrawn\s+by\b",
    re.IGNORECASE,
)


def clean_names(text: str) -> str:
    """Names on one line, cleaned and without mail addresses, which are not to be published again."""
    return " ".join(_MAIL.sub("", clean_text(text)).split())


def clean_text(text: str) -> str:
    """`text` without control characters, direction overrides and non-characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
