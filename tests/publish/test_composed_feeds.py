"""Feeds by a query: one canonical form, bounded, from memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.config_files import Organisation
from tracker.domain.terms import Fact, Mark
from tracker.publish import composed_feeds
from tracker.publish.composed_feeds import ComposedFeed, Composer
from tracker.publish.feed_query import FeedQueryError

Make = Callable[..., Any]
WATCHED = (Organisation(name="Ann's lab", github=("ann",)),)


@pytest.fixture
def composer(item: Make, link: Make, verdict: Make, configured: Make) -> Composer:
    composer_of_three = Composer(configured(TRACKER_HARVEST__CATEGORIES="cs.CL,cs.LG,cs.CV"), WATCHED)
    both = (verdict(), verdict(Fact.WEIGHTS))
    composer_of_three.load(
        [
            item(1, links=(link(ready=(Mark.TESTS, Mark.CONTAINER)),)),
            item(2, verdicts=both, title="On Tides"),
            item(3, categories=("cs.CV",), authors=("Zoë Z",)),
        ],
        {},
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
        ("keyword=on%20tides", ["2"]),
        ("keyword=things,tides,-paper%203", ["1", "2"]),
        ("keyword=our%20code&keyword=tides", ["2"]),
        ("keyword=-tides", ["1", "3"]),
        ("cat=cs.CL,-cs.CV", ["1", "2"]),
        ("author=ann%20author&author=zo%C3%AB%20z", ["1", "2", "3"]),
        ("host=github", ["1", "2", "3"]),
        ("host=zenodo", []),
        ("ready=tests", ["1"]),
        ("ready=container,tests", ["1"]),
        ("ready=tests,training", []),
        ("ready=-tests", ["2", "3"]),
        ("kind=repository", ["1", "2", "3"]),
        ("kind=model", []),
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
        ("cat=cs.CL&has=&keyword=", "feed.xml?cat=cs.CL"),
        ("license=mit", "feed.xml?licence=MIT"),
        ("kind=weights", "feed.xml?has=weights"),
        ("kind=Models&host=hf", "feed.xml?host=huggingface&kind=model"),
        ("keyword=diffusion+-medical", "feed.xml?keyword=diffusion,-medical"),
        ("keyword=Flow++Matching!,-X%20ray", "feed.xml?keyword=flow%20matching,-x%20ray"),
        ("keyword=b%20c&keyword=-xx&keyword=ab,-yy", "feed.xml?keyword=ab,-xx,-yy&keyword=b%20c"),
        ('keyword=H%5C"older', "feed.xml?keyword=h%C3%B6lder"),
        ("keyword=self-supervised", None),
        ("licence=mit", "feed.xml?licence=MIT"),
        ("author=Zo%C3%8B++Z", "feed.xml?author=zo%C3%AB%20z"),
        ("", "feed.xml"),
        ("cat=", "feed.xml"),
    ],
)
def test_any_other_form_leads_to_the_canonical_one(composer: Composer, query: str, canonical: str | None) -> None:
    answer = composer.answer("feed.xml", query)
    if canonical is None:
        assert answer.body is not None, "it is canonical"
    else:
        assert answer == ComposedFeed(location=canonical)
        narrower = canonical.partition("?")[2]
        assert not narrower or composer.answer("feed.xml", narrower).body is not None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("cat=cs.XX", "known: cs.CL, cs.CV, cs.LG"),
        ("has=joy", "known: code, data, demo, weights"),
        ("licence=none-such", "MIT"),
        ("host=nowhere", "zenodo"),
        ("kind=thing", "repository"),
        ("org=Nobody", "Ann's lab"),
        ("keyword=a", "too short"),
        ("cat=" + ",".join("x" * 500), "30"),
        ("a=1&" * 400, "30"),
        ("category=cs.CL", "Write cat= instead"),
        ("q=diffusion", "Write keyword= instead"),
        ("banana=", "cat, has, licence, org, author, keyword, host, kind"),
        ("banana", "There is no filter"),
        ("cat=cs.CL&colour=red", "colour"),
        ("keyword=" + "x" * 3_000, "2,000"),
    ],
)
def test_an_invalid_query_is_told_what_is_right(composer: Composer, query: str, words: str) -> None:
    answer = composer.answer("feed.xml", query)
    assert words in str(answer.problem)
    assert (answer.location, answer.body) == (None, None)
    assert len(str(answer.problem)) < 1_000


@pytest.mark.parametrize(
    "path",
    ["feed.exe", "feeds/author/", "feeds/colour/red.xml", "paper/9.xml", "", "x.xml", "feeds/host/x.xml",
     "feeds/licence/none-such.xml", "feeds/cs.CL.xml", "feeds/x.xml"],
)  # fmt: skip
def test_another_address_is_not_a_feed(composer: Composer, path: str) -> None:
    assert composer.answer(path, "") == ComposedFeed()


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("feeds/cs.CL.xml", "has=weights", "feed.xml?cat=cs.CL&has=weights"),
        ("feeds/licence/MIT.atom", "cat=cs.CV", "feed.atom?cat=cs.CV&licence=MIT"),
        ("feeds/keyword/tides,-moon.xml", "", "feed.xml?keyword=tides,-moon"),
        ("feeds/licence/mit.xml", "", "feeds/licence/MIT.xml"),
        ("feeds/host/GitHub.xml", "", "feeds/host/github.xml"),
        ("feeds/kind/weights.xml", "", "feeds/weights.xml"),
    ],
)
def test_a_named_feed_leads_on(composer: Composer, path: str, query: str, location: str) -> None:
    assert composer.answer(path, query) == ComposedFeed(location=location)


def test_a_feed_of_facts_takes_no_filters_and_says_so(composer: Composer) -> None:
    assert "takes no filters" in str(composer.answer("feeds/event/gone.xml", "cat=cs.CL").problem)
    assert "There is no filter" in str(composer.answer("feeds/cs.CL.xml", "banana=1").problem)


def test_a_feed_that_matches_nothing_says_so(composer: Composer) -> None:
    feed = feedparser.parse(composer.answer("feeds/author/nobody%20here.xml", "").body).feed
    assert feed.title.endswith("Papers by Nobody Here")
    assert "None of the 3 papers in the feed now names such an author" in feed.description
    assert (
        "None of the 3 papers" in feedparser.parse(composer.answer("feed.xml", "kind=model").body).feed.description
    )
    assert "None" not in feedparser.parse(composer.answer("feed.xml", "kind=repository").body).feed.description


def test_a_query_is_described_for_a_page(composer: Composer) -> None:
    channel = composer.describe("keyword=tides&cat=cs.LG,cs.CL")
    assert channel is not None
    assert (channel.name, len(channel.items)) == ("?cat=cs.CL,cs.LG&keyword=tides", 1)
    assert channel.title.endswith(": cs.CL or cs.LG about “tides”")
    assert composer.describe("keyword=&cat=") is None
    with pytest.raises(FeedQueryError):
        composer.describe("banana=1")


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


def test_a_feed_that_is_built_while_another_publish_comes_is_not_kept(
    composer: Composer, item: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = composed_feeds.parse_query

    def publish_meanwhile(*given: Any) -> Any:
        composer.load([item(4)], {})
        return parse(*given)

    monkeypatch.setattr(composed_feeds, "parse_query", publish_meanwhile)
    composer.answer("feed.xml", "cat=cs.CL")
    assert shown(composer.answer("feed.xml", "cat=cs.CL")) == ["4"]


def test_the_cache_is_bounded(composer: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composed_feeds, "MOST_CACHED", 5)
    for number in range(20):
        composer.answer("feed.xml", f"keyword=word{number}")
    assert len(composer._loaded.cache) == 5


def test_a_million_values_are_refused_at_once(composer: Composer) -> None:
    assert "longer than" in str(composer.answer("feed.xml", "cat=" + "cs.CL," * 1_000_000).problem)
    assert "parameters" in str(composer.answer("feeds/cs.CL.xml", "a=1&" * 100).problem)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(
    st.sampled_from(
        [
            "feed.xml",
            "feed.json",
            "feeds/author/x.xml",
            "feeds/keyword/tides.xml",
            "paper/2606.00001.xml",
            "feeds/kind/model.xml",
        ]
    ),
    st.text(max_size=60)
    | st.from_regex(
        r"(cat|has|licence|org|author|keyword|host|kind)=[ -~é]{0,20}(&(cat|has)=[ -~]{0,9})?", fullmatch=True
    ),
)
def test_any_query_is_answered_and_a_canonical_form_stays(composer: Composer, path: str, query: str) -> None:
    answer = composer.answer(path, query)
    if answer.location is not None and "?" in answer.location:
        feed, _, canonical = answer.location.partition("?")
        assert composer.answer(feed, canonical).body is not None
        assert parse_qsl(canonical)
