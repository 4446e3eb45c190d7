"""The affiliations of authors, and the organisations that they name by the listed names of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from tracker.domain.affiliations import AffiliationNames, compile_names
from tracker.domain.papers import Version
from tracker.store.dialect import among, upsert
from tracker.store.tables.operator import AFFILIATION, ORGANISATION


def save_affiliations(connection: Connection, papers: Iterable[tuple[int, Version]]) -> None:
    """Store the affiliations of the newest versions of papers, by the keys of these.

    A source that gives none, as RSS does, changes nothing.
    """
    given = {work: version.affiliations for work, version in papers if version.affiliations}
    if not given:
        return
    stored = load_affiliations(connection, given)
    changed = {
        work: names for work, names in given.items() if {name for _, name in stored.get(work, ())} != {*names}
    }
    if changed:
        _replace(connection, changed)


def match_again(connection: Connection) -> None:
    """Find anew which organisations the stored affiliations name, after the names changed."""
    stored: dict[int, dict[str, None]] = defaultdict(dict)
    for work, name in connection.execute(select(AFFILIATION.c.work, AFFILIATION.c.name)):
        stored[work][name] = None
    if stored:
        _replace(connection, {work: tuple(names) for work, names in stored.items()})


def load_affiliations(connection: Connection, keys: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """The affiliations of works as (organisation, affiliation), by key; the organisation is empty where it names none."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for work, name, organisation in connection.execute(
        select(AFFILIATION.c.work, AFFILIATION.c.name, AFFILIATION.c.organisation)
        .where(among(AFFILIATION.c.work, keys))
        .order_by(AFFILIATION.c.organisation, AFFILIATION.c.name)
    ):
        found[work].append((organisation, name))
    return found


def _replace(connection: Connection, papers: Mapping[int, Sequence[str]]) -> None:
    names = _load_names(connection)
    connection.execute(delete(AFFILIATION).where(among(AFFILIATION.c.work, papers)))
    upsert(
        connection,
        AFFILIATION,
        (
            {"work": work, "name": affiliation, "organisation": organisation}
            for work, affiliations in papers.items()
            for affiliation in affiliations
            for organisation in names.organisations_in(affiliation) or ("",)
        ),
    )


def _load_names(connection: Connection) -> AffiliationNames:
    rows = connection.execute(
        select(ORGANISATION.c.name, ORGANISATION.c.affiliations).order_by(ORGANISATION.c.name)
    )
    return compile_names(tuple((name, tuple(listed or ())) for name, listed in rows))
