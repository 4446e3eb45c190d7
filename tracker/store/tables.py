"""The base tables: ours to change (users read the views of `tracker.store.views`).

Keys are natural (an arXiv id, a window's borders), but for artifacts and their names, which have numbers: a reference
stands in a dozen rows. A row written again ends the same.

What is told once is kept once: a mention is of a name, a role is that of a mention, and what all versions of a paper share
stands with the paper. `tracker.store.joined` puts them together for reading.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from tracker.store.enum_columns import PLACE, SCAN_OUTCOME, SOURCE
from tracker.store.keys import HexDigits, PaperLicence, RuleVersion, WorkKey
from tracker.store.times import UtcText

JSON_OR_NULL: Any = JSON(none_as_null=True)
LARGE: Any = Integer().with_variant(BigInteger(), "postgresql")


def moment(*, null: bool = False, index: bool = False) -> Any:
    """A column of times."""
    return Field(default=None, sa_type=UtcText, nullable=null, index=index)


def prose(*, null: bool = False) -> Any:
    """A column of long texts."""
    return Field(default=None if null else "", sa_type=Text, nullable=null)


def items() -> Any:
    """A column of lists."""
    return Field(default_factory=list, sa_type=JSON, nullable=False)


def _work() -> Any:
    """The work that a row is about, first part of its key."""
    return Field(primary_key=True, foreign_key="work.id", sa_type=WorkKey)


# SQLite takes an index only where a query says its condition in the same words (`flag = 1`, as SQLAlchemy asks it). They
# are named for SQLite alone: naming PostgreSQL would load its dialect. The migrations say them for both.
class WorkRow(SQLModel, table=True):
    """A paper (`arxiv:ID`) or what an organisation released without one (`release:REFERENCE`)."""

    __tablename__: ClassVar[Any] = "work"

    __table_args__: ClassVar[Any] = (
        Index("work_judge_due", "id", sqlite_where=text("judge_due = 1")),
        Index("work_next_look", "next_look_at", "id", sqlite_where=text("next_look_at IS NOT NULL")),
        Index("work_open", "opened_at", "id", sqlite_where=text("code = 'open'")),
        Index("work_scan_due", "submitted_at", "id", sqlite_where=text("scan_due = 1")),
    )
    id: str = Field(primary_key=True, sa_type=WorkKey)
    arxiv_id: str | None = Field(default=None, unique=True)
    """As people write it; NULL for a release."""
    release: str | None = None
    """The reference of a release; NULL for a paper."""
    latest: int = 0
    """The newest version seen; 0 for a release."""
    name: str | None = None
    """A release's name; a paper's title stands in its versions."""
    first_seen: datetime = moment()
    submitted_at: datetime | None = moment(null=True, index=True)
    """When its first version was submitted."""
    announced_at: datetime | None = moment(null=True)
    next_look_at: datetime | None = moment(null=True)
    """When the work is to be judged again though nothing new was seen: a promise lapses by itself."""
    scan_due: bool = False
    """Its texts or what others say of it changed: to be read, and its roles decided, anew."""
    judge_due: bool = False
    withdrawn: bool = False
    promise: str = "none"
    promise_evidence: str = prose()
    code: str = "unknown"
    weights: str = "unknown"
    data: str = "unknown"
    demo: str = "unknown"
    grading: int | None = Field(default=None, foreign_key="grading.id", sa_type=LARGE)
    opened_at: datetime | None = moment(null=True)
    judged_at: datetime | None = moment(null=True)
    judged_rules: str | None = Field(default=None, sa_type=RuleVersion, nullable=True)


class GradingRow(SQLModel, table=True):
    """The words of a judgement, once for all works of which they are true; `id` is made of them, 0 of none yet."""

    __tablename__: ClassVar[Any] = "grading"

    id: int = Field(primary_key=True, sa_type=LARGE)
    grade: str | None = None
    reasons: list[str] = items()
    """Why the grade is what it is."""
    mof: str = ""
    """What the Model Openness Framework would at most allow."""
    osaid: str = ""
    """The same of the Open Source AI Definition."""


class SharedTextRow(SQLModel, table=True):
    """Sentences that are true of many, once for all of them (`tracker.store.shared_texts`)."""

    __tablename__: ClassVar[Any] = "wording"

    id: int = Field(primary_key=True, sa_type=LARGE)
    words: list[str] = items()


class WorkCategoryRow(SQLModel, table=True):
    """A paper's categories, one row each: the feed of each category stands in the index of what is open."""

    __tablename__: ClassVar[Any] = "work_category"
    __table_args__: ClassVar[Any] = (
        Index("work_category_open", "category", "opened_at", "work", sqlite_where=text("opened_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )
    work: str = _work()
    category: str = Field(primary_key=True)
    opened_at: datetime | None = moment(null=True)
    """The work's `opened_at` while its code is open, else NULL."""


class FigureRow(SQLModel, table=True):
    """How many papers of a month and a category have a fact in a state; kept by `tracker.store.statistics`."""

    __tablename__: ClassVar[Any] = "figure"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    category: str = Field(primary_key=True)
    """`all` for the total."""
    fact: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    papers: int = 0


class PaperTextRow(SQLModel, table=True):
    """Which version of a paper the full-text index holds, and the names of its own repositories there."""

    __tablename__: ClassVar[Any] = "paper_text"
    id: int = Field(primary_key=True, sa_type=LARGE)
    """The number of its arXiv id (`tracker.store.keys.arxiv_number`), which on SQLite is the work's own key."""
    version: int
    repositories: str = prose()


class VersionRow(SQLModel, table=True):
    """One version of a paper; the text of each is kept."""

    __tablename__: ClassVar[Any] = "version"

    work: str = _work()
    n: int = Field(primary_key=True)
    title: str = prose()
    abstract: str = prose()
    comment: str | None = prose(null=True)
    authors: list[str] = items()
    categories: list[str] = items()
    primary_category: str
    doi: str | None = None
    licence: str | None = Field(default=None, sa_type=PaperLicence, nullable=True)
    withdrawn: bool = False
    updated_at: datetime | None = moment(null=True)
    """When this version was submitted; NULL for the paper's own `submitted_at`."""
    seen_at: datetime | None = moment(null=True)
    """NULL for the paper's `first_seen`."""


class ScanRow(SQLModel, table=True):
    """Which source of which version was read, when, and by which rules."""

    __tablename__: ClassVar[Any] = "scan"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: str = _work()
    version: int = Field(primary_key=True)
    source: str = Field(primary_key=True, sa_type=SOURCE)
    outcome: str = Field(sa_type=SCAN_OUTCOME)
    wording: int | None = Field(default=None, foreign_key="wording.id", sa_type=LARGE, nullable=True)
    """Why it could not be read."""
    scanned_at: datetime = moment()
    rules: str = Field(sa_type=RuleVersion)


class ArtifactRow(SQLModel, table=True):
    """Something a paper links. Its names lead to it; where a stranger took one of them, the stranger has a row of its own."""

    __tablename__: ClassVar[Any] = "artifact"

    __table_args__: ClassVar[Any] = (
        Index("artifact_identity", "host", "kind", "host_id", unique=True, sqlite_where=text("host_id IS NOT NULL")),
        # All that the work list sorts by stands in it: what is due is put in order without a look at the rows.
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
    host_id: str | None = None
    outcome: str | None = None
    reason: str = ""
    content: str | None = None
    holds: list[str] = items()
    licence_claimed: str | None = None
    licence_spdx: str | None = None
    licence_class: str | None = None
    licence_source: str = ""
    licence_note: str = ""
    archived: bool = False
    gated: bool = False
    fork: bool = False
    languages: list[str] = items()
    created_at: datetime | None = moment(null=True)
    pushed_at: datetime | None = moment(null=True)
    commit_id: str | None = Field(default=None, sa_type=HexDigits, nullable=True)
    read_rules: str = Field(default="", sa_type=RuleVersion)
    """By which rules its files were last read whole, if they were."""
    names: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    """The papers that its README, CITATION.cff or card names; NULL where none of them was read."""
    derived_from: list[str] = items()
    licences_beside: list[list[Any]] = items()
    """Licences of its files that speak of one fact only: [fact, SPDX id or NULL, class, source, note]."""
    copy_url: str | None = None
    """A copy in an archive, looked for once it was gone."""
    copy_looked_at: datetime | None = moment(null=True)
    newest_at: datetime | None = moment(null=True)
    """Submission of the newest paper that links it: new papers are checked first."""
    first_checked_at: datetime | None = moment(null=True)
    checked_at: datetime | None = moment(null=True)
    next_check_at: datetime | None = moment(null=True)


class ArtifactNameRow(SQLModel, table=True):
    """A name by which an artifact is or was known, from when to when."""

    __tablename__: ClassVar[Any] = "artifact_name"
    __table_args__: ClassVar[Any] = (
        Index("artifact_name_current", "folded", unique=True, sqlite_where=text("until IS NULL")),
    )
    id: int = Field(primary_key=True, sa_type=LARGE)
    folded: str
    """The reference without case: one artifact at a time has it."""
    artifact: int = Field(foreign_key="artifact.id", sa_type=LARGE, index=True)
    reference: str
    """As it was first written, or answered."""
    url: str
    """The address that the reference stands for."""
    written: bool = True
    """True where a paper wrote this name; False where only the host answered with it."""
    since: datetime = moment()
    until: datetime | None = moment(null=True)


class MentionRow(SQLModel, table=True):
    """A link as it stands in one place of one paper."""

    __tablename__: ClassVar[Any] = "mention"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: str = _work()
    name: int = Field(primary_key=True, foreign_key="artifact_name.id", sa_type=LARGE, index=True)
    source: str = Field(primary_key=True, sa_type=SOURCE)
    place: str = Field(primary_key=True, sa_type=PLACE)
    url: str | None = prose(null=True)
    """As the paper writes it; NULL where that is the address for which the reference stands."""
    evidence: str = prose()
    before: str = prose()
    first_version: int
    last_version: int
    found_at: datetime = moment()


class RoleRow(SQLModel, table=True):
    """What an artifact is to a work; recomputed at will."""

    __tablename__: ClassVar[Any] = "role"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(
            ["work", "name", "source", "place"],
            ["mention.work", "mention.name", "mention.source", "mention.place"],
        ),
        {"sqlite_with_rowid": False},
    )
    work: str = _work()
    artifact: int = Field(primary_key=True, foreign_key="artifact.id", sa_type=LARGE, index=True)
    name: int = Field(sa_type=LARGE)
    """With `source` and `place`: the mention that decides it."""
    source: str = Field(sa_type=SOURCE)
    place: str = Field(sa_type=PLACE)
    role: str
    probability: float
    wording: int = Field(foreign_key="wording.id", sa_type=LARGE)
    """Its reasons."""
    rules: str = Field(sa_type=RuleVersion)
    lifecycle: str | None = None
    """State of an own artifact for this work, as last judged."""


class CheckRow(SQLModel, table=True):
    """A check: a row when something changed, else the last row's time moves."""

    __tablename__: ClassVar[Any] = "sighting"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    artifact: int = Field(primary_key=True, foreign_key="artifact.id", sa_type=LARGE)
    first_seen: datetime = Field(sa_type=UtcText, primary_key=True)
    last_seen: datetime = moment()
    times: int = 1
    digest: str
    outcome: str
    reason: str = ""
    content: str
    holds: list[str] = items()
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
    licences_beside: list[list[Any]] = items()


class VerdictRow(SQLModel, table=True):
    """State of one fact of one work now."""

    __tablename__: ClassVar[Any] = "verdict"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: str = _work()
    fact: str = Field(primary_key=True)
    state: str
    licence_class: str
    name: int | None = Field(default=None, foreign_key="artifact_name.id", sa_type=LARGE, nullable=True)
    """What decides it, as the work names it."""
    wording: int = Field(foreign_key="wording.id", sa_type=LARGE)
    """Its reasons, with a mark where they name what decides it."""


class EventRow(SQLModel, table=True):
    """What changed. The id is derived from work, reference, kind and moment: replaying adds nothing."""

    __tablename__: ClassVar[Any] = "event"
    __table_args__: ClassVar[Any] = (Index("event_kind", "kind", "observed_at"), {"sqlite_with_rowid": False})
    work: str = _work()
    id: str = Field(primary_key=True, sa_type=HexDigits)
    name: int | None = Field(default=None, foreign_key="artifact_name.id", sa_type=LARGE, nullable=True)
    """What it happened to, as the work names it."""
    reference: str | None = None
    """The same where no name of the work's is that."""
    kind: str
    cause: str
    happened_at: datetime = moment()
    observed_at: datetime = moment()
    detail: str = ""


class EntryRow(SQLModel, table=True):
    """An event's place in a feed. `entered_at` is the item's date there and never changes."""

    __tablename__: ClassVar[Any] = "entry"

    __table_args__: ClassVar[Any] = (
        Index("entry_date", "feed", "entered_at", unique=True),
        ForeignKeyConstraint(["work", "event"], ["event.work", "event.id"]),
        {"sqlite_with_rowid": False},
    )
    feed: str = Field(primary_key=True)
    work: str = _work()
    event: str = Field(primary_key=True, sa_type=HexDigits)
    entered_at: datetime = moment()


class HubListingRow(SQLModel, table=True):
    """A Hub repository whose tags name an arXiv paper, known or not yet: models often precede their paper."""

    __tablename__: ClassVar[Any] = "hub_listing"
    arxiv_id: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    url: str = prose()
    derived_from: list[str] = items()
    created_at: datetime = moment()
    seen_at: datetime = moment()


METADATA = SQLModel.metadata
