"""What organisations released without a paper: works of their own, listed by the operator or found at watched accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.terms import Place, Role, Source
from tracker.store import roles, scans
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS
from tracker.store.keys import RELEASE, work_key
from tracker.store.tables.artifact import ROLE
from tracker.store.tables.work import SCAN, WORK

LISTED = "the operator's watch list names it"
"""Why the links of a release are its own, where the operator lists it."""


def found_releases() -> Select[int]:
    """The keys of the releases that were found at an account, and not listed by the operator."""
    return (
        select(SCAN.c.work)
        .join(WORK, WORK.c.id == SCAN.c.work)
        .where(WORK.c.latest == 0, SCAN.c.source.in_([Source.HUB_LIST.value, Source.ACCOUNT_LIST.value]))
    )


def find_unknown(store: Store, links: Sequence[Reference]) -> tuple[Reference, ...]:
    """Those of the links that no stored paper mentions and no release has, in the order given."""
    with store.read() as connection:
        known = set(
            connection.execute(
                select(MENTIONS.c.folded).where(among(MENTIONS.c.folded, {link.folded for link in links}))
            ).scalars()
        )
    return tuple(link for link in links if link.folded not in known)


def save_release(
    store: Store,
    name: str,
    links: Sequence[Reference],
    evidence: str,
    rules: str,
    checkable: Collection[tuple[str, str]],
    now: datetime,
    *,
    where: tuple[Place, Source] = (Place.PAGE, Source.WATCH),
    reason: str = LISTED,
) -> None:
    """Store a release once: its work, named by the first link, and its links as own, with the sentence (`evidence`) and
    the `reason` that say so. `where` it was found: in the operator's list, if nothing else is said."""
    place, source = where
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
        Mention(reference=link, url=link.url, place=place, source=source, evidence=evidence) for link in links
    )
    decided = [
        RoleDecision(
            reference=link,
            url=link.url,
            role=Role.OWN,
            probability=1.0,
            place=place,
            source=source,
            evidence=evidence,
            reasons=(reason,),
        )
        for link in links
    ]
    scan = scans.ScanResult(work=work, version=0, source=source, mentions=mentions)
    scans.save_scans(store, [scan], rules, now)
    roles.save_roles(store, {work: decided}, rules, checkable, now)
