"""What is published: feed entries and the items that feeds and pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, LicenceClass, Outcome, Place, Role, State
from tracker.store import feed_entries, verdicts
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.feed_entries import MAIN_FEED
from tracker.store.joined import ROLES, VERDICTS, VERSIONS
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.judgement import EVENT, FEED_ENTRY
from tracker.store.tables.work import GRADING, WORK


def load_feed_items(store: Store, feed: str, limit: int, category: str = "") -> list[Item]:
    """The newest entries of a feed that has its own, newest first, or of a category in it; in a feed of events each
    names its event."""
    with store.read() as connection:
        rows = feed_entries.load_entries(connection, feed, limit, category)
        known = {item.work: item for item in _items(connection, dict.fromkeys(row.work for row in rows))}
    tells_events = feed.startswith("event/")
    return [
        replace(
            item,
            entered_at=row.entered_at,
            changed_at=max(at for at in (row.entered_at, item.changed_at) if at),
            event=row.event if tells_events else "",
        )
        for row in rows
        if (item := known.get(row.work)) is not None
    ]


def load_not_open_items(store: Store, limit: int) -> list[Item]:
    """The newest papers that link code of their own which was looked at and is not open."""
    looked = (
        select(ROLES.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
        .where(ROLES.c.work == WORK.c.id, ROLES.c.role == Role.OWN.value, ARTIFACT.c.checked_at.is_not(None))
    )
    with store.read() as connection:
        works = connection.execute(
            select(WORK.c.id)
            .where(WORK.c.latest > 0, WORK.c.code.not_in([State.OPEN.value, State.UNKNOWN.value]), looked.exists())
            .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc())
            .limit(limit)
        ).scalars()
        return _items(connection, dict.fromkeys(works))


def load_unlinked_items(store: Store, limit: int) -> list[Item]:
    """The newest papers in which no artifact of their own was found, though everything there is was read."""
    own = select(ROLES.c.work).where(ROLES.c.work == WORK.c.id, ROLES.c.role == Role.OWN.value)
    with store.read() as connection:
        works = connection.execute(
            select(WORK.c.id)
            .where(WORK.c.latest > 0, WORK.c.judged_at.is_not(None), ~own.exists())
            .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc())
            .limit(limit)
        ).scalars()
        return _items(connection, dict.fromkeys(works))


def load_release_items(store: Store) -> list[Item]:
    """Releases without a paper, by name."""
    with store.read() as connection:
        works = connection.execute(select(WORK.c.id).where(WORK.c.latest == 0).order_by(WORK.c.name)).scalars()
        return _items(connection, dict.fromkeys(works))


def load_item(store: Store, work: str) -> Item | None:
    """One work with everything published of it."""
    with store.read() as connection:
        entered = connection.execute(
            select(FEED_ENTRY.c.entered_at).where(FEED_ENTRY.c.feed == MAIN_FEED, FEED_ENTRY.c.work == work)
        ).scalar_one_or_none()
        return next(iter(_items(connection, {work: entered})), None)


def _items(connection: Connection, entered: dict[str, datetime | None]) -> list[Item]:
    """Items in the order of the keys."""
    works = list(entered)
    rows: dict[str, Any] = {}
    links: dict[str, list[ItemLink]] = defaultdict(list)
    told: dict[str, list[Any]] = defaultdict(list)
    changed: dict[str, datetime] = {}
    for row in connection.execute(
        select(
            WORK.c.id,
            WORK.c.name,
            WORK.c.announced_at,
            WORK.c.first_seen,
            WORK.c.opened_at,
            WORK.c.judged_at,
            GRADING.c.grade,
            GRADING.c.reasons.label("grade_reasons"),
            WORK.c.withdrawn.label("gone"),
            VERSIONS,
        )
        .outerjoin(VERSIONS, (VERSIONS.c.work == WORK.c.id) & (VERSIONS.c.n == WORK.c.latest))
        .outerjoin(GRADING, GRADING.c.id == WORK.c.grading)
        .where(among(WORK.c.id, works))
    ):
        rows[row.id] = row
    _links(connection, works, links)
    for row in connection.execute(select(VERDICTS).where(among(VERDICTS.c.work, works))):
        told[row.work].append(row)
    for row in connection.execute(
        select(EVENT.c.work, func.max(EVENT.c.observed_at, type_=EVENT.c.observed_at.type).label("at"))
        .where(among(EVENT.c.work, works))
        .group_by(EVENT.c.work)
    ):
        changed[row.work] = row.at
    return [
        _item(
            rows[work],
            entered[work],
            links[work],
            verdicts.complete_verdicts(told[work]) if told[work] or rows[work].judged_at else [],
            changed.get(work),
        )
        for work in works
        if work in rows
    ]


def _links(connection: Connection, works: Sequence[str], links: dict[str, list[ItemLink]]) -> None:
    for row in connection.execute(
        select(
            ROLES,
            ARTIFACT.c.host,
            ARTIFACT.c.kind,
            ARTIFACT.c.outcome,
            ARTIFACT.c.content,
            ARTIFACT.c.licence_spdx,
            ARTIFACT.c.licence_class,
            ARTIFACT.c.archived,
            ARTIFACT.c.gated,
            ARTIFACT.c.created_at,
            ARTIFACT.c.licence_note,
            ARTIFACT.c.copy_url,
            ARTIFACT.c.url.label("canonical"),
        )
        .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
        .where(among(ROLES.c.work, works))
        .order_by(ROLES.c.work, ROLES.c.probability.desc(), ROLES.c.reference)
    ):
        links[row.work].append(
            ItemLink(
                reference=row.reference,
                url=row.canonical,
                host=row.host,
                kind=row.kind,
                role=Role(row.role),
                probability=row.probability,
                place=Place(row.place),
                evidence=row.evidence,
                outcome=Outcome(row.outcome or "unknown"),
                content=Content(row.content or "unknown"),
                licence_spdx=row.licence_spdx,
                licence_class=LicenceClass(row.licence_class or "unknown"),
                archived=row.archived,
                gated=row.gated,
                created_at=row.created_at,
                licence_note=row.licence_note,
                copy_url=row.copy_url,
            )
        )


def _item(
    row: Any,
    entered_at: datetime | None,
    links: Sequence[ItemLink],
    verdicts: Sequence[Verdict],
    changed: datetime | None,
) -> Item:
    return Item(
        work=row.id,
        title=row.title or row.name or row.id,
        abstract=row.abstract or "",
        authors=tuple(row.authors or ()),
        categories=tuple(row.categories or ()),
        primary_category=row.primary_category or "",
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        announced_at=row.announced_at,
        doi=row.doi,
        licence=row.licence,
        withdrawn=row.gone,
        verdicts=tuple(verdicts),
        links=tuple(links),
        entered_at=entered_at,
        changed_at=max((at for at in (entered_at, changed) if at), default=None),
        opened_at=row.opened_at,
        first_seen=row.first_seen,
        grade=row.grade or "",
        grade_reasons=tuple(row.grade_reasons or ()),
    )
