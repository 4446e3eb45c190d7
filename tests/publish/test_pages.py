"""The pages as a browser and a screen reader get them."""

from __future__ import annotations

import gzip
import json
import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from tracker.domain.archive import ArchiveDay
from tracker.domain.evidence import (
    ArtifactEvidence,
    ForeignReport,
    MentionSpan,
    ScanRecord,
    WorkEvidence,
)
from tracker.domain.feeds import Channel
from tracker.domain.history import CheckRecord, Correction, Event, Licence, VersionSeen
from tracker.domain.items import Item
from tracker.domain.status import Trouble
from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Lifecycle,
    Mark,
    Outcome,
    Place,
    Promise,
    Role,
    Source,
    State,
)
from tracker.publish import error_report, feed_pages, pages, render
from tracker.publish.overview import Choices, Overview
from tracker.publish.pages import SearchPage
from tracker.settings import Settings

Make = Callable[..., Item]
Configured = Callable[..., Settings]


@pytest.fixture
def page(configured: Configured, status: Callable[..., Any]) -> Callable[..., Any]:
    """The parsed page of items, not open ones, releases and unlinked ones, with changes to the status."""

    def build(*lists: list[Item], **changes: Any) -> Any:
        four = [*lists, [], [], [], []][:4]
        return html.fromstring(
            pages.render_index(*four, status(**changes), configured(), address="https://x.example/t")
        )

    return build


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_a_card_shows_everything_that_decides(
    page: Callable[..., Any], item: Make, verdict: Any, link: Any
) -> None:
    weights = link(reference="hf-model:ann/w", url="https://huggingface.co/ann/w", host="huggingface", kind="model",
                   licence_spdx=None, licence_class=LicenceClass.NONE, content=Content.DATA_ONLY)  # fmt: skip
    parsed = page([item(
        links=(link(), weights), verdicts=(verdict(), verdict(Fact.WEIGHTS, State.AVAILABLE), verdict(Fact.DEMO, State.UNKNOWN)),
    )])  # fmt: skip
    (card,) = parsed.findall(".//article")
    shown = text(parsed.find(".//main"))
    for part in ("Paper 1 on things", "Ann Author, Bob Builder", "cs.LG cs.CL", "submitted 15 June 2026",
                 "Wednesday, 17 June 2026", "Code open", "Weights available, not open",
                 "MIT (OSI-approved)", "no licence found", "Our code is available at", "in the abstract"):  # fmt: skip
        assert part in shown
    assert "Demo" not in shown, "what is not known is not claimed either way"
    links = [anchor.get("href") for anchor in card.iter("a")]
    assert links == [
        "https://arxiv.org/abs/2606.00001",
        "https://github.com/ann/tool",
        "https://huggingface.co/ann/w",
        "https://arxiv.org/abs/2606.00001",
    ]
    states = {
        chip.get("class"): text(chip) for chip in card.iter("li") if (chip.get("class") or "").startswith("is-")
    }
    assert states == {"is-open": "Code open", "is-available": "Weights available, not open"}, "colour is not all"


def test_what_is_not_open_says_why(page: Callable[..., Any], item: Make, verdict: Any, link: Any) -> None:
    closed = item(
        entered_at=None, verdicts=(verdict(Fact.CODE, State.NONE, "it holds data, no code"),),
        links=(link(content=Content.DATA_ONLY),),
    )  # fmt: skip
    parsed = page([item(2)], [closed])
    assert "Paper 1 on things No code found" in text(parsed)
    assert "Checked, and not open" in text(parsed)


def test_an_open_item_that_closed_says_so(page: Callable[..., Any], item: Make, verdict: Any) -> None:
    shown = text(page([item(verdicts=(verdict(Fact.CODE, State.GONE, "absent since 2026-06-10"),))]))
    assert "Code gone" in shown
    assert "Why: absent since 2026-06-10." in shown


def test_unknown_outcomes_are_neither_yes_nor_no(page: Callable[..., Any], item: Make, link: Any) -> None:
    shown = text(page([item(links=(link(outcome=Outcome.UNKNOWN, content=Content.UNKNOWN),))]).find(".//article"))
    assert "not confirmed yet" in shown
    assert "not found" not in shown


def test_releases_and_unlinked_papers_have_their_place(page: Callable[..., Any], item: Make, link: Any) -> None:
    release = item(work="release:github:ann/tool", title="Tool", abstract="", submitted_at=None, categories=())
    parsed = page([item(1)], [], [release], [item(7, links=(), entered_at=None)])
    assert "Released without a paper" in text(parsed)
    assert parsed.xpath("//section[@aria-labelledby='unlinked']//a/@href") == ["https://arxiv.org/abs/2606.00007"]


