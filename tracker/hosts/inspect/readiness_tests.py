"""Which files of a tree a test runner would collect, by names alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from pathlib import PurePosixPath

from tracker.hosts.inspect.data_files import is_in_data_folder
from tracker.hosts.inspect.readiness_lines import PREPARATION, has_word, words
from tracker.hosts.inspect.readiness_scripts import is_part_of_data

TEST_FOLDERS = frozenset(
    {"test", "tests", "testing", "unittests", "unit_tests", "testthat", "__tests__", "spec", "unit"}
)
_TEST_NAMES = re.compile(
    r"test_[\w.-]*\.py|[\w.-]*_tests?\.py|tests?\.py|runtests\.jl|test[\w.-]*\.(?:jl|m|r)|[\w.-]*test\.m|testthat\.r"
    r"|[\w.-]+\.(?:rs|bats)|(?:test|ut)[\w.-]*\.(?:c|cc|cpp|cxx|cu)|[\w.-]*(?:test|tests)\.(?:c|cc|cpp|cxx|cu|java|kt|cs|hs|scala)"
    r"|[\w.-]*spec\.(?:rb|hs|scala)",
    re.IGNORECASE,
)
"""Files that test runners collect from a folder of tests."""
_TEST_ANYWHERE = re.compile(
    r"[\w.-]+_test\.go|[\w.-]+\.(?:test|spec)\.[cm]?[jt]sx?|(?:[A-Z]\w*)Tests?\.(?:java|kt|cs|scala)|[\w.-]+_test\.rs"
    r"|runtests\.(?:jl|py|sh)"
)
"""Files that test runners collect wherever they lie."""
_PYTHON_TEST = re.compile(r"test_([\w-]+)\.py|([\w-]+)_test\.py")
_TRAINING_FOLDERS = frozenset({"train", "training"})
_MEASURING_FOLDERS = frozenset({"test", "testing"})
_TEST_SET_UP = frozenset({"conftest.py", "pytest.ini", "tox.ini", "noxfile.py"})


def is_in_folder(file: PurePosixPath, names: frozenset[str]) -> bool:
    """Whether a file lies in a folder with one of these names, in lower case."""
    return any(folder.lower() in names for folder in file.parts[:-1])


def find_tests(files: Sequence[PurePosixPath]) -> Iterator[PurePosixPath]:
    """The files that a test runner would collect."""
    names = {file.name for file in files}
    stems = {(file.parent, file.stem) for file in files if file.suffix == ".py"}
    trained = {file.parent.parent for file in files if file.parent.name.lower() in _TRAINING_FOLDERS}
    set_up = not names.isdisjoint(_TEST_SET_UP)
    for file in files:
        named = _TEST_ANYWHERE.fullmatch(file.name) or (
            is_in_folder(file, TEST_FOLDERS)
            and _TEST_NAMES.fullmatch(file.name)
            and not _is_beside_training(file, trained)
        )
        match = None if is_part_of_data(file.stem) else _PYTHON_TEST.fullmatch(file.name)
        name = (match[1] or match[2]) if match else ""
        # Scripts that measure a model are called so too: a test has its module beside it, or a runner that is set up.
        if named or (name and (set_up or ((file.parent, name) in stems and not _measures(file, name, stems)))):
            yield file


def _is_beside_training(file: PurePosixPath, trained: Set[PurePosixPath]) -> bool:
    """Whether the folder of tests that a file lies in stands beside one that trains: it measures a model."""
    return any(
        folder.name.lower() in _MEASURING_FOLDERS and folder.parent in trained for folder in file.parents[:-1]
    )


def _measures(file: PurePosixPath, name: str, stems: Set[tuple[PurePosixPath, str]]) -> bool:
    """Whether a file called after a test measures a model, since another one trains it, or reads the data for that."""
    trains = any((file.parent, f"{name}_{word}") in stems for word in ("train", "finetune", "pretrain", "eval"))
    return trains or (is_in_data_folder(file) and has_word(words(name), PREPARATION))
