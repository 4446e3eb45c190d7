"""Writing what is decided: roles, verdicts and events, and marking what is to be decided anew."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from tracker.domain.errors import StoreError
from tracker.domain.history import Event, Verdict
from tracker.domain.mentions import RoleDecision
from tracker.domain.terms import Fact, Lifecycle, Role, Source, State
from tracker.store import joined, search, shared_texts, statistics, verdicts
from tracker.store import tables as t
from tracker.store.dialect import among, encode_json, table, upsert
from tracker.store.engine import Store

WORK, NAME = table(t.WorkRow), table(t.ArtifactNameRow)
ARTIFACT, MENTION, ROLE = table(t.ArtifactRow), joined.MENTION, table(t.RoleRow)


def save_roles(
    store: Store,
    decisions: Mapping[str, Sequence[RoleDecision]],
    rules: str,
    checkable: Collection[tuple[str, str]],
    now: datetime,
) -> None:
    """Replace the roles of works; own artifacts on (host, kind) pairs that can be asked become due, and
    repositories that may be own: what their README says may settle it.

    Where two names of one work lead to one artifact, the likelier decision stands.
    """
    with store.begin() as connection:
        works = list(decisions)
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        names = {
            (row.work, row.folded): row
            for row in connection.execute(
                select(MENTION.c.work, MENTION.c.folded, MENTION.c.artifact, MENTION.c.name).where(
                    among(MENTION.c.work, works)
                )
            )
        }
        for work, decided in decisions.items():
            for one in sorted(decided, key=lambda decision: decision.probability):
                named = names[work, one.reference.folded]
                rows[work, named.artifact] = {
                    "work": work,
                    "artifact": named.artifact,
                    "name": named.name,
                    "source": one.source.value,
                    "place": one.place.value,
                    "role": one.role.value,
                    "probability": one.probability,
                    "wording": shared_texts.shared_text_id(one.reasons),
                    "rules": rules,
                }
        connection.execute(delete(ROLE).where(among(ROLE.c.work, works)))
        connection.execute(update(WORK).where(among(WORK.c.id, works)).values(scan_due=False, judge_due=True))
        shared_texts.save_shared_texts(
            connection, (one.reasons for decided in decisions.values() for one in decided)
        )
        upsert(connection, t.RoleRow, rows.values())
        search.index_repositories(connection, works)
        worth_a_look = [
            names[work, one.reference.folded].artifact
            for work, decided in decisions.items()
            for one in decided
            if one.role is Role.OWN or one.unsettled
        ]
        _make_due(connection, worth_a_look, checkable, now)


def queue_changed_rules(store: Store, detect_rules: str, judge_rules: str) -> None:
    """Mark what was read or judged by other rules than today's."""
    scan = table(t.ScanRow)
    with store.begin() as connection:
        # The newest version's alone: those of older versions are never read again, and would wake it for ever.
        old = select(scan.c.work).where(
            scan.c.work == WORK.c.id,
            scan.c.version == WORK.c.latest,
            scan.c.source == Source.METADATA.value,
            scan.c.rules != detect_rules,
        )
        connection.execute(update(WORK).where(old.exists()).values(scan_due=True))
        connection.execute(update(WORK).where(WORK.c.judged_rules != judge_rules).values(judge_due=True))


def queue_all_judgements(store: Store) -> None:
    """Mark every work for judging."""
    with store.begin() as connection:
        connection.execute(update(WORK).values(judge_due=True))


def make_artifacts_due(store: Store, references: Sequence[str], now: datetime) -> None:
    """Make the artifacts behind these references due now. StoreError for a reference nobody linked."""
    with store.begin() as connection:
        for reference in references:
            number = connection.execute(
                select(NAME.c.artifact).where(NAME.c.folded == reference.casefold(), NAME.c.until.is_(None))
            ).scalar_one_or_none()
            if number is None:
                raise StoreError(
                    f"{reference}: no stored paper links it; references are written like github:owner/name."
                )
            connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == number).values(next_check_at=now))


def _make_due(
    connection: Connection, artifacts: Sequence[int], checkable: Collection[tuple[str, str]], now: datetime
) -> None:
    """Own artifacts are looked at at once when they never were; new papers' artifacts come first."""
    newest = (
        select(func.max(WORK.c.submitted_at))
        .join(ROLE, ROLE.c.work == WORK.c.id)
        .where(ROLE.c.artifact == ARTIFACT.c.id)
        .scalar_subquery()
    )
    connection.execute(update(ARTIFACT).where(among(ARTIFACT.c.id, artifacts)).values(newest_at=newest))
    connection.execute(
        update(ARTIFACT)
        .where(
            among(ARTIFACT.c.id, artifacts),
            among(ARTIFACT.c.host + " " + ARTIFACT.c.kind, [f"{host} {kind}" for host, kind in checkable]),
            ARTIFACT.c.next_check_at.is_(None),
        )
        .values(next_check_at=now)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """All that was judged of one work."""

    verdicts: Sequence[Verdict]
    events: Sequence[Event]
    grade: str = "unknown"
    grade_reasons: Sequence[str] = ()
    mof: str = ""
    osaid: str = ""
    states: Mapping[str, Lifecycle] = field(default_factory=dict)
    """The lifecycle of each own artifact, by the reference that the work writes."""
    next_look: datetime | None = None
    """When it is to be judged again though nothing new is seen."""


def save_judgements(store: Store, judged: Mapping[str, Judged], rules: str, now: datetime) -> int:
    """Store what was judged of works; returns how many events are new."""
    with store.begin() as connection:
        event = table(t.EventRow)
        told = select(func.count()).select_from(event).where(among(event.c.work, judged))
        before = connection.execute(told).scalar_one()
        names = verdicts.save_verdicts(connection, {work: one.verdicts for work, one in judged.items()})
        upsert(
            connection,
            t.EventRow,
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
    judged: Mapping[str, Judged],
    names: Mapping[tuple[str, str], int],
    rules: str,
    now: datetime,
) -> None:
    """The four facts and the grade as columns of each work, for the views and their indexes."""
    gradings = {work: _grading(one) for work, one in judged.items()}
    upsert(connection, t.GradingRow, {row["id"]: row for row in gradings.values()}.values())
    states, cycles = [], []
    for work, one in judged.items():
        facts = {verdict.fact: verdict.state.value for verdict in one.verdicts}
        opened = min((told.observed_at for told in one.events if told.kind.value == "opened"), default=None)
        cycles += [
            {"key": work, "named": names[work, reference.casefold()], "state": state.value}
            for reference, state in one.states.items()
        ]
        states.append(
            {
                "key": work,
                "opened": opened,
                "at": now,
                "by": rules,
                "graded": gradings[work]["id"],
                "next": one.next_look,
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


def _grading(judged: Judged) -> dict[str, Any]:
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
