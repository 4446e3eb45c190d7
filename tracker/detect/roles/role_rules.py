"""The rules of roles as typed values: `config/roles.toml`, and the organisations of `config/watch.toml`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.config_files import config_dir, read_toml
from tracker.detect.roles import artifact_signals

RULE_VERSION = "2"
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
    times: Mapping[str, float]
    for_: tuple[Cue, ...]
    against: tuple[Cue, ...]
    community: tuple[Cue, ...]
    sharpness: float
    famous: frozenset[str]
    page_hosts: frozenset[str]
    publication_hosts: frozenset[str]
    file_hosts: frozenset[str]
    archives: tuple[str, ...]
    placeholder: re.Pattern[str]
    derivative: re.Pattern[str]
    organisations: tuple[frozenset[tuple[str, str]], ...]
    """The accounts (host, folded owner) of each organisation."""


def load_role_rules(path: Path | None = None) -> RoleRules:
    """The rules of a file, by default the built-in `config/roles.toml`, with the organisations of `watch.toml`.

    Raises SettingsError where a file cannot be read.
    """
    watched = read_toml(config_dir() / "watch.toml").get("organisation", ())
    return build_role_rules(read_toml(path or config_dir() / "roles.toml"), watched)


def build_role_rules(table: Mapping[str, Any], organisations: Sequence[Mapping[str, Any]] = ()) -> RoleRules:
    """The rules of a table with the layout of `config/roles.toml`, and of the organisations of `watch.toml`."""
    digest = hashlib.sha256(json.dumps([table, organisations], sort_keys=True).encode()).hexdigest()
    hosts = table["hosts"]
    return RoleRules(
        version=f"{RULE_VERSION}.{digest[:8]}",
        publish_threshold=float(table["publish_threshold"]),
        kinds=table["kind"],
        places=table["place"],
        signals=table["signal"],
        times=table["time"],
        for_=_cues(table["for"]),
        against=_cues(table["against"]),
        community=_cues(table["community"]),
        sharpness=float(table["calibration"]["full-text"]),
        famous=frozenset(f"github:{name}" for name in table["famous"]["github"]),
        page_hosts=frozenset(hosts["pages"]),
        publication_hosts=frozenset(hosts["publications"]),
        file_hosts=frozenset(hosts["files"]),
        archives=tuple(hosts["archives"]),
        placeholder=re.compile(hosts["placeholders"], re.IGNORECASE),
        derivative=re.compile(hosts["derivatives"], re.IGNORECASE),
        organisations=artifact_signals.organisation_accounts(organisations),
    )


def _cues(tables: Sequence[Mapping[str, Any]]) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            name=cue["name"],
            weight=float(cue.get("weight", 0)),
            where=cue["where"],
            words=cue["words"],
            pattern=re.compile(cue["pattern"], re.IGNORECASE),
            pages_only=bool(cue.get("pages_only", False)),
        )
        for cue in tables
    )
