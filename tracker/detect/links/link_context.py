"""The words around a link: its sentence, and the words before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_EVIDENCE = 400
"""Characters of a sentence that are kept as evidence."""
MAX_BEFORE = 160
"""Characters kept of the words before a link."""

_BACK, _AHEAD = 700, 500
# The end of a sentence: a full stop, space, then what may begin the next; not after an abbreviation or an initial.
_STOP = re.compile(
    r"[.!?](?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bcf\.)(?<!\bvs\.)(?<!\bFig\.)(?<!\bSec\.)(?<!\bEq\.)(?<!\bNo\.)(?<!\bTab\.)"
    r"(?<!\bref\.)(?<!\bapprox\.)(?<!\bresp\.)(?<![^\w][A-Z]\.)"
    r"[)\]\"'}\u2019\u201d]{0,2}\s{1,20}(?=[A-Z\[(\"'\u201c\\$<{@]|https?:)"
)


def collapse_spaces(text: str) -> str:
    """`text` with every run of white space as one space, and without white space at its ends."""
    return " ".join(text.split())


def extract_context(text: str, start: int, end: int) -> tuple[str, str]:
    """(evidence, before) of the link `text[start:end]`: its sentence, and the words before it.

    Both have their white space collapsed; `evidence` has at most 400 characters and always includes the
    beginning of the link, `before` has at most 160. A longer sentence is cut on both sides of the link.
    """
    left = text[max(0, start - _BACK) : start]
    first = 0
    # The sign that opens an address does not begin a sentence.
    for stop in _STOP.finditer(left.removesuffix("<")):
        first = stop.end()
    right = text[end : end + _AHEAD]
    next_stop = _STOP.search(right)
    last = next_stop.end() if next_stop else len(right)
    lead = collapse_spaces(left[first:])
    link = collapse_spaces(text[start:end])[:MAX_EVIDENCE]
    gap = " " if left[-1:].isspace() and lead else ""
    tail = right[:last].rstrip()
    tail = (" " if tail[:1].isspace() else "") + collapse_spaces(tail)
    room = MAX_EVIDENCE - len(link) - len(gap)
    tail_room = min(len(tail), max(room - len(lead), room // 3))
    lead = lead[-(room - tail_room) :] if room > tail_room else ""
    evidence = f"{lead}{gap}{link}{tail[:tail_room]}"[:MAX_EVIDENCE]
    return evidence.strip(), collapse_spaces(left)[-MAX_BEFORE:] + gap


def sentences_at(text: str, at: Iterable[int]) -> Iterator[str]:
    """The sentences around the positions `at` (ascending), each once, white space collapsed."""
    done = -1
    for position in at:
        if position >= done:
            first, done = sentence_bounds(text, position)
            yield collapse_spaces(text[first:done])


def sentence_bounds(text: str, position: int) -> tuple[int, int]:
    """(start, end) of the sentence around a position, within 700 characters before it and 500 after."""
    low = first = max(0, position - _BACK)
    for stop in _STOP.finditer(text, low, position + 1):
        first = stop.end()
    following = _STOP.search(text, position, min(len(text), position + _AHEAD))
    return first, following.end() if following else min(len(text), position + _AHEAD)
