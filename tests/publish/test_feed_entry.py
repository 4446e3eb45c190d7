"""The card of an item: what shipped with links first, then evidence, marks of what is no longer open, the abstract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import html

from tracker.config_files import config_dir
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Role, State
from tracker.judge.grade import grade_work, load_grade_rules
from tracker.publish import feed_entry

Make = Callable[..., Item]
Link = Callable[..., ItemLink]


def body(item: Item, public_url: str = "https://x.example/t") -> str:
    return feed_entry.build_entry(item, public_url).body


def lines(item: Item) -> list[str]:
    return [line.text_content() for line in html.fromstring(f"<div>{body(item)}</div>").iterfind(".//li")]


def test_the_card_has_links_first_then_evidence(item: Make) -> None:
    text = body(item(grade="open code", grade_reasons=("the code is there under open terms",)))
    order = ["https://github.com/ann/tool", "MIT (OSI-approved)", "<blockquote>", "in the abstract", "Grade: open code",
             "the code is there under open terms", "Ann Author", "Submitted 15 June 2026",
             "https://arxiv.org/abs/2606.00001", "https://x.example/t/paper/2606.00001"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "We study things." not in text, "the abstract is the summary of the entry, and stands once"


def test_the_grade_says_what_is_known_and_leaves_out_what_is_unknown(item: Make, verdict: Make) -> None:
    verdicts = (verdict(), verdict(Fact.WEIGHTS, State.UNKNOWN), verdict(Fact.DATA, State.NONE))
    rules = load_grade_rules(config_dir() / "openness.toml")
    grade = grade_work(verdicts, rules)
    text = body(item(verdicts=verdicts, grade=grade.name, grade_reasons=grade.reasons))
    assert "the code is open (OSI-approved licence)" in text
    assert "no data were found" in text
    assert "unknown" not in text


def test_an_affiliation_is_named_as_the_reason(item: Make) -> None:
    text = body(item(affiliations=(("Lab & co", "Lab <script>x</script> & co, Lule{\\aa}"),)))
    assert "Belongs to Lab &amp; co by affiliation: Lab x &amp; co, Luleå." in text


def test_what_is_unknown_is_left_out(item: Make, link: Link) -> None:
    unknown = link(content=Content.UNKNOWN, licence_spdx=None, licence_class=LicenceClass.UNKNOWN)
    assert lines(item(links=(unknown,)))[0].endswith("(GitHub repository)")
    assert lines(item(links=(replace(unknown, outcome=Outcome.UNKNOWN),)))[0].endswith("(GitHub repository)")
    assert "not found" in lines(item(links=(replace(unknown, outcome=Outcome.ABSENT),)))[0]


def test_what_shipped_is_listed_by_fact(item: Make, link: Link, verdict: Any) -> None:
    hub = {"host": "huggingface", "content": Content.CODE}
    model = link(reference="hf-model:ann/w", url="https://huggingface.co/ann/w", kind="model", licence_spdx=None,
                 licence_class=LicenceClass.NONE, gated=True, **hub)  # fmt: skip
    dataset = link(reference="hf-dataset:ann/d", url="https://huggingface.co/datasets/ann/d", kind="dataset",
                   licence_spdx="CC-BY-4.0", licence_class=LicenceClass.OPEN_CONTENT, **hub)  # fmt: skip
    demo = link(reference="hf-space:ann/s", url="https://huggingface.co/spaces/ann/s", kind="space", **hub)
    page = link(reference="page:https://ann.example", url="https://ann.example", host="page", kind="page",
                role=Role.OWN_PAGE)  # fmt: skip
    other = link(reference="github:other/lib", url="https://github.com/other/lib", role=Role.MENTION)
    shown = lines(item(links=(model, dataset, other, page, demo, link())))
    assert [line.split(" (")[0] for line in shown] == [
        "Code: ann/tool", "Weights: ann/w", "Data: ann/d", "Demo: ann/s", "Page: https://ann.example",
    ]  # fmt: skip
    assert shown[0].endswith("code, MIT (OSI-approved)")
    assert shown[1].endswith("no licence found, gated (access on request)")
    assert shown[2].endswith("CC-BY-4.0 (open content)")


def test_one_repository_may_hold_two_things(item: Make, verdict: Any) -> None:
    both = (verdict(Fact.CODE), verdict(Fact.WEIGHTS, State.AVAILABLE))
    assert lines(item(verdicts=both))[0].startswith("Code and weights: ann/tool")


def test_a_promise_is_listed_with_what_shipped(item: Make, verdict: Any) -> None:
    shown = lines(item(verdicts=(verdict(), verdict(Fact.DATA, State.PROMISED), verdict(Fact.DEMO, State.NONE))))
    assert shown[1:] == ["Data: promised"]


def test_doubts_of_a_licence_an_archive_and_a_copy_are_shown(item: Make, link: Link) -> None:
    shown = lines(item(links=(link(
        licence_note="GitHub says MIT, the file says Apache-2.0.", archived=True,
        copy_url="https://archive.softwareheritage.org/x",
    ),)))[0]  # fmt: skip
    assert "archived by its owner" in shown
    assert "On its licence: GitHub says MIT, the file says Apache-2.0." in shown
    assert "archived copy" in shown
    assert 'href="https://archive.softwareheritage.org/x"' in body(
        item(links=(link(copy_url="https://archive.softwareheritage.org/x"),))
    )


def test_a_link_that_leads_nowhere_says_so(item: Make, link: Link) -> None:
    assert "not found" in lines(item(links=(link(outcome=Outcome.ABSENT),)))[0]


def test_a_late_opening_is_shown(item: Make, now: datetime) -> None:
    late = item(submitted_at=now - timedelta(days=60), first_seen=now - timedelta(days=59), opened_at=now)
    assert "Submitted 18 April 2026, its code opened 17 June 2026, 60 days later" in body(late)
    assert "days later" not in body(item(submitted_at=now - timedelta(days=60))), "open at the first check"


@pytest.mark.parametrize("state", [State.GONE, State.NONE, State.AVAILABLE, State.GATED, State.PROMISED])
def test_what_is_no_longer_open_is_marked(item: Make, verdict: Any, state: State) -> None:
    lost = (verdict(Fact.CODE, state, "it is away"),)
    assert "No longer open:</strong> it is away" in body(item(verdicts=lost))
    assert "No longer open" not in body(item(verdicts=lost, opened_at=None)), "it never was"


def test_weights_that_are_gone_are_marked(item: Make, verdict: Any) -> None:
    lost = (verdict(), verdict(Fact.WEIGHTS, State.GONE, "absent for a week"))
    assert "Weights gone:</strong> absent for a week" in body(item(verdicts=lost))


def test_unknown_is_not_shown_as_closed(item: Make, verdict: Any) -> None:
    assert "No longer open" not in body(item(verdicts=(verdict(Fact.CODE, State.UNKNOWN),)))


@pytest.mark.parametrize("state", [State.UNKNOWN, State.AVAILABLE, State.NONE])
def test_what_is_no_longer_judged_open_is_marked_with_the_reason(item: Make, verdict: Any, state: State) -> None:
    lost = (verdict(Fact.CODE, state, "terms are not known"),)
    shown = body(item(verdicts=lost, unjudged="github:a/b: <nobody> says so"))
    assert "No longer judged open:</strong> github:a/b: &lt;nobody&gt; says so; terms are not known" in shown
    assert "No longer open" not in shown
    assert "No longer judged open:</strong> terms are not known" in body(item(verdicts=lost, unjudged=""))
    assert "No longer judged" not in body(item(unjudged="")), "it is open again"


def test_a_withdrawn_paper_is_marked(item: Make) -> None:
    assert "withdrew" in body(item(withdrawn=True))


def test_the_sentence_and_its_place(item: Make, link: Link) -> None:
    text = body(
        item(links=(link(evidence="", reference="page:x"), link(evidence=r"At $\alpha$.", place=Place.COMMENT)))
    )
    assert "<blockquote>At α.</blockquote>" in text
    assert "in the authors' comment" in html.fromstring(text).text_content()


def test_hostile_addresses_never_become_links(item: Make, link: Link) -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.example",
        "/x",
        "https://",
        "https:///x",
        "ftp://x",
    ):
        assert "href" not in body(item(links=(link(url=url, copy_url=url),), work="release:page:x", abstract=""))
    text = body(item(links=(link(url='https://x.example/a b"onload="x'),)))
    assert 'href="https://x.example/a%20b%22onload=%22x"' in text


def test_many_artifacts_and_authors_are_counted(item: Make, link: Link) -> None:
    many = tuple(link(reference=f"github:ann/tool{number}") for number in range(50))
    paper = item(links=many, authors=tuple(f"Author {number}" for number in range(99)))
    assert lines(paper)[20:] == ["and 30 more"]
    assert "Author 29 and others." in body(paper)


def test_the_card_is_the_same_in_every_feed(item: Make, now: datetime) -> None:
    elsewhere = item(entered_at=now, changed_at=now, event="e1")
    assert body(elsewhere) == body(item())


def test_an_item_of_no_time_zone_is_refused(item: Make) -> None:
    with pytest.raises(ValueError, match="time zone"):
        feed_entry.build_entry(item(entered_at=datetime(2026, 6, 17)), "")  # noqa: DTZ001 # what is refused
