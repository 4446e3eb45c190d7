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


def test_a_dossier_holds_all_evidence_of_its_work_alone(store: Store, add: Add, now: datetime) -> None:
    work = add("2606.00001", events=((EventKind.OPENED, now), (EventKind.FOUND, now - timedelta(days=1))))
    add("2606.00002", link="bob/other")
    found = evidence.load_evidence(store, [work, "arxiv:2606.99999"])
    assert list(found) == [work]
    dossier = found[work]
    assert dossier.promise is Promise.AVAILABLE
    assert (dossier.comment, dossier.mof) == ("8 pages", "at most III")
    assert [item.kind for item in dossier.events] == [EventKind.FOUND, EventKind.OPENED], "in time order"
    assert [item.n for item in dossier.versions] == [1]
    assert [(item.source, item.outcome) for item in dossier.scans] == [(Source.METADATA, "read")]
    exhibit = dossier.artifact("github:ann/tool")
    assert exhibit is not None
    assert exhibit.reasons == ("so",)
    assert [(item.place, item.evidence) for item in exhibit.mentions] == [(Place.ABSTRACT, "Our code.")]
    (sighting,) = exhibit.checks
    assert (sighting.licence_spdx, sighting.licence_note) == ("MIT", "the host says Apache-2.0")
    assert (exhibit.licence_source, exhibit.papers_named) == ("LICENSE", (work,))
    assert exhibit.next_check_at == now + timedelta(days=30)
    assert dossier.artifact("github:bob/other") is None
    assert evidence.load_evidence(store, []) == {}
