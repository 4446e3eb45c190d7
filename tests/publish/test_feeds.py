"""RSS 2.0 as readers parse it, byte by byte where it matters, and what all formats share."""

from __future__ import annotations

import itertools
import json
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from tracker.domain.feeds import FORMAT_BY_ENDING, Channel
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, Fact, Outcome, Place, State
from tracker.publish import feed_entry, feeds
from tracker.settings import Settings

Make = Callable[..., Item]
Configured = Callable[..., Settings]
ITEM = "{http://purl.org/dc/elements/1.1/}"
ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


@pytest.fixture
def rss(configured: Configured) -> Callable[..., bytes]:
    def build(*shown: Item, **options: str) -> bytes:
        values = {"name": "", "title": "Open code", "description": "Of papers.", "page": ""}
        values |= {name: options.pop(name) for name in values if name in options}
        feed_format = FORMAT_BY_ENDING[options.pop("ending", "xml")]
        options = {"public_url": "https://x.example/t"} | options
        return feeds.write_feed(Channel(**values, items=shown), feed_format, configured().feed, **options)

    return build


def channel(document: bytes) -> Any:
    return etree.fromstring(document).find("channel")


def test_an_item_says_what_readers_need(rss: Callable[..., bytes], item: Make, now: datetime) -> None:
    parsed = feedparser.parse(rss(item(1, licence="http://creativecommons.org/licenses/by/4.0/")))
    assert not parsed.bozo
    (entry,) = parsed.entries
    assert entry.id == "arxiv-code-tracker:arxiv:2606.00001"
    assert entry.guidislink is False
    assert entry.link == "https://x.example/t/paper/2606.00001"
    assert entry.author == "Ann Author, Bob Builder"
    assert entry.rights == "http://creativecommons.org/licenses/by/4.0/"
    assert [(tag.scheme, tag.term) for tag in entry.tags] == [
        ("http://arxiv.org/schemas/atom", "cs.LG"), ("http://arxiv.org/schemas/atom", "cs.CL"), (None, "repository"),
    ]  # fmt: skip
    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == now - timedelta(minutes=1)


def test_the_order_and_number_of_elements(rss: Callable[..., bytes], item: Make) -> None:
    entry = channel(rss(item())).find("item")
    names = [etree.QName(child).localname for child in entry]
    assert names.index("description") < names.index("encoded")
    assert names.count("creator") == 1
    assert not {"author", "subject", "date"} & set(names)
    assert entry.findtext(f"{ITEM}identifier") == "doi:10.48550/arXiv.2606.00001"
    assert entry.find("guid").get("isPermaLink") == "false"


def test_the_channel_is_the_site_and_names_itself(rss: Callable[..., bytes], item: Make) -> None:
    parsed = channel(rss(item()))
    assert parsed.findtext("link") == "https://x.example/t/"
    self = parsed.find("{http://www.w3.org/2005/Atom}link")
    assert dict(self.attrib) == {
        "rel": "self", "href": "https://x.example/t/feed.xml", "type": "application/rss+xml",
    }  # fmt: skip
    assert (parsed.findtext("ttl"), parsed.findtext("generator")) == ("60", "arxiv-code-tracker")
    assert parsed.find("managingEditor") is None


def test_a_filtered_feed_names_itself_and_its_page(rss: Callable[..., bytes], item: Make) -> None:
    parsed = channel(rss(item(), name="author/Ann Müller", page="author/Ann Müller"))
    assert parsed.findtext("link") == "https://x.example/t/author/Ann%20M%C3%BCller"
    self = parsed.find("{http://www.w3.org/2005/Atom}link")
    assert self.get("href") == "https://x.example/t/feeds/author/Ann%20M%C3%BCller.xml"
    composed = channel(rss(item(), name="?cat=cs.CL,cs.LG&has=weights"))
    self = composed.find("{http://www.w3.org/2005/Atom}link")
    assert self.get("href") == "https://x.example/t/feed.xml?cat=cs.CL,cs.LG&has=weights"


def test_a_site_without_a_public_address_links_to_arxiv(rss: Callable[..., bytes], item: Make) -> None:
    parsed = channel(rss(item(), public_url="", address="http://127.0.0.1:8080"))
    assert parsed.findtext("item/link") == "https://arxiv.org/abs/2606.00001"
    assert parsed.findtext("link") == "http://127.0.0.1:8080/"


def test_a_hub_is_named_beside_the_feed(rss: Callable[..., bytes], item: Make) -> None:
    links = channel(rss(item(), hub="https://hub.example/?a=1&b")).findall("{http://www.w3.org/2005/Atom}link")
    assert [(link.get("rel"), link.get("href")) for link in links][1:] == [("hub", "https://hub.example/?a=1&b")]


