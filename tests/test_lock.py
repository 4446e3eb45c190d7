"""The lock of the image: whole, allowed by pyproject.toml, hashed, installed by hash, and under licences that go with ours.

Whether a version has a known advisory only the network knows: `make audit`.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tracker import bill

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.+?))?\s*\\?$", re.MULTILINE)
FREE = re.compile(r"\b(?:MIT|BSD|Apache|ISC|PSF|MPL|Mozilla Public License)\b")


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = PIN.findall(text)
    made = {str(canonicalize_name(name)): version for name, version, _ in found}
    assert len(made) == len(found), "each name once"
    return made


def needs(name: str) -> list[Requirement]:
    """What a package needs here, its extras left out."""
    told = [Requirement(line) for line in distribution(name).requires or []]
    return [one for one in told if one.marker is None or one.marker.evaluate({"extra": ""})]


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


def test_it_is_closed_and_holds_nothing_else(pins: dict[str, str]) -> None:
    """Each need of a need is pinned to a version that it allows, and each pin is somebody's need. What a package needs is
    read from the installed one: where that is not the pinned release, it says only which packages may be pinned."""
    waiting, reached, broken = wanted(), set[str](), []
    while waiting:
        need = waiting.pop()
        name = str(canonicalize_name(need.name))
        if not need.specifier.contains(pins.get(name, "0"), prereleases=True):
            broken.append(f"{need} is not met by {pins.get(name)}")
        if name in reached:
            continue
        reached.add(name)
        try:
            told, same = needs(name), distribution(name).version == pins.get(name)
        except PackageNotFoundError:
            pytest.fail(f"{name} is needed and not installed")
        waiting += told if same else [Requirement(one.name) for one in told if canonicalize_name(one.name) in pins]
    assert broken == []
    elsewhere = {name for name in pins.keys() - reached if _is_conditional(name)}
    assert pins.keys() - reached == elsewhere


def _is_conditional(name: str) -> bool:
    """Pinned for another Python or system."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return any(canonicalize_name(found) == name and marker for found, _, marker in PIN.findall(text))


def test_the_image_installs_it_by_hash_and_nothing_beside_it() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip [^&\n]*install [^&\n]*", text)
    assert len(installs) == 2
    locked, ours = installs
    assert "--require-hashes" in locked
    assert "--no-deps" in locked
    assert locked.rstrip().endswith("-r requirements.lock")
    assert re.search(r"install --no-deps \. *$", ours), "ours alone, which brings nothing of its own"
    assert "pip --python /opt/tracker check" in text


def test_each_pin_has_a_licence_that_goes_with_ours(pins: dict[str, str]) -> None:
    unknown = []
    for name in sorted(pins):
        try:
            told = bill.bill([distribution(name)])["components"][0].get("licenses", [])
        except PackageNotFoundError:
            continue
        stated = " ".join(str(one) for one in told)
        if not FREE.search(stated):
            unknown.append((name, stated))
    assert unknown == [], "read it, and add it to FREE where it goes with Apache-2.0"
