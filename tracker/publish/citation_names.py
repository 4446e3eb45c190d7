"""The parts of an author's name, as reference managers keep them; pure.

arXiv writes names as they are spoken. bibtexparser splits them by BibTeX's rules; groups stay whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bibtexparser.middlewares.names import parse_single_name_into_parts

LONGEST = 200
"""Characters of a name that is split; a longer one stays whole."""
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.IGNORECASE)
_GROUP = re.compile(
    r"(?:team|group|collaboration|consortium|project|lab|labs|laboratory|institute|foundation|community|authors"
    r"|initiative|network|workshop|research|university|alliance|organization|committee|society|inc\.?)",
    re.IGNORECASE,
)
"""Last words of the names of groups."""
_PLAIN = re.compile(r"[^\\{}\"%#$~,;:@&()\[\]<>=+/]*")


@dataclass(frozen=True, slots=True)
class Person:
    """The parts of a name. A group, or a name that is not split, is in `family` alone, with `whole` set."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    whole: bool = False

    @property
    def spoken(self) -> str:
        """The name as it is spoken."""
        return " ".join(filter(None, (self.given, self.particle, self.family, self.suffix)))

    @property
    def sorted(self) -> str:
        """The name as lists sort it: `van Beethoven, Ludwig, Jr.`"""
        family = " ".join(filter(None, (self.particle, self.family)))
        return ", ".join(filter(None, (family, self.given, self.suffix)))


def split_name(name: str) -> Person:
    """The parts of one name in plain text. Never raises."""
    words = name.split()
    has_comma_suffix = len(words) > 2 and words[-2].endswith(",") and _SUFFIX.fullmatch(words[-1])
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if has_comma_suffix:
        words[-1] = words[-1].removesuffix(",")
    plain = " ".join(words)
    is_group = len(words) < 2 or _GROUP.fullmatch(words[-1]) or "and" in map(str.lower, words)
    if is_group or len(name) > LONGEST or not _PLAIN.fullmatch(plain):
        return Person(" ".join(name.split()), whole=True)
    parts = parse_single_name_into_parts(plain, strict=False)
    given, particle = parts.first, parts.von
    if not given:  # somebody who writes it in lower case: no name begins with a particle and a given name lacks
        given, particle = particle[:1], particle[1:]
    if not parts.last or not given or sorted([*given, *particle, *parts.last]) != sorted(words):
        return Person(" ".join(name.split()), whole=True)
    return Person(" ".join(parts.last), " ".join(given), " ".join(particle), suffix)
