"""Artifacts: what papers link, under which names, what they are to a work, and what checks found."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from tracker.store.columns import HexDigits, UtcText
from tracker.store.enum_columns import PLACE, SOURCE
from tracker.store.tables.fields import JSON_OR_NULL, LARGE, list_field, table, text_field, time_field, work_field


class ArtifactRow(SQLModel, table=True):
    """Something that a paper links. Its names lead to it; a stranger's artifact that took one of them has a row of its own."""

    __tablename__: ClassVar[Any] = "artifact"

    __table_args__: ClassVar[Any] = (
        Index("artifact_identity", "host", "kind", "host_id", "path", unique=True, sqlite_where=text("host_id IS NOT NULL")),
        # It holds all that the work list sorts by: due artifacts are put in order without reading the rows.
        Index("artifact_due", "host", "next_check_at", "first_checked_at", "newest_at", "content", "outcome", "id",
              sqlite_where=text("next_check_at IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(primary_key=True, sa_type=LARGE)
    """In the order in which artifacts were found."""
    reference: str
    """The current name, as the host writes it once it answered."""
    host: str
    kind: str
    url: str
    path: str = text_field()
    """The branch and folder of a repository that papers link, empty for the whole: each is judged by itself."""
    host_id: str | None = None
    outcome: str | None = None
    reason: str = ""
    content: str | None = None
    holds: list[str] = list_field()
    licence_claimed: str | None = None
    licence_spdx: str | None = None
    licence_class: str | None = None
    licence_source: str = ""
    licence_note: str = ""
    archived: bool = False
    gated: bool = False
    fork: bool = False
    languages: list[str] = list_field()
    created_at: datetime | None = time_field(null=True)
    pushed_at: datetime | None = time_field(null=True)
    commit_id: str | None = Field(default=None, sa_type=HexDigits, nullable=True)
    read_rules: str = ""
    """By which rules its files were last read whole, if they were."""
    rules: str = ""
    """By which rules it was last read, whole or in part."""
    names: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    """The papers that its README, CITATION.cff or card names; NULL where none of them was read."""
    derived_from: list[str] = list_field()
    readiness: list[list[str]] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    """The marks of readiness that were seen: [mark, evidence]; NULL where its files were not looked through."""
    licences_beside: list[list[Any]] = list_field()
    """Licences of its files that concern one fact only: [fact, SPDX id or NULL, class, source, note]."""
    copy_url: str | None = None
    """A copy in an archive: of what opened, where archiving is on, else searched for once the artifact was gone."""
    copy_searched_at: datetime | None = time_field(null=True)
    newest_at: datetime | None = time_field(null=True)
    """Submission of the newest paper that links it: new papers are checked first. NULL where only backfilled papers do."""
    first_checked_at: datetime | None = time_field(null=True)
    checked_at: datetime | None = time_field(null=True)
    next_check_at: datetime | None = time_field(null=True)


class ArtifactNameRow(SQLModel, table=True):
    """A name by which an artifact is or was known, from when to when."""

    __tablename__: ClassVar[Any] = "artifact_name"
    __table_args__: ClassVar[Any] = (
        Index("artifact_name_current", "folded", "path", unique=True, sqlite_where=text("until IS NULL")),
    )
    id: int = Field(primary_key=True, sa_type=LARGE)
    folded: str
    """The reference in lower case: only one artifact at a time has it with its path."""
    path: str = text_field()
    """That of the artifact."""
    artifact: int = Field(foreign_key="artifact.id", sa_type=LARGE, index=True)
    reference: str
    """As it was first written, or answered."""
    url: str
    """The address of the reference."""
    written: bool = True
    """True where a paper wrote this name; False where only the host answered with it."""
    since: datetime = time_field()
    until: datetime | None = time_field(null=True)


class MentionRow(SQLModel, table=True):
    """A link in one place of one paper."""

    __tablename__: ClassVar[Any] = "mention"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: int = work_field()
    name: int = Field(primary_key=True, foreign_key="artifact_name.id", sa_type=LARGE, index=True)
    source: str = Field(primary_key=True, sa_type=SOURCE)
    place: str = Field(primary_key=True, sa_type=PLACE)
    url: str | None = text_field(null=True)
    """As the paper writes it; NULL where that is the address of the reference."""
    evidence: str = text_field()
    before: str = text_field()
    first_version: int
    last_version: int
    found_at: datetime = time_field()


class RoleRow(SQLModel, table=True):
    """What an artifact is to a work; recomputed at will."""

    __tablename__: ClassVar[Any] = "role"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(
            ["work", "name", "source", "place"],
            ["mention.work", "mention.name", "mention.source", "mention.place"],
        ),
        Index("role_account", "account", "work", sqlite_where=text("account IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )
    work: int = work_field()
    artifact: int = Field(primary_key=True, foreign_key="artifact.id", sa_type=LARGE, index=True)
    name: int = Field(sa_type=LARGE)
    """With `source` and `place`: the mention that decides it."""
    source: str = Field(sa_type=SOURCE)
    place: str = Field(sa_type=PLACE)
    role: str
    probability: float
    shared_text: int = Field(foreign_key="shared_text.id", sa_type=LARGE)
    """Its reasons."""
    rules: str
    lifecycle: str | None = None
    """State of an own artifact for this work, as last judged."""
    claim: int = 0
    """How strongly the work's own words call it own (`tracker.domain.mentions.Claim`), whatever the role."""
    account: str | None = None
    """The account of the reference (`Reference.account`), where a claim may prove it or others ascribe it to the work."""


class ArtifactCheckRow(SQLModel, table=True):
    """A check: a row when something changed, else the last row's time moves."""

    __tablename__: ClassVar[Any] = "artifact_check"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    artifact: int = Field(primary_key=True, foreign_key="artifact.id", sa_type=LARGE)
    first_seen: datetime = Field(sa_type=UtcText, primary_key=True)
    last_seen: datetime = time_field()
    times: int = 1
    digest: str
    outcome: str
    reason: str = ""
    content: str
    holds: list[str] = list_field()
    licence_claimed: str | None = None
    licence_spdx: str | None = None
    licence_class: str
    licence_source: str = ""
    licence_note: str = ""
    archived: bool = False
    gated: bool = False
    reference: str | None = None
    commit_id: str | None = Field(default=None, sa_type=HexDigits, nullable=True)
    names: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    licences_beside: list[list[Any]] = list_field()
    by_rule: bool = False
    """Whether what differs from the row before follows from newer rules of reading, not from the world."""
    rewritten: bool = False
    """Whether the row began because the commit of the publication was no longer in the history."""


class HubListingRow(SQLModel, table=True):
    """A Hub repository whose tags name an arXiv paper, known or not yet: models often precede their paper."""

    __tablename__: ClassVar[Any] = "hub_listing"
    arxiv_id: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    url: str = text_field()
    derived_from: list[str] = list_field()
    created_at: datetime = time_field()
    seen_at: datetime = time_field()


class BaseModelRow(SQLModel, table=True):
    """A model on the Hub from which others were made, by the name under which it was asked about."""

    __tablename__: ClassVar[Any] = "base_model"
    folded: str = Field(primary_key=True)
    """That name in lower case."""
    name: str
    """As the Hub writes it now."""
    licence_claimed: str | None = None
    trouble: str = ""
    """Why its terms are unknown."""
    bases: list[str] = list_field()
    asked_at: datetime = time_field()


class ForeignReportRow(SQLModel, table=True):
    """What another installation reported of a link: shown with its source, read by no judgement."""

    __tablename__: ClassVar[Any] = "foreign_report"
    __table_args__: ClassVar[Any] = (
        Index("foreign_report_proposed", "proposed_at", sqlite_where=text("proposed_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )
    work: int = work_field()
    source: str = Field(primary_key=True)
    """The name that the operator gave the other installation."""
    folded: str = Field(primary_key=True)
    """The reference in lower case."""
    url: str = text_field()
    role: str
    place: str = Field(sa_type=PLACE)
    evidence: str = text_field()
    found_at: datetime = time_field()
    rules: str = ""
    """The rules by which it decided the role."""
    outcome: str | None = None
    content: str | None = None
    licence: str = ""
    seen_since: datetime | None = time_field(null=True)
    seen_until: datetime | None = time_field(null=True)
    read_rules: str = ""
    """The rules by which it read the artifact."""
    made_at: datetime = time_field()
    """When its file was made."""
    imported_at: datetime = time_field()
    proposed_at: datetime | None = time_field(null=True)
    """When its reference joined our work list, where it was new to us."""


ARTIFACT = table(ArtifactRow)
ARTIFACT_NAME = table(ArtifactNameRow)
MENTION = table(MentionRow)
ROLE = table(RoleRow)
ARTIFACT_CHECK = table(ArtifactCheckRow)
HUB_LISTING = table(HubListingRow)
BASE_MODEL = table(BaseModelRow)
FOREIGN_REPORT = table(ForeignReportRow)