def test_the_first_page_shows_a_readable_number_leads_on_and_stays_small(
    item: Make, configured: Configured, status: Any
) -> None:
    draw = random.Random(1)  # sample text
    letters = "etaoinshrdlu"

    def words(count: int) -> str:
        return " ".join("".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(count))

    items = [item(number, title=words(10), abstract=words(180)) for number in range(130)]
    days = [ArchiveDay(day=f"2026-06-{day:02}", papers=130, closed=0) for day in range(17, 1, -1)]
    overview = Overview(days=days, choices=Choices(("cs.CL", "cs.CV"), ("MIT",)))
    built = pages.render_index(
        items, items[:60], [], items[:20], status(), configured(), feed_pages=[], overview=overview
    )
    parsed = html.fromstring(built)
    assert len(parsed.findall(".//article")) == pages.NEWEST
    links = parsed.xpath("//main//a/@href")
    assert {"./2026/06/17", "./2026/06/11", "./2026/06", "./archive", "./not-open"} <= set(links)
    assert "All 130 papers of 17 June 2026" in text(parsed)
    assert parsed.xpath("//form[@class='filters']//select/@name") == [
        "cat",
        "has",
        "licence",
        "sort",
    ]
    assert parsed.xpath("//option[@value='cs.CV']/text()") == ["Computer vision (cs.CV)"]
    assert len(gzip.compress(built)) < 20_000
    static = html.fromstring(
        pages.render_index(
            items, [], [], [], status(), configured(), feed_pages=[], overview=replace(overview, served=False)
        )
    )
    assert not static.xpath("//form[@class='filters']"), "nothing answers a query of a static copy"


def test_what_is_not_open_has_a_page_with_the_reasons(item: Make, verdict: Any, configured: Configured) -> None:
    closed = item(verdicts=(verdict(Fact.CODE, State.NONE, "it holds data, no code"),))
    parsed = html.fromstring(pages.render_not_open([closed], [item(2)], configured()))
    assert "Why: it holds data, no code." in text(parsed)
    assert "./paper/2606.00001" in parsed.xpath("//h3/a/@href")
    assert "No such papers so far." in text(html.fromstring(pages.render_not_open([], [], configured())))


def test_the_skeleton_is_accessible(page: Callable[..., Any], item: Make) -> None:
    parsed = page([item()], [item(2)])
    assert parsed.get("lang") == "en"
    assert len(parsed.findall(".//h1")) == len(parsed.findall(".//main")) == 1
    assert parsed.find(".//header") is not None
    assert parsed.find(".//body/footer[@class='foot']") is not None
    assert parsed.xpath("//a/@href")[0] == "#main", "the first thing that a keyboard reaches"
    assert parsed.xpath("//h1[contains(., 'shipped open code')]")
    levels = [int(heading.tag[1]) for heading in parsed.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = parsed.xpath("//@id")
    assert len(names) == len(set(names))
    assert set(parsed.xpath("//@aria-labelledby")) <= set(names)
    assert {href.removeprefix("#") for href in parsed.xpath("//a/@href") if href.startswith("#")} <= set(names)


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Callable[..., Any], item: Make) -> None:
    parsed = page([item()])
    assert not list(parsed.iter("script", "style", "iframe", "img"))
    assert not parsed.xpath("//@style | //@*[starts-with(name(), 'on')]")
    loaded = parsed.xpath("//link/@href")
    assert loaded == ["./style.css", "./favicon.svg", "./feed.xml", "./feed.atom", "./feed.json"], "below any path"
    assert [alternate.get("type") for alternate in parsed.xpath("//link[@rel='alternate']")] == [
        "application/rss+xml", "application/atom+xml", "application/feed+json",
    ]  # fmt: skip
    assert "https://x.example/t/feed.xml" in text(parsed.find(".//main"))


def test_the_status_shows_how_the_tracker_does(page: Callable[..., Any], now: datetime) -> None:
    shown = text(page())
    for part in ("850 papers, 800 of them read, 88 with open code", "arXiv last read 2026-06-17 04:00 UTC", "41 checks pending",
                 "Without a GITHUB_TOKEN", "Next arXiv update: 2026-06-17 17:00 UTC", "version 0.1.0",
                 "Thank you to arXiv for use of its open access interoperability."):  # fmt: skip
        assert part in shown
    assert "overdue" not in shown
    assert "GITHUB_TOKEN" not in text(page(github_token=True))
    assert "Out of date: arXiv last read 2026-06-14 05:00 UTC, overdue" in text(
        page(stages={"harvest": now - timedelta(days=3)})
    )


