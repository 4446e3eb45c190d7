"""Feeds by a query: one canonical form, bounded, from memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.config_files import Organisation
from tracker.domain.terms import Fact
from tracker.publish import composed_feeds
from tracker.publish.composed_feeds import ComposedFeed, Composer

Make = Callable[..., Any]
WATCHED = (Organisation(name="Ann's lab", github=("ann",)),)


@pytest.fixture
def composer(item: Make, verdict: Make, configured: Make) -> Composer:
    composer_of_three = Composer(configured(TRACKER_HARVEST__CATEGORIES="cs.CL,cs.LG,cs.CV"), WATCHED)
    both = (verdict(), verdict(Fact.WEIGHTS))
    composer_of_three.load(
        [item(1), item(2, verdicts=both, title="On Tides"), item(3, categories=("cs.CV",), authors=("Zoë Z",))], {}
    )
    return composer_of_three


def shown(answer: ComposedFeed) -> list[str]:
    assert answer.body is not None
    return [str(entry.id)[-1] for entry in feedparser.parse(answer.body).entries]


@pytest.mark.parametrize(
    ("query", "works"),
    [
        ("cat=cs.CL", ["1", "2"]),
        ("cat=cs.CL,cs.CV", ["1", "2", "3"]),
        ("cat=cs.CL&has=weights", ["2"]),
        ("has=code,weights", ["2"]),
        ("licence=osi", ["1", "2", "3"]),
        ("licence=MIT", ["1", "2", "3"]),
        ("licence=open-content", []),
        ("org=Ann%27s%20lab", ["1", "2", "3"]),
        ("author=zo%C3%AB%20z", ["3"]),
        ("keyword=tides", ["2"]),
        ("cat=cs.CV&keyword=tides", []),
    ],
)
def test_a_canonical_query_is_a_feed(composer: Composer, query: str, works: list[str]) -> None:
    assert shown(composer.answer("feed.xml", query)) == works


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("cat=cs.LG,cs.CL", "feed.xml?cat=cs.CL,cs.LG"),
        ("has=weights&cat=CS.cl", "feed.xml?cat=cs.CL&has=weights"),
        ("cat=cs.CL&cat=cs.LG&cat=cs.CL", "feed.xml?cat=cs.CL,cs.LG"),
        ("cat=cs.CL&colour=red&has=", "feed.xml?cat=cs.CL"),
        ("licence=mit", "feed.xml?licence=MIT"),
        ("author=Zo%C3%8B++Z", "feed.xml?author=zo%C3%AB%20z"),
        ("", "feed.xml"),
        ("colour=red", "feed.xml"),
    ],
)
def test_any_other_form_leads_to_the_canonical_one(composer: Composer, query: str, canonical: str) -> None:
    assert composer.answer("feed.xml", query) == ComposedFeed(location=canonical)


@pytest.mark.parametrize(
    "query",
    [
        "cat=cs.XX",
        "has=joy",
        "licence=none-such",
        "keyword=ab",
        "keyword=a%20b",
        "cat=" + ",".join("x" * 500),
        "a=1&" * 400,
    ],
)
def test_an_invalid_query_is_not_a_feed(composer: Composer, query: str) -> None:
    assert composer.answer("feed.xml", query) == ComposedFeed()


@pytest.mark.parametrize(
    "path",
    ["feed.exe", "feeds/author/", "feeds/colour/red.xml", "paper/9.xml", "", "x.xml", "feeds/keyword/a.xml"],
)
def test_another_address_is_not_a_feed(composer: Composer, path: str) -> None:
    assert composer.answer(path, "") == ComposedFeed()


def test_authors_keywords_and_papers_have_feeds(composer: Composer) -> None:
    assert shown(composer.answer("feeds/author/zo%C3%AB%20z.xml", "")) == ["3"]
    assert shown(composer.answer("feeds/keyword/tides.atom", "")) == ["2"]
    assert shown(composer.answer("paper/2606.00002.xml", "")) == ["2"]


def test_the_id_of_a_composed_feed_is_quoted_once(composer: Composer) -> None:
    feed = feedparser.parse(composer.answer("feeds/author/zo%C3%AB%20z.atom", "").body).feed
    assert feed.id == "arxiv-code-tracker:feed:author/zo%C3%AB%20z"


def test_an_author_has_one_address(composer: Composer) -> None:
    for path in ("feeds/author/Zo%C3%AB Z.xml", "feeds/author/Zoë  Z.xml"):
        assert composer.answer(path, "") == ComposedFeed(location="feeds/author/zo%C3%AB%20z.xml")


def test_a_feed_is_built_once_for_each_publish(composer: Composer, item: Make) -> None:
    first = composer.answer("feed.xml", "cat=cs.CL").body
    assert composer.answer("feed.xml", "cat=cs.CL").body is first
    composer.load([item(9)], {})
    assert shown(composer.answer("feed.xml", "cat=cs.CL")) == ["9"]


def test_the_cache_is_bounded(composer: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composed_feeds, "MOST_CACHED", 5)
    for number in range(20):
        composer.answer("feed.xml", f"keyword=word{number}")
    assert len(composer._cache) == 5


def test_a_million_values_are_refused_at_once(composer: Composer) -> None:
    began = time.process_time()
    assert composer.answer("feed.xml", "cat=" + "cs.CL," * 1_000_000) == ComposedFeed()
    assert time.process_time() - began < 0.5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(
    st.sampled_from(
        ["feed.xml", "feed.json", "feeds/author/x.xml", "feeds/keyword/tides.xml", "paper/2606.00001.xml"]
    ),
    st.text(max_size=60)
    | st.from_regex(r"(cat|has|licence|org|author|keyword)=[ -~é]{0,20}(&(cat|has)=[ -~]{0,9})?", fullmatch=True),
)
def test_any_query_is_answered_and_a_canonical_form_stays(composer: Composer, path: str, query: str) -> None:
    answer = composer.answer(path, query)
    if answer.location is not None and "?" in answer.location:
        canonical = answer.location.partition("?")[2]
        assert composer.answer(path, canonical).body is not None
        assert parse_qsl(canonical)
