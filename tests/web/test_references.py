"""The addresses of references: by paper, list, search and feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.web.running import Site, make_status, start
from tests.web.test_dynamic import Composed
from tracker.pipeline.references import list_feed_papers
from tracker.web.references import References

FEED = b'{"items": [{"id": "arxiv-code-tracker:arxiv:2606.00001"}, {"id": "arxiv-code-tracker:arxiv:cs/0101001:gone-1"}]}'


class Composer:
    def answer(self, path: str, query: str) -> Composed:
        if (path, query) == ("feed.json", "cat=b,a"):
            return Composed(location="feed.json?cat=a,b")
        return Composed(body=FEED) if (path, query) == ("feed.json", "cat=a,b") else Composed()


def by_ids(ending: str, arxiv_ids: Sequence[str]) -> bytes | None:
    known = [arxiv_id for arxiv_id in arxiv_ids if arxiv_id != "2606.00404"]
    return f"{ending}: {' '.join(known)}".encode() if known else None


@pytest.fixture(scope="module")
def citing(folder: Path) -> Iterator[Site]:
    (folder / "feeds" / "cs.AI.json").write_bytes(FEED)
    made = Site(folder, status=make_status())
    references = References(by_ids, lambda ending, words: f"{ending}? {words}".encode(), list_feed_papers)
    stop = start(made, composer=Composer(), references=references)
    yield made
    stop()
    (folder / "feeds" / "cs.AI.json").unlink()


@pytest.mark.parametrize(("path", "body"), [
    ("/paper/2606.00001.bib", "bib: 2606.00001"), ("/paper/cs/0101001.ris", "ris: cs/0101001"),
    ("/paper/2606.00001.csl.json", "csl.json: 2606.00001"), ("/papers.bib?ids=2606.00001,2606.00404", "bib: 2606.00001"),
    ("/search.bib?q=open+code", "bib? open code"), ("/search.ris", "ris? "), ("/search.csl.json?q=%ff", "csl.json? \ufffd"),
    ("/feeds/cs.AI.bib", "bib: 2606.00001 cs/0101001"), ("/feed.bib?cat=a,b", "bib: 2606.00001 cs/0101001"),
])  # fmt: skip
def test_references_are_written_on_demand(citing: Site, path: str, body: str) -> None:
    answer = citing.ask(path)
    assert (answer.status, answer.body.decode()) == (200, body)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert citing.ask(path, if_none_match=answer.headers["etag"]).status == 304


@pytest.mark.parametrize(("path", "status"), [
    ("/paper/2606.00404.bib", 404), ("/feeds/none.bib", 404), ("/paper/x.bib", 404), ("/none.bib", 404),
    ("/paper/2606.00001v2.bib", 301), ("/feed.ris?cat=b,a", 301), ("/papers.bib?ids=" + ",".join(["1"] * 201), 400),
])  # fmt: skip
def test_what_has_no_references(citing: Site, path: str, status: int) -> None:
    assert citing.ask(path).status == status


def test_redirects_keep_the_format(citing: Site) -> None:
    assert citing.ask("/paper/2606.00001v2.bib").headers["location"] == "/paper/2606.00001.bib"
    assert citing.ask("/feed.ris?cat=b,a").headers["location"] == "/feed.ris?cat=a,b"


def test_without_a_store_there_are_none(site: Site) -> None:
    assert site.ask("/paper/2606.00001.bib").status == 404
