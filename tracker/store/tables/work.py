"""Works, their versions and what is counted of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from tracker.store.columns import PaperLicence
from tracker.store.enum_columns import READ_DEPTH, SCAN_OUTCOME, SOURCE
from tracker.store.tables.fields import LARGE, list_field, table, text_field, time_field, work_field


class SharedTextRow(SQLModel, table=True):
    """Sentences that are true of many, once for all of them (`tracker.store.shared_texts`)."""

    __tablename__: ClassVar[Any] = "shared_text"

    id: int = Field(primary_key=True, sa_type=LARGE)
    sentences: list[str] = list_field()


class GradingRow(SQLModel, table=True):
    """A grade with its reasons, once for all works that share them; `id` is a digest of them, 0 for works not judged yet."""

    __tablename__: ClassVar[Any] = "grading"

    id: int = Field(primary_key=True, sa_type=LARGE)
    grade: str | None = None
    reasons: list[str] = list_field()
    """Why the grade is what it is."""
    mof: str = ""
    """What the Model Openness Framework would at most allow."""
    osaid: str = ""
    """The same of the Open Source AI Definition."""
    g7: str = ""
    """The same of the labels of the G7."""


# SQLite takes an index only where a query states its condition in the same words (`flag = 1`, as SQLAlchemy writes it). They
# are named for SQLite alone: naming PostgreSQL would load its dialect. The migrations name them for both.
class WorkRow(SQLModel, table=True):
    """A paper (`arxiv:ID`) or what an organisation released without one (`release:REFERENCE`)."""

    __tablename__: ClassVar[Any] = "work"

    __table_args__: ClassVar[Any] = (
        Index("work_judge_due", "id", sqlite_where=text("judge_due = 1")),
        Index(
            "work_next_judgement", "next_judgement_at", "id", sqlite_where=text("next_judgement_at IS NOT NULL")
        ),
        Index("work_open", "opened_at", "id", sqlite_where=text("code = 'open'")),
        *(
            Index(f"work_open_{fact}", "id", sqlite_where=text(f"{fact} = 'open'"))
            for fact in ("weights", "data", "demo")
        ),
        Index("work_scan_due", "submitted_at", "id", sqlite_where=text("scan_due = 1")),
        Index("work_record_due", "announced_at", "id", sqlite_where=text("record_due_at IS NOT NULL")),
        Index("work_text_due", "announced_at", "id", sqlite_where=text("text_due_at IS NOT NULL")),
        Index("work_page_due", "announced_at", "id", sqlite_where=text("page_due_at IS NOT NULL")),
    )
    id: int = Field(primary_key=True, sa_type=LARGE)
    """`tracker.store.keys.work_key`: the number of the arXiv id, or a negative digest of the release's reference."""
    arxiv_id: str | None = Field(default=None, unique=True)
    """As people write it; NULL for a release."""
    release: str | None = Field(default=None, unique=True)
    """The reference of a release; NULL for a paper."""
    latest: int = 0
    """The newest version seen; 0 for a release."""
    name: str | None = None
    """The name of a release; a paper's title is in its versions."""
    first_seen: datetime = time_field()
    submitted_at: datetime | None = time_field(null=True, index=True)
    """When its first version was submitted."""
    announced_at: datetime | None = time_field(null=True)
    backfilled: int | None = None
    """The version that a backfill brought; NULL for a paper that the harvest brought."""
    next_judgement_at: datetime | None = time_field(null=True)
    """When the work is to be judged again though nothing new was seen: a promise lapses by itself."""
    scan_due: bool = False
    """Its texts or what others say of it changed: to be read, and its roles decided, anew."""
    record_due_at: datetime | None = time_field(null=True)
    """From when on the Hub's record of it is to be read; NULL: not at all. These three are derived from what was read
    (`tracker.domain.reading`)."""
    text_due_at: datetime | None = time_field(null=True)
    """From when on its full text is to be read."""
    page_due_at: datetime | None = time_field(null=True)
    """From when on its authors' project pages are to be read."""
    read_depth: str | None = Field(default=None, sa_type=READ_DEPTH, nullable=True)
    """The deepest source that was read of its newest version; NULL: none yet."""
    read_at: datetime | None = time_field(null=True)
    """When a source of it was last read."""
    judge_due: bool = False
    withdrawn: bool = False
    promise: str = "none"
    promise_evidence: str = text_field()
    code: str = "unknown"
    weights: str = "unknown"
    data: str = "unknown"
    demo: str = "unknown"
    grading: int | None = Field(default=None, foreign_key="grading.id", sa_type=LARGE)
    opened_at: datetime | None = time_field(null=True)
    judged_at: datetime | None = time_field(null=True)
    judged_rules: str | None = None


