"""Stories of versions, late artifacts, withdrawals, corrections, and waiting in vain."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.play import MIT, UNLICENSED, World, code, day, event_days, parse_reference, repo
from tracker.domain.artifacts import Check
from tracker.domain.mentions import Mention
from tracker.domain.terms import Content, Fact, Outcome, Place, Promise, Source
from tracker.store import corrections, judgements, keys, scans


def test_the_second_version_adds_a_link_and_the_third_drops_it(world: World) -> None:
    world.paper("2606.00001", day(0), ())
    world.check(day(0))
    assert world.state("2606.00001") == "unknown"
    world.paper("2606.00001", day(20), ("ann/tool",), n=2, submitted=day(-8 / 24))
    world.check(day(20), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 20, "shipped": 20, "opened": 20}
    assert world.rows("SELECT DISTINCT cause FROM events") == [("world",)]
    assert len(world.entries()) == 1, "a link added by a new version is news, though the paper is not"
    world.paper("2606.00001", day(40), (), n=3, submitted=day(-8 / 24))
    world.check(day(40), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 20, "shipped": 20, "opened": 20}
    assert world.state("2606.00001") == "open", "what is there stays there"
    assert world.rows("SELECT first_version, last_version FROM links") == [(2, 2)]
    assert "the link is in v2" in str(
        world.rows("SELECT sentences FROM verdict JOIN shared_text ON id = shared_text WHERE fact = 'code'")
    )


def test_the_authors_model_appears_a_month_later(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    weights = Check(
        outcome=Outcome.PRESENT,
        reference=parse_reference("model:ann/tool"),
        host_id="m1",
        content=Content.DATA_ONLY,
        holds=(Fact.WEIGHTS,),
        licence_checked=True,
    )
    mention = Mention(
        reference=parse_reference("model:ann/tool"),
        url="https://huggingface.co/ann/tool",
        place=Place.HUB,
        source=Source.HUB_LIST,
        evidence="Its card names the paper.",
    )
    work = keys.paper_work("2606.00001")
    scan = scans.ScanResult(work=work, version=1, source=Source.HUB_LIST, mentions=(mention,))
    scans.save_scans(world.store, [scan], "r1", day(31))
    world.decide(work, day(31))
    world.check(day(31), ("ann/tool", code("ann/tool", "1"), MIT), ("model:ann/tool", weights, MIT))
    assert world.rows("SELECT code, weights FROM papers") == [("open", "open")]
    events = world.rows("SELECT kind, cause FROM events WHERE reference = 'hf-model:ann/tool' ORDER BY kind")
    assert events == [("found", "world"), ("shipped", "world")]
    assert len(world.entries()) == 1


def test_a_paper_is_withdrawn_and_returns(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.paper("2606.00001", day(10), ("ann/tool",), n=2, submitted=day(-8 / 24), withdrawn=True)
    world.judge(day(10))
    assert world.rows("SELECT withdrawn FROM papers") == [(1,)]
    world.paper("2606.00001", day(20), ("ann/tool",), n=3, submitted=day(-8 / 24))
    world.judge(day(20))
    assert world.rows("SELECT withdrawn FROM papers") == [(0,)]
    assert event_days(world, "2606.00001") == {
        "found": 0,
        "shipped": 0,
        "opened": 0,
        "withdrawn": 10,
        "unwithdrawn": 20,
    }
    assert len(world.entries()) == 1


def correction(folded: str, field: str, value: str) -> corrections.CorrectionStatement:
    return corrections.CorrectionStatement(
        work="arxiv:2606.00001", folded=folded, field=field, value=value, reason="seen", source="https://e.org"
    )


def test_an_operator_corrects_a_role_and_takes_it_back(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.correct(day(5), correction("github:ann/tool", "role", "mention"))
    world.judge(day(5))
    assert world.state("2606.00001") == "unknown"
    assert world.rows("SELECT role, reasons FROM links") == [
        ("mention", '["the operator\'s correction: seen (https://e.org)"]')
    ]
    world.correct(day(9))
    world.judge(day(9))
    assert world.state("2606.00001") == "open"
    events = world.rows("SELECT kind, cause, detail FROM events WHERE kind = 'corrected' ORDER BY happened_at")
    assert events == [
        ("corrected", "correction", "role is mention: seen"),
        ("corrected", "correction", "role is mention: taken back"),
    ]
    assert world.rows("SELECT count(*) FROM events WHERE kind = 'opened'") == [(1,)]
    assert len(world.entries()) == 1


def test_a_licence_that_the_operator_corrects_opens_nothing_in_the_feed(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), UNLICENSED))
    world.correct(day(5), correction("github:ann/tool", "licence", "osi"))
    world.judge(day(5))
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT cause FROM events WHERE kind = 'opened'") == [("correction",)]
    assert world.entries() == []
    world.correct(day(6))
    world.judge(day(6))
    assert world.state("2606.00001") == "available"
    assert world.rows("SELECT kind, cause FROM events WHERE happened_at > '2026-06-22' ORDER BY kind") == [
        ("closed", "correction"),
        ("corrected", "correction"),
    ]


def test_what_was_promised_and_never_came_lapses(world: World) -> None:
    soon = Check(outcome=Outcome.PRESENT, reference=repo("ann/tool"), host_id="1", content=Content.PLACEHOLDER)
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.paper("2606.00002", day(0), (), promise=Promise.PROMISED)
    world.check(day(0), ("ann/tool", soon, UNLICENSED))
    assert world.rows("SELECT lifecycle FROM links") == [("placeholder",)]
    assert judgements.works_to_judge(world.store, 10, day(729)) == []
    world.judge(day(731))
    assert event_days(world, "2606.00001") == {"found": 0, "placeholder": 0, "lapsed": 730}
    assert event_days(world, "2606.00002") == {"promised": 0, "lapsed": 730}
    assert world.rows("SELECT lifecycle FROM links") == [("lapsed",)]
    world.check(day(800), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001")["shipped"] == 800, "better late than never"


def test_a_check_of_the_known_commit_keeps_what_was_read(world: World) -> None:
    first_check = replace(code("ann/tool", "1"), commit="c1", papers_named=("arxiv:2606.00001",))
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", first_check, MIT))
    same = Check(
        outcome=Outcome.PRESENT,
        reference=repo("ann/tool"),
        host_id="1",
        commit="c1",
        unchanged=True,
        archived=True,
    )
    world.check(day(30), ("ann/tool", same, UNLICENSED))
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT content, licence_spdx, archived, names FROM artifacts") == [
        ("code", "MIT", 1, '["arxiv:2606.00001"]')
    ]
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "archived": 30}
