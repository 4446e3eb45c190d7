"""What pages read from the store: dossiers, and figures over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tracker.config_files import Organisation
from tracker.domain.artifacts import Check, Reference
from tracker.domain.evidence import LicenceCount, MonthCount, OrganisationCount, PromiseWait
from tracker.domain.history import Event, Licence, Verdict
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Outcome,
    Place,
    Promise,
    Role,
    Source,
    State,
)
from tracker.store import artifacts, evidence, judgements, organisations, papers, roles, scans, trends
from tracker.store.engine import Store

Add = Callable[..., str]
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE", note="the host says Apache-2.0")


@pytest.fixture
def add(store: Store, now: datetime) -> Add:
    """Stores one paper with one own repository, looked at and judged; returns its work."""

    def build(
        arxiv_id: str,
        *,
        title: str = "On tools",
        abstract: str = "We study tools.",
        authors: tuple[str, ...] = ("Ann Author",),
        link: str = "ann/tool",
        role: Role = Role.OWN,
        at: datetime = now,
        code: State = State.OPEN,
        events: tuple[tuple[EventKind, datetime], ...] = (),
        categories: tuple[str, ...] = ("cs.LG",),
    ) -> str:
        version = Version(
            arxiv_id=arxiv_id, n=1, title=title, abstract=abstract, authors=authors, categories=categories,
            primary_category=categories[0], comment="8 pages", submitted_at=at, updated_at=at,
        )  # fmt: skip
        papers.save_versions(store, [version], {arxiv_id: at}, now)
        work, target = (
            f"arxiv:{arxiv_id}",
            Reference(f"github:{link}", "github", "repository", f"https://github.com/{link}"),
        )
        mention = Mention(
            reference=target, url=target.url, place=Place.ABSTRACT, source=Source.METADATA, evidence="Our code."
        )
        scanned = scans.ScanResult(
            work=work,
            version=1,
            source=Source.METADATA,
            mentions=(mention,),
            promise=Promise.AVAILABLE,
            promise_evidence="Our code.",
        )
        scans.save_scans(store, [scanned], "r1", now)
        decided = RoleDecision(
            reference=target,
            url=target.url,
            role=role,
            probability=0.9,
            place=Place.ABSTRACT,
            source=Source.METADATA,
            evidence="Our code.",
            reasons=("so",),
        )
        roles.save_roles(store, {work: [decided]}, "r1", {("github", "repository")}, now)
        check = Check(
            outcome=Outcome.PRESENT,
            reference=target,
            host_id=link,
            content=Content.CODE,
            holds=(Fact.CODE,),
            papers_named=(work,),
        )
        (artifact,) = read(
            store,
            f"SELECT r.artifact FROM role r JOIN work w ON w.id = r.work WHERE 'arxiv:' || w.arxiv_id = '{work}'",
        )
        answer = artifacts.CheckResult(artifact=artifact[0], requested=target, check=check, licence=MIT)
        artifacts.save_checks(store, [answer], lambda *_: now + timedelta(days=30), now)
        verdict = Verdict(
            fact=Fact.CODE, state=code, licence_class=LicenceClass.OSI, reference=target.key, reasons=("so",)
        )
        told = [
            Event(
                work=work, reference=target.key, kind=kind, cause=Cause.WORLD, happened_at=when, observed_at=when
            )
            for kind, when in events
        ]
        judged = judgements.Judgement(
            verdicts=(verdict,),
            events=told,
            lifecycles={},
            next_judgement_at=None,
            mof="at most III",
        )
        judgements.save_judgements(store, {work: judged}, "j1", now)
        return work

    return build


def read(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_a_dossier_holds_all_evidence_of_its_work_alone(store: Store, add: Add, now: datetime) -> None:
    work = add("2606.00001", events=((EventKind.OPENED, now), (EventKind.FOUND, now - timedelta(days=1))))
    add("2606.00002", link="bob/other")
    found = evidence.load_evidence(store, [work, "arxiv:2606.99999"])
    assert list(found) == [work]
    dossier = found[work]
    assert dossier.promise is Promise.AVAILABLE
    assert (dossier.comment, dossier.mof) == ("8 pages", "at most III")
    assert [one.kind for one in dossier.events] == [EventKind.FOUND, EventKind.OPENED], "in time order"
    assert [one.n for one in dossier.versions] == [1]
    assert [(one.source, one.outcome) for one in dossier.scans] == [(Source.METADATA, "read")]
    exhibit = dossier.artifact("github:ann/tool")
    assert exhibit is not None
    assert exhibit.reasons == ("so",)
    assert [(one.place, one.evidence) for one in exhibit.mentions] == [(Place.ABSTRACT, "Our code.")]
    (sighting,) = exhibit.checks
    assert (sighting.licence_spdx, sighting.licence_note) == ("MIT", "the host says Apache-2.0")
    assert (exhibit.licence_source, exhibit.papers_named) == ("LICENSE", (work,))
    assert exhibit.next_check_at == now + timedelta(days=30)
    assert dossier.artifact("github:bob/other") is None
    assert evidence.load_evidence(store, []) == {}


def test_months_count_all_papers_and_each_of_their_categories(store: Store, add: Add, now: datetime) -> None:
    add("2606.00001", categories=("cs.LG", "cs.CL"))
    add("2606.00002", code=State.UNKNOWN)
    add("2605.00001", at=now - timedelta(days=30))
    add("2401.00001", at=now - timedelta(days=900))
    assert set(trends.count_by_month(store, "2026-05")) == {
        MonthCount("2026-05", "", State.OPEN, 1), MonthCount("2026-05", "cs.LG", State.OPEN, 1),
        MonthCount("2026-06", "", State.OPEN, 1), MonthCount("2026-06", "", State.UNKNOWN, 1),
        MonthCount("2026-06", "cs.LG", State.OPEN, 1), MonthCount("2026-06", "cs.LG", State.UNKNOWN, 1),
        MonthCount("2026-06", "cs.CL", State.OPEN, 1),
    }  # fmt: skip
    assert trends.first_seen_at(store) == now


def test_licences_count_papers_whose_code_is_there(store: Store, add: Add) -> None:
    add("2606.00001")
    add("2606.00002", link="ann/two")
    add("2606.00003", link="ann/three", code=State.GONE)
    assert trends.count_by_licence(store) == [LicenceCount("MIT", "osi", 2)]


def test_promises_wait_from_submission_until_kept_or_now(store: Store, add: Add, now: datetime) -> None:
    submitted = now - timedelta(days=2)
    promised = (EventKind.PROMISED, now)
    add("2606.00001", at=submitted, events=(promised, (EventKind.SHIPPED, now + timedelta(days=10))))
    add("2606.00002", at=submitted, events=(promised,))
    add("2606.00003", at=submitted, events=(promised, (EventKind.SHIPPED, now + timedelta(hours=1))))
    add("2606.00004", at=submitted, events=((EventKind.SHIPPED, now + timedelta(days=10)),))
    kept, waits = trends.load_waiting_times(store, now + timedelta(days=20))
    assert kept == PromiseWait(2.0, 12.0, True)
    assert waits == PromiseWait(2.0, 22.0, False), "and what was there at the first look tells nothing of time"


def test_organisations_count_what_lies_under_their_accounts(store: Store, add: Add) -> None:
    organisations.sync_organisations(
        store,
        [
            Organisation(name="Ann's", github=("Ann",)),
            Organisation(name="None", huggingface=("n",)),
        ],
    )
    add("2606.00001")
    add("2606.00002", link="ann/base", role=Role.MENTION)
    add("2606.00003", link="annabel/tool")
    ours, nobody = trends.count_by_organisation(store)
    assert ours == OrganisationCount("Ann's", (("github.com/Ann", "https://github.com/Ann"),), 1, 1, 0, 0)
    assert (nobody.accounts, nobody.works) == ((("huggingface.co/n", "https://huggingface.co/n"),), 0)