def test_troubles_are_shown_with_the_next_try(page: Callable[..., Any], now: datetime) -> None:
    trouble = Trouble("harvest", "no connection to arXiv", now - timedelta(hours=2), now + timedelta(minutes=30))
    shown = text(page(troubles=(trouble,)))
    assert "harvest has been failing since 2026-06-17 03:00 UTC: no connection to arXiv." in shown
    assert "Next try 2026-06-17 05:30 UTC." in shown


def test_an_empty_store_says_what_will_come_and_how_to_see_the_demo(page: Callable[..., Any]) -> None:
    shown = text(page(papers=0, open_papers=0, stages={}))
    for part in ("No papers yet", "Papers will appear here", "Next arXiv update: 2026-06-17 17:00 UTC", "make demo",
                 "tracker demo", "arXiv has not been read yet"):  # fmt: skip
        assert part in shown


def test_the_demo_says_what_it_is(page: Callable[..., Any]) -> None:
    assert "This is the demo." not in text(page())
    shown = text(page(demo=True))
    assert "summaries in our own words" in shown
    assert "simulated on this machine" in shown


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
    parsed = page([worst], [worst], [worst], [worst], troubles=(Trouble(draw(), draw(), now),))
    assert not list(parsed.iter("script", "iframe", "img"))
    assert not parsed.xpath("//@*[starts-with(name(), 'on')] | //@autofocus")
    assert all(re.match(r"https?://|#|\./", href) for href in parsed.xpath("//a/@href"))
    assert len(parsed.findall(".//article")) == 2


def test_a_missing_page_leads_back_below_a_prefix_too(configured: Configured) -> None:
    parsed = html.fromstring(pages.render_not_found(configured(TRACKER_PUBLIC_URL="https://x.example/t/")))
    assert "/t/" in parsed.xpath("//main//a/@href")
    assert "/t/style.css" in parsed.xpath("//link/@href")
    assert "/" in html.fromstring(pages.render_not_found(configured())).xpath("//main//a/@href")


def test_robots_may_read_all_but_searches_and_find_the_sitemap() -> None:
    assert pages.robots_txt("") == b"User-agent: *\nDisallow: /search?\nAllow: /\n"
    assert pages.robots_txt("https://x.example/t/").splitlines() == [
        b"User-agent: *", b"Disallow: /t/search?", b"Allow: /", b"Sitemap: https://x.example/t/sitemap.xml",
    ]  # fmt: skip


def test_the_sitemap_names_full_escaped_addresses(now: datetime) -> None:
    sitemap = etree.fromstring(
        pages.sitemap_xml({"": None, "paper/2606.00001": now, "browse/org/A & B": None}, "https://x.example/t")
    )
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert sitemap.xpath("//s:loc/text()", namespaces=space) == [
        "https://x.example/t/", "https://x.example/t/paper/2606.00001", "https://x.example/t/browse/org/A%20&%20B",
    ]  # fmt: skip
    assert sitemap.xpath("//s:lastmod/text()", namespaces=space) == ["2026-06-17T05:00:00Z"]


@pytest.fixture
def dossier(link: Any, now: datetime) -> Callable[..., WorkEvidence]:
    """The evidence of item 1, with changes."""

    def build(**changes: Any) -> WorkEvidence:
        present = CheckRecord(
            outcome=Outcome.PRESENT, reason="", content=Content.CODE, holds=(Fact.CODE,), licence_spdx="MIT",
            licence_class=LicenceClass.OSI, licence_note="", archived=False, gated=False, reference=None,
            first_seen=now - timedelta(days=3), last_seen=now, times=4,
        )  # fmt: skip
        absent = replace(present, outcome=Outcome.UNKNOWN, content=Content.UNKNOWN, reason="it timed out", times=1)
        artifact = ArtifactEvidence(
            reference="github:ann/tool", current_name="github:ann/tool2", reasons=("the sentence says so",),
            lifecycle=Lifecycle.SHIPPED,
            mentions=(MentionSpan(place=Place.ABSTRACT, source=Source.METADATA, evidence="Our code is there.", first_version=1, last_version=2),),
            checks=(absent, present),
            corrections=(Correction(field="role", value="own", reason="they say so", source="https://s.example", since=now),),
            licence_claimed="Apache-2.0", licence_source="LICENSE",
            licences_by_fact=((Fact.WEIGHTS, Licence(spdx=None, class_=LicenceClass.RESTRICTED, source="LICENSE-MODEL")),),
            papers_named=("arxiv:2606.00001",), reason="", checked_at=now, next_check_at=now + timedelta(days=30),
        )  # fmt: skip
        values: dict[str, Any] = {
            "promise": Promise.PROMISED, "promise_evidence": "We will release it.", "comment": "8 pages",
            "versions": (VersionSeen(n=1, submitted_at=now - timedelta(days=2), seen_at=now),
                         VersionSeen(n=2, submitted_at=now - timedelta(days=1), seen_at=now)),
            "artifacts": (artifact,),
            "scans": (ScanRecord(source=Source.HTML, version=2, outcome="absent", reason="no HTML yet", at=now),),
            "events": (Event(work="arxiv:2606.00001", reference="github:ann/tool", kind=EventKind.OPENED, cause=Cause.RULE,
                             happened_at=now - timedelta(hours=30), observed_at=now, detail=""),),
            "mof": "at most class III", "osaid": "cannot be told", "g7": "at most Open Weights AI", "judged_at": now, "next_check_at": now + timedelta(days=700),
        }  # fmt: skip
        return WorkEvidence(**{**values, **changes})

    return build


