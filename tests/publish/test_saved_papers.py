"""Feeds of saved papers: one canonical address, one item for what happens to one of them, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.publish.conftest import NOW
from tracker.domain.feeds import GONE_FEED, PROMISE_KEPT_FEED
from tracker.domain.items import Item
from tracker.publish.composed_feeds import Composer
from tracker.publish.saved_papers import render_saved, saved_queries
from tracker.settings import Settings

Make = Callable[..., Item]


@pytest.fixture
def composer(item: Make, configured: Callable[..., Settings]) -> Composer:
    made = Composer(configured())
    later = NOW + timedelta(days=3)
    main = [item(number) for number in range(1, 60)]
    entered = {
        "weights": [item(1), item(2, entered_at=later)],
        PROMISE_KEPT_FEED: [item(1, event="shipped-1"), item(70, event="shipped-70")],
        GONE_FEED: [item(3, event="gone-3", entered_at=later), item(80, event="gone-80")],
    }
    made.load(main, entered)
    return made


def ids(composer: Composer, query: str) -> list[str]:
    body = composer.answer("feed.json", query).body
    assert body, query
    return [entry["id"].removeprefix("arxiv-code-tracker:arxiv:2606.000") for entry in json.loads(body)["items"]]


def test_each_thing_that_happens_is_one_item(composer: Composer) -> None:
    found = ids(composer, "paper=2606.00001,2606.00002,2606.00003,2606.00070,2606.09999")
    assert sorted(found) == ["01", "02", "02:weights", "03", "03:gone-3", "70:shipped-70"], (
        "weights and a promise that come with the code are one item with it; a paper without news has none"
    )


def test_there_is_one_address(composer: Composer) -> None:
    for query in (
        "paper=2606.00002,2606.00001", "paper=2606.00001v3,2606.00002", "paper=2606.00001&paper=2606.00002",
        "paper=arXiv:2606.00001,https://arxiv.org/abs/2606.00002", "paper=2606.00001,2606.00002,2606.00001,",
    ):  # fmt: skip
        assert composer.answer("feed.xml", query).location == "feed.xml?paper=2606.00001,2606.00002"
    assert ids(composer, "paper=2606.09999") == []


@pytest.mark.parametrize(("query", "problem"), [
    ("paper=", "No paper is named"), ("paper=none", "is not an arXiv id"), ("paper=2606.00001&cat=cs.CL", "takes no other filter"),
    ("paper=" + ",".join(f"2606.{n:05}" for n in range(201)), "at most 200"), ("paper=\x00\ud800", "is not an arXiv id"),
])  # fmt: skip
def test_what_is_wrong_is_said(composer: Composer, query: str, problem: str) -> None:
    assert problem in str(composer.answer("feed.xml", query).problem)


def test_longer_lists_are_split() -> None:
    text = "\n".join(f"@misc{{k{n}, eprint = {{2606.{n:05}}}}}" for n in range(1, 451))
    queries = saved_queries(text)
    assert [query.count(",") + 1 for query in queries] == [200, 200, 50]
    assert saved_queries("\n".join(f"cond-mat/01010{n:02}" for n in range(1, 99)))[0].startswith(
        "paper=cond-mat/0101001,"
    )
    assert saved_queries("nothing") == []


def test_the_page_shows_the_address_and_nothing_of_the_text(configured: Callable[..., Settings]) -> None:
    settings = configured(TRACKER_PUBLIC_URL="https://x.example/t/")
    page = render_saved(settings, "2606.00001 <script>alert(1)</script>").decode()
    assert ">https://x.example/t/feed.xml?paper=2606.00001<" in page
    assert "alert" not in page
    assert "No arXiv id" in render_saved(configured(), "none").decode()
    assert "No arXiv id" not in render_saved(configured(), None).decode()
