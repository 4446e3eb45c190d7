"""What a deposit holds: an archive that nobody opened is not code, whatever it is called."""

from __future__ import annotations

import pytest

from tracker.domain.terms import Content, Fact
from tracker.hosts.inspect.deposits import read_deposit
from tracker.hosts.inspect.zip_listing import ZipListing

PROGRAM = ZipListing({"src/run.py": 900, "README.md": 90}, True)
UNKNOWN, CODE, DATA = Content.UNKNOWN, Content.CODE, Content.DATA_ONLY
NAMES = [
    "code.zip",
    "source_code.tar.gz",
    "owner/tool-v1.0.zip",
    "src.rar",
    "software.7z",
    "archive.zip",
    "tool.tgz",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["software", "other", "publication", ""])
def test_an_archive_that_nobody_opened_is_not_code(kind: str, name: str) -> None:
    for sizes in ({name: 999}, {name: None, "README.md": 5}, {name: 999, "paper.pdf": 7}):
        seen = read_deposit(kind, sizes)
        assert (seen.content, seen.holds) == (UNKNOWN, ())
        assert seen.reason == f"{name} is an archive, which was not opened"


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_named_after_code_is_no_data_either(name: str) -> None:
    seen = read_deposit("dataset", {name: 999})
    assert Fact.CODE not in seen.holds
    if "code" in name or "src" in name or "software" in name:
        assert (seen.content, seen.holds) == (UNKNOWN, ())


@pytest.mark.parametrize(
    ("kind", "sizes", "content", "holds"),
    [
        ("software", {"run.py": 900}, CODE, (Fact.CODE,)),
        ("software", {"run.py": 900, "more.zip": 9}, CODE, (Fact.CODE,)),
        ("dataset", {"data.zip": 999}, DATA, (Fact.DATA,)),
        ("dataset", {"train.csv": 999}, DATA, (Fact.DATA,)),
        ("dataset", {"train.csv": 999, "run.py": 900}, CODE, (Fact.CODE, Fact.DATA)),
        ("model", {"weights.tar": 999}, DATA, (Fact.WEIGHTS,)),
        ("software", {"README.md": 9}, Content.README_ONLY, ()),
        ("software", {}, Content.EMPTY, ()),
        ("dataset", {"README.md": 9}, Content.README_ONLY, ()),
    ],
)
def test_files_that_lie_open(
    kind: str, sizes: dict[str, int | None], content: Content, holds: tuple[Fact, ...]
) -> None:
    seen = read_deposit(kind, sizes)
    assert seen.content is content
    assert set(seen.holds) == set(holds)


@pytest.mark.parametrize("kind", ["software", "dataset", "other"])
def test_an_archive_that_was_listed_is_what_it_holds(kind: str) -> None:
    seen = read_deposit(kind, {"code.zip": 999}, {"code.zip": PROGRAM})
    assert seen.content is CODE
    assert Fact.CODE in seen.holds


def test_a_listing_that_is_not_whole_proves_no_absence() -> None:
    part = ZipListing({"README.md": 9}, False)
    assert read_deposit("software", {"code.zip": 999}, {"code.zip": part}).content is UNKNOWN
    whole = ZipListing({"README.md": 9}, True)
    assert read_deposit("software", {"code.zip": 999}, {"code.zip": whole}).content is Content.README_ONLY


def test_of_two_archives_one_listed_the_other_may_hold_code() -> None:
    whole = ZipListing({"README.md": 9}, True)
    assert read_deposit("software", {"a.zip": 9, "b.zip": 9}, {"a.zip": whole}).content is UNKNOWN
    assert read_deposit("software", {"a.zip": 9, "b.zip": 9}, {"b.zip": PROGRAM}).content is CODE


def test_empty_files_in_an_archive_are_no_code() -> None:
    hollow = ZipListing({"train.py": 0, "model.py": 0}, True)
    assert read_deposit("software", {"code.zip": 9}, {"code.zip": hollow}).content is not CODE


def test_files_of_a_few_bytes_in_a_deposit_are_not_known_to_be_code() -> None:
    found = read_deposit("software", {"run.py": 0, "model.py": 1})
    assert (found.content, found.holds, found.reason != "") == (Content.UNKNOWN, (), True)