def test_a_papers_page_shows_seven_marks_of_readiness(item: Make, dossier: Any, configured: Configured) -> None:
    (artifact,) = dossier().artifacts
    seen = ((Mark.TRAINING, "README: <script>x</script>"), (Mark.TESTS, "tests/test_a.py"))
    shown = pages.render_paper(
        item(), dossier(artifacts=(replace(artifact, readiness=seen),)), configured(), set()
    )
    (marks,) = html.fromstring(shown).xpath("//dt[text()='Readiness']/following-sibling::dd[1]")
    assert [" ".join(mark.text_content().split()) for mark in marks.xpath(".//li")] == [
        "Dependencies: not seen",
        "Training: README: <script>x</script>",
        "Evaluation: not seen",
        "Weights: not seen",
        "Results: not seen",
        "Tests: tests/test_a.py",
        "Container: not seen",
    ]
    assert b"<script>x" not in shown
    assert b"Readiness" not in pages.render_paper(item(), dossier(), configured(), set()), "nobody looked yet"


def test_a_papers_page_shows_all_evidence(item: Make, link: Any, dossier: Any, configured: Configured) -> None:
    own = link(licence_note="the file says MIT, the host Apache-2.0", copy_url="https://archive.example/x")
    shown = item(links=(own, link(reference="github:z/base", url="https://github.com/z/base", role=Role.MENTION)),
                 grade="open code", grade_reasons=("the code is there",), licence="http://x.example/by")  # fmt: skip
    parsed = html.fromstring(pages.render_paper(shown, dossier(), configured(), {"browse/category/cs.LG"}))
    shown_text = text(parsed)
    for part in (
        "Paper 1 on things", "submitted 15 June 2026", "version 2 of", "Grade: open code (the code is there)",
        "the authors' own (97 % likely to be the authors' own)", "the sentence says so",
        "We will release it.", "The authors promise a later release.", "Our code is there.", "in the abstract, versions 1 to 2", "from LICENSE", "(the host reports Apache-2.0)", "the file says MIT, the host Apache-2.0",
        "Weights: restricted use LICENSE-MODEL", "github:ann/tool2", "role: own. Reason: they say so", "arXiv:2606.00001",
        "next 17 July 2026", "Checked 5 times", "could not be checked: it timed out", "at most class III", "cannot be told",
        "1 other link: mentioned only, or made by others", "mentioned only", "Version 2", "found by a newer rule",
        "Entered the feed", "no HTML yet", "Authors' comment: 8 pages", "Code open",
    ):  # fmt: skip
        assert part in shown_text, part
    assert "../browse/category/cs.LG" in parsed.xpath("//a/@href")
    assert "../browse/category/cs.CL" not in parsed.xpath("//a/@href"), "no such list"
    assert parsed.xpath("//link[@rel='alternate']/@href")[0] == "../paper/2606.00001.xml"
    times = parsed.xpath("//ol[@class='timeline']/li/time/@datetime")
    assert times == sorted(times)
    assert len(times) == 4
    assert "https://archive.example/x" in parsed.xpath("//a/@href")
    assert {f"https://arxiv.org/{kind}/2606.00001" for kind in ("abs", "pdf", "html")} <= set(
        parsed.xpath("//header/following-sibling::p//a/@href")
    )
    levels = [int(heading.tag[1]) for heading in parsed.iter("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_papers_page_names_the_source_of_foreign_reports(
    item: Make, dossier: Any, configured: Configured, now: datetime
) -> None:
    report = ForeignReport(
        source="the <b>lab</b>", url="javascript:alert(1)", role=Role.OWN, place=Place.FOOTNOTE, evidence="Code <script>here",
        found_at=now, rules="7", outcome=Outcome.PRESENT, content=Content.CODE, licence="MIT", seen_since=now,
        seen_until=now, read_rules="",
    )  # fmt: skip
    unchecked = replace(report, source="other", url="https://github.com/a/b", outcome=None, content=None)
    page = pages.render_paper(item(), dossier(foreign=(report, unchecked)), configured())
    parsed = html.fromstring(page)
    first, second = (text(line) for line in parsed.xpath("//section[@aria-labelledby='evidence']//details/ul/li"))
    assert first == (
        "Another installation (the lab) reported javascript:alert(1) as “the authors' own”, found 17 June 2026 in the"
        " footnote (rules 7): “Code <script>here”; it saw present, code, MIT from 17 June 2026 to 17 June 2026 (rules unknown)."
    )
    assert second.endswith("it did not check it.")
    assert "2 reports of other installations" in text(parsed)
    assert not [link for link in parsed.xpath("//a/@href") if link.startswith("javascript")]
    assert b"<script>here" not in page
    none = text(html.fromstring(pages.render_paper(item(), dossier(), configured())))
    assert "other installations" not in none


def test_a_papers_page_opens_with_the_answer(item: Make, link: Any, dossier: Any, configured: Configured) -> None:
    page = pages.render_paper(
        item(title="A & <b>"), dossier(), configured(TRACKER_PUBLIC_URL="https://x.example/t/")
    )
    parsed = html.fromstring(page)
    assert parsed.xpath("//main//a/@href")[0] == "https://github.com/ann/tool", "the first link is the code"
    answer = text(parsed.xpath("//section[@aria-label='The answer']")[0])
    assert answer.startswith("Open code ann/tool GitHub repository · code · MIT (OSI-approved)")
    meta = {
        element.get("property") or element.get("name"): element.get("content") for element in parsed.iter("meta")
    }
    assert meta["og:title"] == meta["citation_title"] == "A & <b>"
    assert (
        meta["og:url"]
        == parsed.xpath("//link[@rel='canonical']/@href")[0]
        == "https://x.example/t/paper/2606.00001"
    )
    assert meta["og:description"].startswith("Open code. We study things.")
    assert (meta["citation_arxiv_id"], meta["citation_publication_date"]) == ("2606.00001", "2026/06/15")
    assert len(parsed.xpath("//meta[@name='citation_author']")) == 2
    without = html.fromstring(pages.render_paper(item(), dossier(), configured()))
    assert not without.xpath("//link[@rel='canonical'] | //meta[@property='og:url']"), "no address is made up"


def test_a_paper_without_evidence_is_shown_as_unknown(item: Make, dossier: Any, configured: Configured) -> None:
    bare = dossier(artifacts=(), events=(), scans=(), promise=Promise.NONE, promise_evidence="", versions=())
    shown = text(
        html.fromstring(pages.render_paper(item(links=(), verdicts=(), entered_at=None), bare, configured()))
    )
    assert "Not judged yet" in shown
    assert "This does not prove there is none." in shown
    assert "Title, abstract and comment do not mention a release." in shown
    assert "This paper has not been read yet." in shown


@pytest.mark.parametrize(
    ("contact", "start"),
    [
        ("ann@x.example", "mailto:ann@x.example?subject=Correction%20for%202606.00001&body="),
        ("https://github.com/o/r", "https://github.com/o/r/issues/new?title=Correction"),
        ("https://gitlab.com/o/r/", "https://gitlab.com/o/r/-/issues/new?issue%5Btitle%5D=Correction"),
        ("https://x.example/contact", "https://x.example/contact"),
        ("javascript:alert(1)", None),
        ("", None),
        ("call me", None),
    ],
)
def test_an_error_can_be_reported_where_the_operator_says(item: Make, contact: str, start: str | None) -> None:
    address = error_report.report_address(contact, item())
    assert address is None if start is None else address is not None and address.startswith(start)


@pytest.mark.parametrize(
    ("contact", "says"),
    [
        ("ann@x.example", "Report an error opens it filled in."),
        ("Ann, room 3", "Send it to the operator of this site: Ann, room 3."),
        ("  ", "has not named a contact"),
    ],
)
def test_a_paper_shows_the_correction_and_where_it_goes(
    item: Make, dossier: Any, configured: Configured, contact: str, says: str
) -> None:
    parsed = html.fromstring(pages.render_paper(item(), dossier(), configured(TRACKER_CONTACT=contact)))
    report = text(parsed.get_element_by_id("report").getparent())
    assert says in report
    assert "[[correction]]" in report


def test_the_first_page_asks_for_a_contact_before_anything_else(status: Any, configured: Configured) -> None:
    def first_words(made: Any, contact: str = "") -> str:
        page = pages.render_index([], [], [], [], made, configured(TRACKER_CONTACT=contact))
        return text(html.fromstring(page).get_element_by_id("main"))

    assert first_words(status()).startswith("No contact is set.")
    assert "No contact" not in first_words(status(), "ann@x.example") + first_words(status(demo=True))


@given(st.text(max_size=80), st.sampled_from(Role))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_correction_is_toml_whatever_the_link_holds(item: Make, link: Any, tail: str, role: Role) -> None:
    url = f"https://x.example/{tail}"
    (correction,) = tomllib.loads(error_report.correction_toml(item(links=(link(url=url, role=role),))))[
        "correction"
    ]
    assert correction["paper"] == "2606.00001"
    assert correction["link"].startswith("https://x.example/")
    assert correction["role"] in set(Role)


def channel(name: str, items: tuple[Item, ...] = (), page: str = "") -> Channel:
    return Channel(name=name, title=f"Feed of {name}", description="What it holds.", items=items, page=page)


@pytest.mark.parametrize(
    ("name", "page", "path"),
    [
        ("cs.CL", "", "browse/category/cs.CL"), ("weights", "", "browse/kind/weights"), ("licence/MIT", "", "browse/licence/MIT"),
        ("org/Ai2", "", "browse/org/Ai2"), ("org/A, B", "browse/org/a-b", "browse/org/a-b"), ("", "", ""), ("keyword/llm", "", ""),
        ("event/gone", "", ""), ("paper/2606.00001", "", ""), ("?cat=cs.CL", "", ""), ("author/x", "search", ""),
    ],
)  # fmt: skip
def test_feeds_have_their_place_on_the_site(name: str, page: str, path: str) -> None:
    assert feed_pages.page_path(channel(name, page=page)) == path


def test_no_page_lies_outside_the_site() -> None:
    bad = ["licence/../../x", "org//x", "licence/a\\b", "licence/.hidden", "licence/a\0b", f"org/{'x' * 300}"]
    assert feed_pages.list_feed_pages([("Bad", channel(name)) for name in bad]) == []


def test_a_feed_page_leads_to_the_feeds_of_the_same_filter(item: Make, configured: Configured) -> None:
    (feed_page,) = feed_pages.list_feed_pages([("Licences", channel("licence/MIT", (item(1), item(2))))])
    parsed = html.fromstring(pages.render_feed_page(feed_page, configured()))
    assert parsed.xpath("//link[@rel='alternate']/@href") == [
        f"../../feeds/licence/MIT.{ending}" for ending in ("xml", "atom", "json")
    ]
    assert "../../paper/2606.00001" in parsed.xpath("//h3/a/@href")
    assert len(parsed.findall(".//article")) == 2
    assert parsed.xpath("//link[@rel='stylesheet']/@href") == ["../../style.css"]


def test_a_composed_feed_has_a_page_with_its_address_and_its_items(item: Make, configured: Configured) -> None:
    composed = replace(channel("?cat=cs.CL&keyword=tides", (item(1), item(2))), title="T: cs.CL about “tides”")
    choices, asked = {"cat": ["cs.CL"], "org": [], "licence": []}, {"keyword": "<tides>", "cat": "cs.CL"}
    page = pages.render_composed_feed(composed, asked, choices, configured(), address="https://x.example/t")
    parsed = html.fromstring(page)
    assert text(parsed.find(".//h1")) == "T: cs.CL about “tides”"
    assert "2 items now." in text(parsed.xpath("//p[@role='status']")[0])
    assert text(parsed.xpath("//code")[0]) == "https://x.example/t/feed.xml?cat=cs.CL&keyword=tides"
    assert parsed.xpath("//input[@name='keyword']/@value")[0] == "<tides>"
    assert parsed.xpath("//option[@selected]/@value") == ["cs.CL"]
    wrong = pages.render_composed_feed(
        None, {}, choices, configured(), address="", problem="There is no <filter>."
    )
    assert text(html.fromstring(wrong).xpath("//p[@role='status']")[0]) == "There is no <filter>."


def test_feeds_can_be_copied_by_group(item: Make, configured: Configured, status: Any) -> None:
    channels = [("Main", channel("")), ("Categories", channel("cs.CL")), ("Categories", channel("cs.LG")),
                ("Papers", channel("paper/2606.00001")), ("Composed", channel("?cat=cs.CL"))]  # fmt: skip
    parsed = html.fromstring(pages.render_feeds(channels, configured(), status(), address="https://x.example/t"))
    headings = [text(heading) for heading in parsed.iter("h2")]
    assert headings == ["Put one together yourself", "Main", "Categories"]
    assert "0 items now" in text(parsed.find(".//h3"))
    assert [field.get("name") for field in parsed.xpath("//main//form//*[@name]")] == [
        "keyword", "author", "org", "cat", "has", "licence"
    ]  # fmt: skip
    assert parsed.xpath("//select[@name='cat']/option/@value") == ["", "cs.CL", "cs.LG"]
    shown = [text(address) for address in parsed.xpath("//ul[@class='feeds']//code")]
    assert shown[:3] == [
        f"https://x.example/t/{path}" for path in ("feed.xml", "feeds/cs.CL.xml", "feeds/cs.LG.xml")
    ]
    links = parsed.xpath("//main//a/@href")
    assert {"./feeds.opml", "./feeds/cs.CL.atom", "./feeds/cs.LG.json"} <= set(links)
    assert not any("paper/" in link for link in links)


def test_all_feed_pages_are_on_one_page_and_on_the_first(item: Make, configured: Configured, status: Any) -> None:
    listed = feed_pages.list_feed_pages(
        [("Categories", channel("cs.CL", (item(),))), ("Licences", channel("licence/MIT"))]
    )
    links = html.fromstring(pages.render_browse(listed, configured(), status())).xpath("//main//a/@href")
    assert links == ["./archive", "./browse/category/cs.CL", "./browse/licence/MIT"]
    first = html.fromstring(pages.render_index([item()], [], [], [], status(), configured(), feed_pages=listed))
    assert "./browse/category/cs.CL" in first.xpath("//aside//a/@href")
    assert "./browse/licence/MIT" not in first.xpath("//a/@href"), "an empty list is not linked"
    assert "./paper/2606.00001" in first.xpath("//h4/a/@href")


def test_the_about_page_explains_the_judging_and_thanks_arxiv(configured: Configured, status: Any) -> None:
    parsed = html.fromstring(
        pages.render_about(configured(TRACKER_CONTACT="ann@x.example"), status(), has_snapshot=True)
    )
    for part in ("How the judging works", "How well it works", "never shown as a yes, nor as a no",
                 "Thank you to arXiv for use of its open access interoperability."):  # fmt: skip
        assert part in text(parsed)
    assert {"./docs", "./docs/accuracy", "./docs/schema"} <= set(parsed.xpath("//a/@href"))
    assert {"./snapshot/tracker.db.zst", "./api/papers", "./feeds"} <= set(parsed.xpath("//main//a/@href"))
    measured = json.loads(render.load_asset("accuracy.json"))
    assert text(parsed.xpath("//table/tbody/tr[2]/td[2]")[0]) == measured["repositories"][1]
    assert "mailto:ann@x.example" in parsed.xpath("//a/@href")


def test_a_search_says_how_much_it_found_and_leads_on(item: Make, configured: Configured) -> None:
    query = '50% "a" <b> & c'
    parsed = html.fromstring(
        pages.render_search(SearchPage(wanted=query, found=60, number=2, most=500), [item(1)], configured())
    )
    assert "60 works found, 26 to 26 shown" in text(parsed)
    assert parsed.xpath("//input/@value") == [query, query]
    assert parsed.xpath("//nav[@aria-label='Pages of results']//a/@href") == [
        f"search?q=50%25+%22a%22+%3Cb%3E+%26+c&page={number}" for number in (1, 3)
    ]
    assert "Nothing found." in text(
        html.fromstring(pages.render_search(SearchPage(wanted="x", most=500), [], configured()))
    )
    assert "The first 500 works found" in text(
        html.fromstring(pages.render_search(SearchPage(wanted="x", found=500, most=500), [item()], configured()))
    )


def test_a_search_can_be_narrowed_sorted_and_subscribed_to(item: Make, configured: Configured) -> None:
    asked = {"has": "weights", "sort": "date"}
    search = SearchPage(wanted="a", found=60, most=500, asked=asked, feed="keyword=aa&has=weights")
    parsed = html.fromstring(pages.render_search(search, [item(1)], configured()))
    assert parsed.xpath("//option[@selected]/@value") == ["weights", "date"]
    assert parsed.xpath("//a[@class='button']/@href") == ["./feeds?keyword=aa&has=weights"]
    assert parsed.xpath("//link[@rel='alternate']/@href")[0] == "./feed.xml?keyword=aa&has=weights"
    assert parsed.xpath("//option[@value='cs.CL']/text()") == ["Computation and language (cs.CL)"]
    assert parsed.xpath("//a[@rel='next']/@href") == ["search?q=a&has=weights&sort=date&page=2"]
    missing = pages.render_search(
        SearchPage(wanted="2606.99999", most=500, missing="2606.99999"), [], configured()
    )
    assert "2606.99999 is not in this tracker's store" in text(html.fromstring(missing))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_text_stays_text_on_every_page(
    data: st.DataObject, item: Make, link: Any, verdict: Any, dossier: Any, configured: Configured, now: datetime
) -> None:
    draw = lambda: data.draw(HOSTILE)  # noqa: E731 # drawn anew at each place
    evidence = dossier()
    (artifact,) = evidence.artifacts
    event = replace(evidence.events[0], reference=draw(), detail=draw())
    hostile_artifact = replace(
        artifact, current_name=draw(), reasons=(draw(),), licence_claimed=draw(), licence_source=draw(), papers_named=(draw(), f"arxiv:{draw()}"),
        reason=draw(), mentions=(replace(artifact.mentions[0], evidence=draw()),),
        corrections=(replace(artifact.corrections[0], value=draw(), reason=draw(), source=draw()),),
        checks=(replace(artifact.checks[0], reason=draw(), licence_spdx=draw(), licence_note=draw()),),
    )  # fmt: skip
    hostile_evidence = replace(
        evidence, artifacts=(hostile_artifact,), promise_evidence=draw(), comment=draw(), mof=draw(), osaid=draw(), g7=draw(), events=(event,),
        scans=(replace(evidence.scans[0], outcome=draw(), reason=draw()),),
    )  # fmt: skip
    worst = item(
        title=draw(), abstract=draw(), authors=(draw(),), categories=(draw(),), licence=draw(), grade=draw(), grade_reasons=(draw(),),
        links=(link(url=draw(), evidence=draw(), licence_note=draw(), copy_url=draw()),), verdicts=(verdict(Fact.CODE, State.NONE, draw()),),
    )  # fmt: skip
    feed = Channel(
        name=f"keyword/{draw()}", title=draw(), description=draw(), items=(worst,), page="browse/kind/x"
    )
    pages_of_feeds = feed_pages.list_feed_pages([(draw(), feed)])
    cfg = configured(
        TRACKER_CONTACT=data.draw(st.sampled_from(["a@x.example", "javascript:x", "https://x.example"]))
    )
    for page in (
        pages.render_paper(worst, hostile_evidence, cfg), pages.render_search(SearchPage(wanted=draw(), found=99, most=500), [worst], cfg),
        *(pages.render_feed_page(page, cfg) for page in pages_of_feeds),
    ):  # fmt: skip
        parsed = html.fromstring(page)
        assert not list(parsed.iter("script", "iframe", "img"))
        assert not parsed.xpath("//@*[starts-with(name(), 'on')] | //@autofocus | //@style")
        assert all(re.match(r"https?://|#|\.\.?/|search\?|mailto:a@x", href) for href in parsed.xpath("//a/@href"))
        assert len(parsed.findall(".//h1")) == 1


PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("link", "paper"), ("link", "card"),
    ("yes", "yes-back"), ("no", "no-back"), ("warn", "warn-back"), ("warn", "paper"), ("ink", "no-back"),
    ("ink", "warn-back"), ("link", "no-back"), ("bad", "bad-back"), ("soft", "no-back"), ("card", "yes"), ("ink", "yes-back"),
]  # fmt: skip


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_light_and_dark(theme: int, pair: tuple[str, str]) -> None:
    style = pages.load_assets()["style.css"].decode()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[theme]))
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_reference_managers_recognise_a_papers_page(item: Make, dossier: Any, configured: Configured) -> None:
    parsed = html.fromstring(pages.render_paper(item(title='A "$\\lambda$" <b>'), dossier(), configured()))
    tags = [
        (tag.get("name"), tag.get("content"))
        for tag in parsed.xpath("//head/meta[starts-with(@name, 'citation_')]")
    ]
    assert tags == [
        ("citation_title", 'A "λ" <b>'),
        ("citation_author", "Ann Author"),
        ("citation_author", "Bob Builder"),
        ("citation_publication_date", "2026/06/15"),
        ("citation_online_date", "2026/06/15"),
        ("citation_arxiv_id", "2606.00001"),
        ("citation_doi", "10.48550/arXiv.2606.00001"),
        ("citation_publisher", "arXiv"),
        ("citation_abstract_html_url", "https://arxiv.org/abs/2606.00001"),
    ], "without citation_pdf_url: this page is not the paper"
    assert "../paper/2606.00001.bib" in parsed.xpath("//main//a/@href")
