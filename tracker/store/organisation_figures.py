"""What belongs to each watched organisation, and what of it is open under which terms.

A work belongs to an organisation if an own artifact of it lies under one of the accounts, or an affiliation of its authors
names it. All works of all organisations
are read: seconds for a large store. The publisher keeps the figures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tracker.domain.history import KEEPS_PROMISE
from tracker.domain.organisation_figures import (
    SHIPPED,
    Belonging,
    OrganisationEvent,
    OrganisationFigures,
    OrganisationPromise,
    OrganisationWork,
    PromiseState,
    TermsCount,
)
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, Promise, Role, State
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.releases import found_releases
from tracker.store.tables.artifact import ARTIFACT_NAME, ROLE
from tracker.store.tables.judgement import EVENT, VERDICT
from tracker.store.tables.operator import AFFILIATION, ORGANISATION, ORGANISATION_ACCOUNT
from tracker.store.tables.work import VERSION, WORK

_ORDER = {reason: place for place, reason in enumerate(Belonging)}
MOST_LISTED = 100
"""Papers, promises, events and releases of an organisation that are listed: the newest."""
_PROMISES = (EventKind.PROMISED.value, *KEEPS_PROMISE, EventKind.LAPSED.value)


_Members = dict[int, dict[tuple[Belonging, str], None]]
"""The works of one organisation by key, each with why: the references, then the affiliations that say so."""


def count_organisations(store: Store) -> list[OrganisationFigures]:
    """The figures of each organisation of the watch list; those with most papers come first."""
    with store.read() as connection:
        listed = connection.execute(select(ORGANISATION)).all()
        members = _drop_claimed(_load_members(connection), set(connection.execute(found_releases()).scalars()))
        keys = {key for each in members.values() for key in each}
        works = {row.id: row for row in connection.execute(_works(keys))}
        classes = _load_classes(connection, keys)
        events = _load_events(connection, keys)
    figures = [_figures_of(row, members.get(row.name, {}), works, classes, events) for row in listed]
    return sorted(figures, key=lambda each: (-each.papers, each.name.casefold()))


def _load_members(connection: Connection) -> dict[str, _Members]:
    account = ORGANISATION_ACCOUNT.c
    statement = (
        select(account.organisation, ROLE.c.work, ARTIFACT_NAME.c.reference)
        .select_from(ORGANISATION_ACCOUNT)
        .join(
            ARTIFACT_NAME,
            (ARTIFACT_NAME.c.folded >= account.start)
            & (ARTIFACT_NAME.c.folded < account.stop)
            & ARTIFACT_NAME.c.until.is_(None),
        )
        .join(ROLE, ROLE.c.artifact == ARTIFACT_NAME.c.artifact)
        .where(ROLE.c.role == Role.OWN.value)
    )
    members: dict[str, _Members] = defaultdict(lambda: defaultdict(dict))
    for organisation, work, reference in connection.execute(statement):
        is_hub = reference.startswith("hf-")
        members[organisation][work][Belonging.NAMESPACE if is_hub else Belonging.OWNER, reference] = None
    named = select(AFFILIATION.c.organisation, AFFILIATION.c.work, AFFILIATION.c.name)
    for organisation, work, affiliation in connection.execute(named.where(AFFILIATION.c.organisation != "")):
        members[organisation][work][Belonging.AFFILIATION, affiliation] = None
    return members


def _references(reasons: Iterable[tuple[Belonging, str]]) -> set[str]:
    return {reference for reason, reference in reasons if reason is not Belonging.AFFILIATION}


def _drop_claimed(members: Mapping[str, _Members], found: Collection[int]) -> dict[str, _Members]:
    """The same without those of the releases `found` at accounts whose artifact a paper, or a release that the operator
    lists, has as its own by now."""
    kept = {}
    for organisation, works in members.items():
        claimed = {each for work, reasons in works.items() if work not in found for each in _references(reasons)}
        kept[organisation] = {
            work: reasons
            for work, reasons in works.items()
            if work not in found or not _references(reasons) & claimed
        }
    return kept


def _works(keys: Iterable[int]) -> Any:
    return (
        select(
            WORK.c.id, WORK.c.arxiv_id, WORK.c.name, WORK.c.submitted_at, WORK.c.first_seen, WORK.c.promise,
            WORK.c.code, WORK.c.weights, WORK.c.data, WORK.c.demo, VERSION.c.title,
        )
        .outerjoin(VERSION, (VERSION.c.work == WORK.c.id) & (VERSION.c.n == WORK.c.latest))
        .where(among(WORK.c.id, keys))
    )  # fmt: skip


def _load_classes(connection: Connection, keys: Iterable[int]) -> dict[tuple[int, str], str]:
    """The class of the licence by (work, fact)."""
    statement = select(VERDICT.c.work, VERDICT.c.fact, VERDICT.c.licence_class).where(among(VERDICT.c.work, keys))
    return {(work, fact): class_ for work, fact, class_ in connection.execute(statement)}


def _load_events(connection: Connection, keys: Iterable[int]) -> dict[int, list[Any]]:
    statement = (
        select(
            EVENT.c.work,
            EVENT.c.kind,
            EVENT.c.cause,
            EVENT.c.happened_at,
            EVENT.c.detail,
            ARTIFACT_NAME.c.reference,
        )
        .outerjoin(ARTIFACT_NAME, ARTIFACT_NAME.c.id == EVENT.c.name)
        .where(among(EVENT.c.work, keys), EVENT.c.kind.in_([*_PROMISES, EventKind.RELICENSED.value]))
        .order_by(EVENT.c.happened_at)
    )
    events: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(statement):
        events[row.work].append(row)
    return events


def _figures_of(
    listed: Any,
    members: _Members,
    works: Mapping[int, Any],
    classes: Mapping[tuple[int, str], str],
    events: Mapping[int, Sequence[Any]],
) -> OrganisationFigures:
    rows = sorted((works[key] for key in members), key=lambda row: (_date(row), row.id), reverse=True)
    terms: dict[tuple[str, Fact, State, str], Counter[bool]] = defaultdict(Counter)
    for row in rows:
        for fact in Fact:
            state = State(getattr(row, fact.value))
            class_ = classes.get((row.id, fact.value), LicenceClass.UNKNOWN.value) if state in SHIPPED else ""
            terms[f"{_date(row):%Y}", fact, state, class_][bool(row.arxiv_id)] += 1
    found = (_promise_of(row, events.get(row.id, ())) for row in rows if row.arxiv_id)
    promises = [promise for promise in found if promise is not None]
    relicensed = [
        OrganisationEvent(row.arxiv_id or "", _title(row), event.reference, EventKind.RELICENSED, event.happened_at, event.detail)
        for row in rows
        for event in events.get(row.id, ())
        if event.kind == EventKind.RELICENSED.value
        and event.cause == Cause.WORLD.value
        and event.reference in _references(members[row.id])
    ]  # fmt: skip
    order = list(Fact)
    return OrganisationFigures(
        name=listed.name,
        accounts=tuple(
            (f"{host}/{name}", f"https://{host}/{name}")
            for host, names in (("github.com", listed.github), ("huggingface.co", listed.huggingface))
            for name in names
        ),
        by_affiliation=sum(bool(row.arxiv_id) and not _references(members[row.id]) for row in rows),
        terms=tuple(
            TermsCount(*key, papers=count[True], releases=count[False])
            for key, count in sorted(
                terms.items(), key=lambda item: (item[0][0], order.index(item[0][1]), item[0][2:])
            )
        ),
        promises_by_state=Counter(promise.state for promise in promises),
        licence_changes=len(relicensed),
        promises=tuple(promises[:MOST_LISTED]),
        relicensed=tuple(
            sorted(relicensed, key=lambda event: (event.at, event.reference), reverse=True)[:MOST_LISTED]
        ),
        releases=tuple(_work_of(row, members) for row in rows if not row.arxiv_id)[:MOST_LISTED],
        newest=tuple(_work_of(row, members) for row in rows if row.arxiv_id)[:MOST_LISTED],
    )


def _promise_of(row: Any, events: Sequence[Any]) -> OrganisationPromise | None:
    """The promise of a paper by the rules of the view `promises`."""

    def first(*kinds: str) -> datetime | None:
        return next((event.happened_at for event in events if event.kind in kinds), None)

    promised = first(EventKind.PROMISED.value)
    if promised is None:
        return None
    kept, lapsed = first(*KEEPS_PROMISE), first(EventKind.LAPSED.value)
    if kept is not None:
        state = PromiseState.KEPT
    elif row.promise != Promise.PROMISED.value:
        state = PromiseState.DROPPED
    else:
        state = PromiseState.LAPSED if lapsed is not None else PromiseState.WAITING
    return OrganisationPromise(row.arxiv_id, _title(row), state, promised, kept or lapsed)


def _work_of(row: Any, members: _Members) -> OrganisationWork:
    return OrganisationWork(
        arxiv_id=row.arxiv_id or "",
        title=_title(row),
        at=_date(row),
        code=State(row.code),
        weights=State(row.weights),
        data=State(row.data),
        reasons=tuple(sorted(members[row.id], key=lambda reason: (_ORDER[reason[0]], reason[1]))),
    )


def _title(row: Any) -> str:
    return row.title or row.name or row.arxiv_id or ""


def _date(row: Any) -> datetime:
    moment: datetime = row.submitted_at or row.first_seen
    return moment
