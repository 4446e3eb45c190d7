"""The fresh labels on made-up rows: loading, scoring, the tables of the report."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy import fresh, fresh_labels
from benchmarks.accuracy.detections import Detected, DetectedLink

URL = "https://github.com/ann/linker"
TEXT = f"We link. Our code is available at {URL}. We compare with https://github.com/bob/joiner."
ROWS = [
    {
        "key": key,
        "arxiv_id": None,
        "format": text_format,
        "origin": f"ann/paper: {key}",
        "commit": "0" * 40,
        "made_by": made_by,
        "links": [
            {"reference": "github:ann/Linker", "role": "own"},
            {"reference": "github:bob/joiner", "role": "mention"},
        ],
        "own_pages": [],
        "title": "Linker: Linking",
        "authors": ["Ann Author"],
        "abstract": "",
        "length": len(TEXT),
        "windows": [{"chars": 0, "text": TEXT}],
    }
    for key, text_format, made_by in (
        ("T001", "tex", "assembled"),
        ("HT001", "html", "LaTeXML of the tex"),
        ("M001", "md", "as stored"),
    )
]
ABSTRACT = {
    "arxiv_id": "2608.00001",
    "title": "Linker",
    "authors": ["Ann Author"],
    "abstract": f"Code: {URL}",
    "comment": None,
    "links": [{"reference": "github:ann/linker", "role": "own"}],
    "promise": "available",
    "promise_scored": False,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in (("fulltexts", ROWS), ("abstracts", [ABSTRACT])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def detected(*links: tuple[str, str]) -> Detected:
    return Detected(tuple(DetectedLink(key, role, 0.9, "section") for key, role in links), "none")


def test_renderings_are_apart_and_markdown_is_plain_text(folder: Path) -> None:
    labels = fresh_labels.load_fresh(folder)
    assert [text.key for text in labels.full_texts] == ["T001", "M001"]
    assert [text.key for text in labels.renderings] == ["HT001"]
    assert labels.full_texts[1].text_format == "text"
    assert labels.full_texts[0].roles == {"github:ann/linker": "own", "github:bob/joiner": "mention"}
    assert labels.abstracts[0].promise is None


def test_absent_labels_are_none(tmp_path: Path) -> None:
    assert fresh_labels.load_fresh(tmp_path) == fresh_labels.FreshLabels()
    assert fresh.measure([], [], []).figures == {}


def test_a_whole_text_takes_the_place_of_its_windows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "T001.txt").write_text("whole", encoding="utf-8")
    monkeypatch.setenv(fresh_labels.WHOLE_TEXTS, str(folder))
    first, second = fresh_labels.load_fresh(folder).full_texts
    assert (first.text, second.text.strip()) == ("whole", TEXT)


def test_a_window_stands_where_it_stood() -> None:
    laid_out = fresh_labels.lay_out([{"chars": 0, "text": "front"}, {"chars": 700, "text": "window"}], 800)
    assert (laid_out[:5], laid_out[100:106], len(laid_out)) == ("front", "window", 800)


def test_about_a_third_of_the_origins_is_held_back() -> None:
    held = sum(fresh_labels.is_held_back(f"owner/name: {number}") for number in range(3_000))
    assert 900 < held < 1_100


ROLES = {
    "github:a/own": "own",
    "github:b/other": "mention",
    "zenodo:1": "unscored",
    "page:https://c.org": "own-page",
}


@pytest.mark.parametrize(
    ("claimed", "counts"),
    [
        (["github:a/own"], (1, 0, 0)),
        ([], (0, 0, 1)),
        (["github:a/own", "github:b/other"], (1, 1, 0)),
        (["github:a/own", "github:d/unlabelled"], (1, 1, 0)),
        (["github:a/own", "zenodo:1", "page:https://c.org", "page:https://e.org"], (1, 0, 0)),
    ],
)
def test_score_of_own_links(claimed: list[str], counts: tuple[int, int, int]) -> None:
    links = detected(*((key, "own") for key in claimed))
    assert fresh.score_links(ROLES, links, lambda _: True).counts == counts


def test_figures_of_made_up_rows(folder: Path) -> None:
    labels = fresh_labels.load_fresh(folder)
    right = detected(("github:ann/linker", "own"), ("github:bob/joiner", "mention"))
    wrong = detected(("github:ann/linker", "mention"), ("github:bob/joiner", "own"))
    part = fresh.measure(
        list(zip(labels.full_texts, (right, wrong), strict=True)),
        list(zip(labels.renderings, (right,), strict=True)),
        list(zip(labels.abstracts, (right,), strict=True)),
    )
    assert part.figures["fresh.all.repository.precision"] == 0.5
    assert part.figures["fresh.all.roles.balanced_accuracy"] == 0.5
    assert part.figures["fresh.html.own.f1"] == 1.0
    assert part.figures["fresh.abstracts.own.recall"] == 1.0
    assert part.errors == {"fresh-own-below": 1, "fresh-other-section": 1}
    assert {"fresh.repository", "fresh.roles", "fresh.reliability", "fresh.promise"} <= part.tables.keys()
