"""What organisations released without a paper: works of their own, known from the operator's watch list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.terms import Place, Role, Source
from tracker.store import roles, scans
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.keys import RELEASE, work_key
from tracker.store.tables.artifact import ROLE
from tracker.store.tables.work import WORK


def save_release(
    store: Store,
    name: str,
    links: Sequence[Reference],
    evidence: str,
    rules: str,
    checkable: Collection[tuple[str, str]],
    now: datetime,
) -> None:
    """Store a release once: its work, named by the first link, and its links as own by the operator's word."""
    work = f"{RELEASE}{links[0].key}"
    key = work_key(work)
    with store.begin() as connection:
        upsert(
            connection,
            WORK,
            [{"id": key, "release": links[0].key, "name": name, "first_seen": now}],
            ("name",),
        )
        # The roles are written last: where they are stored, all the rest is too.
        if connection.execute(select(ROLE.c.work).where(ROLE.c.work == key)).first() is not None:
            return
    mentions = tuple(
        Mention(reference=link, url=link.url, place=Place.PAGE, source=Source.WATCH, evidence=evidence)
        for link in links
    )
    decided = [
        RoleDecision(
            reference=link,
            url=link.url,
            role=Role.OWN,
            probability=1.0,
            place=Place.PAGE,
            source=Source.WATCH,
            evidence=evidence,
            reasons=("the operator's watch list names it",),
        )
        for link in links
    ]
    scan = scans.ScanResult(work=work, version=0, source=Source.WATCH, mentions=mentions)
    scans.save_scans(store, [scan], rules, now)
    roles.save_roles(store, {work: decided}, rules, checkable, now)
