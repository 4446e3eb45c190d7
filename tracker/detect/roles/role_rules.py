"""The rules of roles as typed values: `config/roles.toml`, and the organisations of `config/watch.toml`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from tracker.config_files import ConfigTable, Organisation, check_table, config_dir, load_watchlist, read_toml
from tracker.domain.errors import SettingsError

RULE_VERSION = "5"
"""Version of the code that applies the rules; `RoleRules.version` adds a hash of the rules themselves."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One pattern of words: where it is searched (`before`, `after` or `evidence`), its weight in log-odds, and the
    reason for a reader (`words`)."""

    name: str
    weight: float
    where: str
    words: str
    pattern: re.Pattern[str]
    pages_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules:
    """The content of `config/roles.toml`, with its patterns compiled; its comments explain each table."""

    version: str
    publish_threshold: float
    kinds: Mapping[str, float]
    places: Mapping[str, float]
    signals: Mapping[str, float]
    readings: Mapping[str, float]
    times: Mapping[str, float]
    for_: tuple[Cue, ...]
    against: tuple[Cue, ...]
    community: tuple[Cue, ...]
    sharpness: float
    famous: frozenset[str]
    shared_accounts: frozenset[str]
    """The accounts (`site/owner`) of famous dependencies: what else is there is the work of many papers."""
    page_hosts: frozenset[str]
    publication_hosts: frozenset[str]
    file_hosts: frozenset[str]
    reference_hosts: frozenset[str]
    package_hosts: frozenset[str]
    archives: tuple[str, ...]
    journals: tuple[str, ...]
    placeholder: re.Pattern[str]
    derivative: re.Pattern[str]
    organisations: tuple[frozenset[tuple[str, str]], ...]
    """The accounts (host, folded owner) of each organisation."""


class _CueTable(ConfigTable):
    name: str
    where: str
    words: str
    pattern: str
    weight: float = 0.0
    pages_only: bool = False


class _HostTables(ConfigTable):
    pages: frozenset[str]
    publications: frozenset[str]
    files: frozenset[str]
    references: frozenset[str]
    packages: frozenset[str]
    archives: tuple[str, ...]
    journals: tuple[str, ...]
    placeholders: str
    derivatives: str


class _FamousTable(ConfigTable):
    github: tuple[str, ...]


class _Calibration(ConfigTable):
    full_text: float = Field(alias="full-text")


class _RolesFile(ConfigTable):
    publish_threshold: float = Field(ge=0, le=1)
    calibration: _Calibration
    kind: dict[str, float]
    place: dict[str, float]
    signal: dict[str, float]
    reading: dict[str, float]
    time: dict[str, float]
    for_: tuple[_CueTable, ...] = Field(alias="for")
    against: tuple[_CueTable, ...]
    community: tuple[_CueTable, ...]
    hosts: _HostTables
    famous: _FamousTable


def load_role_rules(path: Path | None = None) -> RoleRules:
    """The rules of a file, by default the built-in `config/roles.toml`, with the organisations of `watch.toml`.

    Raises SettingsError where a file cannot be read.
    """
    path = path or config_dir() / "roles.toml"
    return build_role_rules(read_toml(path), load_watchlist().organisation, path)


def build_role_rules(
    table: Mapping[str, Any], organisations: Sequence[Organisation] = (), path: Path = Path("roles.toml")
) -> RoleRules:
    """The rules of a table laid out as `config/roles.toml`, with those organisations. SettingsError, naming `path` and
    the key, where one is wrong."""
    file = check_table(table, _RolesFile, path)
    accounts = [
        item.model_dump(exclude_unset=True, exclude={"sources", "read", "affiliations"}) for item in organisations
    ]
    digest = hashlib.sha256(json.dumps([table, accounts], sort_keys=True).encode()).hexdigest()
    hosts = file.hosts
    return RoleRules(
        version=f"{RULE_VERSION}.{digest[:8]}",
        publish_threshold=file.publish_threshold,
        kinds=file.kind,
        places=file.place,
        signals=file.signal,
        readings=file.reading,
        times=file.time,
        for_=_compile_cues(file.for_, path),
        against=_compile_cues(file.against, path),
        community=_compile_cues(file.community, path),
        sharpness=file.calibration.full_text,
        famous=frozenset(f"github:{name}" for name in file.famous.github),
        shared_accounts=frozenset(f"github/{name.partition('/')[0]}" for name in file.famous.github),
        page_hosts=hosts.pages,
        publication_hosts=hosts.publications,
        file_hosts=hosts.files,
        reference_hosts=hosts.references,
        package_hosts=hosts.packages,
        archives=hosts.archives,
        journals=hosts.journals,
        placeholder=_compile(hosts.placeholders, "hosts.placeholders", path),
        derivative=_compile(hosts.derivatives, "hosts.derivatives", path),
        organisations=tuple(item.accounts for item in organisations),
    )


def _compile_cues(cues: Sequence[_CueTable], path: Path) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            name=cue.name,
            weight=cue.weight,
            where=cue.where,
            words=cue.words,
            pattern=_compile(cue.pattern, f"{cue.name}.pattern", path),
            pages_only=cue.pages_only,
        )
        for cue in cues
    )


def _compile(pattern: str, key: str, path: Path) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise SettingsError(f"{path}: the key `{key}` is not a regular expression: {error}.") from None
