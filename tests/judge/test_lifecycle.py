"""The lifecycle as a table, and the events of any history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judge.histories import ABSENT, DAY, EMPTY, RULES, START, check, history, link
from tracker.domain.history import CheckRecord, Correction, Event, History, VersionSeen
from tracker.domain.terms import Cause, Content, EventKind, LicenceClass, Lifecycle, Outcome, Promise, Role
from tracker.judge import lifecycle, lifecycle_states


@pytest.mark.parametrize(("before", "seen", "after"), [
    (Lifecycle.PROMISED, check(), Lifecycle.SHIPPED),
    (Lifecycle.PROMISED, check(**EMPTY), Lifecycle.PLACEHOLDER),
    (Lifecycle.PROMISED, check(content=Content.README_ONLY, holds=()), Lifecycle.LINKED),
    (Lifecycle.PROMISED, check(**ABSENT), Lifecycle.PROMISED),
    (Lifecycle.PLACEHOLDER, check(), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, check(**ABSENT), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, check(**ABSENT, times=3, last_seen=START + 7 * DAY), Lifecycle.GONE),
    (Lifecycle.PROMISED, check(**ABSENT, times=3, last_seen=START + 7 * DAY), Lifecycle.PROMISED),
    (Lifecycle.SHIPPED, check(outcome=Outcome.UNKNOWN, times=99, last_seen=START + 99 * DAY), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, check(outcome=Outcome.BLOCKED, times=99, last_seen=START + 99 * DAY), Lifecycle.SHIPPED),
    (Lifecycle.GONE, check(), Lifecycle.SHIPPED),
    (Lifecycle.GONE, check(content=Content.README_ONLY, holds=()), Lifecycle.LINKED),
])  # fmt: skip
def test_the_lifecycle(before: Lifecycle, seen: CheckRecord, after: Lifecycle) -> None:
    assert lifecycle_states.next_state(before, seen, DAY, 730 * DAY) is after


def test_what_new_rules_derive_from_old_checks_is_caused_by_the_rule() -> None:
    known = history(link(check()))
    events = lifecycle.derive_events(
        known, RULES, lapse=730 * DAY, window=7 * DAY, now=START + DAY, judged_at=START + DAY / 2, same_rules=False
    )
    assert {event.cause for event in events} == {Cause.RULE}
    fresh = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=START, judged_at=None)
    assert {event.cause for event in fresh} == {Cause.WORLD}


def events_of(known: History, **options: Any) -> list[Event]:
    return lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=START + 50 * DAY, **options)


RESTRICTED = {"licence_class": LicenceClass.RESTRICTED, "licence_spdx": None}


@pytest.mark.parametrize(("by_rule", "cause"), [(True, Cause.RULE), (False, Cause.WORLD)])
def test_a_check_that_differs_by_a_rule_alone_is_not_the_worlds(by_rule: bool, cause: Cause) -> None:
    later = START + 40 * DAY
    for before, after, kind in (({}, RESTRICTED, EventKind.CLOSED), (RESTRICTED, {}, EventKind.OPENED)):
        known = history(link(check(**before), check(later, by_rule=by_rule, **after)))
        causes = {event.cause for event in events_of(known) if event.happened_at == later}
        kinds = {event.kind for event in events_of(known) if event.happened_at == later}
        assert causes == {cause}
        assert kind in kinds


def test_a_link_found_after_new_rules_read_it_is_news() -> None:
    later = START + 40 * DAY
    known = history(link(check(**RESTRICTED), check(later, by_rule=True), found_at=later + DAY, first_version=2))
    assert {event.cause for event in events_of(known)} == {Cause.WORLD}


def closing(known: History, **options: Any) -> list[tuple[Cause, str]]:
    """Cause and detail of what closes code that was open as last judged."""
    events = events_of(known, judged_at=START + DAY, was_open=True, **options)
    return [(event.cause, event.detail) for event in events if event.kind is EventKind.CLOSED]


def test_what_no_rule_calls_own_any_more_is_closed_by_the_rules_with_the_reason() -> None:
    dropped = link(check(), role=Role.MENTION, probability=0.55, reasons=("a record links it", "nobody says so"))
    assert closing(history(dropped), same_rules=False) == [(Cause.RULE, "github:a/b: nobody says so")]
    assert closing(history(dropped)) == [(Cause.RULE, "github:a/b: nobody says so")], "by what others say now"
    assert closing(history()) == [(Cause.RULE, "unknown")]
    corrected = Correction(field="role", value="mention", reason="seen", source="x", since=START + DAY)
    assert closing(history(replace(dropped, corrections=(corrected,))))[0][0] is Cause.CORRECTION


def test_what_the_world_closed_or_hides_is_not_closed_by_the_rules() -> None:
    late = START + 40 * DAY
    assert closing(history(link(check()))) == []
    assert closing(history(link(check(), check(late, **RESTRICTED)))) == [(Cause.WORLD, "available")]
    assert closing(history(link(check(), check(late, **ABSENT)))) == [], "a host in trouble"
    refused = {"outcome": Outcome.BLOCKED, "holds": ()}
    assert closing(history(link(check(), check(late, **refused))), same_rules=False) == []


def test_content_that_new_rules_no_longer_know_is_closed_by_the_rules() -> None:
    late, unread = START + 40 * DAY, {"content": Content.UNKNOWN, "holds": ()}
    assert closing(history(link(check(), check(late, **unread)))) == [], "part of it could not be listed"
    assert closing(history(link(check(), check(late, by_rule=True, **unread)))) == [(Cause.RULE, "unknown")]


@pytest.mark.parametrize(
    ("seen", "looked", "cause"),
    [
        (0, 0, Cause.WORLD),
        (7, 7, Cause.WORLD),
        (0, 8, Cause.WORLD),
        (7, 31, Cause.WORLD),
        (0, 32, Cause.BACKFILL),
        (8, 8, Cause.BACKFILL),
        (500, 501, Cause.BACKFILL),
    ],
    ids=["new", "last-day", "our-delay", "a-month", "too-late", "seen-late", "backfill"],
)
def test_our_own_delay_is_not_the_papers_age(seen: int, looked: int, cause: Cause) -> None:
    at = START + looked * DAY
    known = replace(history(link(check(at), found_at=at)), first_seen=START + seen * DAY)
    events = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=at)
    assert {event.cause for event in events if event.kind is EventKind.OPENED} == {cause}


@pytest.mark.parametrize(
    ("first_version", "found", "cause"),
    [(1, 0, Cause.BACKFILL), (2, 3, Cause.BACKFILL), (3, 3, Cause.WORLD)],
    ids=["at-once", "read-later", "in-a-later-version"],
)
def test_what_a_backfilled_version_says_is_no_news_however_new_the_paper_is(
    first_version: int, found: int, cause: Cause
) -> None:
    at = START + found * DAY
    versions = tuple(VersionSeen(n=n, submitted_at=at, seen_at=at) for n in (2, 3))
    known = history(link(check(at), found_at=at, first_version=first_version), promise=Promise.PROMISED)
    known = replace(known, backfilled=2, versions=versions)
    events = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=at)
    assert {event.cause for event in events if event.kind is EventKind.OPENED} == {cause}
    assert {event.cause for event in events if event.kind is EventKind.PROMISED} == {Cause.BACKFILL}


OUTCOMES = st.sampled_from([
    {}, EMPTY, ABSENT, {"outcome": Outcome.UNKNOWN, "holds": ()}, {"outcome": Outcome.BLOCKED, "holds": ()},
    {"licence_class": LicenceClass.NONE, "licence_spdx": None}, {"archived": True}, {"reference": "github:a/new"},
])  # fmt: skip


@given(st.lists(st.tuples(OUTCOMES, st.integers(1, 40), st.integers(1, 5)), max_size=12))
def test_events_of_any_history_only_grow(
    steps: list[tuple[dict[str, Any], int, int]],
) -> None:
    moment, checks, earlier = START, [], set()
    for facts, days, times in steps:
        checks.append(check(moment, **facts, times=times, last_seen=moment + (days - 1) * DAY))
        moment += days * DAY
        known = history(link(*checks))
        events = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=moment)
        keys = {(event.kind, event.reference, event.happened_at) for event in events}
        assert len(keys) == len(events), "each event is identified by its kind, artifact and time"
        assert earlier <= keys, "no event disappears when more is seen"
        assert [event.happened_at for event in events] == sorted(event.happened_at for event in events)
        assert all(event.happened_at <= moment for event in events)
        earlier = keys
        opened = [event.kind.value for event in events if event.kind.value in ("opened", "closed")]
        assert opened == ["opened", "closed"] * (len(opened) // 2) + ["opened"] * (len(opened) % 2)
    assert replace(history(), links=()) == history()


def test_a_promise_lapses_unless_a_link_comes_in_time() -> None:
    lapse = 730 * DAY
    promised = history(promise=Promise.PROMISED)
    events = lifecycle.derive_events(promised, RULES, lapse=lapse, window=7 * DAY, now=START + lapse)
    assert [(event.kind.value, event.happened_at) for event in events] == [
        ("promised", START),
        ("lapsed", START + lapse),
    ]
    assert lifecycle.next_judgement(promised, lapse, START) == START + lapse
    assert lifecycle.next_judgement(promised, lapse, START + lapse) is None
    kept = history(link(check()), promise=Promise.PROMISED)
    kinds = [
        event.kind.value
        for event in lifecycle.derive_events(kept, RULES, lapse=lapse, window=7 * DAY, now=START + lapse)
    ]
    assert "lapsed" not in kinds
    assert lifecycle.artifact_states(kept, lapse, START) == {"github:a/b": Lifecycle.SHIPPED}


def told_of(known: History, **settings: Any) -> list[tuple[str, int, str, str]]:
    """The events of a history as (kind, day, cause, detail)."""
    return [
        (event.kind.value, (event.happened_at - START).days, event.cause.value, event.detail)
        for event in lifecycle.derive_events(
            known, RULES, **({"lapse": 730 * DAY, "window": 7 * DAY, "now": START + 1000 * DAY} | settings)
        )
    ]


def test_what_changes_at_an_artifact_is_told_once_and_with_what_it_is_now() -> None:
    bare = {"licence_class": LicenceClass.NONE, "licence_spdx": None}
    terms = {"licence_class": LicenceClass.RESTRICTED, "licence_spdx": None}
    known = history(link(
        check(START, **bare),
        check(START + 10 * DAY),
        check(START + 20 * DAY, **terms),
        check(START + 30 * DAY, **ABSENT, times=3, last_seen=START + 38 * DAY),
        check(START + 40 * DAY, **terms),
        check(START + 50 * DAY, **terms, archived=True, reference="GitHub:A/B"),
        check(START + 60 * DAY, **terms, archived=True, reference="github:c/d"),
        check(START + 70 * DAY, **terms, archived=True, reference="github:c/d"),
    ))  # fmt: skip
    assert told_of(known) == [
        ("found", 0, "world", ""), ("shipped", 0, "world", ""),
        ("opened", 10, "world", ""), ("licensed", 10, "world", "MIT"),
        ("closed", 20, "world", "available"), ("relicensed", 20, "world", "restricted"),
        ("gone", 30, "world", ""), ("restored", 40, "world", ""),
        ("archived", 50, "world", ""), ("moved", 60, "world", "github:c/d"),
    ]  # fmt: skip


def test_a_rewritten_history_is_an_event_of_the_check_that_showed_it() -> None:
    known = history(
        link(check(START, rewritten=True), check(START + 5 * DAY, rewritten=True), check(START + 9 * DAY))
    )
    assert ("rewritten", 5, "world", "") in told_of(known)
    assert [event[0] for event in told_of(known)].count("rewritten") == 1, (
        "the first check knows of no commit before"
    )


def test_an_artifact_that_ships_late_is_news_and_one_that_was_there_is_history() -> None:
    late = START + 100 * DAY
    waited = history(link(check(START, **EMPTY), check(late)))
    assert [event for event in told_of(waited) if event[0] in ("shipped", "opened")] == [
        ("shipped", 100, "world", ""), ("opened", 100, "world", ""),
    ]  # fmt: skip
    seen_late = history(link(check(late), found_at=late))
    assert told_of(replace(seen_late, first_seen=late)) == [
        ("found", 100, "backfill", ""), ("shipped", 100, "backfill", ""), ("opened", 100, "backfill", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("facts", "cause"), [
    ({"first_version": 2}, "world"),
    ({"first_version": 1}, "backfill"),
    ({"first_version": 2, "found_at": START}, "backfill"),
])  # fmt: skip
def test_a_link_that_a_later_version_brought_is_news(facts: dict[str, Any], cause: str) -> None:
    at = START + 100 * DAY
    known = history(link(check(at), **({"found_at": at} | facts)))
    assert {event[2] for event in told_of(known) if event[0] in ("shipped", "opened")} == {cause}


def test_the_check_in_force_when_the_paper_linked_it_counts_from_then() -> None:
    known = history(link(check(START, **EMPTY), check(START + 5 * DAY), check(START + 20 * DAY, archived=True),
                         found_at=START + 10 * DAY))  # fmt: skip
    assert [event[:2] for event in told_of(known)] == [
        ("found", 10), ("shipped", 10), ("opened", 10), ("archived", 20),
    ]  # fmt: skip


def test_withdrawals_are_told_with_their_version() -> None:
    def version(n: int, *, withdrawn: bool) -> VersionSeen:
        at = START + n * DAY
        return VersionSeen(n=n, submitted_at=at, seen_at=at, withdrawn=withdrawn)

    told = (
        version(1, withdrawn=False),
        version(2, withdrawn=True),
        version(3, withdrawn=True),
        version(4, withdrawn=False),
    )
    assert told_of(replace(history(), versions=told)) == [
        ("withdrawn", 2, "world", "v2"), ("unwithdrawn", 4, "world", "v4"),
    ]  # fmt: skip


def test_a_name_that_leads_to_something_else_closes_what_was_open_and_nothing_is_gone() -> None:
    lost = link(check(), lost_at=START + DAY, replaced_at=START + DAY)
    kinds = [(event.kind, event.happened_at) for event in events_of(history(lost))][-2:]
    assert sorted(kinds) == [(EventKind.CLOSED, START + DAY), (EventKind.REPLACED, START + DAY)]


def test_another_link_that_cannot_be_read_closes_nothing_after_the_first_was_lost() -> None:
    lost = link(check(), lost_at=START + DAY, replaced_at=START + DAY)
    failed = check(START + 2 * DAY, outcome=Outcome.BLOCKED, content=Content.UNKNOWN, holds=())
    other = link(check(), failed, reference="github:c/d")
    kinds = {event.kind for event in events_of(history(lost, other))}
    assert EventKind.REPLACED in kinds
    assert EventKind.CLOSED not in kinds
