"""Stories of versions and checks in time order, to the events and feed entries that follow."""

from __future__ import annotations

import pytest

from tests.stories.play import MIT, UNLICENSED, World, code, day, event_days, repo
from tracker.domain.artifacts import Check
from tracker.domain.terms import Content, Outcome, Promise
from tracker.store import judgements
from tracker.store.items import load_item


def test_a_repository_is_renamed_and_a_stranger_takes_the_old_name(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/old",))
    world.check(day(0), ("ann/old", code("ann/old", "1"), MIT))
    world.check(day(5), ("ann/old", code("ann/new", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "moved": 5}
    stranger = code("ann/old", "2")
    world.check(day(9), ("ann/old", stranger, UNLICENSED), ("ann/new", code("ann/new", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "moved": 5, "replaced": 9}
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT reference, artifact FROM links") == [("github:ann/old", "github:ann/new")]
    # A later paper that writes the old name means the stranger's repository.
    world.paper("2606.00009", day(10), ("ann/old",))
    world.check(day(10), ("ann/old", stranger, UNLICENSED), ("ann/new", code("ann/new", "1"), MIT))
    assert world.state("2606.00009") == "available"
    assert world.state("2606.00001") == "open"


def test_a_stranger_takes_the_only_name(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/old",))
    world.check(day(0), ("ann/old", code("ann/old", "1"), MIT))
    world.check(day(3), ("ann/old", code("ann/old", "2"), MIT))
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "replaced": 3, "closed": 3}
    assert world.state("2606.00001") == "unknown", "one look tells that it was replaced, not that it is gone"
    item = load_item(world.store, "arxiv:2606.00001")
    assert item is not None
    assert item.unjudged == "", "its item says that it is no longer judged open"


def test_one_repository_serves_two_papers(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.paper("2606.00002", day(4), ("Ann/Tool.git".removesuffix(".git"),))
    world.check(day(4), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT count(*) FROM artifacts") == [(1,)]
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}
    assert event_days(world, "2606.00002") == {"found": 4, "shipped": 4, "opened": 4}
    assert [work for work, _ in world.entries()] == ["arxiv:2606.00001", "arxiv:2606.00002"]


def test_two_names_of_one_repository_become_one_artifact(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/new",))
    world.paper("2606.00002", day(0), ("ann/old",))
    world.check(day(0), ("ann/old", code("ann/new", "1"), MIT), ("ann/new", code("ann/new", "1"), MIT))
    assert world.rows("SELECT reference FROM artifacts") == [("github:ann/new",)]
    assert world.rows("SELECT arxiv_id FROM open_papers ORDER BY arxiv_id") == [("2606.00001",), ("2606.00002",)]


def test_a_repository_is_deleted_and_restored(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    for number in range(30, 34):
        world.check(day(number))
        assert world.state("2606.00001") == "unknown", "an absence of days is not yet gone"
    world.check(day(37.5))
    assert world.state("2606.00001") == "gone"
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "gone": 30, "closed": 30}
    world.check(day(50), ("ann/tool", code("ann/tool", "1"), MIT))
    events = world.rows(
        "SELECT kind, count(*) FROM events WHERE arxiv_id = '2606.00001' GROUP BY kind ORDER BY kind"
    )
    assert dict(events) == {"found": 1, "shipped": 1, "opened": 2, "gone": 1, "closed": 1, "restored": 1}
    assert world.state("2606.00001") == "open"
    assert len(world.entries()) == 1, "what comes back is not new"


def test_a_short_absence_is_no_event(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.check(day(2))
    world.check(day(3), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}


def test_a_failed_check_changes_nothing(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    failed = Check(outcome=Outcome.UNKNOWN, reason="503")
    for number in range(1, 20):
        world.check(day(number), ("ann/tool", failed, UNLICENSED))
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT outcome, checked_at, reason FROM artifacts") == [
        ("present", "2026-06-16T12:00:00Z", "503")
    ]
    assert world.rows("SELECT count(*) FROM checks") == [(1,)]


def test_a_licence_is_added_later(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), UNLICENSED))
    assert world.state("2606.00001") == "available"
    assert world.entries() == []
    world.check(day(40), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "licensed": 40, "opened": 40}
    assert world.entries() == [("arxiv:2606.00001", "2026-07-26T12:00:00Z")], (
        "an old paper whose code opens today is news"
    )


def test_a_paper_in_two_categories_cross_listed_to_a_third(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",), categories=("cs.LG", "cs.CL"))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.paper(
        "2606.00001", day(3), ("ann/tool",), categories=("cs.LG", "cs.CL", "stat.ML"), submitted=day(-8 / 24)
    )
    world.check(day(3), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT category FROM work_category ORDER BY category") == [
        ("cs.CL",),
        ("cs.LG",),
        ("stat.ML",),
    ]
    assert world.rows("SELECT arxiv_id, categories FROM papers") == [("2606.00001", '["cs.LG","cs.CL","stat.ML"]')]
    assert event_days(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}
    assert len(world.entries()) == 1


def test_a_backfilled_paper_enters_the_store_and_not_the_feed(world: World) -> None:
    world.paper("2501.00001", day(0), ("ann/tool",), submitted=day(-500))
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT arxiv_id FROM open_papers") == [("2501.00001",)]
    assert world.rows("SELECT DISTINCT cause FROM events") == [("backfill",)]
    assert world.entries() == []


def test_entries_of_one_batch_have_distinct_dates_that_never_change(world: World) -> None:
    for number in range(1, 8):
        world.paper(f"2606.0000{number}", day(0), (f"ann/r{number}",))
    checks = [(f"ann/r{number}", code(f"ann/r{number}", str(number)), MIT) for number in range(1, 8)]
    world.check(day(0), *checks)
    before = world.entries()
    assert len({at for _, at in before}) == 7
    assert max(str(at) for _, at in before) == "2026-06-16T12:00:00Z", "never in the future"
    world.check(day(1), *checks)
    assert world.entries() == before


@pytest.mark.parametrize("times", [1, 3])
def test_judging_again_adds_nothing(world: World, times: int) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",), promise=Promise.AVAILABLE)
    world.check(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    before = world.rows("SELECT * FROM events ORDER BY id")
    for _ in range(times):
        judgements.queue_all_judgements(world.store)
        world.judge(day(0))
    assert world.rows("SELECT * FROM events ORDER BY id") == before


def test_a_promise_is_kept(world: World) -> None:
    soon = Check(
        outcome=Outcome.PRESENT,
        reference=repo("ann/tool"),
        host_id="1",
        content=Content.PLACEHOLDER,
        licence_checked=True,
    )
    world.paper("2606.00001", day(0), ("ann/tool",), promise=Promise.PROMISED)
    world.check(day(0), ("ann/tool", soon, UNLICENSED))
    assert world.state("2606.00001") == "promised"
    world.check(day(60), ("ann/tool", code("ann/tool", "1"), MIT))
    assert event_days(world, "2606.00001") == {
        "found": 0,
        "promised": 0,
        "placeholder": 0,
        "shipped": 60,
        "licensed": 60,
        "opened": 60,
    }
    assert len(world.entries()) == 1
