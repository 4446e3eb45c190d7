"""What has no file: papers, searches and composed feeds, made on demand."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.running import FEED, SITE, Site, make_status, start
from tracker.web import dynamic
from tracker.web.dynamic import StorePages


@dataclass
class Composed:
    location: str | None = None
    body: bytes | None = None
    problem: str | None = None


class Composer:
    """Knows one combined feed and one author."""

    def answer(self, path: str, query: str) -> Composed:
        if (path, query) == ("feed.xml", "cat=cs.LG,cs.CL"):
            return Composed(location="feed.xml?cat=cs.CL,cs.LG")
        if (path, query) in {
            ("feed.xml", "cat=cs.CL,cs.LG"),
            ("feeds/author/Ada-L.atom", ""),
            ("paper/2606.00009.xml", ""),
        }:
            return Composed(body=b"<made/>" * 200)
        if path == "feeds/cs.CL.xml":
            return Composed(location=f"feed.xml?cat=cs.CL&{query}")
        return Composed(problem="There is no filter.") if "colour" in query else Composed()


@pytest.fixture
def live(folder: Path) -> Iterator[Site]:
    def paper(arxiv_id: str) -> bytes | None:
        if arxiv_id == "2606.00666":
            raise RuntimeError("the store is gone")
        return f"<p>{arxiv_id}</p>".encode() * 100 if arxiv_id == "2606.00009" else None

    made = Site(folder, status=make_status())
    pages = StorePages(
        paper,
        lambda words, page, asked=None: f"{page}: {words}{asked or ''}".encode(),
        lambda arxiv_id: arxiv_id == "2606.00009",
    )
    stop = start(
        made,
        pages=pages,
        composer=Composer(),
        archive=lambda query: (400, b"no\n") if "banana" in query else (200, query.encode()),
        compose=lambda query: (400 if "colour" in query else 200, f"<p>{query}</p>".encode()),
        next_harvest=lambda: made.clock.at + timedelta(hours=10, seconds=5),
    )
    yield made
    stop()


def test_a_paper_without_a_file_is_shown_from_the_store(live: Site) -> None:
    answer = live.ask("/paper/2606.00009", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == b"<p>2606.00009</p>" * 100
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "content-security-policy" in answer.headers
    assert live.ask("/paper/2606.00009", if_none_match=answer.headers["etag"]).status == 304
    assert live.ask("/paper/2606.00001").body == SITE["paper/2606.00001.html"], "the file comes first"
    assert live.ask("/paper/2606.00010").status == 404
    assert live.ask("/paper/2606.00666").status == 500


@pytest.mark.parametrize(("query", "text"), [
    ("q=open+code", "1: open code"), ("q=a&page=3", "3: a"), ("q=a&page=-1", "1: a"), ("q=a&page=%C2%B2", "1: a"),
    ("q=%ff%00", "1: \ufffd\0"), ("page=2", "2: "), ("q=a&page=99999999999", "1: a"),
])  # fmt: skip
def test_a_search_is_made_on_demand(live: Site, query: str, text: str) -> None:
    answer = live.ask(f"/search?{query}")
    assert (answer.status, answer.body.decode()) == (200, text)


def test_a_selection_of_the_archive_is_made_on_demand(live: Site) -> None:
    answer = live.ask("/archive?cat=cs.CL&utm_source=x")
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (
        200,
        b"cat=cs.CL",
        "public, max-age=60",
    )
    refused = live.ask("/archive?banana=1")
    assert (refused.status, refused.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert live.ask("/archive").status == 404, "the page is a file, and there is none here"


@pytest.mark.parametrize(
    "words", ["2606.00009", "arXiv:2606.00009v2", "https%3A%2F%2Farxiv.org%2Fpdf%2F2606.00009"]
)
def test_a_pasted_id_or_address_leads_to_the_paper(live: Site, words: str) -> None:
    answer = live.ask(f"/search?q={words}")
    assert (answer.status, answer.headers["location"]) == (302, "/paper/2606.00009")
    assert answer.headers["cache-control"] == "no-store"
    assert live.ask("/search?q=2606.00010").status == 200, "it is not stored"


def test_a_search_passes_its_other_parameters_on(live: Site) -> None:
    assert live.ask("/search?q=a&sort=date&ref=x").body == b"1: a{'sort': 'date'}"


def test_a_search_without_words_is_the_form(live: Site) -> None:
    assert live.ask("/search?utm_source=x").body == SITE["search.html"]


def test_a_query_makes_a_feed_at_its_canonical_address(live: Site) -> None:
    moved = live.ask("/feed.xml?cat=cs.LG,cs.CL&utm_source=x")
    assert (moved.status, moved.headers["location"]) == (301, "/feed.xml?cat=cs.CL,cs.LG")
    answer = live.ask(moved.headers["location"], accept_encoding="gzip")
    assert gzip.decompress(answer.body) == b"<made/>" * 200
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert live.ask("/feed.xml?utm_source=x&utm_medium=y").body == FEED
    assert live.ask("/feeds/author/Ada-L.atom").headers["content-type"].startswith("application/atom+xml")
    assert live.ask("/paper/2606.00009.xml").status == 200
    answer = live.ask("/feeds/author/Nobody.xml")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_filter_that_does_not_exist_is_refused_in_a_sentence(live: Site) -> None:
    answer = live.ask("/feed.xml?colour=red")
    assert (answer.status, answer.body) == (400, b"There is no filter.\n")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


def test_a_query_narrows_a_named_feed_too(live: Site) -> None:
    assert live.ask("/feeds/cs.CL.xml?has=data").headers["location"] == "/feed.xml?cat=cs.CL&has=data"
    assert live.ask("/feeds/cs.CL.xml?utm_source=x&ref=y").body == SITE["feeds/cs.CL.xml"]


def test_the_form_of_feeds_makes_a_page(live: Site) -> None:
    answer = live.ask("/feeds?keyword=tides")
    assert (answer.status, answer.body) == (200, b"<p>keyword=tides</p>")
    assert live.ask("/feeds?colour=red").status == 400
    assert live.ask("/feeds?utm_source=x").body == SITE["feeds.html"]


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/feeds/licence/mit.JSON", "/feeds/licence/MIT.json"),
        ("/Browse/CS.CL", "/browse/cs.CL"),
        ("/browse/cs.cl/", "/browse/cs.CL"),
        ("/browse/cs.cl.html?utm_source=x", "/browse/cs.CL"),
        ("/feeds/CS.cl.xml?has=data", "/feeds/cs.CL.xml?has=data"),
        ("/Feed.xml?cat=x&ref=y", "/feed.xml?cat=x"),
    ],
)
def test_names_fold_case(live: Site, address: str, canonical: str) -> None:
    answer = live.ask(address)
    assert (answer.status, answer.headers.get("location")) == (301, canonical)


def test_a_feed_is_cached_for_its_ttl_and_may_be_stale_until_arxiv_is_asked_again(live: Site) -> None:
    assert live.ask("/feed.xml").headers["cache-control"] == "public, max-age=3600, stale-while-revalidate=32400"
    assert live.ask("/").headers["cache-control"] == "public, max-age=300"


def test_pages_on_demand_are_bounded_in_number_and_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(dynamic, "WAITING", 1)
    gate = threading.Event()

    def search(words: str, page: int) -> bytes:
        gate.wait(10)
        return b"late"

    made = Site(folder, status=make_status())
    stop = start(made, pages=StorePages(lambda arxiv_id: None, search))
    try:
        late, refused = made.ask("/search?q=a"), made.ask("/search?q=b")
        assert (late.status, refused.status) == (503, 503)
        assert refused.headers["retry-after"] == "5"
        assert made.ask("/feed.xml").status == 200, "files wait for no store"
        assert made.ask("/health").status == 200
    finally:
        gate.set()
        stop()
