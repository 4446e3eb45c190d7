from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.config_files import config_dir
from tracker.sandbox.file_tree import File
from tracker.sandbox.github import licensee

STANDARD = config_dir() / "licences"


def files(folder: Path, **texts: str) -> list[File]:
    listed = []
    for name, text in texts.items():
        path = folder / name.replace("__", ".").replace("_", "-")
        path.write_text(text)
        listed.append(File(path.name, path))
    return licensee.licence_files(listed)


def licence_text(name: str) -> str:
    return (STANDARD / f"{name}.txt").read_text().replace("{{", "").replace("}}", "")


@pytest.mark.parametrize(
    "known", [line.partition("|")[0].strip() for line in licensee._KNOWN.strip().splitlines()]
)
def test_each_known_text_is_recognised(known: str) -> None:
    source = {"AGPL-3.0": "AGPL-3.0-only", "GPL-2.0": "GPL-2.0-only", "GPL-3.0": "GPL-3.0-only",
              "LGPL-2.1": "LGPL-2.1-only", "LGPL-3.0": "LGPL-3.0-only"}.get(known, known)  # fmt: skip
    assert licensee.recognise(licence_text(source)).spdx == known


@pytest.mark.parametrize(
    "other", ["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "JSON", "SSPL-1.0", "BUSL-1.1", "Apache-1.1"]
)
def test_other_texts_are_not_taken_for_known_ones(other: str) -> None:
    assert licensee.recognise(licence_text(other)) is licensee.OTHER


def test_a_changed_permission_is_noticed(mit: str) -> None:
    assert licensee.recognise(mit).spdx == "MIT"
    assert (
        licensee.recognise(mit.replace("Permission is", "For non-commercial research alone, permission is"))
        is licensee.OTHER
    )
    assert licensee.recognise(mit + "\nThe Software shall not be used for military purposes.\n") is licensee.OTHER
    assert licensee.recognise(mit.replace("MIT License\n", "# The MIT License (MIT)\n")).spdx == "MIT"


def test_names_that_hold_licences() -> None:
    assert licensee.name_score("LICENSE") == 1.0
    assert licensee.name_score("licence.md") == 0.95
    assert licensee.name_score("COPYING") == 0.9
    assert licensee.name_score("LICENSE-CODE") == licensee.name_score("LICENSE_MODEL.txt") == 0.7
    assert licensee.name_score("MIT-LICENSE") == 0.6
    assert [licensee.name_score(name) for name in ("README.md", "license.py.bak.sh/", "model.py", "")] == [
        0,
        0,
        0,
        0,
    ]


def test_the_whole_repository_decides(tmp_path: Path, mit: str) -> None:
    assert licensee.recognise_repository([]) is None
    assert licensee.recognise_repository(files(tmp_path, LICENSE=mit)).spdx == "MIT"
    assert (
        licensee.recognise_repository(files(tmp_path, LICENSE_CODE=mit, LICENSE_MODEL="Ask us.")) is licensee.OTHER
    )
    assert licensee.recognise_repository(files(tmp_path, LICENSE=mit, COPYRIGHT="Copyright 2026 us")).spdx == "MIT"
    lesser = files(tmp_path, COPYING=licence_text("GPL-3.0-only"), COPYING__LESSER=licence_text("LGPL-3.0-only"))
    assert licensee.recognise_repository(lesser).spdx == "LGPL-3.0"
    assert licensee.recognise_repository(licensee.licence_files([File("LICENSE", None)])) is licensee.OTHER
    assert licensee.licence_files([File("docs/LICENSE", None)]) == []


@pytest.mark.data
def test_recorded_repositories() -> None:
    folder = Path(__file__).parents[3] / "../shared/data/recorded/acceptance"
    if not folder.is_dir():
        pytest.skip("the shared development data are absent")
    recognised = {}
    for repository in folder.iterdir():
        answer = licensee.recognise_repository(
            licensee.licence_files([File(p.name, p) for p in repository.iterdir()])
        )
        recognised[repository.name] = answer.spdx if answer else None
    assert recognised == {
        "deepseek-ai__DeepSeek-R1": "MIT", "deepseek-ai__DeepSeek-V3": "NOASSERTION", "meta-llama__llama": "NOASSERTION",
        "meta-llama__llama3": "NOASSERTION", "openai__CLIP": "MIT", "openai__gpt-3": None, "openai__whisper": "MIT",
        "xai-org__grok-1": "Apache-2.0"}  # fmt: skip


@given(st.text(max_size=400))
def test_no_text_breaks_the_recogniser(text: str) -> None:
    assert isinstance(licensee.recognise(text).spdx, str)
    assert 0 <= licensee.name_score(text[:40]) <= 1


def test_long_runs_take_no_time() -> None:
    for run in (
        "-" * 100_000,
        "[" * 100_000,
        "<!--" * 25_000,
        "_" * 100_000,
        " " * 100_000,
        "copyright " * 10_000,
    ):
        assert licensee.recognise(run[: licensee.MOST_CHARACTERS]) is licensee.OTHER
