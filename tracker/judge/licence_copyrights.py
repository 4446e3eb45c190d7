"""Copyright statements in a licence text, and where each of them ends; pure.

A copyright statement ends at its holder: terms that follow on the same line are no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.judge.licence_holders import MAX_SMALL, is_name, names_end

_SIGN = (
    r"(?:spdx-filecopyrighttext[ \t]{0,20}:|copyrights?(?:ed)?\b|©|\(c\)(?=[ \t]{0,40}(?:copyright|\d{4}|[<\[{])))"
)
_SIGNS = re.compile(_SIGN, re.IGNORECASE)
_LONGEST_START = 90
"""Characters that may stand in a statement before its first sign."""
_START = re.compile(
    r"(?:(?:some|all|original|modified|modifications?|new|derived|ported|other|source|portions?|parts?)[ \t]{1,3}"
    r"(?:of[ \t]{1,3}(?:this|the)[ \t]{1,3}[a-z]{1,20}[ \t]{1,3}(?:are[ \t]{1,3})?)?"
    r"(?:(?:work|code|version|portions?|parts?|source|software|files?|library)[ \t]{1,3})?)?" + _SIGN,
    re.IGNORECASE,
)
_DATED = re.compile(
    r"[ \t:,]*(?:©|\(c\)|\(©\)|&copy;|by\b|in\b|\(?\d{4}\b|[<\[{(]{1,2}[ \t]*(?:yyyy|year)|\$?year\b|yyyy\b|:)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[ \t:,]*(?:©|\(c\)|\(©\)|&copy;|\(?\d{4}\b)", re.IGNORECASE)
_IN = re.compile(r"[ \t]{1,3}in\b")
_WRAPPED = 40
"""Characters of a line that may have been wrapped inside a sentence."""
_LINE_MARKS = " \t\r#*/>|;%-"
_INSIDE = re.compile(r"[^\W_][ \t]*(?:\r?\n[ \t#*/>|;%-]*)?$")
"""The end of a word in the same sentence: "software which is copyrighted by …" states nothing."""
_NAMED = re.compile(
    r"[ \t:,]*(?:(?!(?i:holder|owner|notice|statement|and|law|licen[sc]e|information)s?\b)[A-Z][\w.&-]*|<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n]{1,60}\})"
)
_NOT_A_HOLDER = re.compile(
    r"(?:holder|owner|notice|statement|and|law|licen[sc]e|information|interest)s?\b", re.IGNORECASE
)
_RESERVED = re.compile(r"[\s.,;|*_-]*\(?(?:all|some|any)\s+rights?\s+(?:are\s+)?reserved\b\)?[.!]?", re.IGNORECASE)
_RESERVED_WORD = re.compile("reserved", re.IGNORECASE)
_RESERVED_LINE = re.compile(
    r"^[^\w\n]{0,20}(?:all|some)[ \t]+rights[ \t]+reserved[^\w\n]{0,20}$", re.IGNORECASE | re.MULTILINE
)


def copyright_spans(text: str) -> list[tuple[int, int]]:
    """The places of the copyright statements of a normalised text, with "all rights reserved" where it follows."""
    spans: list[tuple[int, int]] = []
    reached = 0
    for match in _starts(text):
        if match.start() < reached or not _opens(text, match):
            continue
        end = _holder_end(text, match.end())
        if end > match.end():
            spans.append((match.start(), end))
            reached = end
    return sorted([*spans, *_lines_of_reservation(text, spans)])


def _starts(text: str) -> Iterator[re.Match[str]]:
    """The matches of `_START`, in order, searched for only around the signs that each of them has."""
    reached = 0
    for sign in _SIGNS.finditer(text):
        if sign.start() < reached:
            continue
        match = _START.search(text, max(reached, sign.start() - _LONGEST_START), sign.end() + _LONGEST_START)
        if match is not None and match.start() <= sign.start():
            reached = match.end()
            yield match


def _lines_of_reservation(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines that say "all rights reserved" alone, outside of the statements."""
    lines = [match.span() for match in _RESERVED_LINE.finditer(text)] if _RESERVED_WORD.search(text) else []
    return [line for line in lines if not any(start < line[1] and line[0] < end for start, end in spans)]


def _opens(text: str, match: re.Match[str]) -> bool:
    """Whether a copyright statement begins there: at the start of a line, or before a date or a sign."""
    if _goes_on(text, match):
        return False
    if _DATED.match(text, match.end()) or match[0].lower().startswith("spdx"):
        return True
    line = text[max(0, match.start() - 24) : match.start()].rpartition("\n")[2]
    if any(letter.isalnum() for letter in line):
        return False
    line_end = text.find("\n", match.end())
    whole = text[match.end() : line_end if line_end >= 0 else len(text)].strip()
    return _NAMED.match(text, match.end()) is not None or (
        _NOT_A_HOLDER.match(whole) is None and is_name(whole, MAX_SMALL * 3)
    )


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Whether the word stands inside a sentence, which may have begun on the line before: "which is copyrighted by …"."""
    before = _INSIDE.search(text, max(0, match.start() - 60), match.start())
    if before is None or _SIGNED.match(text, match.end()):
        return False
    if "\n" not in before[0]:
        return match[0].lower().endswith("copyrighted") or _IN.match(text, match.end()) is not None
    line = text[: before.start() + 1].rpartition("\n")[2]
    return len(line) >= _WRAPPED and not _START.match(line.strip(_LINE_MARKS))


def _holder_end(text: str, start: int) -> int:
    """Where the holder of a copyright statement ends, with the lines on which it goes on; `start` if it is missing."""
    end = names_end(text, start)
    while end < len(text):
        following = re.compile(r"[ \t]*[,&]?[ \t]*\r?\n([ \t#*/>|;%-]{0,40})(?=\S)").match(text, end)
        if following is None:
            break
        line_end = text.find("\n", following.end())
        line_end = len(text) if line_end < 0 else line_end
        continued = text[end : following.start(1)].strip() in (",", "&") or len(following[1].expandtabs()) >= 8
        address = "@" in text[following.end() : line_end]
        line = text[text.rfind("\n", 0, following.start()) + 1 : following.start()]
        wrapped = len(line) >= _WRAPPED and text[following.end()].isupper()
        if not (continued or address or wrapped) or _START.match(text, following.end()):
            break
        next_end = names_end(text, following.end())
        rest = text[next_end:line_end].strip(" \t\r.,;")
        if next_end <= following.end() or (rest and not (wrapped and rest.startswith("("))):
            break
        end = next_end
    if reserved := _RESERVED.match(text, end):
        return reserved.end()
    return end
