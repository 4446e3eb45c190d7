"""Verdicts on the facts of works. That nothing was found of a fact, true of three facts in four, takes no row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from tracker.domain.history import Verdict, unknown_verdict
from tracker.domain.terms import Fact, LicenceClass, State
from tracker.store.dialect import among, upsert
from tracker.store.joined import ROLES
from tracker.store.shared_texts import insert_reference, mask_reference, save_shared_texts, shared_text_id
from tracker.store.tables.judgement import VERDICT

_UNKNOWN = {fact: unknown_verdict(fact) for fact in Fact}


class VerdictColumns(NamedTuple):
    """A row as plain SQL gives it."""

    fact: str
    state: str
    licence_class: str
    reference: str | None
    sentences: list[str]


def save_verdicts(connection: Connection, verdicts: Mapping[int, Sequence[Verdict]]) -> dict[tuple[int, str], int]:
    """Store the verdicts on works, by the key of the work, in place of earlier ones.

    Returns the numbers of the names that these works link, by (work, folded reference).
    """
    names = {
        (row.work, row.reference.casefold()): row.name
        for row in connection.execute(
            select(ROLES.c.work, ROLES.c.reference, ROLES.c.name).where(among(ROLES.c.work, verdicts))
        )
    }
    without: dict[Fact, list[int]] = defaultdict(list)
    rows: list[dict[str, Any]] = []
    reasons: list[list[str]] = []
    for key, of_work in verdicts.items():
        for verdict in of_work:
            if verdict == _UNKNOWN[verdict.fact]:
                without[verdict.fact].append(key)
                continue
            reasons.append(mask_reference(verdict.reasons, verdict.reference))
            rows.append(
                {
                    "work": key,
                    "fact": verdict.fact.value,
                    "state": verdict.state.value,
                    "licence_class": verdict.licence_class.value,
                    "name": None if verdict.reference is None else names[key, verdict.reference.casefold()],
                    "shared_text": shared_text_id(reasons[-1]),
                }
            )
    save_shared_texts(connection, reasons)
    upsert(connection, VERDICT, rows, ("state", "licence_class", "name", "shared_text"))
    for fact, keys in without.items():
        connection.execute(delete(VERDICT).where(VERDICT.c.fact == fact.value, among(VERDICT.c.work, keys)))
    return names


def complete_verdicts(rows: Iterable[Any]) -> list[Verdict]:
    """The verdicts on all facts of a work that was judged, from its rows, in the order of the facts."""
    verdicts = {
        Fact(row.fact): Verdict(
            fact=Fact(row.fact),
            state=State(row.state),
            licence_class=LicenceClass(row.licence_class),
            reference=row.reference,
            reasons=tuple(insert_reference(row.sentences, row.reference)),
        )
        for row in rows
    }
    return [verdicts.get(fact, _UNKNOWN[fact]) for fact in Fact]
