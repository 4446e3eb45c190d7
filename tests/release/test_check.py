"""What a release is checked for, apart from building it: `make release-check` does that."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.release import check

HEAD = "# Changelog\n\n## Unreleased\n\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"{HEAD}## 0.2.0 (2026-12-01)\n\n- A thing.\n\n## 0.1.0 (2026-11-01)\n\n- Old.\n", 0),
        (f"{HEAD}- A thing.\n", 1),
        (f"{HEAD}## 0.2.0\n\n- A thing.\n", 1),
        (f"{HEAD}## 0.2.0 (2026-12-01)\n\nNothing.\n", 1),
        (f"{HEAD}## 0.3.0 (2026-12-02)\n\n- New.\n\n## 0.2.0 (2026-12-01)\n\n- A thing.\n", 1),
        (f"{HEAD}## 0.2.01 (2026-12-01)\n\n- A thing.\n", 1),
    ],
)
def test_the_changelog_must_have_the_section_of_the_version(text: str, faults: int) -> None:
    assert len(check.changelog_faults(text, "0.2.0")) == faults


def test_what_a_package_lacks_is_named() -> None:
    names = ["tracker/a.py", "arxiv_code_tracker-1.dist-info/licenses/LICENSE"]
    assert check.missing(("tracker/a.py", "*.dist-info/licenses/LICENSE"), names) == []
    assert check.missing(("tracker/b.py", "*.dist-info/x"), names) == [
        "missing: tracker/b.py",
        "missing: *.dist-info/x",
    ]


def test_wheels_that_differ_are_told_apart(tmp_path: Path) -> None:
    def wheel(name: str, **files: str) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            for file, text in files.items():
                made.writestr(file, text)
        return tmp_path / name

    first = wheel("1.whl", a="1", b="1", c="1")
    assert check.different(first, wheel("2.whl", a="1", b="2", d="1")) == [
        "differs: b",
        "differs: c",
        "differs: d",
    ]
    assert check.different(first, wheel("3.whl", c="1", a="1", b="1")) == []


def test_a_command_that_fails_is_a_fault_with_what_it_said() -> None:
    faults = check.attempt(lambda: [check.run("sh", "-c", "echo no room >&2; exit 3")])
    assert faults == ["sh -c echo no room >&2; exit 3 failed", "no room"]


def test_every_file_that_a_package_must_hold_is_in_the_tree_and_included() -> None:
    project = tomllib.loads((check.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["tool"]["hatch"]["build"]["targets"]
    included = build["sdist"]["include"]
    assert [name for name in check.IN_SDIST if not (check.ROOT / name).exists()] == []
    assert [
        name
        for name in check.IN_SDIST
        if name != "pyproject.toml" and name not in included and name.partition("/")[0] not in included
    ] == []
    assert build["wheel"]["force-include"] == {"config": "tracker/config", "docs": "tracker/docs"}
