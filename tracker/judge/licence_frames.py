"""Sentences around a standard licence text that change nothing of what it allows: the frames of `frames.toml`; pure.

All frames are one automaton over the words of a sentence, so that reading is linear in the number of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.config_files import ConfigTable

MAX_SENTENCE = 120
"""Words of a sentence that are read; a longer one fits no frame."""

_ELEMENT = re.compile(r"(\{[^{}]+\}|<\w+>|[^\s?*+]+)([?*+]?)")
_OPTIONAL, _REPEATED = frozenset("?*"), frozenset("*+")
_SLOTS = frozenset(("name", "names", "project", "title", "osi", "open", "licence", "url", "email"))


class FrameTable(ConfigTable):
    """One frame of the file: its elements for each way to say it."""

    name: str
    says: tuple[str, ...]
    opens: str = ""
    grant: bool = False
    part: bool = False
    offer: bool = False
    limit: bool = False
    pointer: bool = False
    inside: bool = False
    """Whether it counts only as an item of a list of parts."""


class ForeignTable(ConfigTable):
    """Sentences of languages that are not parted into words."""

    says: tuple[str, ...]


class LicenceNameTable(ConfigTable):
    """A name of an open-source licence, as a regular expression over flattened text."""

    id: str
    says: str


class FramesFile(ConfigTable):
    """The file `config/licences/frames.toml`."""

    sites: str
    licence_cues: str
    common_cues: str
    licence: tuple[LicenceNameTable, ...]
    sets: dict[str, str]
    frame: tuple[FrameTable, ...]
    foreign: ForeignTable


@dataclass(frozen=True, slots=True)
class FrameItem:
    """A word of a sentence, or a licence or an address in it. `slots` are the open places that it may fill."""

    key: str
    slots: frozenset[str] = frozenset()
    licence: str | None = None
    """The id of the licence that it names."""


@dataclass(frozen=True)
class FrameAutomaton:
    """All frames as one automaton: bit `i` of a state is element `i` of all elements in a row.

    `accepts` maps a word, or `<slot>`, to the elements that may be it; `follow[i]` are the elements after element `i`.
    """

    frames: tuple[FrameTable, ...]
    accepts: Mapping[str, int]
    follow: tuple[int, ...]
    first: int
    last: int
    owner: tuple[int, ...]
    foreign: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))

    def match(self, items: Sequence[FrameItem]) -> FrameTable | None:
        """The frame that the whole sentence fits, the first of the file where several do; None if no frame fits."""
        if not 0 < len(items) <= MAX_SENTENCE:
            return None
        state = self.first & self._accepting(items[0])
        for item in items[1:]:
            if not state:
                return None
            following = 0
            for element in _bits(state):
                following |= self.follow[element]
            state = following & self._accepting(item)
        return next((self.frames[self.owner[element]] for element in _bits(state & self.last)), None)

    def _accepting(self, item: FrameItem) -> int:
        mask = self.accepts.get(item.key, 0)
        for slot in item.slots:
            mask |= self.accepts.get(f"<{slot}>", 0)
        return mask


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def build_automaton(file: FramesFile) -> FrameAutomaton:
    """The automaton of a file of frames. Raises ValueError where a frame names a set or slot that does not exist."""
    sets = {name: frozenset(words.split()) for name, words in file.sets.items()}
    accepts: dict[str, int] = {}
    follow: list[int] = []
    owner: list[int] = []
    first = last = 0
    for number, frame in enumerate(file.frame):
        for says in frame.says:
            elements = _ELEMENT.findall(says.strip())
            start = len(follow)
            skippable = [suffix in _OPTIONAL for _, suffix in elements]
            for place, (element, suffix) in enumerate(elements):
                bit = 1 << (start + place)
                for word in _words_of(element, sets):
                    accepts[word] = accepts.get(word, 0) | bit
                repeated = suffix in _REPEATED or element in ("<name>", "<names>", "<project>", "<title>")
                follow.append((bit if repeated else 0) | _reachable(start, place + 1, skippable))
                owner.append(number)
                if all(skippable[:place]):
                    first |= bit
                if all(skippable[place + 1 :]):
                    last |= bit
    foreign = re.compile("|".join(f"(?:{says})" for says in file.foreign.says))
    return FrameAutomaton(file.frame, accepts, tuple(follow), first, last, tuple(owner), foreign)


def _reachable(start: int, place: int, skippable: Sequence[bool]) -> int:
    mask = 0
    while place < len(skippable):
        mask |= 1 << (start + place)
        if not skippable[place]:
            break
        place += 1
    return mask


def _words_of(element: str, sets: Mapping[str, frozenset[str]]) -> Iterable[str]:
    if element.startswith("<"):
        if element[1:-1] not in _SLOTS:
            raise ValueError(f"{element} is not an open place of a frame")
        return (element,)
    if element.startswith("{"):
        words: set[str] = set()
        for name in element[1:-1].split("|"):
            if name not in sets:
                raise ValueError(f"{element} names no set of words")
            words |= sets[name]
        return words
    return element.split("|")
