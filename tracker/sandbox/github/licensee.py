"""What GitHub's recogniser of licences says of a repository: an id, NOASSERTION, or nothing.

Follows licensee (licensee/licensee), which GitHub runs: files are scored by name; a text is compared as a set
of words with the standard texts, and is recognised from 98 % (the Dice coefficient, less a penalty for
another length); several different licences, or one that is not recognised, are "other". Only the licences of
choosealicense.com are known. The standard texts are those of `config/licences`, where the text between
`{{` and `}}` may be missing or replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from tracker.config_files import config_dir
from tracker.sandbox.file_tree import File

THRESHOLD = 98.0
MOST_CHARACTERS = 100_000
CHARACTERS_PER_MARK = 5
"""Length that a filled-in name may add, as in licensee."""
SLACK = 0.01
"""Share of the length that may be missing or added without penalty: headings, addresses."""


@dataclass(frozen=True, slots=True)
class RecognisedLicence:
    """A licence as GitHub's API names it."""

    spdx: str
    name: str

    @property
    def key(self) -> str:
        """GitHub's own id."""
        return "other" if self is OTHER else self.spdx.lower()


OTHER = RecognisedLicence("NOASSERTION", "Other")

# GitHub's id and name, and the file of the standard text where it has another name.
_KNOWN = """
0BSD          | BSD Zero Clause License
AFL-3.0       | Academic Free License v3.0
AGPL-3.0      | GNU Affero General Public License v3.0               | AGPL-3.0-only
Apache-2.0    | Apache License 2.0
Artistic-2.0  | Artistic License 2.0
BlueOak-1.0.0 | Blue Oak Model License 1.0.0
BSD-2-Clause  | BSD 2-Clause "Simplified" License
BSD-3-Clause  | BSD 3-Clause "New" or "Revised" License
BSD-4-Clause  | BSD 4-Clause "Original" or "Old" License
BSL-1.0       | Boost Software License 1.0
CC-BY-4.0     | Creative Commons Attribution 4.0 International
CC-BY-SA-4.0  | Creative Commons Attribution Share Alike 4.0 International
CC0-1.0       | Creative Commons Zero v1.0 Universal
ECL-2.0       | Educational Community License v2.0
EPL-1.0       | Eclipse Public License 1.0
EPL-2.0       | Eclipse Public License 2.0
EUPL-1.2      | European Union Public License 1.2
GPL-2.0       | GNU General Public License v2.0                      | GPL-2.0-only
GPL-3.0       | GNU General Public License v3.0                      | GPL-3.0-only
ISC           | ISC License
LGPL-2.1      | GNU Lesser General Public License v2.1               | LGPL-2.1-only
LGPL-3.0      | GNU Lesser General Public License v3.0               | LGPL-3.0-only
MIT           | MIT License
MIT-0         | MIT No Attribution
MPL-2.0       | Mozilla Public License 2.0
MS-PL         | Microsoft Public License
NCSA          | University of Illinois/NCSA Open Source License
ODbL-1.0      | Open Data Commons Open Database License v1.0
OSL-3.0       | Open Software License 3.0
Unlicense     | The Unlicense
UPL-1.0       | Universal Permissive License v1.0
WTFPL         | Do What The F*ck You Want To Public License
Zlib          | zlib License
"""

