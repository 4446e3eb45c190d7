"""What enters the feeds of facts and events, and when."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.play import MIT, UNLICENSED, World, code, day, parse_reference
from tracker.domain.artifacts import Check
from tracker.domain.mentions import Mention
from tracker.domain.terms import Content, Fact, Outcome, Place, Promise, Source
from tracker.store import feed_entries, items, keys, scans


def feed(world: World, name: str) -> list[tuple[str, str]]:
    return [(item.work[-1], f"{item.entered_at:%m-%d}") for item in items.load_feed_items(world.store, name, 10)]


def weights(name: str) -> Check:
    return Check(
        outcome=Outcome.PRESENT,
        reference=parse_reference(f"model:{name}"),
        host_id="m1",
        content=Content.DATA_ONLY,
        holds=(Fact.WEIGHTS,),
        licence_checked=True,
    )


def test_weights_that_come_a_month_later_are_new_in_their_feed(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    mention = Mention(
        reference=parse_reference("model:ann/tool"),
        url="https://huggingface.co/ann/tool",
        place=Place.HUB,
        source=Source.HUB_LIST,
        evidence="e",
    )
    work = keys.paper_work("2606.00001")
    scan = scans.ScanResult(work=work, version=1, source=Source.HUB_LIST, mentions=(mention,))
    scans.save_scans(world.store, [scan], "r1", day(31))
    world.decide(work, day(31))
    world.check(
        day(31), ("ann/tool", code("ann/tool", "1"), MIT), ("model:ann/tool", weights("ann/tool"), UNLICENSED)
    )
    assert feed(world, "weights") == [], "weights without a licence are not open"
    world.check(day(40), ("ann/tool", code("ann/tool", "1"), MIT), ("model:ann/tool", weights("ann/tool"), MIT))
    assert feed(world, "weights") == [("1", "07-26")]
    world.check(day(50), ("ann/tool", code("ann/tool", "1"), MIT), ("model:ann/tool", weights("ann/tool"), MIT))
    assert feed(world, "weights") == [("1", "07-26")]
    assert feed(world, "main") == [("1", "06-16")]


def test_a_promise_kept_and_a_repository_gone_enter_their_feeds_once(world: World) -> None:
    soon = replace(code("ann/tool", "1"), content=Content.PLACEHOLDER, holds=())
    world.paper("2606.00001", day(0), ("ann/tool",), promise=Promise.PROMISED)
    world.paper("2606.00002", day(0), ("bob/tool",))
    world.check(day(0), ("ann/tool", soon, UNLICENSED), ("bob/tool", code("bob/tool", "2"), MIT))
    world.check(day(60), ("ann/tool", code("ann/tool", "1"), MIT), ("bob/tool", code("bob/tool", "2"), MIT))
    assert feed(world, "event/promise-kept") == [("1", "08-15")]
    for number in range(70, 79):
        world.check(day(number), ("ann/tool", code("ann/tool", "1"), MIT))
    assert [work for work, _ in feed(world, "event/gone")] == ["2"]
    (gone,) = items.load_feed_items(world.store, "event/gone", 10)
    assert gone.event
    before = world.rows("SELECT * FROM feed_entry ORDER BY feed, work, event")
    feed_entries.add_new_entries(world.store, day(90))
    assert world.rows("SELECT * FROM feed_entry ORDER BY feed, work, event") == before


def test_a_promise_beside_code_that_is_there_is_not_kept_later(world: World) -> None:
    """However much later than the promise the link is read and checked; but a link that a new version brings is."""
    for number in (1, 2):
        world.paper(f"2606.0000{number}", day(0), ("ann/tool",) if number == 1 else (), promise=Promise.PROMISED)
    world.check(day(3), ("ann/tool", code("ann/tool", "1"), MIT))
    assert feed(world, "event/promise-kept") == []
    assert feed(world, "main") == [("1", "06-19")]
    world.paper("2606.00002", day(20), ("bob/tool",), n=2, promise=Promise.PROMISED)
    world.check(day(21), ("bob/tool", code("bob/tool", "2"), MIT))
    assert feed(world, "event/promise-kept") == [("2", "07-07")]


def test_what_is_loaded_later_floods_no_feed(world: World) -> None:
    world.paper("2501.00001", day(0), ("ann/tool",), submitted=day(-500))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    assert [feed(world, name) for name in feed_entries.FEEDS] == [[]] * len(feed_entries.FEEDS)
