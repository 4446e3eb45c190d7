"""Documents link to what exists, are wrapped, name a language for each block, and hold no placeholder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.documents import (
    DOCUMENTS,
    LANGUAGES,
    ROOT,
    blocks,
    broken_links,
    placeholders,
    spans,
    wide_lines,
)

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}
PATHS = re.compile(r"(?:tracker|tests|config|benchmarks|docs)/[\w./-]*\w(?:\.\w+|/)?")


@every_document
def test_relative_links_lead_to_a_file(path: Path) -> None:
    assert broken_links(path.read_text(encoding="utf-8"), path.parent) == []


@every_document
def test_lines_are_wrapped(path: Path) -> None:
    assert wide_lines(path.read_text(encoding="utf-8")) == []


@every_document
def test_no_placeholder_is_left(path: Path) -> None:
    assert placeholders(path.read_text(encoding="utf-8")) == []


@every_document
def test_every_block_names_its_language(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = blocks(text, path.name)
    assert [str(block) for block in found if block.language not in LANGUAGES] == []
    assert len(found) * 2 == len(re.findall(r"^ *```", text, re.MULTILINE)), (
        "a fence is not closed, or is indented otherwise"
    )


@every_document
def test_every_path_that_a_document_names_exists(path: Path) -> None:
    missing = missing_paths(path.read_text(encoding="utf-8"))
    # How to add a host names the file that the reader will write.
    assert [name for name in missing if "notabug" not in name] == []


def missing_paths(text: str) -> list[str]:
    return [
        name
        for span in spans(text)
        for name in PATHS.findall(span)
        if not re.search(r"[*…]|/[A-Z]+\.(?!md)", span)
        and span.startswith(name[:5])
        and not (ROOT / name).exists()
    ]


@every_document
def test_every_test_that_a_document_names_exists(path: Path) -> None:
    assert missing_tests(path.read_text(encoding="utf-8")) == []


def missing_tests(text: str) -> list[str]:
    return [span for span in spans(text) if re.fullmatch(r"test_\w+", span) and span not in TESTS]


def test_each_kind_of_fault_is_found() -> None:
    text = (
        "A [link](nowhere.md), `tracker/nowhere.py`.\n\n"
        + "word " * 25
        + "\n\n| a | b |\n|---|---|\n| x | 1 MB |\n| y | PARQ |\n\nTODO\n"
    )
    assert broken_links(text, ROOT) == ["nowhere.md"]
    assert missing_paths(text) == ["tracker/nowhere.py"]
    assert missing_tests("`test_no_such_thing`") == ["test_no_such_thing"]
    assert wide_lines(text) == [3]
    assert placeholders(text) == ["TODO", "PARQ"]
    assert placeholders("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n") == ["<<<<<<< ", ">>>>>>> "]
    assert [(block.line, block.language, block.text) for block in blocks("a\n  ```sh\n  b\n  ```\n", "x.md")] == [
        (2, "sh", "b\n")
    ]