class WorkCategoryRow(SQLModel, table=True):
    """A paper's categories, one row each: the index of open papers holds the feed of each category."""

    __tablename__: ClassVar[Any] = "work_category"
    __table_args__: ClassVar[Any] = (
        Index("work_category_open", "category", "opened_at", "work", sqlite_where=text("opened_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )
    work: int = work_field()
    category: str = Field(primary_key=True)
    opened_at: datetime | None = time_field(null=True)
    """The work's `opened_at` while its code is open, else NULL."""


class VersionRow(SQLModel, table=True):
    """One version of a paper, with its texts."""

    __tablename__: ClassVar[Any] = "version"

    work: int = work_field()
    n: int = Field(primary_key=True)
    title: str = text_field()
    abstract: str = text_field()
    comment: str | None = text_field(null=True)
    authors: list[str] = list_field()
    categories: list[str] = list_field()
    primary_category: str
    doi: str | None = None
    licence: str | None = Field(default=None, sa_type=PaperLicence, nullable=True)
    withdrawn: bool = False
    updated_at: datetime | None = time_field(null=True)
    """When this version was submitted; NULL for the paper's own `submitted_at`."""
    seen_at: datetime | None = time_field(null=True)
    """NULL for the paper's `first_seen`."""


class ScanRow(SQLModel, table=True):
    """Which source of which version was read, when, and by which rules."""

    __tablename__: ClassVar[Any] = "scan"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: int = work_field()
    version: int = Field(primary_key=True)
    source: str = Field(primary_key=True, sa_type=SOURCE)
    outcome: str = Field(sa_type=SCAN_OUTCOME)
    shared_text: int | None = Field(default=None, foreign_key="shared_text.id", sa_type=LARGE, nullable=True)
    """Why it could not be read."""
    scanned_at: datetime = time_field()
    rules: str
    promise: str | None = None
    """What a full text or a project page says of the release; NULL for other sources, and where it was not read for
    that."""
    promise_evidence: str | None = text_field(null=True)


class PaperTextRow(SQLModel, table=True):
    """Which version of a paper the full-text index holds, and the names of its own repositories there."""

    __tablename__: ClassVar[Any] = "paper_text"
    id: int = Field(primary_key=True, sa_type=LARGE)
    """The number of its arXiv id (`tracker.store.keys.arxiv_number`), which on SQLite is the work's own key."""
    version: int
    repositories: str = text_field()
    title_words: str = text_field()
    """Words of the title as they are compared (`tracker.domain.folding`): on SQLite those that the text itself does not
    have, on PostgreSQL all."""
    other_words: str = text_field()
    """The same of abstract and authors."""


class PaperCountRow(SQLModel, table=True):
    """How many papers of a month and a category have a fact in a state; updated by `tracker.store.statistics`."""

    __tablename__: ClassVar[Any] = "paper_count"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    category: str = Field(primary_key=True)
    """`all` for the total."""
    fact: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    papers: int = 0
    unread: int = 0
    """How many of them were not read as far as their state claims (`tracker.store.statistics.is_unread`)."""


SHARED_TEXT = table(SharedTextRow)
GRADING = table(GradingRow)
WORK = table(WorkRow)
WORK_CATEGORY = table(WorkCategoryRow)
VERSION = table(VersionRow)
SCAN = table(ScanRow)
PAPER_TEXT = table(PaperTextRow)
PAPER_COUNT = table(PaperCountRow)
