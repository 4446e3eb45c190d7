"""A text without its markup, and what the markup told of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from tracker.detect import urls
from tracker.domain import Place


@dataclass(frozen=True, slots=True)
class Plain:
    """Words for a reader, the places that the markup told, and the links whose exact address it gave.

    `places[n]` holds from position `starts[n]` up to the next start; None where the markup told nothing.
    `links` ascend and do not overlap.
    """

    text: str
    starts: tuple[int, ...] = ()
    places: tuple[Place | None, ...] = ()
    links: tuple[urls.Found, ...] = ()

    def place(self, position: int) -> Place | None:
        """What the markup told of the place of `position`."""
        index = bisect_right(self.starts, position) - 1
        return self.places[index] if index >= 0 else None


class Writer:
    """Puts a plain text together, piece by piece."""

    def __init__(self) -> None:
        self.length = 0
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._places: list[Place | None] = []
        self._links: list[urls.Found] = []

    def put(self, piece: str) -> None:
        """Add words."""
        self._pieces.append(piece)
        self.length += len(piece)

    def enter(self, place: Place | None) -> None:
        """From here on the text stands in `place`."""
        if self._places and self._places[-1] is place:
            return
        if self._starts and self._starts[-1] == self.length:
            self._places[-1] = place
        else:
            self._starts.append(self.length)
            self._places.append(place)

    def mark(self) -> tuple[int, int]:
        """This point, for `since` and `replace`."""
        return len(self._pieces), self.length

    def since(self, mark: tuple[int, int]) -> str:
        """The words that were put since `mark`."""
        return "".join(self._pieces[mark[0] :])

    def link(self, url: str, mark: tuple[int, int] | None = None) -> None:
        """Add a link by its address; in place of the words since `mark`, if nothing but words came since."""
        if mark is not None and (not self._starts or self._starts[-1] <= mark[1]):
            del self._pieces[mark[0] :]
            self.length = mark[1]
        elif self._pieces and not self._pieces[-1][-1:].isspace():
            self.put(" ")
        self._links.append(urls.Found(self.length, self.length + len(url), url, url))
        self.put(url)

    @property
    def after_link(self) -> bool:
        """Whether the last that was put is a link, so that words may not be glued to it."""
        return bool(self._links) and self._links[-1].end == self.length

    def plain(self) -> Plain:
        """All that was put."""
        return Plain("".join(self._pieces), tuple(self._starts), tuple(self._places), tuple(self._links))
