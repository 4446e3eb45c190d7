"""A text without its markup, and what the markup told of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from tracker.detect.links import urls
from tracker.domain.terms import Place


@dataclass(frozen=True, slots=True)
class PlainText:
    """Words for a reader, the places that the markup told, and the links whose exact address it gave.

    `places[n]` holds from position `starts[n]` up to the next start; None where the markup told nothing.
    `links` ascend and do not overlap.
    """

    text: str
    starts: tuple[int, ...] = ()
    places: tuple[Place | None, ...] = ()
    links: tuple[urls.FoundLink, ...] = ()

    def place_at(self, position: int) -> Place | None:
        """What the markup told of the place of `position`."""
        index = bisect_right(self.starts, position) - 1
        return self.places[index] if index >= 0 else None


class PlainTextWriter:
    """Puts a plain text together, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        """What was put so far; whoever adds to it directly adds nothing empty."""
        self._measured = 0
        self._measure = 0
        self._linked = -1
        self._starts: list[int] = []
        self._places: list[Place | None] = []
        self._links: list[urls.FoundLink] = []

    @property
    def length(self) -> int:
        """Characters that were put; added up where it is asked for, as most pieces are only words."""
        if self._measured < len(self.pieces):
            self._measure += sum(map(len, self.pieces[self._measured :]))
            self._measured = len(self.pieces)
        return self._measure

    def put(self, piece: str) -> None:
        """Add words."""
        if piece:
            self.pieces.append(piece)

    def enter(self, place: Place | None) -> None:
        """From here on the text stands in `place`."""
        if self._places and self._places[-1] is place:
            return
        length = self.length
        if self._starts and self._starts[-1] == length:
            self._places[-1] = place
        else:
            self._starts.append(length)
            self._places.append(place)

    def mark(self) -> tuple[int, int]:
        """This point, for `since` and `replace`."""
        return len(self.pieces), self.length

    def since(self, mark: tuple[int, int]) -> str:
        """The words that were put since `mark`."""
        return "".join(self.pieces[mark[0] :])

    def link(self, url: str, mark: tuple[int, int] | None = None) -> None:
        """Add a link by its address; in place of the words since `mark`, if nothing but words came since."""
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
        """Whether the last that was put is a link, so that words may not be glued to it."""
        return self._linked == len(self.pieces)

    def finish(self) -> PlainText:
        """All that was put."""
        return PlainText("".join(self.pieces), tuple(self._starts), tuple(self._places), tuple(self._links))
