"""The four facts and the lifecycle, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.history import CheckRecord, History, Link
from tracker.domain.terms import (
    Cause,
    Content,
    Fact,
    LicenceClass,
    Lifecycle,
    Outcome,
    Promise,
    Role,
    Source,
    State,
)
from tracker.judge import lifecycle, openness

START = datetime(2026, 6, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = frozenset({LicenceClass.OSI, LicenceClass.OPEN_CONTENT})
RULES = openness.OpennessRules(
    {Fact.CODE: frozenset({LicenceClass.OSI}), Fact.WEIGHTS: OPEN, Fact.DATA: OPEN, Fact.DEMO: OPEN}
)


def sighting(at: datetime = START, **facts: Any) -> CheckRecord:
    known: dict[str, Any] = {
        "outcome": Outcome.PRESENT, "reason": "", "content": Content.CODE, "holds": (Fact.CODE,), "licence_spdx": "MIT",
        "licence_class": LicenceClass.OSI, "licence_note": "", "archived": False, "gated": False, "reference": None,
        "first_seen": at, "last_seen": at}  # fmt: skip
    return CheckRecord(**(known | facts))


def link(*sightings: CheckRecord, **facts: Any) -> Link:
    known: dict[str, Any] = {"reference": "github:a/b", "kind": "repository", "role": Role.OWN, "probability": 0.99,
                             "source": Source.METADATA, "found_at": START}  # fmt: skip
    return Link(**(known | facts), checks=sightings)


def history(*links: Link, promise: Promise = Promise.NONE) -> History:
    return History(work="arxiv:1", first_seen=START, announced_at=START, promise=promise, promise_evidence="", withdrawn=False,
                   links=links)  # fmt: skip


def state(known: History, fact: Fact = Fact.CODE, at: datetime = START + 100 * DAY) -> State:
    return next(one.state for one in openness.judge_facts(known, RULES, at) if one.fact is fact)


ABSENT = {
    "outcome": Outcome.ABSENT,
    "content": Content.UNKNOWN,
    "holds": (),
    "licence_spdx": None,
    "licence_class": LicenceClass.UNKNOWN,
}
EMPTY = {"content": Content.EMPTY, "holds": (), "licence_spdx": None, "licence_class": LicenceClass.NONE}


@pytest.mark.parametrize(("known", "expected"), [
    (history(), State.UNKNOWN),
    (history(promise=Promise.PROMISED), State.PROMISED),
    (history(promise=Promise.AVAILABLE), State.UNKNOWN),
    (history(link()), State.UNKNOWN),
    (history(link(sighting())), State.OPEN),
    (history(link(sighting(), role=Role.MENTION)), State.UNKNOWN),
    (history(link(sighting(), role=Role.COMMUNITY)), State.UNKNOWN),
    (history(link(sighting(), role=Role.OWN_PAGE)), State.UNKNOWN),
    (history(link(sighting(licence_class=LicenceClass.NONE, licence_spdx=None))), State.AVAILABLE),
    (history(link(sighting(licence_class=LicenceClass.RESTRICTED, licence_spdx="llama2"))), State.AVAILABLE),
    (history(link(sighting(licence_class=LicenceClass.OPEN_CONTENT, licence_spdx="CC-BY-4.0"))), State.AVAILABLE),
    (history(link(sighting(licence_class=LicenceClass.UNKNOWN, licence_spdx=None))), State.AVAILABLE),
    (history(link(sighting(content=Content.DATA_ONLY, holds=(Fact.DATA,)))), State.NONE),
    (history(link(sighting(content=Content.README_ONLY, holds=()))), State.NONE),
    (history(link(sighting(content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(sighting(content=Content.PLACEHOLDER, holds=()))), State.PROMISED),
    (history(link(sighting(**EMPTY))), State.NONE),
    (history(link(sighting(**EMPTY)), promise=Promise.AVAILABLE), State.PROMISED),
    (history(link(sighting(outcome=Outcome.UNKNOWN, content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(sighting(outcome=Outcome.BLOCKED, content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(sighting(**ABSENT))), State.NONE),
    (history(link(sighting(**ABSENT)), promise=Promise.PROMISED), State.PROMISED),
    (history(link(sighting(), sighting(START + DAY, **ABSENT))), State.UNKNOWN),
    (history(link(sighting(), sighting(START + DAY, **ABSENT, times=3, last_seen=START + 9 * DAY))), State.GONE),
    (history(link(sighting(), sighting(START + DAY, **ABSENT, times=2, last_seen=START + 9 * DAY))), State.UNKNOWN),
    (history(link(sighting(), sighting(START + DAY, **ABSENT, times=9, last_seen=START + 7 * DAY))), State.UNKNOWN),
    (history(link(sighting(), sighting(START + DAY, outcome=Outcome.UNKNOWN, holds=()))), State.OPEN),
    (history(link(sighting(), lost_at=START + DAY)), State.GONE),
    (history(link(sighting(**EMPTY)), link(sighting(), reference="github:c/d")), State.OPEN),
])  # fmt: skip
def test_the_state_of_the_code(known: History, expected: State) -> None:
    assert state(known) is expected
    for verdict in openness.judge_facts(known, RULES, START + 100 * DAY):
        assert verdict.reasons, "no verdict without its reasons"


@pytest.mark.parametrize(("facts", "fact", "expected"), [
    ({"kind": "model", "holds": (Fact.WEIGHTS,)}, Fact.WEIGHTS, State.OPEN),
    ({"kind": "model", "holds": (Fact.WEIGHTS,), "gated": True}, Fact.WEIGHTS, State.GATED),
    ({"kind": "model", "holds": (Fact.WEIGHTS,), "licence_class": LicenceClass.OPEN_CONTENT}, Fact.WEIGHTS, State.OPEN),
    ({"kind": "model", "holds": (Fact.WEIGHTS,), "licence_class": LicenceClass.RESTRICTED}, Fact.WEIGHTS, State.AVAILABLE),
    ({"kind": "model", "holds": (), "content": Content.README_ONLY}, Fact.WEIGHTS, State.NONE),
    ({"kind": "model", "holds": (Fact.WEIGHTS,)}, Fact.CODE, State.UNKNOWN),
    ({"kind": "dataset", "holds": (Fact.DATA,), "licence_class": LicenceClass.OPEN_CONTENT}, Fact.DATA, State.OPEN),
    ({"kind": "space", "holds": (Fact.DEMO,)}, Fact.DEMO, State.OPEN),
    ({"kind": "repository", "holds": (Fact.DATA,), "content": Content.DATA_ONLY}, Fact.DATA, State.OPEN),
])  # fmt: skip
def test_the_other_facts(facts: dict[str, Any], fact: Fact, expected: State) -> None:
    kind = facts["kind"]
    seen = sighting(**{name: value for name, value in facts.items() if name != "kind"})
    assert state(history(link(seen, kind=kind)), fact) is expected


@pytest.mark.parametrize(("before", "seen", "after"), [
    (Lifecycle.PROMISED, sighting(), Lifecycle.SHIPPED),
    (Lifecycle.PROMISED, sighting(**EMPTY), Lifecycle.PLACEHOLDER),
    (Lifecycle.PROMISED, sighting(content=Content.README_ONLY, holds=()), Lifecycle.LINKED),
    (Lifecycle.PROMISED, sighting(**ABSENT), Lifecycle.PROMISED),
    (Lifecycle.PLACEHOLDER, sighting(), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, sighting(**ABSENT), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, sighting(**ABSENT, times=3, last_seen=START + 7 * DAY), Lifecycle.GONE),
    (Lifecycle.PROMISED, sighting(**ABSENT, times=3, last_seen=START + 7 * DAY), Lifecycle.PROMISED),
    (Lifecycle.SHIPPED, sighting(outcome=Outcome.UNKNOWN, times=99, last_seen=START + 99 * DAY), Lifecycle.SHIPPED),
    (Lifecycle.SHIPPED, sighting(outcome=Outcome.BLOCKED, times=99, last_seen=START + 99 * DAY), Lifecycle.SHIPPED),
    (Lifecycle.GONE, sighting(), Lifecycle.SHIPPED),
    (Lifecycle.GONE, sighting(content=Content.README_ONLY, holds=()), Lifecycle.LINKED),
])  # fmt: skip
def test_the_lifecycle(before: Lifecycle, seen: CheckRecord, after: Lifecycle) -> None:
    assert lifecycle.next_state(before, seen, DAY, 730 * DAY) is after


def test_what_new_rules_see_in_old_sightings_is_caused_by_the_rule() -> None:
    known = history(link(sighting()))
    told = lifecycle.derive_events(
        known, RULES, lapse=730 * DAY, window=7 * DAY, now=START + DAY, judged_at=START + DAY / 2, same_rules=False
    )
    assert {event.cause for event in told} == {Cause.RULE}
    fresh = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=START, judged_at=None)
    assert {event.cause for event in fresh} == {Cause.WORLD}


OUTCOMES = st.sampled_from([
    {}, EMPTY, ABSENT, {"outcome": Outcome.UNKNOWN, "holds": ()}, {"outcome": Outcome.BLOCKED, "holds": ()},
    {"licence_class": LicenceClass.NONE, "licence_spdx": None}, {"archived": True}, {"reference": "github:a/new"},
])  # fmt: skip


@given(st.lists(st.tuples(OUTCOMES, st.integers(1, 40), st.integers(1, 5)), max_size=12))
def test_any_history_is_told_the_same_however_often_it_is_asked(
    steps: list[tuple[dict[str, Any], int, int]],
) -> None:
    moment, seen, told_before = START, [], set()
    for facts, days, times in steps:
        seen.append(sighting(moment, **facts, times=times, last_seen=moment + (days - 1) * DAY))
        moment += days * DAY
        known = history(link(*seen))
        told = lifecycle.derive_events(known, RULES, lapse=730 * DAY, window=7 * DAY, now=moment)
        keys = {(event.kind, event.reference, event.happened_at) for event in told}
        assert len(keys) == len(told), "each event has a name of its own"
        assert told_before <= keys, "what was told stays told when more is seen"
        assert [event.happened_at for event in told] == sorted(event.happened_at for event in told)
        assert all(event.happened_at <= moment for event in told)
        told_before = keys
        opened = [event.kind.value for event in told if event.kind.value in ("opened", "closed")]
        assert opened == ["opened", "closed"] * (len(opened) // 2) + ["opened"] * (len(opened) % 2)
    assert replace(history(), links=()) == history()