def test_without_an_address_the_channel_names_none(rss: Callable[..., bytes], item: Make) -> None:
    parsed = channel(rss(item(), public_url=""))
    assert parsed.findtext("link") == "https://arxiv.org/"
    assert parsed.find("{http://www.w3.org/2005/Atom}link") is None


def test_the_name_of_an_item_survives_a_move_and_a_new_title(rss: Callable[..., bytes], item: Make) -> None:
    documents = [rss(item()), rss(item(title="Another"), public_url="https://elsewhere.example")]
    assert len({channel(document).find("item").findtext("guid") for document in documents}) == 1


def test_an_entry_of_an_event_is_named_by_it(rss: Callable[..., bytes], item: Make) -> None:
    parsed = channel(rss(item(event="e1f"), item(2)))
    assert [guid.text for guid in parsed.iter("guid")] == [
        "arxiv-code-tracker:arxiv:2606.00001:e1f", "arxiv-code-tracker:arxiv:2606.00002",
    ]  # fmt: skip


def test_fractions_of_a_second_and_other_zones_are_written_in_utc(rss: Callable[..., bytes], item: Make) -> None:
    zone = timezone(timedelta(hours=2))
    at = datetime(2026, 6, 17, 7, 0, 0, 999_999, tzinfo=zone)
    parsed = channel(rss(item(entered_at=at, changed_at=at)))
    assert parsed.findtext("item/pubDate") == parsed.findtext("lastBuildDate") == "Wed, 17 Jun 2026 05:00:00 +0000"


def test_dates_are_in_utc_and_in_the_order_of_the_items(rss: Callable[..., bytes], item: Make) -> None:
    text = rss(item(1), item(2)).decode()
    dates = re.findall(r"<(?:pubDate|lastBuildDate)>(.*?)<", text)
    assert len(dates) == 3
    assert all(date.endswith("+0000") for date in dates)
    assert parsedate_to_datetime(dates[1]) > parsedate_to_datetime(dates[2])


def test_the_date_of_building_is_the_newest_change(rss: Callable[..., bytes], item: Make, now: datetime) -> None:
    document = rss(item(1), item(2, changed_at=now - timedelta(seconds=5)))
    assert parsedate_to_datetime(channel(document).findtext("lastBuildDate")) == now - timedelta(seconds=5)


def test_a_feed_without_items_has_no_date(rss: Callable[..., bytes]) -> None:
    document = rss()
    assert channel(document).find("lastBuildDate") is None
    assert feedparser.parse(document).bozo is False


def test_equal_items_give_equal_bytes(rss: Callable[..., bytes], item: Make) -> None:
    assert rss(item(1), item(2)) == rss(item(1), item(2))


def test_signs_of_markup_in_titles_are_hex_references(rss: Callable[..., bytes], item: Make) -> None:
    document = rss(item(title=r"R\&D <script>: $\alpha$ & co"))
    assert b"<title>R&#x26;D &#x3C;script&gt;: \xce\xb1 &#x26; co</title>" in document


def test_nobody_is_named_as_such_and_thousands_are_counted(rss: Callable[..., bytes], item: Make) -> None:
    crowd = tuple(f"Author {number}" for number in range(3000))
    parsed = channel(rss(item(1, authors=()), item(2, authors=crowd)))
    nobody, many = (creator.text for creator in parsed.iter(f"{ITEM}creator"))
    assert nobody == "authors not known"
    assert many.endswith("Author 199, and 2800 others")


ENDINGS = tuple(FORMAT_BY_ENDING)


@pytest.mark.parametrize("ending", ENDINGS)
def test_any_format_is_the_same_bytes_for_the_same_items(
    rss: Callable[..., bytes], item: Make, ending: str
) -> None:
    first = rss(item(1), item(2), ending=ending)
    feed_entry._body.cache_clear()
    assert rss(item(1), item(2), ending=ending) == first


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_volatile_moves_any_format(
    rss: Callable[..., bytes], item: Make, link: Callable[..., ItemLink], ending: str
) -> None:
    """A probability that changes with a newer rule is not news."""
    assert rss(item(links=(link(probability=0.9),)), ending=ending) == rss(item(), ending=ending)


def _summary_of_entries(document: bytes) -> list[tuple[str, str, datetime]]:
    """Name, address and date of each item, in order, whatever the format."""
    if document.startswith(b"{"):
        return [
            (entry["id"], entry["url"], datetime.fromisoformat(entry["date_published"]))
            for entry in json.loads(document)["items"]
        ]
    return [
        (entry.id, entry.link, datetime(*entry.published_parsed[:6], tzinfo=UTC))
        for entry in feedparser.parse(document).entries
    ]


