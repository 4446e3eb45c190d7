"""A text without its markup, with the places and links that the markup gave."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from tracker.detect.links import urls
from tracker.detect.links.link_cleanup import undo_tex
from tracker.domain.terms import Place

_BREAKS = re.compile(r"(?:\s|\\\\|\\(?:allowbreak|linebreak|-|/))+")
_MOST_SPELT = 3_000
"""Characters of an address in words."""


def spells(words: str, url: str) -> bool:
    """Whether the words of a link are its address, perhaps without its scheme or broken over lines, and nothing else."""
    if len(words) > _MOST_SPELT:
        return False
    joined = undo_tex(_BREAKS.sub("", words)).strip("{}").lower()
    return not joined or ("/" in joined and url.lower().endswith(joined))


@dataclass(frozen=True, slots=True)
class PlainText:
    """The words of a text, the places that its markup gave, and the links whose exact address it gave.

    `places[n]` is the place from position `starts[n]` up to the next start; None where the markup gave none.
    `links` are in order and do not overlap.
    """

    text: str
    starts: tuple[int, ...] = ()
    places: tuple[Place | None, ...] = ()
    links: tuple[urls.FoundLink, ...] = ()

    def place_at(self, position: int) -> Place | None:
        """The place of `position`; None where the markup gave none."""
        index = bisect_right(self.starts, position) - 1
        return self.places[index] if index >= 0 else None


class PlainTextWriter:
    """Builds a plain text, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        """The pieces so far; a caller that adds to them directly must not add an empty one."""
        self._measured = 0
        self._measure = 0
        self._linked = -1
        self._starts: list[int] = []
        self._places: list[Place | None] = []
        self._links: list[urls.FoundLink] = []

    @property
    def length(self) -> int:
        """The number of characters so far, added up only when it is needed: most pieces are only words."""
        if self._measured < len(self.pieces):
            self._measure += sum(map(len, self.pieces[self._measured :]))
            self._measured = len(self.pieces)
        return self._measure

    def put(self, piece: str) -> None:
        """Add words."""
        if piece:
            self.pieces.append(piece)

    def enter(self, place: Place | None) -> None:
        """Set the place of all that follows."""
        if self._places and self._places[-1] is place:
            return
        length = self.length
        if self._starts and self._starts[-1] == length:
            self._places[-1] = place
        else:
            self._starts.append(length)
            self._places.append(place)

    def mark(self) -> tuple[int, int]:
        """This point of the text, for `since` and `link`."""
        return len(self.pieces), self.length

    def since(self, mark: tuple[int, int]) -> str:
        """The words added since `mark`."""
        return "".join(self.pieces[mark[0] :])

    def link(self, url: str, mark: tuple[int, int] | None = None) -> None:
        """Add a link by its address, in place of the words since `mark` if only words were added since then."""
        if mark is not None and (not self._starts or self._starts[-1] <= mark[1]):
            del self.pieces[mark[0] :]
            self._measured, self._measure = mark
        elif self.pieces and not self.pieces[-1][-1:].isspace():
            self.put(" ")
        length = self.length
        self._links.append(urls.FoundLink(length, length + len(url), url, url))
        self.put(url)
        self._linked = len(self.pieces)

    @property
    def after_link(self) -> bool:
        """Whether the last piece is a link, so that the next word needs a space before it."""
        return self._linked == len(self.pieces)

    def expect_words(self) -> None:
        """Let the next words be read as those after a link."""
        self._linked = len(self.pieces)

    def finish(self) -> PlainText:
        """The finished text."""
        return PlainText("".join(self.pieces), tuple(self._starts), tuple(self._places), tuple(self._links))
