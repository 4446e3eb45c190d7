from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sandbox import licence
from tracker.sandbox.tree import File
from tracker.settings import config_dir

STANDARD = config_dir() / "licences"


def files(folder: Path, **texts: str) -> list[File]:
    found = []
    for name, text in texts.items():
        path = folder / name.replace("__", ".").replace("_", "-")
        path.write_text(text)
        found.append(File(path.name, path))
    return licence.licence_files(found)


def standard(name: str) -> str:
    return (STANDARD / f"{name}.txt").read_text().replace("{{", "").replace("}}", "")


@pytest.mark.parametrize("known", [line.partition("|")[0].strip() for line in licence._KNOWN.strip().splitlines()])
def test_each_known_text_is_recognised(known: str) -> None:
    source = {"AGPL-3.0": "AGPL-3.0-only", "GPL-2.0": "GPL-2.0-only", "GPL-3.0": "GPL-3.0-only",
              "LGPL-2.1": "LGPL-2.1-only", "LGPL-3.0": "LGPL-3.0-only"}.get(known, known)  # fmt: skip
    assert licence.recognise(standard(source)).spdx == known


@pytest.mark.parametrize(
    "other", ["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "JSON", "SSPL-1.0", "BUSL-1.1", "Apache-1.1"]
)
def test_other_texts_are_not_taken_for_known_ones(other: str) -> None:
    assert licence.recognise(standard(other)) is licence.OTHER


def test_a_changed_permission_is_noticed(mit: str) -> None:
    assert licence.recognise(mit).spdx == "MIT"
    assert (
        licence.recognise(mit.replace("Permission is", "For non-commercial research alone, permission is"))
        is licence.OTHER
    )
    assert licence.recognise(mit + "\nThe Software shall not be used for military purposes.\n") is licence.OTHER
    assert licence.recognise(mit.replace("MIT License\n", "# The MIT License (MIT)\n")).spdx == "MIT"


def test_names_that_hold_licences() -> None:
    assert licence.name_score("LICENSE") == 1.0
    assert licence.name_score("licence.md") == 0.95
    assert licence.name_score("COPYING") == 0.9
    assert licence.name_score("LICENSE-CODE") == licence.name_score("LICENSE_MODEL.txt") == 0.7
    assert licence.name_score("MIT-LICENSE") == 0.6
    assert [licence.name_score(name) for name in ("README.md", "license.py.bak.sh/", "model.py", "")] == [
        0,
        0,
        0,
        0,
    ]


def test_the_whole_repository_decides(tmp_path: Path, mit: str) -> None:
    assert licence.of_repository([]) is None
    assert licence.of_repository(files(tmp_path, LICENSE=mit)).spdx == "MIT"
    assert licence.of_repository(files(tmp_path, LICENSE_CODE=mit, LICENSE_MODEL="Ask us.")) is licence.OTHER
    assert licence.of_repository(files(tmp_path, LICENSE=mit, COPYRIGHT="Copyright 2026 us")).spdx == "MIT"
    lesser = files(tmp_path, COPYING=standard("GPL-3.0-only"), COPYING__LESSER=standard("LGPL-3.0-only"))
    assert licence.of_repository(lesser).spdx == "LGPL-3.0"
    assert licence.of_repository(licence.licence_files([File("LICENSE", None)])) is licence.OTHER
    assert licence.licence_files([File("docs/LICENSE", None)]) == []


@pytest.mark.data
def test_recorded_repositories() -> None:
    folder = Path(__file__).parents[2] / "../shared/data/recorded/acceptance"
    if not folder.is_dir():
        pytest.skip("the shared development data are absent")
    found = {}
    for repository in folder.iterdir():
        answer = licence.of_repository(licence.licence_files([File(p.name, p) for p in repository.iterdir()]))
        found[repository.name] = answer.spdx if answer else None
    assert found == {
        "deepseek-ai__DeepSeek-R1": "MIT", "deepseek-ai__DeepSeek-V3": "NOASSERTION", "meta-llama__llama": "NOASSERTION",
        "meta-llama__llama3": "NOASSERTION", "openai__CLIP": "MIT", "openai__gpt-3": None, "openai__whisper": "MIT",
        "xai-org__grok-1": "Apache-2.0"}  # fmt: skip


@given(st.text(max_size=400))
def test_no_text_breaks_the_recogniser(text: str) -> None:
    assert isinstance(licence.recognise(text).spdx, str)
    assert 0 <= licence.name_score(text[:40]) <= 1


def test_long_runs_take_no_time() -> None:
    for run in (
        "-" * 100_000,
        "[" * 100_000,
        "<!--" * 25_000,
        "_" * 100_000,
        " " * 100_000,
        "copyright " * 10_000,
    ):
        assert licence.recognise(run[: licence.MOST_CHARACTERS]) is licence.OTHER
