"""All rules of judgement, read once for the life of a worker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tracker.config_files import config_dir
from tracker.detect.roles.role_rules import RoleRules, load_role_rules
from tracker.judge import openness
from tracker.judge.grade import GradeRules, load_grade_rules
from tracker.judge.licence_classes import LicenceRules
from tracker.judge.licence_rules import load_licence_rules
from tracker.judge.openness import OpennessRules


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules of judgement, with a name for each set that changes when a rule does."""

    roles: RoleRules
    licences: LicenceRules
    openness: OpennessRules
    grades: GradeRules
    reading_version: str
    """Changes with the rules by which files are read: content and licences are decided while reading."""
    judge_version: str
    """Changes with any rule that a judgement follows from: those of reading, of openness, and of roles."""


def load_rules() -> Rulebook:
    """All rules from the configuration folder. Raises SettingsError."""
    path = config_dir() / "openness.toml"
    read = [path, *sorted((config_dir() / "licences").iterdir()), config_dir() / "languages.toml"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in read if file.is_file())).hexdigest()
    licence_rules = _licence_rules_of(path, digest)
    roles, reading = load_role_rules(config_dir() / "roles.toml"), f"{openness.RULE_VERSION}.{digest[:8]}"
    return Rulebook(
        roles,
        licence_rules,
        OpennessRules(licence_rules.open_classes, licence_rules),
        load_grade_rules(path),
        reading,
        f"{reading}.{roles.version}",
    )


@lru_cache(maxsize=2)
def _licence_rules_of(path: Path, digest: str) -> LicenceRules:  # noqa: ARG001 # a change of the files is another key
    """The rules of licences, compiled once for each state of their files: that takes a second."""
    return load_licence_rules(path)
