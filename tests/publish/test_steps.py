"""The steps of a history say what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tracker.domain.evidence import ArtifactEvidence, WorkEvidence
from tracker.domain.history import CheckRecord, Event
from tracker.domain.terms import Cause, Content, EventKind, Fact, LicenceClass, Lifecycle, Outcome, Promise
from tracker.publish import steps

HUB = {"reference": "hf-model:ann/w", "kind": "model", "host": "huggingface"}


def make_check(now: datetime, **changes: Any) -> CheckRecord:
    values: dict[str, Any] = {
        "outcome": Outcome.PRESENT, "reason": "", "content": Content.CODE, "holds": (Fact.CODE,), "licence_spdx": None,
        "licence_class": LicenceClass.NONE, "licence_note": "", "archived": False, "gated": False, "reference": None,
        "first_seen": now, "last_seen": now,
    }  # fmt: skip
    return CheckRecord(**{**values, **changes})


def make_evidence(link: Any, checks: tuple[CheckRecord, ...], *events: Event, **changes: Any) -> WorkEvidence:
    values: dict[str, Any] = {
        "reference": link.reference, "current_name": link.reference, "reasons": (), "lifecycle": Lifecycle.SHIPPED, "mentions": (),
        "checks": checks, "corrections": (), "licence_claimed": None, "licence_source": "", "licences_by_fact": (),
        "papers_named": None, "reason": "", "checked_at": None, "next_check_at": None,
    }  # fmt: skip
    artifact = ArtifactEvidence(**{**values, **changes})
    return WorkEvidence(
        promise=Promise.NONE, promise_evidence="", comment="", versions=(), artifacts=(artifact,), scans=(), events=events,
        mof="", osaid="", g7="", judged_at=None, next_check_at=None,
    )  # fmt: skip


def make_event(kind: EventKind, at: datetime, reference: str = "github:ann/tool") -> Event:
    return Event(
        work="arxiv:2606.00001", reference=reference, kind=kind, cause=Cause.WORLD, happened_at=at, observed_at=at
    )


@pytest.mark.parametrize(
    ("kind", "link_changes", "check_changes", "says", "tone"),
    [
        (EventKind.SHIPPED, {}, {}, "Published: code", "good"),
        (EventKind.SHIPPED, {}, {"holds": (Fact.CODE, Fact.DATA)}, "Published: code and data", "good"),
        (EventKind.SHIPPED, {}, {"content": Content.DATA_ONLY, "holds": (Fact.DATA,)}, "Published: data, no code", "plainly"),
        (EventKind.SHIPPED, {}, {"content": Content.DATA_ONLY, "holds": ()}, "Published: data, no code", "plainly"),
        (EventKind.SHIPPED, HUB, {"content": Content.DATA_ONLY, "holds": (Fact.WEIGHTS,)}, "Published: weights", "good"),
        (EventKind.SHIPPED, HUB, {"content": Content.DATA_ONLY, "holds": (Fact.WEIGHTS,), "gated": True},
         "Published: weights, gated (access on request)", "plainly"),
        (EventKind.LINKED, HUB, {"content": Content.UNKNOWN, "holds": (), "gated": True}, "Present: gated files (access on request)", "plainly"),
        (EventKind.LINKED, {}, {"content": Content.README_ONLY, "holds": ()}, "Present: only a README or documents", "plainly"),
        (EventKind.LINKED, {}, {"content": Content.UNKNOWN, "holds": ()}, "Present: contents not determined", "plainly"),
        (EventKind.PLACEHOLDER, {}, {"content": Content.EMPTY, "holds": ()}, "Present: empty", "plainly"),
        (EventKind.PLACEHOLDER, {}, {"content": Content.PLACEHOLDER, "holds": ()}, "Present: a placeholder that announces code", "plainly"),
        (EventKind.RESTORED, {}, {}, "Available again: code", "good"),
        (EventKind.GONE, {}, {}, "Gone", "bad"),
    ],
)  # fmt: skip
def test_a_step_says_what_was_there(
    item: Any,
    link: Any,
    now: datetime,
    kind: EventKind,
    link_changes: Any,
    check_changes: Any,
    says: str,
    tone: str,
) -> None:
    own = link(**link_changes)
    evidence = make_evidence(own, (make_check(now, **check_changes),), make_event(kind, now, own.reference))
    (step,) = steps.list_steps(item(links=(own,), submitted_at=None, entered_at=None), evidence)
    assert (step.title, step.tone) == (says, tone)


def test_a_step_is_that_of_its_moment_and_not_of_today(item: Any, link: Any, now: datetime) -> None:
    before = now - timedelta(days=9)
    empty = make_check(before, content=Content.EMPTY, holds=())
    lost = make_check(before + timedelta(days=1), outcome=Outcome.UNKNOWN, content=Content.UNKNOWN, holds=())
    events = (
        make_event(EventKind.SHIPPED, now),
        make_event(EventKind.FOUND, before),
        make_event(EventKind.PLACEHOLDER, before),
    )
    evidence = make_evidence(link(), (empty, lost, make_check(now)), *events)
    shown = steps.list_steps(item(submitted_at=before - timedelta(days=1), entered_at=now), evidence)
    assert [step.title for step in shown] == [
        "Submitted to arXiv", "Link found", "Present: empty", "Published: code", "Entered the feed",
    ]  # fmt: skip


def test_an_event_without_a_check_claims_nothing(item: Any, link: Any, now: datetime) -> None:
    failed = make_check(now, outcome=Outcome.UNKNOWN)
    for checks in ((), (failed,)):
        evidence = make_evidence(link(), checks, make_event(EventKind.SHIPPED, now))
        (step,) = steps.list_steps(item(submitted_at=None, entered_at=None), evidence)
        assert (step.title, step.tone) == ("Published", "plainly")


@pytest.mark.parametrize(
    ("lifecycle", "says"),
    [
        (Lifecycle.SHIPPED, "published: data, no code"),
        (Lifecycle.LINKED, ""),
        (Lifecycle.GONE, "gone"),
        (None, ""),
    ],
)
def test_the_course_of_an_artifact_says_what_was_published(
    link: Any, now: datetime, lifecycle: Lifecycle | None, says: str
) -> None:
    check = make_check(now, content=Content.DATA_ONLY, holds=(Fact.DATA,))
    (artifact,) = make_evidence(link(), (check,)).artifacts
    assert steps.describe_lifecycle(replace(artifact, lifecycle=lifecycle), "repository") == says
