"""The figures can be redone without the labelled texts: facts in the project, abstracts from arXiv (here the sandbox)."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import facts, fetch, labels
from tests.detect import corpus
from tracker.sandbox.server import Sandbox

EXAMPLES = [example for example in corpus.load_examples() if "abstract" in example.paper][:23]


def arxiv_id(number: int) -> str:
    return f"2606.{number:05}"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world of the corpus's abstracts; the last paper has no entry."""
    folder = tmp_path / "world"
    folder.mkdir()
    lines = [
        json.dumps(
            {
                "arxiv_id": arxiv_id(number), "title": f"Paper {number}", "abstract": example.paper["abstract"],
                "authors": ["Ann"], "categories": ["cs.LG"], "comments": "12 pages",
                "published": "2026-06-29T12:00:00Z", "updated": "2026-06-29T12:00:00Z",
            }
        )
        for number, example in enumerate(EXAMPLES[:-1])
    ]  # fmt: skip
    (folder / "2026-06-30.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """The facts of those papers, of which the first changed since, and one that is in a list."""
    rows = [
        {
            "arxiv_id": arxiv_id(number), "field": "abstract", "nasty": bool(number % 2),
            "links": [[key, min(roles), "code"] for key, roles in example.links.items()],
            "promise": example.promises[0],
            "sha256": facts.digest(example.paper["abstract"] if number else "what it said before"),
        }
        for number, example in enumerate(EXAMPLES)
    ]  # fmt: skip
    text = EXAMPLES[2].paper["abstract"]
    listed = {
        "arxiv_id": arxiv_id(2),
        "label": "official",
        "own": [],
        "sha256": facts.digest("Paper 2", text, "12 pages"),
    }
    path = tmp_path / "facts.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, listed]), encoding="utf-8")
    return path


def requests_to_arxiv(sandbox: Sandbox) -> list[Any]:
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/requests?upstream=arxiv_api") as answer:
        return list(json.load(answer))


def test_abstracts_are_asked_for_by_id_in_batches_and_only_once(
    tmp_path: Path, world: Path, known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRACKER_CONTACT", "ann@x.example")
    monkeypatch.setenv("TRACKER_PACE__ARXIV", "0")
    monkeypatch.setattr(fetch, "BATCH", 10)
    with Sandbox(world) as sandbox:
        for name, url in sandbox.upstreams.items():
            monkeypatch.setenv(f"TRACKER_UPSTREAMS__{name.upper()}", url)
        assert fetch.main(["--facts", str(known)]) == 0
        first = capsys.readouterr().out
        asked = requests_to_arxiv(sandbox)
        assert fetch.main(["--facts", str(known)]) == 0
        second = capsys.readouterr().out
        again = requests_to_arxiv(sandbox)
    assert len(asked) == 3, "23 papers, ten a request"
    assert all("id_list=2606." in entry["query"] for entry in asked)
    assert (
        "21 abstracts and comments, 1 papers of lists as they were labelled; 1 texts changed since, 1 are not"
        in first
    )
    assert "own.pooled.precision" in first
    assert len(again) == 4, "only the paper that arXiv does not have is asked for again"
    assert second.splitlines()[1:] == first.splitlines()[3:]


def test_without_a_contact_arxiv_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    assert fetch.main([]) == 2
    assert "TRACKER_CONTACT" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_a_line_of_the_cache_that_was_cut_off_is_asked_for_again(tmp_path: Path) -> None:
    cache = tmp_path / "papers.jsonl"
    cache.write_text(
        '{"arxiv_id": "2606.00001", "title": "a", "abstract": "b", "comment": ""}\n{"arxiv_id": "26', "utf-8"
    )
    assert [paper.arxiv_id for paper in fetch._read_cache(cache)] == ["2606.00001"]


def test_the_facts_hold_no_text() -> None:
    rows = facts.load_facts()
    assert len(rows) > 1000
    assert {key for row in rows for key in row} == {
        "arxiv_id", "field", "nasty", "links", "promise", "sha256", "label", "own",
    }  # fmt: skip
    values = [
        value
        for row in rows
        for value in [*row.get("own", []), *(cell for link in row.get("links", []) for cell in link)]
    ]
    assert max(len(value) for value in values) < 200
    assert not any(" " in value for value in values)


@pytest.mark.data
def test_the_facts_are_those_of_the_labels() -> None:
    if not labels.are_present(labels.DEFAULT):
        pytest.skip("the shared development data are absent")
    fresh = list(facts.rows_of(labels.load_labels(labels.DEFAULT)))
    assert json.loads(json.dumps(fresh)) == facts.load_facts(), (
        "write them again: python -m benchmarks.accuracy.facts"
    )
