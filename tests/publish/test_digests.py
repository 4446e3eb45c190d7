"""Digests: which days and weeks are over, the lines of papers, and the item of a digest in every format."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from tracker.domain.digests import Digest
from tracker.domain.feeds import ATOM, JSON_FEED, RSS, Channel, FeedFormat
from tracker.domain.items import Item
from tracker.domain.terms import Fact, LicenceClass, Place, State
from tracker.publish import digests, feeds
from tracker.settings import Settings

Make = Callable[..., Any]
SITE = "https://papers.example/x"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days", "weeks"),
    [
        # Monday 22 June 2026; arXiv announced it on Sunday at 20:00 in New York, which is 00:00 UTC.
        ("2026-06-22 00:59", ["2026-06-20", "2026-06-14"], ["2026-W24"]),
        ("2026-06-22 01:00", ["2026-06-20", "2026-06-14"], ["2026-W25", "2026-W24"]),
        ("2026-06-23 00:30", ["2026-06-20", "2026-06-14"], ["2026-W25", "2026-W24"]),
        ("2026-06-23 01:00", ["2026-06-22", "2026-06-20", "2026-06-14"], ["2026-W25", "2026-W24"]),
    ],
)
def test_a_period_is_published_once_it_is_over(now: str, days: list[str], weeks: list[str]) -> None:
    of_days, of_weeks = digests.list_periods(["2026-06-22", "2026-06-20", "2026-06-14"], at(now))
    assert [period.name for period in of_days] == days, "a day without papers has no item"
    assert [period.name for period in of_weeks] == weeks


def test_periods_are_bounded_and_no_week_is_shown_in_part() -> None:
    newest = [f"{at('2026-06-28') - timedelta(days=back):%Y-%m-%d}" for back in range(digests.MOST_DAYS)]
    of_days, of_weeks = digests.list_periods(newest, at("2026-07-01 00:00"))
    assert (len(of_days), len(of_weeks)) == (digests.DAYS, digests.WEEKS)
    assert all(len(period.days) == 7 for period in of_weeks)


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    [week] = digests.list_periods(["2027-01-01", "2026-12-31"], at("2027-01-05"))[1]
    assert (week.name, week.days) == ("2026-W53", ("2026-12-31", "2027-01-01"))


@pytest.fixture
def digest() -> Callable[..., Digest]:
    def make(items: Sequence[Item], day: str = "2026-06-16", site: str = SITE) -> Digest:
        [period], _ = digests.list_periods([day], at(day) + timedelta(days=2))
        return Digest(period=period, lines=tuple(digests.digest_line(item, site) for item in items))

    return make


@pytest.fixture
def written(configured: Callable[..., Settings]) -> Callable[..., Any]:
    def write(digests_of_feed: Sequence[Digest], feed_format: FeedFormat = RSS, site: str = SITE) -> Any:
        settings = configured()
        [(_, channel), _] = digests.list_digest_channels(digests_of_feed, (), settings)
        body = feeds.write_feed(channel, feed_format, settings.feed, public_url=site)
        return json.loads(body) if feed_format is JSON_FEED else feedparser.parse(body)

    return write


def test_a_day_is_one_item_by_category_with_a_line_for_each_paper(
    item: Make, link: Make, verdict: Make, digest: Make, written: Make
) -> None:
    model = link(reference="hf-model:ann/m", url="https://huggingface.co/ann/m", host="huggingface", kind="model")
    papers = [
        item(1, categories=("cs.CV",), primary_category="cs.CV"),
        item(2),
        item(3, links=(link(), model), verdicts=(verdict(), verdict(Fact.WEIGHTS))),
    ]
    [entry] = written([digest(papers)]).entries
    assert entry.id == "arxiv-code-tracker:digest:2026-06-16"
    assert entry.published == "Wed, 17 Jun 2026 00:00:00 +0000", "the end of the day, whenever the cycle was"
    assert entry.title == "Tuesday, 16 June 2026: 3 papers that shipped open code"
    assert entry.link == f"{SITE}/2026/06/16"
    assert entry.summary == "3 papers: 2 in Machine learning (cs.LG), 1 in Computer vision (cs.CV)."
    body = entry.content[0].value
    titles = [body.index(f"Paper {number} on things") for number in (3, 2, 1)]
    assert titles == sorted(titles), "the largest category first, in it what shipped more"
    assert f'<a href="{SITE}/paper/2606.00003">' in body
    assert '<a href="https://huggingface.co/ann/m">ann/m</a> (MIT)' in body
    assert body.count("“Our code is available at https://github.com/ann/tool.”") == 3


def test_a_line_quotes_the_authors_alone_and_names_artifacts_before_pages(item: Make, link: Make) -> None:
    page = link(reference="page:https://x.example", url="https://x.example", kind="page", evidence="At x.example.")
    recorded = link(place=Place.HUB, evidence="The Hugging Face Hub's record of this paper names it.")
    [name] = [shown.name for shown in digests.digest_line(item(links=(recorded, page)), SITE).links]
    assert name == "ann/tool"
    assert digests.digest_line(item(links=(recorded, page)), SITE).sentence == "At x.example."
    assert digests.digest_line(item(links=(recorded,)), SITE).sentence == ""
    assert [shown.name for shown in digests.digest_line(item(links=(page,)), SITE).links] == ["https://x.example"]


def test_all_formats_hold_the_same_digests(item: Make, digest: Make, written: Make) -> None:
    both = [digest([item(1)], "2026-06-16"), digest([item(2)], "2026-06-15")]
    document = written(both, JSON_FEED)
    ids = [entry["id"] for entry in document["items"]]
    assert len(ids) == 2
    assert [entry.id for entry in written(both).entries] == ids
    assert [entry.id for entry in written(both, ATOM).entries] == ids
    assert all("_arxiv_code_tracker" not in entry for entry in document["items"])


def test_what_is_lost_since_is_marked_and_the_item_keeps_name_date_and_title(
    item: Make, verdict: Make, digest: Make, written: Make
) -> None:
    before = written([digest([item(1), item(2)])], ATOM).entries[0]
    gone = item(1, verdicts=(verdict(Fact.CODE, State.GONE, "it is gone"),), changed_at=at("2026-06-20"))
    after = written([digest([gone, item(2)])], ATOM).entries[0]
    assert "Since then: no longer open." in after.content[0].value
    assert (after.id, after.published, after.title) == (before.id, before.published, before.title)
    assert before.updated == before.published
    assert after.updated.startswith("2026-06-20")


def test_what_is_unknown_is_left_out_and_hostile_text_escaped(
    item: Make, link: Make, digest: Make, written: Make
) -> None:
    hostile = item(
        1,
        title="<script>alert(1)</script> \x00 things",
        primary_category="",
        links=(
            link(
                licence_spdx=None,
                licence_class=LicenceClass.UNKNOWN,
                url="javascript:alert(1)",
                evidence="<img src=x onerror=y> " + "word " * 200,
            ),
        ),
    )
    [entry] = written([digest([hostile], site="")], site="").entries
    body = entry.content[0].value
    assert "<script" not in body
    assert "<img" not in body
    assert "javascript:" not in body
    assert "unknown" not in body
    assert "<h3>Other: 1</h3>" in body
    assert 'href="https://arxiv.org/abs/2606.00001"' in body, "without a public address papers are at arXiv"
    assert "link" not in entry
    assert len(body) < 1200, "a sentence is cut"


def test_the_feeds_of_digests_say_their_order_and_count_their_items(
    item: Make, digest: Make, configured: Make
) -> None:
    channels: list[Channel] = [
        channel for _, channel in digests.list_digest_channels([digest([item(1)])], (), configured())
    ]
    assert [channel.path(RSS) for channel in channels] == ["feeds/daily.xml", "feeds/weekly.xml"]
    assert [channel.count for channel in channels] == [1, 0]
    assert all("come first" in channel.description for channel in channels)
    assert ["first item follows" in channel.description for channel in channels] == [False, True]
