"""The four facts, as a table of histories."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.judge.histories import ABSENT, DAY, EMPTY, RULES, START, check, history, link
from tracker.domain.history import History
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, State
from tracker.judge import openness


def state(known: History, fact: Fact = Fact.CODE, at: datetime = START + 100 * DAY) -> State:
    return next(verdict.state for verdict in openness.judge_facts(known, RULES, at) if verdict.fact is fact)


@pytest.mark.parametrize(("known", "expected"), [
    (history(), State.UNKNOWN),
    (history(promise=Promise.PROMISED), State.PROMISED),
    (history(promise=Promise.AVAILABLE), State.UNKNOWN),
    (history(link()), State.UNKNOWN),
    (history(link(check())), State.OPEN),
    (history(link(check(), role=Role.MENTION)), State.UNKNOWN),
    (history(link(check(), role=Role.COMMUNITY)), State.UNKNOWN),
    (history(link(check(), role=Role.OWN_PAGE)), State.UNKNOWN),
    (history(link(check(licence_class=LicenceClass.NONE, licence_spdx=None))), State.AVAILABLE),
    (history(link(check(licence_class=LicenceClass.RESTRICTED, licence_spdx="llama2"))), State.AVAILABLE),
    (history(link(check(licence_class=LicenceClass.OPEN_CONTENT, licence_spdx="CC-BY-4.0"))), State.AVAILABLE),
    (history(link(check(licence_class=LicenceClass.UNKNOWN, licence_spdx=None))), State.AVAILABLE),
    (history(link(check(content=Content.DATA_ONLY, holds=(Fact.DATA,)))), State.NONE),
    (history(link(check(content=Content.README_ONLY, holds=()))), State.NONE),
    (history(link(check(content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(check(content=Content.PLACEHOLDER, holds=()))), State.PROMISED),
    (history(link(check(**EMPTY))), State.NONE),
    (history(link(check(**EMPTY)), promise=Promise.AVAILABLE), State.PROMISED),
    (history(link(check(outcome=Outcome.UNKNOWN, content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(check(outcome=Outcome.BLOCKED, content=Content.UNKNOWN, holds=()))), State.UNKNOWN),
    (history(link(check(**ABSENT))), State.NONE),
    (history(link(check(**ABSENT)), promise=Promise.PROMISED), State.PROMISED),
    (history(link(check(), check(START + DAY, **ABSENT))), State.UNKNOWN),
    (history(link(check(), check(START + DAY, **ABSENT, times=3, last_seen=START + 9 * DAY))), State.GONE),
    (history(link(check(), check(START + DAY, **ABSENT, times=2, last_seen=START + 9 * DAY))), State.UNKNOWN),
    (history(link(check(), check(START + DAY, **ABSENT, times=9, last_seen=START + 7 * DAY))), State.UNKNOWN),
    (history(link(check(), check(START + DAY, outcome=Outcome.UNKNOWN, holds=()))), State.OPEN),
    (history(link(check(), lost_at=START + DAY)), State.GONE),
    (history(link(check(**EMPTY)), link(check(), reference="github:c/d")), State.OPEN),
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
    seen = check(**{name: value for name, value in facts.items() if name != "kind"})
    assert state(history(link(seen, kind=kind)), fact) is expected


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"licence_source": "LICENSE"}, ("under an OSI-approved licence (MIT)", "licence found in LICENSE")),
        ({"licence_class": LicenceClass.NONE, "licence_spdx": None}, ("under no licence", "no licence found")),
        (
            {"licence_class": LicenceClass.NONE, "licence_spdx": None, "licence_source": "LICENSE"},
            ("under no licence", "no licence found in LICENSE"),
        ),
    ],
)
def test_the_reasons_say_where_the_licence_was_found(facts: dict[str, Any], reasons: tuple[str, ...]) -> None:
    [code, *_] = openness.judge_facts(history(link(check(**facts))), RULES, START)
    assert code.reasons == ("github:a/b is the authors' own (probability 0.99)", "it holds code", *reasons)
