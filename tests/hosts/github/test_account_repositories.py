"""Which new repositories of an account are looked at, and which are releases without a paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.artifacts import Check
from tracker.domain.errors import UpstreamError
from tracker.domain.history import Licence
from tracker.domain.protocols import Response
from tracker.domain.terms import Fact, LicenceClass, Mark, Outcome
from tracker.hosts.github.account_repositories import choose_candidates, list_due_repositories, why_release

BEGUN = datetime(2026, 6, 1, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "full_name": "Lab/new",
    "created_at": "2026-06-10T12:00:00Z",
    "private": False,
    "fork": False,
    "is_template": False,
    "archived": False,
    "disabled": False,
}


@pytest.mark.parametrize(
    ("other", "is_candidate"),
    [
        ({}, True),
        ({"full_name": "LAB/New"}, True),
        ({"full_name": "stranger/new"}, False),
        ({"full_name": "Lab/../x"}, False),
        ({"full_name": "Lab/<b>"}, False),
        ({"full_name": None}, False),
        ({"created_at": "2026-05-31T23:59:59Z"}, False),
        ({"created_at": "soon"}, False),
        *[({flag: True}, False) for flag in ("private", "fork", "is_template", "archived", "disabled")],
        *[({flag: None}, False) for flag in ("private", "fork", "is_template", "archived", "disabled")],
    ],
)
def test_what_a_record_does_not_say_counts_against_it(other: dict[str, Any], is_candidate: bool) -> None:
    assert bool(choose_candidates([RECORD | other], "lab", BEGUN)) is is_candidate


@given(
    st.lists(st.dictionaries(st.sampled_from(list(RECORD)), st.none() | st.text() | st.booleans() | st.integers()))
)
def test_any_records_are_read(records: list[dict[str, Any]]) -> None:
    choose_candidates(records, "lab", BEGUN)


class Answers:
    """GitHub's list of one account, and what was asked for."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.asked: list[str] = []

    def get(self, upstream: str, path: str, **_: Any) -> Response:
        self.asked.append(f"{upstream} {path}")
        return Response(self.status, {}, self.body, "")


def ages(fetch: Any, last: float, now: float) -> list[str]:
    created = datetime(2026, 6, 10, 12, tzinfo=UTC)
    moments = (created + timedelta(days=days) for days in (last, now))
    return [link.key for link in list_due_repositories("Lab", BEGUN, *moments, fetch)]


def test_a_new_repository_is_due_once_at_each_age() -> None:
    record = b'[{"full_name": "Lab/new", "created_at": "2026-06-10T12:00:00Z", "private": false, "fork": false, "is_template": false, "archived": false, "disabled": false}]'
    fetch = Answers(200, record)
    steps = [(days, days + 0.9) for days in (0, 0.9, 1.8, 5.5, 6.4, 7.3, 13.2, 14.1, 15)]
    assert [bool(ages(fetch, *step)) for step in steps] == [
        False,
        True,
        False,
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert ages(fetch, 0.5, 30) == ["github:Lab/new"], "late is not lost"
    assert set(fetch.asked) == {"github_api /orgs/Lab/repos"}
    assert ages(Answers(404, b"{}"), 0, 2) == [], "no organisation, or none any more"
    for status, body in ((500, b"[]"), (200, b"{}"), (200, b"<html>")):
        with pytest.raises(UpstreamError, match="could not be listed"):
            ages(Answers(status, body), 0, 2)


MODEL = Check(
    outcome=Outcome.PRESENT,
    holds=(Fact.CODE,),
    fork=False,
    archived=False,
    papers_named=("title:model",),
    readiness=((Mark.DEPENDENCIES, "setup.py"), (Mark.WEIGHTS, "README links <them>")),
)
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE")


@pytest.mark.parametrize(
    ("changes", "class_", "why"),
    [
        ({}, LicenceClass.OSI, "it shows weights: README links <them>"),
        ({}, LicenceClass.RESTRICTED, "it shows weights: README links <them>"),
        ({"holds": (Fact.WEIGHTS,), "readiness": None}, LicenceClass.OPEN_CONTENT, "it holds weights"),
        ({"readiness": ((Mark.TRAINING, "train.py"),)}, LicenceClass.OSI, "it shows training: train.py"),
        ({}, LicenceClass.NONE, ""),
        ({}, LicenceClass.UNKNOWN, ""),
        ({"holds": ()}, LicenceClass.OSI, ""),
        ({"holds": (Fact.DATA,)}, LicenceClass.OSI, ""),
        ({"readiness": ((Mark.TESTS, "tests/"),)}, LicenceClass.OSI, ""),
        ({"readiness": None}, LicenceClass.OSI, ""),
        ({"papers_named": ("title:model", "arxiv:2606.00001")}, LicenceClass.OSI, ""),
        ({"papers_named": None}, LicenceClass.OSI, ""),
        ({"derived_from": ("github:other/model",)}, LicenceClass.OSI, ""),
        ({"fork": True}, LicenceClass.OSI, ""),
        ({"archived": True}, LicenceClass.OSI, ""),
        ({"outcome": Outcome.UNKNOWN, "reason": "no"}, LicenceClass.OSI, ""),
        ({"outcome": Outcome.ABSENT, "reason": "no"}, LicenceClass.OSI, ""),
    ],
)
def test_a_release_is_of_a_model_and_checked(changes: dict[str, Any], class_: LicenceClass, why: str) -> None:
    assert why_release(replace(MODEL, **changes), replace(MIT, class_=class_)) == why
