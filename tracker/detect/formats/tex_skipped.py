"""The parts of a TeX source that are read to their end as one: what is never typeset, and what is typeset as it is."""

from __future__ import annotations

import re

_CONDITION = re.compile(r"\\(if[A-Za-z@]*|else|fi)(?![A-Za-z@])|%[^\n]*")
_NO_CONDITIONS = frozenset({"iff", "ifthenelse"})
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n[^\S\n]*")


class EndFinder:
    """Finds where such parts end. A mark that was not found is not searched again in the same text, so that the time
    stays linear."""

    def __init__(self) -> None:
        self._missed: dict[str, str] = {}
        """The last text in which a mark was searched for and not found."""

    def find(self, text: str, mark: str, at: int) -> int:
        """The end of the next `mark`, -1 without one."""
        if self._missed.get(mark) is text:
            return -1
        end = text.find(mark, at)
        if end < 0:
            self._missed[mark] = text
            return -1
        return end + len(mark)

    def find_end_of_hidden(self, text: str, at: int) -> int:
        """The position after the `\\fi` (or `\\else`) that ends a block which is never typeset; `at` without one."""
        depth = 1
        for condition in _CONDITION.finditer(text, at) if self._missed.get("\\fi") is not text else ():
            word = condition[1]
            if word is None or word in _NO_CONDITIONS:
                continue
            if word == "else" and depth > 1:
                continue
            depth += {"fi": -1, "else": -1}.get(word, 1)
            if not depth:
                return condition.end()
        self._missed["\\fi"] = text
        return at


def strip_comments(body: str) -> str:
    """A definition's body without its comments, each of which ends with its line. A `%` in the last line stays."""
    if "%" not in body:
        return body
    # Each `%` before the last line end finds its own; of those behind it, each would search to the end.
    last = body[body.rfind("\n") + 1 :].lstrip()
    return _COMMENT.sub("", body[: len(body) - len(last)]) + last
