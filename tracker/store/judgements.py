"""Writing what is decided: roles, verdicts and events, and marking what is to be decided anew."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tracker.domain.history import Event, Verdict
from tracker.domain.terms import Fact, Lifecycle, Source, State
from tracker.store import shared_texts, statistics, verdicts
from tracker.store.dialect import among, encode_json, upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import ROLE
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import GRADING, SCAN, WORK


def queue_changed_rules(store: Store, detect_rules: str, judge_rules: str) -> None:
    """Mark what was read or judged by other rules than today's."""
    with store.begin() as connection:
        # The newest version's alone: those of older versions are never read again, and would wake it for ever.
        old = select(SCAN.c.work).where(
            SCAN.c.work == WORK.c.id,
            SCAN.c.version == WORK.c.latest,
            SCAN.c.source == Source.METADATA.value,
            SCAN.c.rules != detect_rules,
        )
        connection.execute(update(WORK).where(old.exists()).values(scan_due=True))
        connection.execute(update(WORK).where(WORK.c.judged_rules != judge_rules).values(judge_due=True))


def queue_all_judgements(store: Store) -> None:
    """Mark every work for judging."""
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
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    """The lifecycle of each own artifact, by the reference that the work writes."""
    next_judgement_at: datetime | None = None
    """When it is to be judged again though nothing new is seen."""


def save_judgements(store: Store, judged: Mapping[str, Judgement], rules: str, now: datetime) -> int:
    """Store what was judged of works; returns how many events are new."""
    with store.begin() as connection:
        told = select(func.count()).select_from(EVENT).where(among(EVENT.c.work, judged))
        before = connection.execute(told).scalar_one()
        names = verdicts.save_verdicts(connection, {work: one.verdicts for work, one in judged.items()})
        upsert(
            connection,
            EVENT,
            (
                {
                    "id": event_id(event_told),
                    "work": work,
                    "name": (name := names.get((work, (event_told.reference or "").casefold()))),
                    "reference": event_told.reference if name is None else None,
                    "kind": event_told.kind.value,
                    "cause": event_told.cause.value,
                    "happened_at": event_told.happened_at,
                    "observed_at": event_told.observed_at,
                    "detail": event_told.detail,
                }
                for work, one in judged.items()
                for event_told in one.events
            ),
        )
        with statistics.updating(connection, judged):
            _save_states(connection, judged, names, rules, now)
        statistics.update_open_categories(connection, judged)
        return int(connection.execute(told).scalar_one() - before)


def _save_states(
    connection: Connection,
    judged: Mapping[str, Judgement],
    names: Mapping[tuple[str, str], int],
    rules: str,
    now: datetime,
) -> None:
    """The four facts and the grade as columns of each work, for the views and their indexes."""
    gradings = {work: _grading(one) for work, one in judged.items()}
    upsert(connection, GRADING, {row["id"]: row for row in gradings.values()}.values())
    states, cycles = [], []
    for work, one in judged.items():
        facts = {verdict.fact: verdict.state.value for verdict in one.verdicts}
        opened = min((told.observed_at for told in one.events if told.kind.value == "opened"), default=None)
        cycles += [
            {"key": work, "named": names[work, reference.casefold()], "state": state.value}
            for reference, state in one.lifecycles.items()
        ]
        states.append(
            {
                "key": work,
                "opened": opened,
                "at": now,
                "by": rules,
                "graded": gradings[work]["id"],
                "next": one.next_judgement_at,
                **{f"is_{fact.value}": facts.get(fact, State.UNKNOWN.value) for fact in Fact},
            }
        )
    if states:
        connection.execute(
            update(WORK)
            .where(WORK.c.id == bindparam("key"))
            .values(
                judge_due=False,
                opened_at=func.coalesce(WORK.c.opened_at, bindparam("opened", type_=WORK.c.opened_at.type)),
                judged_at=bindparam("at"),
                judged_rules=bindparam("by"),
                grading=bindparam("graded"),
                next_look_at=bindparam("next", type_=WORK.c.next_look_at.type),
                **{fact.value: bindparam(f"is_{fact.value}") for fact in Fact},
            ),
            states,
        )
    if cycles:
        connection.execute(
            update(ROLE)
            .where(ROLE.c.work == bindparam("key"), ROLE.c.name == bindparam("named"))
            .values(lifecycle=bindparam("state")),
            cycles,
        )


def _grading(judged: Judgement) -> dict[str, Any]:
    """The row of a judgement's words; its id is made of them."""
    words = {
        "grade": judged.grade,
        "reasons": list(judged.grade_reasons),
        "mof": judged.mof,
        "osaid": judged.osaid,
    }
    return {"id": shared_texts.shared_text_id([encode_json(list(words.values()))]), **words}


def event_id(event: Event) -> str:
    """A name made of what happened to what and when: the same history gives the same names."""
    parts = (
        event.work,
        (event.reference or "").casefold(),
        event.kind.value,
        f"{event.happened_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def works_to_judge(store: Store, limit: int, now: datetime) -> list[str]:
    """Works whose evidence changed since they were last judged, and those for which only time has passed."""
    # Each half in the order of an index of its own: one condition of both would read all works.
    changed = select(WORK.c.id).where(WORK.c.judge_due).order_by(WORK.c.id).limit(limit)
    waited = select(WORK.c.id).where(WORK.c.next_look_at <= now).order_by(WORK.c.next_look_at).limit(limit)
    with store.read() as connection:
        due = {work for half in (changed, waited) for work in connection.execute(half).scalars()}
    return sorted(due)[:limit]
