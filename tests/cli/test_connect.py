"""The commands that bring answers to references, agents and lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.new_store import open_new_store, store_address
from tracker.domain.papers import Version
from tracker.store.papers import save_versions

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)


@pytest.fixture
def stored(data: Path) -> Path:
    store = open_new_store(store_address(data / "tracker.db"))
    version = Version(
        arxiv_id="2606.00001", n=1, title="Größe", abstract="", authors=("Ann Author",), categories=("cs.CL",),
        primary_category="cs.CL", comment=None, submitted_at=NOW, updated_at=NOW,
    )  # fmt: skip
    save_versions(store, [version], {}, NOW)
    store.close()
    return data


def test_cite_prints_references(call: Call, stored: Path) -> None:
    code, output, _ = call("cite", "https://arxiv.org/abs/2606.00001v2")
    assert (code, "@misc{arxiv-2606.00001," in output, r"Gr{\"o}{\ss}e" in output) == (0, True, True)
    csl = json.loads(call("cite", "--format", "csl", "2606.00001")[1])
    assert [entry["title"] for entry in csl] == ["Größe"], "nothing is known of its code"


@pytest.mark.parametrize(("arguments", "message"), [
    (("2606.00001", "2606.00002", "none"), "2606.00002, none: not in the store"),
    (("--format", "endnote", "2606.00001"), "choose one of bibtex, ris, csl"),
])  # fmt: skip
def test_cite_says_what_is_wrong(call: Call, stored: Path, arguments: tuple[str, ...], message: str) -> None:
    code, output, error = call("cite", *arguments)
    assert (code, output, message in error) == (1, "", True)


def test_watch_prints_the_address_of_a_feed(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.bib").write_text(
        "@misc{a, eprint={2606.00002v1}} @misc{b, url={https://arxiv.org/abs/2606.00001}}"
    )
    code, output, _ = call("watch", str(tmp_path / "mine.bib"))
    assert (code, output) == (0, "http://127.0.0.1:8080/feed.xml?paper=2606.00001,2606.00002\n")
    (tmp_path / "none.bib").write_text("@misc{a, title={None}}")
    assert "names no paper" in call("watch", str(tmp_path / "none.bib"))[2]
    assert "cannot be read" in call("watch", str(tmp_path / "missing.bib"))[2]
