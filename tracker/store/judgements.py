"""What was judged of works: states, grades, verdicts and events; and which works wait to be judged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tracker.domain.history import Event, Verdict
from tracker.domain.terms import EventKind, Fact, Lifecycle, Source, State
from tracker.store import statistics
from tracker.store.dialect import among, encode_json, upsert
from tracker.store.engine import Store
from tracker.store.joined import WORK_NAME
from tracker.store.keys import work_key
from tracker.store.shared_texts import shared_text_id
from tracker.store.tables.artifact import ROLE
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import GRADING, SCAN, WORK
from tracker.store.verdicts import save_verdicts


def works_to_judge(store: Store, limit: int, now: datetime) -> list[str]:
    """Works whose evidence changed since they were last judged, and those for which only time has passed."""
    # Each half in the order of an index of its own: one condition of both would read all works.
    changed = select(WORK_NAME).where(WORK.c.judge_due).order_by(WORK.c.id).limit(limit)
    waiting = (
        select(WORK_NAME).where(WORK.c.next_judgement_at <= now).order_by(WORK.c.next_judgement_at).limit(limit)
    )
    with store.read() as connection:
        due = {work for half in (changed, waiting) for work in connection.execute(half).scalars()}
    return sorted(due)[:limit]


def queue_changed_rules(store: Store, detect_rules: str, judge_rules: str) -> None:
    """Queue what was read or judged by other rules than these."""
    with store.begin() as connection:
        # Only scans of the newest version count: those of older versions are never repeated and would queue it for ever.
        old = select(SCAN.c.work).where(
            SCAN.c.work == WORK.c.id,
            SCAN.c.version == WORK.c.latest,
            SCAN.c.source == Source.METADATA.value,
            SCAN.c.rules != detect_rules,
        )
        connection.execute(update(WORK).where(old.exists()).values(scan_due=True))
        connection.execute(update(WORK).where(WORK.c.judged_rules != judge_rules).values(judge_due=True))


def queue_all_judgements(store: Store) -> None:
    """Queue every work for judging."""
    with store.begin() as connection:
        connection.execute(update(WORK).values(judge_due=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that was judged of one work."""

    verdicts: Sequence[Verdict]
    events: Sequence[Event]
    grade: str = "unknown"
    grade_reasons: Sequence[str] = ()
    mof: str = ""
    osaid: str = ""
    g7: str = ""
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    """The lifecycle of each own artifact, by the reference that the work writes."""
    next_judgement_at: datetime | None = None
    """When the work is to be judged again though nothing new is seen."""


def save_judgements(store: Store, judged: Mapping[str, Judgement], rules: str, now: datetime) -> int:
    """Store the judgements of works in one transaction; returns how many events are new."""
    judgements = {work_key(work): judgement for work, judgement in judged.items()}
    count_events = select(func.count()).select_from(EVENT).where(among(EVENT.c.work, judgements))
    with store.begin() as connection:
        before = connection.execute(count_events).scalar_one()
        names = save_verdicts(connection, {key: judgement.verdicts for key, judgement in judgements.items()})
        upsert(
            connection,
            EVENT,
            (_event_row(key, event, names) for key, judgement in judgements.items() for event in judgement.events),
        )
        with statistics.updating(connection, judgements):
            _save_states(connection, judgements, rules, now)
            _save_lifecycles(connection, judgements, names)
        statistics.update_open_categories(connection, judgements)
        return int(connection.execute(count_events).scalar_one() - before)


def _event_row(key: int, event: Event, names: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    name = names.get((key, (event.reference or "").casefold()))
    return {
        "id": event_id(event),
        "work": key,
        "name": name,
        "reference": event.reference if name is None else None,
        "kind": event.kind.value,
        "cause": event.cause.value,
        "happened_at": event.happened_at,
        "observed_at": event.observed_at,
        "detail": event.detail,
    }


def event_id(event: Event) -> str:
    """An id made of what happened to what and when: the same history gives the same ids."""
    parts = (
        event.work,
        (event.reference or "").casefold(),
        event.kind.value,
        f"{event.happened_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _save_states(connection: Connection, judgements: Mapping[int, Judgement], rules: str, now: datetime) -> None:
    """Store the four facts and the grade as columns of each work, for the views and their indexes."""
    gradings = {key: _grading_row(judgement) for key, judgement in judgements.items()}
    upsert(connection, GRADING, {row["id"]: row for row in gradings.values()}.values())
    rows = [
        {"key": key, "grading_id": gradings[key]["id"], **_states(judgement)}
        for key, judgement in judgements.items()
    ]
    if rows:
        connection.execute(
            update(WORK)
            .where(WORK.c.id == bindparam("key"))
            .values(
                judge_due=False,
                opened_at=func.coalesce(WORK.c.opened_at, bindparam("opened", type_=WORK.c.opened_at.type)),
                judged_at=now,
                judged_rules=rules,
                grading=bindparam("grading_id"),
                next_judgement_at=bindparam("next", type_=WORK.c.next_judgement_at.type),
                **{fact.value: bindparam(f"state_of_{fact.value}") for fact in Fact},
            ),
            rows,
        )


def _states(judgement: Judgement) -> dict[str, Any]:
    states = {verdict.fact: verdict.state for verdict in judgement.verdicts}
    opened = [event.observed_at for event in judgement.events if event.kind is EventKind.OPENED]
    return {
        "opened": min(opened, default=None),
        "next": judgement.next_judgement_at,
        **{f"state_of_{fact.value}": states.get(fact, State.UNKNOWN).value for fact in Fact},
    }


def _grading_row(judgement: Judgement) -> dict[str, Any]:
    """The grade with its reasons, once for all works that share them; the id is made of them."""
    grading = {
        "grade": judgement.grade,
        "reasons": list(judgement.grade_reasons),
        "mof": judgement.mof,
        "osaid": judgement.osaid,
        "g7": judgement.g7,
    }
    return {"id": shared_text_id([encode_json(list(grading.values()))]), **grading}


def _save_lifecycles(
    connection: Connection, judgements: Mapping[int, Judgement], names: Mapping[tuple[int, str], int]
) -> None:
    rows = [
        {"key": key, "name_id": names[key, reference.casefold()], "state": lifecycle.value}
        for key, judgement in judgements.items()
        for reference, lifecycle in judgement.lifecycles.items()
    ]
    if rows:
        connection.execute(
            update(ROLE)
            .where(ROLE.c.work == bindparam("key"), ROLE.c.name == bindparam("name_id"))
            .values(lifecycle=bindparam("state")),
            rows,
        )
