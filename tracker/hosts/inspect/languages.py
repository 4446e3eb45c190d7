"""Languages of files by their names, as GitHub Linguist defines them; the data are in `config/languages.toml`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import PurePosixPath

from tracker.config_files import ConfigTable, config_dir, read_config


class FileKind(Enum):
    """What a file is, by its name."""

    PROGRAM = auto()
    WEB = auto()
    """In a language of web pages: a program, or part of a page."""
    AUXILIARY = auto()
    """A script or definition that builds, packages or runs other programs."""
    OTHER = auto()


class LanguagesFile(ConfigTable):
    """All of `config/languages.toml`. The tables map a language to its extensions and file names, separated by spaces."""

    release: str
    """The release of Linguist that the facts are from."""
    auxiliary: frozenset[str]
    web: frozenset[str]
    usually_programs: frozenset[str]
    never_programs: frozenset[str]
    added: dict[str, str]
    programming: dict[str, str]
    other: dict[str, str]


@dataclass(frozen=True, slots=True)
class LanguageTable:
    """The languages that claim an extension (in lower case, with its dot) or a file name."""

    programs: Mapping[str, frozenset[str]]
    others: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    rules: LanguagesFile

    def claims(self, name: str) -> frozenset[str]:
        """The programming languages that a file of this name may be in."""
        return self.programs.get(self._ending(name), frozenset())

    def kind(self, name: str, language: str | None = None) -> FileKind:
        """What a file is. `language` is the main language of its repository as the host counts it, where that is known.

        Extensions that a program shares with data, markup or prose are decided by that language, else by our list.
        """
        ending = self._ending(name)
        programs, others = self.programs.get(ending, frozenset()), self.others.get(ending, frozenset())
        if not programs or ending in self.rules.never_programs:
            return FileKind.OTHER
        if (
            others
            and language not in programs
            and (language in others or ending not in self.rules.usually_programs)
        ):
            return FileKind.OTHER
        if language in programs:
            return self._kind_of(frozenset({language}))
        return self._kind_of(programs)

    def name(self, language: str) -> str:
        """The name of a language as Linguist writes it, for one in any case."""
        return self.names.get(language.casefold(), language)

    def kind_of_language(self, language: str) -> FileKind:
        """What files in a language are; OTHER for markup, data, prose and for languages that the table does not know."""
        known = language in self.rules.programming or language in self.rules.added
        return self._kind_of(frozenset({language})) if known else FileKind.OTHER

    def _kind_of(self, languages: frozenset[str | None] | frozenset[str]) -> FileKind:
        if languages <= self.rules.auxiliary:
            return FileKind.AUXILIARY
        return FileKind.WEB if languages <= self.rules.web else FileKind.PROGRAM

    def _ending(self, name: str) -> str:
        """The key of a file name in the tables: the whole name where it is listed, else its longest listed extension."""
        if name in self.programs:
            return name
        suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes[-2:]]
        joined = "".join(suffixes)
        if len(suffixes) == 2 and (joined in self.programs or joined in self.others):
            return joined
        return suffixes[-1] if suffixes else ""


@cache
def language_table() -> LanguageTable:
    """The table of `config/languages.toml`. Raises SettingsError."""
    rules = read_config(config_dir() / "languages.toml", LanguagesFile)
    programs = _by_ending([*rules.programming.items(), *rules.added.items()])
    names = {name.casefold(): name for name in (*rules.programming, *rules.other)}
    return LanguageTable(programs, _by_ending(rules.other.items()), names, rules)


def _by_ending(languages: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    endings: dict[str, set[str]] = defaultdict(set)
    for language, listed in languages:
        for ending in listed.split():
            endings[ending].add(language)
    return {ending: frozenset(names) for ending, names in endings.items()}
