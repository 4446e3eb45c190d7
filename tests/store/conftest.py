"""A paper with its own repository, for several tests of the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tracker.domain.artifacts import Check, Reference
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
from tracker.store import artifacts, judgements, papers, roles, scans
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store

Add = Callable[..., str]
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE", note="the host says Apache-2.0")


@pytest.fixture
def add(store: Store, now: datetime) -> Add:
    """Stores one paper with its own repository, checked and judged; returns its work."""

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
        scan = scans.ScanResult(
            work=work,
            version=1,
            source=Source.METADATA,
            mentions=(mention,),
            promise=Promise.AVAILABLE,
            promise_evidence="Our code.",
        )
        scans.save_scans(store, [scan], "r1", now)
        decision = RoleDecision(
            reference=target,
            url=target.url,
            role=role,
            probability=0.9,
            place=Place.ABSTRACT,
            source=Source.METADATA,
            evidence="Our code.",
            reasons=("so",),
        )
        roles.save_roles(store, {work: [decision]}, "r1", {("github", "repository")}, now)
        check = Check(
            outcome=Outcome.PRESENT,
            reference=target,
            host_id=link,
            content=Content.CODE,
            holds=(Fact.CODE,),
            papers_named=(work,),
        )
        (artifact,) = fetch_rows(
            store,
            f"SELECT r.artifact FROM role r JOIN work w ON w.id = r.work WHERE 'arxiv:' || w.arxiv_id = '{work}'",
        )
        result = artifacts.CheckResult(artifact=artifact[0], requested=target, check=check, licence=MIT)
        artifacts.save_checks(store, [result], lambda *_: now + timedelta(days=30), now)
        verdict = Verdict(
            fact=Fact.CODE, state=code, licence_class=LicenceClass.OSI, reference=target.key, reasons=("so",)
        )
        recorded = [
            Event(
                work=work, reference=target.key, kind=kind, cause=Cause.WORLD, happened_at=when, observed_at=when
            )
            for kind, when in events
        ]
        judgement = judgements.Judgement(
            verdicts=(verdict,),
            events=recorded,
            lifecycles={},
            next_judgement_at=None,
            mof="at most III",
        )
        judgements.save_judgements(store, {work: judgement}, "j1", now)
        return work

    return build


def fetch_rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in fetch_stored(connection, sql)]
