"""The four facts, as a table of histories."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.judge.histories import ABSENT, DAY, EMPTY, RULES, START, check, history, link
from tracker.domain.history import History, Licence, Verdict
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
    (history(link(check(), lost_at=START + DAY)), State.UNKNOWN),
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


def verdict_of(known: History, fact: Fact, at: datetime = START + 100 * DAY) -> Verdict:
    return next(verdict for verdict in openness.judge_facts(known, RULES, at) if verdict.fact is fact)


@pytest.mark.parametrize(("reason", "said"), [("timed out", "timed out"), ("", "no response")])
def test_a_check_that_failed_says_why_and_whose_it_is(reason: str, said: str) -> None:
    known = history(link(check(outcome=Outcome.UNKNOWN, content=Content.UNKNOWN, holds=(), reason=reason)))
    assert verdict_of(known, Fact.CODE).reasons == (
        "github:a/b is the authors' own (probability 0.99)", f"it could not be checked: {said}",
    )  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "expected"), [
    (Content.UNKNOWN, "model", State.GATED),
    (Content.README_ONLY, "model", State.NONE),
    (Content.UNKNOWN, "dataset", State.UNKNOWN),
])  # fmt: skip
def test_what_is_hidden_behind_a_gate_counts_as_gated_only_of_its_kind(
    content: Content, kind: str, expected: State
) -> None:
    known = history(link(check(content=content, holds=(), gated=True), kind=kind))
    assert state(known, Fact.WEIGHTS) is expected


def licence(class_: LicenceClass, spdx: str | None = None, source: str = "LICENSE-MODEL") -> Licence:
    return Licence(spdx=spdx, class_=class_, source=source, note="")


@pytest.mark.parametrize(("stated", "beside", "counts", "note"), [
    ((LicenceClass.NONE, None), (LicenceClass.RESTRICTED, "x"), LicenceClass.RESTRICTED, "no licence was recognised in"),
    ((LicenceClass.UNKNOWN, None), (LicenceClass.OSI, "MIT"), LicenceClass.OSI, "no licence was recognised in"),
    ((LicenceClass.UNKNOWN, "own-terms"), (LicenceClass.OSI, "MIT"), LicenceClass.UNKNOWN, "own-terms, "),
    ((LicenceClass.OSI, "MIT"), (LicenceClass.OSI, "Apache-2.0"), LicenceClass.OSI, ""),
    ((LicenceClass.OSI, "MIT"), (LicenceClass.RESTRICTED, None), LicenceClass.RESTRICTED, "says restricted: the stricter"),
    ((LicenceClass.RESTRICTED, "x"), (LicenceClass.OSI, "MIT"), LicenceClass.RESTRICTED, "says MIT: the stricter counts"),
])  # fmt: skip
def test_a_licence_for_the_weights_in_the_repository_is_held_against_that_of_the_model(
    stated: tuple[LicenceClass, str | None],
    beside: tuple[LicenceClass, str | None],
    counts: LicenceClass,
    note: str,
) -> None:
    class_, spdx = stated
    model = link(
        check(holds=(Fact.WEIGHTS,), licence_class=class_, licence_spdx=spdx),
        reference="hf-model:a/b", kind="model",
    )  # fmt: skip
    repository = link(check(licences_by_fact=((Fact.WEIGHTS, licence(*beside)),)))
    found = verdict_of(history(model, repository), Fact.WEIGHTS)
    assert (found.reference, found.licence_class) == ("hf-model:a/b", counts)
    if note:
        assert note in " ".join(found.reasons)
    else:
        assert "stricter" not in " ".join(found.reasons)


@pytest.mark.parametrize("facts", [
    {"role": Role.MENTION}, {"found_at": START + 200 * DAY}, {"found_at": START + 100 * DAY + DAY / 24},
])  # fmt: skip
def test_a_licence_for_the_weights_elsewhere_counts_only_of_an_own_link_that_was_known(
    facts: dict[str, Any],
) -> None:
    model = link(check(holds=(Fact.WEIGHTS,)), reference="hf-model:a/b", kind="model")
    restricted = licence(LicenceClass.RESTRICTED, "x")
    beside = check(START - DAY, licences_by_fact=((Fact.WEIGHTS, restricted),))
    assert state(history(model, link(beside)), Fact.WEIGHTS) is State.AVAILABLE
    assert state(history(model, link(beside, **facts)), Fact.WEIGHTS) is State.OPEN
