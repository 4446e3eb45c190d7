"""What is published: feed entries and the items that feeds and pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain.feeds import MAIN_FEED, PROMISE_KEPT_FEED
from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.reading import TEXT_SOURCES, ReadDepth
from tracker.domain.terms import Cause, Content, EventKind, LicenceClass, Mark, Outcome, Place, Role, Source, State
from tracker.store import feed_entries
from tracker.store.affiliations import load_affiliations
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import ROLES, VERDICTS, VERSIONS, WORK_NAME
from tracker.store.keys import work_key
from tracker.store.reading_queue import load_depths
from tracker.store.releases import found_releases
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.judgement import EVENT, FEED_ENTRY
from tracker.store.tables.work import GRADING, SCAN, WORK
from tracker.store.verdicts import complete_verdicts

_STOOD_BEFORE = frozenset(
    source.value for source in (Source.METADATA, *TEXT_SOURCES, Source.HUB_RECORD, Source.PAGE)
)


def load_feed_items(store: Store, feed: str, limit: int, category: str = "") -> list[Item]:
    """The newest entries of a feed, newest first; only those of a category where one is named.

    In a feed of events each item names its event.
    """
    with store.read() as connection:
        rows = feed_entries.load_entries(connection, feed, limit, category)
        by_key = items_by_key(connection, dict.fromkeys(row.work for row in rows))
    names_event = feed.startswith("event/")
    return [
        replace(
            item,
            entered_at=row.entered_at,
            changed_at=max(at for at in (row.entered_at, item.changed_at) if at),
            event=row.event if names_event else "",
        )
        for row in rows
        if (item := by_key.get(row.work)) is not None
    ]


def load_not_open_items(store: Store, limit: int) -> list[Item]:
    """The newest papers that link own code which was checked and is not open."""
    checked = (
        select(ROLES.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
        .where(ROLES.c.work == WORK.c.id, ROLES.c.role == Role.OWN.value, ARTIFACT.c.checked_at.is_not(None))
    )
    with store.read() as connection:
        keys = connection.execute(
            select(WORK.c.id)
            .where(
                WORK.c.latest > 0, WORK.c.code.not_in([State.OPEN.value, State.UNKNOWN.value]), checked.exists()
            )
            .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc())
            .limit(limit)
        ).scalars()
        return list(items_by_key(connection, dict.fromkeys(keys)).values())


def load_unlinked_items(store: Store, limit: int) -> list[Item]:
    """The newest papers in which no own artifact was found, though their full text was read."""
    own = select(ROLES.c.work).where(ROLES.c.work == WORK.c.id, ROLES.c.role == Role.OWN.value)
    has_text = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id,
        SCAN.c.version == WORK.c.latest,
        SCAN.c.outcome == "read",
        SCAN.c.source.in_([source.value for source in TEXT_SOURCES]),
    )
    with store.read() as connection:
        keys = connection.execute(
            select(WORK.c.id)
            .where(
                WORK.c.latest > 0,
                WORK.c.judged_at.is_not(None),
                WORK.c.read_depth.in_([ReadDepth.TEXT.value, ReadDepth.PAGE.value]),
                has_text.exists(),
                ~own.exists(),
            )
            .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc())
            .limit(limit)
        ).scalars()
        return list(items_by_key(connection, dict.fromkeys(keys)).values())


def load_release_items(store: Store) -> list[Item]:
    """Releases without a paper that the operator lists, by name."""
    with store.read() as connection:
        keys = connection.execute(
            select(WORK.c.id).where(WORK.c.latest == 0, WORK.c.id.not_in(found_releases())).order_by(WORK.c.name)
        ).scalars()
        return list(items_by_key(connection, dict.fromkeys(keys)).values())


def load_item(store: Store, work: str) -> Item | None:
    """One work with everything published of it; None where it is not stored."""
    with store.read() as connection:
        return item_by_key(connection, work_key(work))


def item_by_key(connection: Connection, key: int) -> Item | None:
    """As `load_item`, by the key of the work."""
    entered = connection.execute(
        select(FEED_ENTRY.c.entered_at).where(FEED_ENTRY.c.feed == MAIN_FEED, FEED_ENTRY.c.work == key)
    ).scalar_one_or_none()
    return items_by_key(connection, {key: entered}).get(key)


def load_items(store: Store, works: Sequence[str]) -> list[Item]:
    """Works with everything published of them but their place in the feed, in the order given, each once; works that
    are not stored are left out."""
    with store.read() as connection:
        return list(items_by_key(connection, dict.fromkeys(map(work_key, works))).values())


def load_items_by_key(store: Store, keys: Iterable[int]) -> dict[int, Item]:
    """As `load_items`, by the keys of the works."""
    with store.read() as connection:
        return items_by_key(connection, dict.fromkeys(keys))


_KEPT_PROMISE = (
    select(FEED_ENTRY.c.work)
    .where(FEED_ENTRY.c.feed == PROMISE_KEPT_FEED, FEED_ENTRY.c.work == WORK.c.id)
    .exists()
    .label("kept_promise")
)


def items_by_key(connection: Connection, entered: Mapping[int, datetime | None]) -> dict[int, Item]:
    """Items by the keys of their works, in the order given; `entered` has when each entered the feed."""
    keys = list(entered)
    rows = {
        row.id: row
        for row in connection.execute(
            select(
                WORK.c.id,
                WORK_NAME,
                WORK.c.name,
                WORK.c.announced_at,
                WORK.c.first_seen,
                WORK.c.opened_at,
                WORK.c.judged_at,
                GRADING.c.grade,
                GRADING.c.reasons.label("grade_reasons"),
                WORK.c.withdrawn.label("is_withdrawn"),
                WORK.c.read_at,
                WORK.c.text_due_at,
                _KEPT_PROMISE,
                VERSIONS,
            )
            .outerjoin(VERSIONS, (VERSIONS.c.work == WORK.c.id) & (VERSIONS.c.n == WORK.c.latest))
            .outerjoin(GRADING, GRADING.c.id == WORK.c.grading)
            .where(among(WORK.c.id, keys))
        )
    }
    links, read = _links(connection, keys), load_depths(connection, keys)
    verdict_rows = defaultdict(list)
    for row in connection.execute(select(VERDICTS).where(among(VERDICTS.c.work, keys))):
        verdict_rows[row.work].append(row)
    latest_event = func.max(EVENT.c.observed_at, type_=EVENT.c.observed_at.type)
    events = select(EVENT.c.work, latest_event.label("at")).where(among(EVENT.c.work, keys)).group_by(EVENT.c.work)
    changed = {row.work: row.at for row in connection.execute(events)}
    unjudged, affiliations = _unjudged(connection, keys), load_affiliations(connection, keys)
    return {
        key: _item(
            rows[key],
            entered[key],
            links[key],
            complete_verdicts(verdict_rows[key]) if verdict_rows[key] or rows[key].judged_at else [],
            changed.get(key),
            unjudged.get(key),
            read[key],
            affiliations=affiliations.get(key, ()),
        )
        for key in keys
        if key in rows
    }


def _unjudged(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """Why the code of works is no longer judged open, where the last that happened to it is a closing that the world
    did not cause, or after which nothing is known of it."""
    last = {}
    kinds = [EventKind.OPENED.value, EventKind.CLOSED.value]
    for row in connection.execute(
        select(EVENT.c.work, EVENT.c.kind, EVENT.c.cause, EVENT.c.detail)
        .where(among(EVENT.c.work, keys), EVENT.c.kind.in_(kinds))
        .order_by(EVENT.c.observed_at, EVENT.c.happened_at)
    ):
        last[row.work] = row
    states = {state.value for state in State}
    return {
        work: "" if row.detail in states else row.detail
        for work, row in last.items()
        if row.kind == EventKind.CLOSED.value
        and (row.cause in (Cause.RULE.value, Cause.CORRECTION.value) or row.detail == State.UNKNOWN.value)
    }


def _links(connection: Connection, keys: Sequence[int]) -> dict[int, list[ItemLink]]:
    links = defaultdict(list)
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
            ARTIFACT.c.commit_id,
            ARTIFACT.c.readiness,
            ARTIFACT.c.url.label("canonical"),
        )
        .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
        .where(among(ROLES.c.work, keys))
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
                commit=row.commit_id,
                ready=tuple(Mark(mark) for mark, _ in row.readiness or ()),
                found_at=row.found_at if row.source in _STOOD_BEFORE and row.first_version == 1 else None,
            )
        )
    return links


def _item(
    row: Any,
    entered_at: datetime | None,
    links: Sequence[ItemLink],
    verdicts: Sequence[Verdict],
    changed: datetime | None,
    unjudged: str | None,
    read: tuple[ReadDepth, ...],
    *,
    affiliations: Iterable[tuple[str, str]],
) -> Item:
    return Item(
        work=row.work_name,
        title=row.title or row.name or row.work_name,
        abstract=row.abstract or "",
        authors=tuple(row.authors or ()),
        categories=tuple(row.categories or ()),
        primary_category=row.primary_category or "",
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        announced_at=row.announced_at,
        doi=row.doi,
        licence=row.licence,
        withdrawn=row.is_withdrawn,
        verdicts=tuple(verdicts),
        links=tuple(links),
        entered_at=entered_at,
        changed_at=max((at for at in (entered_at, changed) if at), default=None),
        opened_at=row.opened_at,
        unjudged=unjudged,
        first_seen=row.first_seen,
        grade=row.grade or "",
        grade_reasons=tuple(row.grade_reasons or ()),
        read=read,
        read_at=row.read_at,
        waits_for_text=row.text_due_at is not None,
        kept_promise=row.kept_promise,
        affiliations=tuple(pair for pair in affiliations if pair[0]),
    )
