"""What the operator says: whom to watch, and what is otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from tracker.store.columns import UtcText
from tracker.store.tables.fields import list_field, table, text_field, time_field


class OrganisationRow(SQLModel, table=True):
    """An organisation with its GitHub owners and Hub namespaces."""

    __tablename__: ClassVar[Any] = "organisation"

    name: str = Field(primary_key=True)
    github: list[str] = list_field()
    huggingface: list[str] = list_field()


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


ORGANISATION = table(OrganisationRow)
ORGANISATION_ACCOUNT = table(OrganisationAccountRow)
CORRECTION = table(CorrectionRow)
