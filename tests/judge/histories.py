"""Histories of one paper, built from checks of its links, for the tests of facts and lifecycles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tracker.domain.history import CheckRecord, History, Link
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, Source
from tracker.judge.openness import OpennessRules

START = datetime(2026, 6, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = frozenset({LicenceClass.OSI, LicenceClass.OPEN_CONTENT})
RULES = OpennessRules(
    {Fact.CODE: frozenset({LicenceClass.OSI}), Fact.WEIGHTS: OPEN, Fact.DATA: OPEN, Fact.DEMO: OPEN}
)


def check(at: datetime = START, **facts: Any) -> CheckRecord:
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


ABSENT = {
    "outcome": Outcome.ABSENT,
    "content": Content.UNKNOWN,
    "holds": (),
    "licence_spdx": None,
    "licence_class": LicenceClass.UNKNOWN,
}
EMPTY = {"content": Content.EMPTY, "holds": (), "licence_spdx": None, "licence_class": LicenceClass.NONE}
