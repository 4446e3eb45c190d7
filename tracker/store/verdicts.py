"""Verdicts as they are kept: that nothing was found of a fact, which is so of three facts in four, takes no row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from tracker.domain.history import Verdict, unknown_verdict
from tracker.domain.terms import Fact, LicenceClass, State
from tracker.store import shared_texts
from tracker.store.dialect import among, upsert
from tracker.store.joined import ROLES
from tracker.store.tables.judgement import VERDICT


class Row(NamedTuple):
    """A row as plain SQL gives it."""

    fact: str
    state: str
    licence_class: str
    reference: str | None
    words: list[str]


_UNFOUND = {fact: unknown_verdict(fact) for fact in Fact}


def save_verdicts(connection: Connection, judged: Mapping[str, Sequence[Verdict]]) -> dict[tuple[str, str], int]:
    """Keep the verdicts on works, by the work's id, in place of those before; returns the names of what these works link,
    by work and folded reference."""
    names = {
        (row.work, row.reference.casefold()): row.name
        for row in connection.execute(
            select(ROLES.c.work, ROLES.c.reference, ROLES.c.name).where(among(ROLES.c.work, judged))
        )
    }
    gone: dict[Fact, list[str]] = {}
    rows: list[dict[str, Any]] = []
    kept: list[list[str]] = []
    for work, verdicts in judged.items():
        for verdict in verdicts:
            if verdict == _UNFOUND[verdict.fact]:
                gone.setdefault(verdict.fact, []).append(work)
                continue
            rows.append(
                {
                    "work": work,
                    "fact": verdict.fact.value,
                    "state": verdict.state.value,
                    "licence_class": verdict.licence_class.value,
                    "name": None if verdict.reference is None else names[work, verdict.reference.casefold()],
                    "wording": shared_texts.shared_text_id(
                        said := shared_texts.mask_reference(verdict.reasons, verdict.reference)
                    ),
                }
            )
            kept.append(said)
    shared_texts.save_shared_texts(connection, kept)
    upsert(connection, VERDICT, rows, ("state", "licence_class", "name", "wording"))
    for fact, works in gone.items():
        connection.execute(VERDICT.delete().where(VERDICT.c.fact == fact.value, among(VERDICT.c.work, works)))
    return names


def complete_verdicts(rows: Iterable[Any]) -> list[Verdict]:
    """The verdicts on all facts of a work that was judged, from its rows, in the order of the facts."""
    found = {
        Fact(row.fact): Verdict(
            fact=Fact(row.fact),
            state=State(row.state),
            licence_class=LicenceClass(row.licence_class),
            reference=row.reference,
            reasons=tuple(shared_texts.insert_reference(row.words, row.reference)),
        )
        for row in rows
    }
    return [found.get(fact, _UNFOUND[fact]) for fact in Fact]
