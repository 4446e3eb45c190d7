"""All evidence of a work, as its page shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.domain.terms import (
    EventKind,
    Place,
    Promise,
    Source,
)
from tracker.store import evidence
from tracker.store.engine import Store

Add = Callable[..., str]


def test_the_evidence_is_of_its_work_alone(store: Store, add: Add, now: datetime) -> None:
    work = add("2606.00001", events=((EventKind.OPENED, now), (EventKind.FOUND, now - timedelta(days=1))))
    add("2606.00002", link="bob/other")
    loaded = evidence.load_evidence(store, [work, "arxiv:2606.99999"])
    assert list(loaded) == [work]
    work_evidence = loaded[work]
    assert work_evidence.promise is Promise.AVAILABLE
    assert (work_evidence.comment, work_evidence.mof) == ("8 pages", "at most III")
    assert [event.kind for event in work_evidence.events] == [EventKind.FOUND, EventKind.OPENED], "in time order"
    assert [version.n for version in work_evidence.versions] == [1]
    assert [(scan.source, scan.outcome) for scan in work_evidence.scans] == [(Source.METADATA, "read")]
    artifact = work_evidence.artifact("github:ann/tool")
    assert artifact is not None
    assert artifact.reasons == ("so",)
    assert [(mention.place, mention.evidence) for mention in artifact.mentions] == [(Place.ABSTRACT, "Our code.")]
    (check,) = artifact.checks
    assert (check.licence_spdx, check.licence_note) == ("MIT", "the host says Apache-2.0")
    assert (artifact.licence_source, artifact.papers_named) == ("LICENSE", (work,))
    assert artifact.next_check_at == now + timedelta(days=30)
    assert work_evidence.artifact("github:bob/other") is None
    assert evidence.load_evidence(store, []) == {}
