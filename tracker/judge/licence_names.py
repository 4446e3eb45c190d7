"""The names of licences in a sentence, and its words as the frames read them; pure and linear."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tracker.judge.licence_frames import FrameItem
from tracker.judge.licence_holders import holds_term, name_slots
from tracker.judge.licence_words import EMAIL, URL, fold_url

_WORD = re.compile(
    rf"(?P<url>{URL})|(?P<email>{EMAIL})|(?P<word>[^\W_](?:[^\s,;:!?()<>\[\]{{}}\"*|'’]|'(?=\w))*)|(?P<symbol>[^\w\s!-#%-/:-@\[-`{{-~])"
)


@dataclass(frozen=True, slots=True)
class LicenceName:
    """A pattern of a licence's name in flattened text; `open_source` where it may stand in a list of open parts."""

    id: str
    says: re.Pattern[str]
    open_source: bool
    open_content: bool
    is_family: bool = False
    """Whether it says too little for an id of the SPDX list."""


@dataclass(frozen=True)
class LicenceNames:
    """The names of licences that a sentence may hold."""

    names: tuple[LicenceName, ...]
    cues: frozenset[str]
    """Words of which every name has one, as a quick test."""
    common_cues: frozenset[str] = frozenset()
    """Those of them that many names have."""
    sites: frozenset[str] = frozenset()
    """Sites that hold open licences and nothing else."""

    @cached_property
    def families(self) -> frozenset[str]:
        """The names that say too little for an id."""
        return frozenset(name.id for name in self.names if name.is_family)

    @cached_property
    def by_cue(self) -> Mapping[str, frozenset[int]]:
        """For each cue, the numbers of the names that need it: by their rarer words, where they have any."""
        found: dict[str, set[int]] = {cue: set() for cue in self.cues}
        for number, name in enumerate(self.names):
            cues = {cue for cue in self.cues if cue in name.says.pattern}
            for cue in cues - self.common_cues or cues:
                found[cue].add(number)
        return {cue: frozenset(numbers) for cue, numbers in found.items()}


def sentence_items(sentence: str, names: LicenceNames) -> list[FrameItem]:
    """The words of a sentence, with licence names as one item each."""
    words: list[tuple[str, str, str]] = []
    flat, starts = "", []
    for match in _WORD.finditer(sentence):
        kind, shown = match.lastgroup or "", match[0]
        bare = shown.rstrip(".-/'") if kind == "word" else shown
        key = bare.lower()
        if kind == "word" and not words and len(key) <= 3 and (key.isdigit() or len(key) == 1):
            continue
        words.append((kind, bare, key))
        starts.append(len(flat))
        flat += _flat_word(key)
    found = _licences_in(flat, names) if words else []
    items: list[FrameItem] = []
    place = 0
    while place < len(words):
        here = next((name for name in found if name[0] <= starts[place] < name[1]), None)
        if here is not None:
            while place < len(words) and starts[place] < here[1]:
                place += 1
            item = _licence_item(here[2])
            if items and items[-1].licence and "osi" in items[-1].slots and "osi" in item.slots:
                # "The MIT License (MIT)" names one licence twice; the first name may be a family's.
                same = items[-1].licence == item.licence or here[2].is_family
                items[-1:] = (
                    [items[-1]] if same else [item] if items[-1].licence in names.families else [items[-1], item]
                )
            else:
                items.append(item)
            continue
        kind, shown, key = words[place]
        items.append(FrameItem(key, _slots(kind, shown, names)))
        place += 1
    return items


_VERSION = re.compile(r"v?[0-9][0-9.]*$")
"""The version at the end of a word, as in "gplv3"."""
_NOT_FLAT = re.compile(r"[^\w.+]+|_|(?<![0-9])\.|\.(?![0-9])")


@lru_cache(maxsize=8192)
def _flat_word(key: str) -> str:
    return " ".join(_NOT_FLAT.sub(" ", key.replace("licence", "license")).split()) + " "


def _licences_in(flat: str, names: LicenceNames) -> list[tuple[int, int, LicenceName]]:
    words = flat.split()
    cues = names.cues.intersection([*words, *(_VERSION.sub("", word) for word in words)])
    numbers = {number for cue in cues for number in names.by_cue[cue]}
    candidates = [names.names[number] for number in sorted(numbers)]
    found = [
        (match.start(), match.end(), name) for name in candidates for match in name.says.finditer(flat) if match[0]
    ]
    found = [_exact(span, found) for span in found]
    found.sort(key=lambda span: (span[0], -_weight(span, flat), span[2].is_family))
    kept: list[tuple[int, int, LicenceName]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _exact(
    span: tuple[int, int, LicenceName], found: Sequence[tuple[int, int, LicenceName]]
) -> tuple[int, int, LicenceName]:
    """A family's name with the id in it, as that of "General Public License v3" in "GNU General Public License v3"."""
    start, end, name = span
    ids = (
        other
        for other in found
        if name.is_family and not other[2].is_family and start < other[0] < end <= other[1]
    )
    exact = next(ids, None)
    return (start, exact[1], exact[2]) if exact else span


def _weight(span: tuple[int, int, LicenceName], flat: str) -> int:
    """The length of a name, the longest of which counts. The word "license" adds none to a family's, so that it does not
    hide the id in "BSD 3-Clause License"."""
    start, end, name = span
    return len(flat[start:end].removesuffix(" license")) if name.is_family else end - start


def _licence_item(name: LicenceName) -> FrameItem:
    slots = {"licence"}
    if name.open_source:
        slots |= {"osi", "open"}
    if name.open_content:
        slots.add("open")
    return FrameItem(f"\x00{name.id}", frozenset(slots), name.id)


def _slots(kind: str, shown: str, names: LicenceNames) -> frozenset[str]:
    if kind in ("url", "email"):
        of_licences = kind == "url" and fold_url(shown).partition("/")[0] in names.sites
        return frozenset((kind,)) if of_licences or not holds_term(shown) else frozenset()
    if kind == "symbol":
        return frozenset()
    return name_slots(shown)