_LICENSE, _COPYING, _COPYRIGHT = r"(?:un)?licen[sc]e", r"copying", r"copyright"
_PREFERRED = r"\.(?:md|markdown|txt|html)"
_OTHER_EXT = r"\.(?!xml|sh|go|gemspec)(?:[^./]|\.\d)+"
_SCORES = [
    (re.compile(pattern, re.IGNORECASE), score)
    for pattern, score in (
        (_LICENSE, 1.00),
        (_LICENSE + _PREFERRED, 0.95),
        (_COPYING, 0.90),
        (_COPYING + _PREFERRED, 0.85),
        (_LICENSE + r"\.(?!spdx|header)(?:[^./]|\.\d)+", 0.80),
        (_COPYING + r"\.(?:[^./]|\.\d)+", 0.75),
        (rf"{_LICENSE}[-_][^.]*(?:{_OTHER_EXT})?", 0.70),
        (rf"{_COPYING}[-_][^.]*(?:{_OTHER_EXT})?", 0.65),
        (rf"\w+[-_]{_LICENSE}[^.]*(?:{_OTHER_EXT})?", 0.60),
        (rf"\w+[-_]{_COPYING}[^.]*(?:{_OTHER_EXT})?", 0.55),
        (rf"ofl(?:{_OTHER_EXT})?", 0.40),
        (_COPYRIGHT, 0.35),
        (rf"{_COPYRIGHT}{_OTHER_EXT}", 0.25),
    )
]
_NOTICE = re.compile(
    r"^[^\w\n(©]*(?:copyright[ \t]*(?:\(c\)|©|:|by\b|[0-9]{4}|[<\[{])|\(c\)[ \t]*(?:copyright\b|[0-9]{4}|[<\[{])|©|all rights reserved\b)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_OPEN = re.compile(r"\W*(?:creative commons )?attribution-(?:noncommercial|noderiv)", re.IGNORECASE)
_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*(?:'s)?")
_HYPHEN = re.compile(r"-+(?:[^\S\n]*\n\s*)?")
# Passages that accompany a licence and are no part of it: from the first words to the second, or to the end.
_APART = (
    ("end of terms and conditions", ""),
    ("creative commons is not a party to its public licenses", ""),
    ("creative commons corporation", "by exercising the licensed rights"),
)
_SAME = {
    "licence": "license", "noncommercial": "non-commercial", "sub-license": "sublicense", "owner": "holder",
    "merchantibility": "merchantability", "acknowledgment": "acknowledgement", "organisation": "organization",
    "authorisation": "authorization", "favour": "favor", "judgment": "judgement", "whilst": "while",
}  # fmt: skip
_LIKE = str.maketrans({"‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "&": " and "})


@dataclass(frozen=True, slots=True)
class _Standard:
    licence: RecognisedLicence
    core: frozenset[str]
    optional: frozenset[str]
    """Words that are only in passages which may be missing or replaced."""
    shortest: int
    longest: int
    allowed: int


def name_score(name: str) -> float:
    """How likely a file of this name holds the licence: 1 for LICENSE, 0 for names that never do."""
    return next((score for pattern, score in _SCORES if pattern.fullmatch(name)), 0.0)


def licence_files(tree: Iterable[File]) -> list[File]:
    """The files of the root folder that hold licences, the likeliest first."""
    scored = [(name_score(file.name), file) for file in tree if "/" not in file.path]
    found = [file for score, file in sorted(scored, key=lambda pair: (-pair[0], pair[1].path)) if score]
    lesser = next((file for file in found if file.name.casefold() == "copying.lesser"), None)
    if (
        lesser
        and recognise_file(found[0]).spdx.startswith("GPL")
        and recognise_file(lesser).spdx.startswith("LGPL")
    ):
        # The LGPL lives beside the GPL that it extends.
        return [lesser]
    return found


def recognise_repository(found: list[File]) -> RecognisedLicence | None:
    """GitHub's result for the files of `licence_files`; None if there are no files."""
    if not found:
        return None
    licences = {recognise_file(file) for file in found if not file.name.casefold().startswith("copyright")}
    return licences.pop() if len(licences) == 1 else OTHER


def recognise_file(file: File) -> RecognisedLicence:
    """The licence whose text a file holds; OTHER if no licence is recognised or the bytes are not known."""
    return recognise((file.text or "")[:MOST_CHARACTERS])


@lru_cache(maxsize=4096)
def recognise(text: str) -> RecognisedLicence:
    """The licence of a text; OTHER if it is not a known one."""
    words = _words(text)
    if not words:
        return OTHER
    closed = _NOT_OPEN.match(text.lstrip()) is not None
    best, closest = OTHER, THRESHOLD
    for standard in _standards():
        if closed and standard.licence.spdx.startswith("CC-"):
            continue
        score = _similarity(standard, words)
        if score >= closest and (score > closest or best is OTHER):
            best, closest = standard.licence, score
    return best


def _similarity(standard: _Standard, words: Sequence[str]) -> float:
    counted = [word for word in words if word not in standard.optional]
    length, wordset = _length(counted), frozenset(counted)
    foreign = _length([word for word in counted if word not in standard.core])
    other = max(standard.shortest - length, length - standard.longest, foreign)
    excess = max(0.0, other - standard.allowed - SLACK * standard.shortest)
    total = len(standard.core) + len(wordset) + excess / 4
    return 200.0 * len(standard.core & wordset) / total


@cache
def _standards() -> tuple[_Standard, ...]:
    return tuple(_standard(line) for line in _KNOWN.strip().splitlines())


def _standard(line: str) -> _Standard:
    spdx, name, *other = (part.strip() for part in line.split("|"))
    text = (config_dir() / "licences" / f"{other[0] if other else spdx}.txt").read_text(encoding="utf-8")
    if spdx.startswith("CC-"):
        # Their marks stand around what `_APART` takes away on both sides.
        text = text.replace("{{", " ").replace("}}", " ")
    core = _words(_MARK.sub(" ", text))
    marks = _MARK.findall(text)
    filled = [word for part in (name, spdx, *marks) for word in _words(part)]
    optional = frozenset(filled) - frozenset(core)
    allowed = CHARACTERS_PER_MARK * len(marks)
    longest = _length(core) + _length([word for word in filled if word not in optional])
    return _Standard(RecognisedLicence(spdx, name), frozenset(core), optional, _length(core), longest, allowed)


def _words(text: str) -> list[str]:
    text = _NOTICE.sub(" ", text.translate(_LIKE))
    text = _HYPHEN.sub("-", text).casefold().replace("http:", "https:")
    for begin, end in _APART:
        start = text.find(begin)
        if start >= 0:
            stop = text.find(end, start) if end else len(text)
            text = text[:start] + (text[stop:] if stop >= 0 else text[start:])
    return [_SAME.get(word, word) for word in _WORD.findall(text)]


def _length(words: Sequence[str]) -> int:
    return sum(map(len, words)) + len(words)
