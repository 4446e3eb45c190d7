"""The first page as a browser and a screen reader meet it."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from tracker.domain import Content, Fact, LicenceClass, Outcome, Role, State
from tracker.publish import pages
from tracker.published import Item, Trouble
from tracker.settings import Settings

Make = Callable[..., Item]
Configured = Callable[..., Settings]


@pytest.fixture
def page(configured: Configured, status: Callable[..., Any]) -> Callable[..., Any]:
    """The parsed page of items, not open ones, releases and unlinked ones, with changes to the status."""

    def build(*lists: list[Item], **changes: Any) -> Any:
        four = [*lists, [], [], [], []][:4]
        return html.fromstring(pages.index(*four, status(**changes), configured(), address="https://x.example/t"))

    return build


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_a_card_tells_all_that_decides(page: Callable[..., Any], item: Make, verdict: Any, link: Any) -> None:
    weights = link(reference="hf-model:ann/w", url="https://huggingface.co/ann/w", host="huggingface", kind="model",
                   licence_spdx=None, licence_class=LicenceClass.NONE, content=Content.DATA_ONLY)  # fmt: skip
    found = page([item(
        links=(link(), weights), verdicts=(verdict(), verdict(Fact.WEIGHTS, State.AVAILABLE), verdict(Fact.DEMO, State.UNKNOWN)),
    )])  # fmt: skip
    (card,) = found.findall(".//article")
    shown = text(card)
    for part in ("Paper 1 on things", "Ann Author, Bob Builder", "cs.LG cs.CL", "submitted 15 June 2026",
                 "in the feed since 17 June 2026", "✓ Code: open", "– Weights: there, not under an open licence",
                 "MIT (OSI-approved)", "no licence", "Our code is available at", "in the abstract"):  # fmt: skip
        assert part in shown
    assert "Demo" not in shown, "what is not known is not claimed either way"
    links = [one.get("href") for one in card.iter("a")]
    assert links == [
        "https://arxiv.org/abs/2606.00001",
        "https://github.com/ann/tool",
        "https://huggingface.co/ann/w",
    ]


def test_what_is_not_open_says_why(page: Callable[..., Any], item: Make, verdict: Any, link: Any) -> None:
    closed = item(
        entered_at=None, verdicts=(verdict(Fact.CODE, State.NONE, "it holds data, no code"),),
        links=(link(content=Content.DATA_ONLY),),
    )  # fmt: skip
    found = page([], [closed])
    assert "Why: it holds data, no code." in text(found.find(".//article"))
    assert "Looked at, and not open code" in text(found)


def test_an_open_item_that_closed_says_so(page: Callable[..., Any], item: Make, verdict: Any) -> None:
    shown = text(page([item(verdicts=(verdict(Fact.CODE, State.GONE, "absent since 2026-06-10"),))]))
    assert "– Code: gone" in shown
    assert "Why: absent since 2026-06-10." in shown


def test_unknown_outcomes_are_neither_yes_nor_no(page: Callable[..., Any], item: Make, link: Any) -> None:
    shown = text(page([item(links=(link(outcome=Outcome.UNKNOWN, content=Content.UNKNOWN),))]).find(".//article"))
    assert "not looked at yet" in shown
    assert "nothing is there" not in shown


def test_releases_and_unlinked_papers_have_their_place(page: Callable[..., Any], item: Make, link: Any) -> None:
    release = item(work="release:github:ann/tool", title="Tool", abstract="", submitted_at=None, categories=())
    found = page([item(1)], [], [release], [item(7, links=(), entered_at=None)])
    assert "Released without a paper" in text(found)
    assert found.xpath("//section[@aria-labelledby='unlinked']//a/@href") == ["https://arxiv.org/abs/2606.00007"]


def test_the_page_holds_the_same_papers_as_the_feed_and_stays_small(
    page: Callable[..., Any], item: Make, configured: Configured, status: Any
) -> None:
    draw = random.Random(1)  # sample text
    letters = "etaoinshrdlu"

    def words(count: int) -> str:
        return " ".join("".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(count))

    items = [item(number, title=words(10), abstract=words(180)) for number in range(130)]
    found = page(items)
    addresses = {href for href in found.xpath("//main//a/@href") if href.startswith("https://arxiv.org/abs/")}
    assert addresses == {f"https://arxiv.org/abs/{one.arxiv_id}" for one in items}
    assert len(found.findall(".//article")) == pages.CARDS
    assert len(found.findall(".//details")) == pages.ABSTRACTS
    built = pages.index(items[:100], [], [], [], status(), configured())
    assert len(gzip.compress(built)) < 50_000


def test_the_skeleton_is_accessible(page: Callable[..., Any], item: Make) -> None:
    found = page([item()], [item(2)])
    assert found.get("lang") == "en"
    assert len(found.findall(".//h1")) == len(found.findall(".//main")) == 1
    assert found.find(".//header") is not None
    assert found.find(".//body/footer") is not None
    assert found.find(".//body")[0].get("href") == "#main"
    levels = [int(one.tag[1]) for one in found.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = found.xpath("//@id")
    assert len(names) == len(set(names))
    assert set(found.xpath("//@aria-labelledby")) <= set(names)
    assert {one.removeprefix("#") for one in found.xpath("//a/@href") if one.startswith("#")} <= set(names)


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Callable[..., Any], item: Make) -> None:
    found = page([item()])
    assert not list(found.iter("script", "style", "iframe", "img", "form"))
    assert not found.xpath("//@style | //@*[starts-with(name(), 'on')]")
    loaded = found.xpath("//link/@href")
    assert loaded == ["style.css", "favicon.svg", "feed.xml"], "relative, so that a path prefix works"
    (feed,) = found.xpath("//link[@rel='alternate']")
    assert feed.get("type") == "application/rss+xml"
    assert "https://x.example/t/feed.xml" in text(found.find(".//header"))


def test_the_status_tells_how_the_tracker_does(page: Callable[..., Any], now: datetime) -> None:
    shown = text(page())
    for part in ("850 papers read, 88 with open code", "arXiv last read 2026-06-17 04:00 UTC", "41 checks wait",
                 "Without a GITHUB_TOKEN", "arXiv is read next 2026-06-17 17:00 UTC", "Version 0.1.0",
                 "Thank you to arXiv for use of its open access interoperability."):  # fmt: skip
        assert part in shown
    assert "longer ago" not in shown
    assert "GITHUB_TOKEN" not in text(page(github_token=True))
    assert "longer ago than it should be" in text(page(stages={"harvest": now - timedelta(days=3)}))


def test_troubles_are_told_in_words_with_the_next_try(page: Callable[..., Any], now: datetime) -> None:
    trouble = Trouble("harvest", "no connection to arXiv", now - timedelta(hours=2), now + timedelta(minutes=30))
    shown = text(page(troubles=(trouble,)))
    assert "harvest has been failing since 2026-06-17 03:00 UTC: no connection to arXiv." in shown
    assert "Next try 2026-06-17 05:30 UTC." in shown


def test_an_empty_store_says_what_will_come_and_how_to_see_the_demo(page: Callable[..., Any]) -> None:
    shown = text(page(papers=0, open_papers=0, stages={}))
    for part in ("No papers yet", "Here will stand", "arXiv is asked next at 2026-06-17 17:00 UTC", "make demo",
                 "tracker demo", "arXiv was not read yet"):  # fmt: skip
        assert part in shown


def test_the_demo_says_what_it_is(page: Callable[..., Any]) -> None:
    assert "This is the demo." not in text(page())
    shown = text(page(demo=True))
    assert "summaries in our own words" in shown
    assert "played on this machine" in shown


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "<script>alert(1)</script>", '" onmouseover="x', "javascript:alert(1)", "data:text/html,x", "\x00\x1b\ud800",
        "</main>", "{{ 7*7 }}", "{% raw %}", "' autofocus onfocus=x", "\u202e",
    ]),
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_text_stays_text(
    data: st.DataObject, page: Any, item: Make, link: Any, verdict: Any, now: Any
) -> None:
    draw = lambda: data.draw(HOSTILE)  # noqa: E731 # drawn anew at each place
    own = link(
        reference=draw(), url=draw(), evidence=draw(), licence_spdx=draw(), role=data.draw(st.sampled_from(Role))
    )
    worst = item(
        work=data.draw(st.sampled_from(["arxiv:2606.1", "release:x"])), title=draw(), abstract=draw(), authors=(draw(),),
        categories=(draw(),), links=(own,), verdicts=(verdict(Fact.CODE, State.NONE, draw()),),
    )  # fmt: skip
    found = page([worst], [worst], [worst], [worst], troubles=(Trouble(draw(), draw(), now),))
    assert not list(found.iter("script", "iframe", "img"))
    assert not found.xpath("//@*[starts-with(name(), 'on')] | //@autofocus")
    assert all(re.match(r"https?://|#|feed\.xml$|\./$", href) for href in found.xpath("//a/@href"))
    assert len(found.findall(".//article")) == 3


def test_a_missing_page_leads_back_below_a_prefix_too(configured: Configured) -> None:
    found = html.fromstring(pages.not_found(configured(TRACKER_PUBLIC_URL="https://x.example/t/")))
    assert "/t/" in found.xpath("//main//a/@href")
    assert "/t/style.css" in found.xpath("//link/@href")
    assert "/" in html.fromstring(pages.not_found(configured())).xpath("//main//a/@href")


def test_robots_may_read_all() -> None:
    assert b"Disallow" not in pages.robots("")
    assert pages.robots("https://x.example").startswith(b"User-agent: *\nAllow: /\n")


PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("link", "paper"), ("link", "card"),
    ("yes", "yes-back"), ("no", "no-back"), ("warn", "warn-back"), ("warn", "paper"), ("ink", "no-back"),
    ("ink", "warn-back"), ("link", "no-back"),
]  # fmt: skip


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_light_and_dark(theme: int, pair: tuple[str, str]) -> None:
    style = pages.assets()["style.css"].decode()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[theme]))
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5
