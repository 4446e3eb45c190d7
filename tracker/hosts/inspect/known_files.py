"""Files that repositories carry along and that are not what a paper releases: others' models and data, plain lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tracker.config_files import ConfigTable, config_dir, read_config

_BETWEEN = re.compile(r"[^a-z0-9]+")
_MOST_WORDS = 8
"""Words of a file's name that are compared."""


_SHORTEST = 4
"""Letters of a repository's name with which the name of a family of models may begin."""


class KnownNames(ConfigTable):
    """One list of `config/known_files.toml`."""

    names: frozenset[str]
    own_words: frozenset[str] = frozenset()


class KnownFiles(ConfigTable):
    """All of `config/known_files.toml`."""

    weights: KnownNames
    lists: KnownNames
    benchmarks: KnownNames


@cache
def known_files() -> KnownFiles:
    """The lists of `config/known_files.toml`. Raises SettingsError."""
    return read_config(config_dir() / "known_files.toml", KnownFiles)


def is_pretrained_model(file: PurePosixPath, repository: str) -> bool:
    """Whether a file of weights is a model that others published; `repository` is the name of the repository."""
    known = known_files().weights
    words = _words(_stem(file.name))
    for name, rest in _beginnings(words):
        if name in known.names:
            return known.own_words.isdisjoint(rest) and not _is_named_after(repository, name)
    return False


def is_plain_list(file: PurePosixPath) -> bool:
    """Whether a file is a list that a program needs, such as a vocabulary, and no data set."""
    names = known_files().lists.names
    folder = file.parts[-2] if len(file.parts) > 1 else ""
    return (
        any(name in names for name, _ in _beginnings(_words(_stem(file.name))))
        or "-".join(_words(folder)) in names
    )


def is_known_benchmark(file: PurePosixPath, repository: str) -> bool:
    """Whether a file or one of its folders is called after a data set of others."""
    names = known_files().benchmarks.names
    parts = (*file.parts[:-1], _stem(file.name))
    found = (name for part in parts for name, _ in _beginnings(_words(part)) if name in names)
    return any(not _is_named_after(repository, name) for name in found)


def _stem(name: str) -> str:
    """A file's name up to its first dot, a leading dot aside."""
    return name[:1] + name[1:].partition(".")[0]


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(text.lower()) if word][:_MOST_WORDS]


def _beginnings(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(the first words joined, the words after them), the longest first."""
    for end in range(len(words), 0, -1):
        yield "-".join(words[:end]), words[end:]


def _is_named_after(repository: str, name: str) -> bool:
    compact, own = name.replace("-", ""), "".join(_words(repository))
    return compact in own or (len(own) >= _SHORTEST and compact.startswith(own))