def test_all_formats_show_the_same_items_in_the_same_order(rss: Callable[..., bytes], item: Make) -> None:
    items = [
        item(1), item(2, event="e2"), item(3, entered_at=None), item(4, work="release:hf-model:ann/w"),
        item(5, work="arxiv:hep-th/9901001"), item(6, changed_at=item(1).entered_at),
    ]  # fmt: skip
    summaries = [_summary_of_entries(rss(*items, ending=ending)) for ending in ENDINGS]
    assert summaries[0] == summaries[1] == summaries[2]
    assert [name for name, _, _ in summaries[0]] == [f"arxiv-code-tracker:{name}" for name in (
        "arxiv:2606.00001", "arxiv:2606.00002:e2", "release:hf-model:ann/w", "arxiv:hep-th/9901001", "arxiv:2606.00006",
    )]  # fmt: skip
    dates = [date for _, _, date in summaries[0]]
    assert all(later > earlier for later, earlier in itertools.pairwise(dates))


def test_a_formula_in_the_abstract_swallows_nothing(rss: Callable[..., bytes], item: Make) -> None:
    document = rss(item(abstract="It holds for K <<n and a<b> c & d."))
    description = channel(document).find("item").findtext("description")
    assert html.fromstring(f"<p>{description}</p>").text_content() == "It holds for K <<n and a<b> c & d."


def test_one_bad_item_is_left_out_and_logged(
    rss: Callable[..., bytes], item: Make, caplog: pytest.LogCaptureFixture
) -> None:
    undated = item(4, entered_at=None)
    naive = item(2, entered_at=datetime(2026, 6, 17))  # noqa: DTZ001 # what feedgen refuses
    with caplog.at_level(logging.ERROR):
        parsed = feedparser.parse(rss(item(1), naive, item(3), undated))
    assert [entry.id[-5:] for entry in parsed.entries] == ["00001", "00003"]
    assert "2606.00002 cannot be rendered" in caplog.text


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "<script>alert(1)</script>", "]]>", "<![CDATA[", "\x00\x0b\x1b\ufffe", "\ud800", "&amp;&#x26;",
        '" onload="x', "javascript:alert(1)", "</title>", "{{ 7*7 }}", "\u202egnp.exe", "<!--", "%s",
    ]),
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_text_anywhere_leaves_a_valid_feed_with_every_item(
    data: st.DataObject, rss: Callable[..., bytes], item: Make, link: Callable[..., ItemLink], verdict: Any
) -> None:
    draw = lambda: data.draw(HOSTILE)  # noqa: E731 # drawn anew at each place
    bad = link(
        reference=draw(), url=draw(), evidence=draw(), licence_spdx=draw(), kind=draw(), host=draw(),
        licence_note=draw(), copy_url=draw(), place=data.draw(st.sampled_from(Place)), outcome=data.draw(st.sampled_from(Outcome)),
        content=data.draw(st.sampled_from(Content)),
    )  # fmt: skip
    worst = item(
        title=draw(), abstract=draw(), authors=(draw(), draw()), categories=(draw(),), licence=draw(),
        links=(bad,), verdicts=(verdict(Fact.CODE, State.NONE, draw()),), work=f"arxiv:{draw()}",
        event=draw(), grade=draw(), grade_reasons=(draw(),), primary_category=draw(),
    )  # fmt: skip
    document = rss(item(1), worst, item(2))
    entries = channel(document).findall("item")
    assert len(entries) == 3
    assert len(etree.fromstring(rss(item(1), worst, item(2), ending="atom")).findall(f"{ATOM}entry")) == 3
    assert len(json.loads(rss(item(1), worst, item(2), ending="json"))["items"]) == 3
    card = html.fromstring(f"<div>{entries[1].findtext(ENCODED)}</div>")
    assert {element.tag for element in card.iter()} <= {"div", "p", "strong", "ul", "li", "a", "blockquote"}
    assert all(set(element.attrib) <= {"href"} for element in card.iter())
    assert all(element.get("href").startswith(("http://", "https://")) for element in card.iter("a"))


def test_a_release_links_its_artifact(rss: Callable[..., bytes], item: Make) -> None:
    document = rss(item(work="release:github:ann/tool", title="Tool", abstract="", submitted_at=None))
    entry = channel(document).find("item")
    assert entry.findtext("link") == "https://github.com/ann/tool"
    assert entry.findtext("guid") == "arxiv-code-tracker:release:github:ann/tool"
    assert entry.findtext("description") == "Tool"
    assert entry.find(f"{ITEM}identifier") is None


def test_a_long_run_of_spaces_is_written_in_linear_time(
    rss: Callable[..., bytes], item: Make, link: Callable[..., ItemLink]
) -> None:
    start = time.process_time()
    rss(item(links=(link(reference=f"github:a/{' ' * 100_000}b"),)))
    assert time.process_time() - start < 5.0
