"""The licence rules and standard texts that the tests of licences share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tracker.config_files import config_dir
from tracker.domain.terms import LicenceClass
from tracker.judge.licence_classes import LicenceRules
from tracker.judge.licence_rules import load_licence_rules

OSI, CONTENT, RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
NONE, UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
OPEN = (OSI, CONTENT)
RECORDED = Path(__file__).parents[2] / "../shared/data/recorded/acceptance"


@cache
def rules() -> LicenceRules:
    return load_licence_rules(config_dir() / "openness.toml")


@cache
def standard(name: str) -> str:
    """A standard text as in a file, without the marks of replaceable places."""
    text = (config_dir() / "licences" / f"{name}.txt").read_text("utf-8")
    return text.replace("{{", "").replace("}}", "")


MIT = standard("MIT").replace("<year> <copyright holders>", "2024 Some Lab")
APACHE = standard("Apache-2.0")
BSD3 = standard("BSD-3-Clause")
