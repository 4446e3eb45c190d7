"""The locks of the image and of its build: complete, allowed, hashed, and under licences that go with ours.

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

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.+?))?\s*\\?$", re.MULTILINE)
FREE = re.compile(r"\b(?:MIT|BSD|Apache|ISC|PSF|MPL|Mozilla Public License|LGPL)\b")
"""LGPL: psycopg, which is used unchanged and can be replaced in the image (LGPL-3.0, 4)."""
NEEDS_OF_PINNED = {"python-dateutil": ("tzdata",)}
"""What a pinned release requires and the installed one does not: botocore, which moto brings to the tests, takes no
python-dateutil of 3 or later."""
IN_THE_IMAGE = ("notify", "postgresql", "s3")
"""The extras that the image holds."""


def read_pins(file: str) -> dict[str, str]:
    entries = PIN.findall((ROOT / file).read_text(encoding="utf-8"))
    pins = {str(canonicalize_name(name)): version for name, version, _ in entries}
    assert len(pins) == len(entries), "each name once"
    return pins


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    return read_pins("requirements.lock")


def requirements_of(name: str) -> list[Requirement]:
    """What an installed package needs here, its extras left out but for the binary of psycopg."""
    requirements = [Requirement(line) for line in distribution(name).requires or []]
    extra = "binary" if name == "psycopg" else ""
    return [need for need in requirements if need.marker is None or need.marker.evaluate({"extra": extra})]


def direct_requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in IN_THE_IMAGE for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in [*project["dependencies"], *extras]]


def test_it_is_closed_and_holds_nothing_else(pins: dict[str, str]) -> None:
    """Each requirement is pinned to a version that it allows, and each pin is required by somebody. The
    requirements of a package are read from the installed one: where that is not the pinned release, it says only
    which packages may be pinned."""
    waiting, reached, broken = direct_requirements(), set[str](), []
    while waiting:
        need = waiting.pop()
        name = str(canonicalize_name(need.name))
        if not need.specifier.contains(pins.get(name, "0"), prereleases=True):
            broken.append(f"{need} does not allow {pins.get(name)}")
        if name in reached:
            continue
        reached.add(name)
        try:
            needs, is_pinned = requirements_of(name), distribution(name).version == pins.get(name)
        except PackageNotFoundError:
            pytest.fail(f"{name} is required and not installed")
        waiting += (
            needs
            if is_pinned
            else [Requirement(need.name) for need in needs if canonicalize_name(need.name) in pins]
        )
        if name in NEEDS_OF_PINNED:
            assert not is_pinned, f"{name} is installed as it is pinned: leave it out of NEEDS_OF_PINNED"
            reached.update(NEEDS_OF_PINNED[name])
    assert broken == []
    elsewhere = {name for name in pins.keys() - reached if _is_conditional(name)}
    assert pins.keys() - reached == elsewhere


def _is_conditional(name: str) -> bool:
    """Whether it is pinned for another Python or system only."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return any(canonicalize_name(pinned) == name and marker for pinned, _, marker in PIN.findall(text))


def test_the_image_installs_by_hash_and_nothing_beside_it() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip [^&\n]*install [^&\n]*", text)
    assert len(installs) == 4
    *locked, ours = installs
    files = ("requirements.lock", "requirements-build.lock", "requirements-parquet.lock")
    for line, venv, file in zip(locked, ("tracker", "build", "tracker"), files, strict=True):
        assert f"--python /opt/{venv} " in line
        assert "--require-hashes" in line
        assert "--no-deps" in line
        assert line.rstrip().endswith(f"-r {file}")
    assert re.search(r"install --no-deps \. *$", ours), "ours alone, which brings nothing of its own"
    assert "pip --python /opt/tracker check" in text


def test_parquet_is_what_the_extra_says(pins: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["dependency-groups"]["parquet"] == project["project"]["optional-dependencies"]["export"]
    parquet = read_pins("requirements-parquet.lock")
    assert all(
        need.specifier.contains(parquet[canonicalize_name(need.name)])
        for need in map(Requirement, project["dependency-groups"]["parquet"])
    )
    assert not parquet.keys() & pins.keys()


def test_the_runtime_image_carries_no_build_tool(pins: dict[str, str]) -> None:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["build"]
    build = read_pins("requirements-build.lock")
    for need in map(Requirement, group):
        assert need.specifier.contains(build[canonicalize_name(need.name)])
        assert canonicalize_name(need.name) not in pins
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"COPY --from=builder (\S+)", text) == ["/opt/tracker"]


def stated_licence(name: str) -> str:
    """The licence that an installed package states: an SPDX expression, else classifiers, else a short text."""
    metadata = distribution(name).metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
    text = str(metadata.get("License") or "").strip()
    return " or ".join(classifiers) or (text if len(text) < 80 else "")


def test_each_pin_has_a_licence_that_goes_with_ours(pins: dict[str, str]) -> None:
    unknown = []
    for name in sorted(pins):
        try:
            licence = stated_licence(name)
        except PackageNotFoundError:
            continue
        if not FREE.search(licence):
            unknown.append((name, licence))
    assert unknown == [], "read it, and add it to FREE where it goes with Apache-2.0"
