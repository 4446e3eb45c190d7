"""What a project page announces: a button or a line that says that the code is still to come; pure."""

from __future__ import annotations

import re

from tracker.detect.page_labels import clean_label, label_subjects
from tracker.detect.page_links import find_page_lines
from tracker.detect.pages import decode_page, is_heading_of_others
from tracker.detect.promises import statements
from tracker.domain.terms import Promise

_MAX_LABEL, _MAX_LINE = 60, 240
"""Characters of a button with the words behind it, and of a line that is read as a sentence."""
# That something is to come, in the languages that pages are written in.
_TO_COME = re.compile(
    r"\b(?:coming|soon|to (?:be (?:released|announced|added|published|uploaded|made)|come|follow)|tb[acd]|stay tuned|upon (?:acceptance|publication)"
    r"|in (?:preparation|progress)|under (?:preparation|construction|review)|not (?:yet )?(?:released|available|public)|bient\u00f4t|\u00e0 venir|demn\u00e4chst|folgt"
    r"|pr\u00f3ximamente|pronto|em breve|in arrivo|prossimamente|\u0441\u043a\u043e\u0440\u043e)\b"
    r"|\u5373\u5c06|\u5373\u5c07|\u656c\u8bf7\u671f\u5f85|\u656c\u8acb\u671f\u5f85|\u5f85(?:\u53d1\u5e03|\u5f00\u6e90|\u516c\u5f00)|\u8fd1\u65e5|\u516c\u958b\u4e88\u5b9a|\u6e96\u5099\u4e2d|\uc608\uc815|\uacf5\uac1c \uc608\uc815",
    re.IGNORECASE,
)
_HINT = re.compile(r"soon|releas|code|github|tb[acd]|[^\x00-\x7f]", re.IGNORECASE)


def find_page_promise(body: bytes, page_url: str) -> str:
    """The first button or line of a page that announces code, its white space collapsed; empty where none does.

    Lines under headings about others' work are left out, and so are long paragraphs. Never raises.
    """
    for line in find_page_lines(decode_page(body), page_url):
        words = line.words.strip()
        if len(words) > _MAX_LINE or not _HINT.search(words) or any(map(is_heading_of_others, line.headings)):
            continue
        if _announces(words, button=line.button):
            return words
    return ""


def _announces(words: str, *, button: bool) -> bool:
    label = clean_label(words)
    if button and len(words) <= _MAX_LABEL and "code" in label_subjects(label) and _TO_COME.search(label):
        return True
    return statements.tense_of(words) is Promise.PROMISED and statements.names_code(words)
