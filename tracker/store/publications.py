"""What the last publish showed that no other row of the store says: any process renders the same site with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from tracker.domain.errors import StoreError
from tracker.domain.status import Status
from tracker.domain.trend_figures import TrendFigures
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import PUBLICATION

SITE, FIGURES = "site", "figures"
"""The names of the two rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the pages and feeds of one publish show beside the rows of papers, checks and verdicts."""

    status: Status
    """How the installation was; its `now` is the moment of the publish."""
    has_snapshot: bool
    """Whether there is a snapshot to link."""
    settings: Mapping[str, Any]
    """The settings that the site shows, by key, as JSON values; none of them is a secret."""


def save_publication(store: Store, publication: Publication, figures: TrendFigures | None) -> None:
    """Store the publication that the site was rendered from, under a new number, with its figures where they are to be
    kept."""
    with store.begin() as connection:
        row = _load_row(connection, SITE)
        number = row[0] + 1 if row else 1
        content = _adapter(Publication).dump_json(publication).decode()
        upsert(connection, PUBLICATION, [{"name": SITE, "number": number, "content": content}], _CHANGED)
        if figures is not None:
            content = _adapter(TrendFigures).dump_json(figures).decode()
            upsert(connection, PUBLICATION, [{"name": FIGURES, "number": number, "content": content}], _CHANGED)


def load_publication_row(store: Store) -> tuple[int, str] | None:
    """The number and the JSON of the last publication; None where nothing was published yet."""
    with store.read() as connection:
        return _load_row(connection, SITE)


def parse_publication(content: str) -> Publication:
    """The publication of a row. Raises StoreError where another version of the program wrote it in another form."""
    try:
        parsed: Publication = _adapter(Publication).validate_json(content)
    except ValidationError:
        raise StoreError(
            "the store: was published by another version of this program; install the same version here."
        ) from None
    return parsed


def load_figures(store: Store) -> TrendFigures | None:
    """The figures of the trends that were kept; None where there are none, or another version wrote them."""
    with store.read() as connection:
        row = _load_row(connection, FIGURES)
    try:
        figures: TrendFigures | None = _adapter(TrendFigures).validate_json(row[1]) if row else None
    except ValidationError:
        return None
    return figures


_CHANGED = ("number", "content")


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _load_row(connection: Connection, name: str) -> tuple[int, str] | None:
    row = connection.execute(
        select(PUBLICATION.c.number, PUBLICATION.c.content).where(PUBLICATION.c.name == name)
    ).one_or_none()
    return (row.number, row.content) if row else None
