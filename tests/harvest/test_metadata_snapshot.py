"""The snapshot of arXiv's metadata, line by line; its shape is that of Kaggle's data set Cornell-University/arxiv."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import TrackerError
from tracker.harvest.metadata_snapshot import BadLine, open_snapshot, parse_line, read_snapshot
from tracker.harvest.oai_records import newest_version

PAPER: dict[str, Any] = {
    "id": "0704.0001",
    "submitter": "Pavel Nadolsky",
    "authors": "C. Bal\\'azs, E. L. Berger",
    "title": "Calculation of prompt diphoton production\n  cross sections",
    "comments": "37 pages, 15 figures",
    "journal-ref": None,
    "doi": "10.1103/PhysRevD.76.013009",
    "categories": "hep-ph cs.LG 68T07",
    "license": None,
    "abstract": "  A fully differential calculation.\n",
    "versions": [
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", "Jr"], ["Atlas Collaboration", "", "", "CERN"]],
}


def line(**changes: Any) -> bytes:
    return json.dumps({**PAPER, **changes}).encode()


def test_a_line_is_the_newest_version_of_a_paper() -> None:
    version = newest_version(parse_line(line()))
    assert version is not None
    assert (version.arxiv_id, version.n) == ("0704.0001", 2)
    assert version.title == "Calculation of prompt diphoton production cross sections"
    assert version.abstract == "A fully differential calculation."
    assert version.authors == ("C. Balázs", "E. L. Berger, Jr", "Atlas Collaboration")
    assert version.categories == ("hep-ph", "cs.LG"), "terms of others are left out"
    assert (str(version.submitted_at), str(version.updated_at)) == (
        "2007-04-02 19:18:42+00:00",
        "2007-07-24 20:10:27+00:00",
    )
    assert (version.licence, version.doi, version.withdrawn) == (None, "10.1103/PhysRevD.76.013009", False)


def test_older_forms_are_taken_as_they_are_meant() -> None:
    assert parse_line(line(id="math.GT/0309136")).arxiv_id == "math/0309136"
    assert parse_line(line()).affiliations == ("CERN",)
    assert parse_line(line(authors_parsed=None)).authors == ("C. Bal\\'azs", "E. L. Berger")
    assert parse_line(line(comments="This paper has been withdrawn by the authors")).withdrawn


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"not json", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a JSON object"),
        (line(id=7), "`id`"),
        (line(id="../../etc/passwd"), "`id` is not an arXiv id"),
        (line(title=None), "`title`"),
        (line(title=["x"]), "`title`"),
        (line(categories=""), "`categories`"),
        (line(categories=["cs.LG"]), "`categories`"),
        (line(versions=[]), "`versions`"),
        (line(versions="v1"), "`versions`"),
        (line(versions=[None]), "`versions`"),
        (line(versions=[{"version": "v1", "created": "yesterday"}]), "`versions`"),
        (line(versions=[{"version": "v0", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]), "`versions`"),
        (line(versions=[{"version": "v٣", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]), "`versions`"),
        (line(authors_parsed=[["A", None]]), "`authors_parsed`"),
        (line(authors_parsed=["Ann"]), "`authors_parsed`"),
    ],
)
def test_a_broken_line_is_named_with_its_number_and_the_others_go_on(bad: bytes, reason: str) -> None:
    first, second, third = read_snapshot(io.BytesIO(line() + b"\n" + bad + b"\n" + line(id="0704.0002")))
    assert isinstance(second, BadLine)
    assert second.number == 2
    assert reason in second.reason
    assert not isinstance(first, BadLine)
    assert not isinstance(third, BadLine)
    assert third.arxiv_id == "0704.0002"


def test_a_line_without_end_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.harvest.metadata_snapshot.MOST_LINE", 2_000)
    monkeypatch.setattr("tracker.harvest.metadata_snapshot._SKIP", 100)
    endless = b"x" * 10_050 + b"\n"
    found = list(read_snapshot(io.BytesIO(endless + line() + b"\n" + b"y" * 5_000)))
    assert [entry.number if isinstance(entry, BadLine) else entry.arxiv_id for entry in found] == [
        1,
        "0704.0001",
        3,
    ]


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)), st.sampled_from(sorted(PAPER)))  # fmt: skip
def test_whatever_a_field_holds_is_a_paper_or_a_reason(value: Any, key: str) -> None:
    (found,) = read_snapshot(io.BytesIO(line(**{key: value})))
    if not isinstance(found, BadLine):
        found.title.encode()
        found.abstract.encode()


def as_zip(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, line())


WRITE: dict[str, Callable[[Path], object]] = {
    "plain": lambda path: path.write_bytes(line()),
    "gzip": lambda path: path.write_bytes(gzip.compress(line())),
    "zip": lambda path: as_zip(path, "arxiv-metadata-oai-snapshot.json"),
}


@pytest.mark.parametrize("kind", sorted(WRITE))
def test_a_snapshot_is_read_in_each_form_in_which_people_have_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "snapshot"
    WRITE[kind](path)
    with open_snapshot(path) as lines:
        assert [not isinstance(entry, BadLine) for entry in read_snapshot(lines)] == [True]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: path.write_bytes(gzip.compress(line())[:-20]), "cannot be read to its end"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "cannot be read"),
        (lambda path: as_zip(path, "a.json", "b.json"), "exactly one"),
        (lambda path: as_zip(path, "a.txt"), "exactly one"),
    ],
    ids=["missing", "folder", "cut-gzip", "cut-zip", "two", "none"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, write: Callable[[Path], object], says: str) -> None:
    path = tmp_path / "snapshot"
    write(path)
    with pytest.raises(TrackerError, match=says), open_snapshot(path) as lines:
        list(read_snapshot(lines))
