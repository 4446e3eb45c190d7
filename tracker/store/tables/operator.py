"""What the operator says: whom to watch, and what is otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from tracker.store.columns import UtcText
from tracker.store.tables.fields import JSON_OR_NULL, list_field, table, text_field, time_field, work_field


class OrganisationRow(SQLModel, table=True):
    """An organisation with its GitHub owners and Hub namespaces."""

    __tablename__: ClassVar[Any] = "organisation"

    name: str = Field(primary_key=True)
    github: list[str] = list_field()
    huggingface: list[str] = list_field()
    affiliations: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    """Its names in affiliations; NULL until the watch list is read again."""


class AffiliationRow(SQLModel, table=True):
    """An affiliation that arXiv gives of some author of a paper, once for each organisation that it names."""

    __tablename__: ClassVar[Any] = "affiliation"
    __table_args__: ClassVar[Any] = (
        Index("affiliation_organisation", "organisation", "work", sqlite_where=text("organisation <> ''")),
        {"sqlite_with_rowid": False},
    )
    work: int = work_field()
    name: str = Field(primary_key=True)
    """As arXiv gives it."""
    organisation: str = Field(primary_key=True)
    """Empty where it names none."""


class OrganisationAccountRow(SQLModel, table=True):
    """The folded references of one account of an organisation: from `start` on and before `stop`."""

    __tablename__: ClassVar[Any] = "organisation_account"
    start: str = Field(primary_key=True)
    stop: str
    organisation: str = Field(foreign_key="organisation.name", index=True)


class CorrectionRow(SQLModel, table=True):
    """The operator's word on a link or a licence, with reason and source, from when to when it was in force."""

    __tablename__: ClassVar[Any] = "correction"

    work: str = Field(primary_key=True)
    """`arxiv:ID`, or `*` for every work that links it."""
    folded: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcText, primary_key=True)
    until: datetime | None = time_field(null=True)
    value: str
    reason: str = text_field()
    source: str = text_field()


AFFILIATION = table(AffiliationRow)
ORGANISATION = table(OrganisationRow)
ORGANISATION_ACCOUNT = table(OrganisationAccountRow)
CORRECTION = table(CorrectionRow)
