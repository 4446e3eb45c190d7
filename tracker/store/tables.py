"""The base tables: ours to change (users read the views of `tracker.store.views`).

Keys are natural (an arXiv id, a canonical reference, a window's borders): a row written again ends the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from tracker.store.times import UtcText

JSON_OR_NULL: Any = JSON(none_as_null=True)
LARGE: Any = Integer().with_variant(BigInteger(), "postgresql")


def _time(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_type=UtcText, nullable=null, index=index)


def _long(*, null: bool = False) -> Any:
    return Field(default=None if null else "", sa_type=Text, nullable=null)


def _list() -> Any:
    return Field(default_factory=list, sa_type=JSON, nullable=False)


# SQLite takes an index only where a query says its condition in the same words (`flag = 1`, as SQLAlchemy asks it). They
# are named for SQLite alone: naming PostgreSQL would load its dialect. The migrations say them for both.
class Work(SQLModel, table=True):
    """A paper (`arxiv:ID`) or what an organisation released without one (`release:REFERENCE`)."""

    __table_args__: ClassVar[Any] = (
        Index("work_judge_due", "id", sqlite_where=text("judge_due = 1")),
        Index("work_next_look", "next_look_at", "id", sqlite_where=text("next_look_at IS NOT NULL")),
        Index("work_open", "opened_at", "id", sqlite_where=text("code = 'open'")),
        Index("work_scan_due", "submitted_at", "id", sqlite_where=text("scan_due = 1")),
    )
    id: str = Field(primary_key=True)
    latest: int = 0
    """The newest version seen; 0 for a release."""
    name: str | None = None
    """A release's name; a paper's title stands in its versions."""
    first_seen: datetime = _time()
    submitted_at: datetime | None = _time(null=True, index=True)
    announced_at: datetime | None = _time(null=True)
    next_look_at: datetime | None = _time(null=True)
    """When the work is to be judged again though nothing new was seen: a promise lapses by itself."""
    scan_due: bool = False
    """Its texts or what others say of it changed: to be read, and its roles decided, anew."""
    judge_due: bool = False
    withdrawn: bool = False
    promise: str = "none"
    promise_evidence: str = _long()
    code: str = "unknown"
    weights: str = "unknown"
    data: str = "unknown"
    demo: str = "unknown"
    grade: str | None = None
    grading: int | None = Field(default=None, foreign_key="grading.id", sa_type=LARGE)
    opened_at: datetime | None = _time(null=True)
    judged_at: datetime | None = _time(null=True)
    judged_rules: str | None = None


class Grading(SQLModel, table=True):
    """The words of a judgement, once for all works of which they are true; `id` is made of them, 0 of none yet."""

    id: int = Field(primary_key=True, sa_type=LARGE)
    reasons: list[str] = _list()
    """Why the grade is what it is."""
    mof: str = ""
    """What the Model Openness Framework would at most allow."""
    osaid: str = ""
    """The same of the Open Source AI Definition."""


class WorkCategory(SQLModel, table=True):
    """A paper's categories, one row each: the feed of each category stands in the index of what is open."""

    __tablename__: ClassVar[Any] = "work_category"
    __table_args__: ClassVar[Any] = (
        Index("work_category_open", "category", "opened_at", "work", sqlite_where=text("opened_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )
    work: str = Field(primary_key=True, foreign_key="work.id")
    category: str = Field(primary_key=True)
    opened_at: datetime | None = _time(null=True)
    """The work's `opened_at` while its code is open, else NULL."""


class Figure(SQLModel, table=True):
    """How many papers of a month and a category have a fact in a state; kept by `tracker.store.figures`."""

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    category: str = Field(primary_key=True)
    """`all` for the total."""
    fact: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    papers: int = 0


class PaperText(SQLModel, table=True):
    """Which version of a paper the full-text index holds, and the names of its own repositories there."""

    __tablename__: ClassVar[Any] = "paper_text"
    id: int = Field(primary_key=True, sa_type=LARGE)
    """Grows with the arXiv id (`tracker.store.search.number`); a number of its own, since VACUUM may change those that
    SQLite gives by itself."""
    work: str = Field(foreign_key="work.id", unique=True)
    version: int
    repositories: str = _long()


class Version(SQLModel, table=True):
    """One version of a paper; the text of each is kept."""

    work: str = Field(primary_key=True, foreign_key="work.id")
    n: int = Field(primary_key=True)
    title: str = _long()
    abstract: str = _long()
    comment: str | None = _long(null=True)
    authors: list[str] = _list()
    categories: list[str] = _list()
    primary_category: str
    doi: str | None = None
    licence: str | None = None
    withdrawn: bool = False
    submitted_at: datetime = _time()
    updated_at: datetime = _time()
    seen_at: datetime = _time()


class Scan(SQLModel, table=True):
    """Which source of which version was read, when, and by which rules."""

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: str = Field(primary_key=True, foreign_key="work.id")
    version: int = Field(primary_key=True)
    source: str = Field(primary_key=True)
    outcome: str
    reason: str = ""
    scanned_at: datetime = _time()
    rules: str


class Artifact(SQLModel, table=True):
    """Something a paper links. `key` is the folded reference under which it was first known; where a
    stranger took that name, the stranger's has `#` and the host's id behind it."""

    __table_args__: ClassVar[Any] = (
        Index("artifact_identity", "host", "kind", "host_id", unique=True, sqlite_where=text("host_id IS NOT NULL")),
        # All that the work list sorts by stands in it: what is due is put in order without a look at the rows.
        Index("artifact_due", "host", "next_check_at", "first_checked_at", "newest_at", "content", "outcome", "key",
              sqlite_where=text("next_check_at IS NOT NULL")),
    )  # fmt: skip
    key: str = Field(primary_key=True)
    reference: str
    """The current name, as the host writes it once it answered."""
    host: str
    kind: str
    url: str
    host_id: str | None = None
    outcome: str | None = None
    reason: str = ""
    content: str | None = None
    holds: list[str] = _list()
    licence_claimed: str | None = None
    licence_spdx: str | None = None
    licence_class: str | None = None
    licence_source: str = ""
    licence_note: str = ""
    archived: bool = False
    gated: bool = False
    fork: bool = False
    languages: list[str] = _list()
    created_at: datetime | None = _time(null=True)
    pushed_at: datetime | None = _time(null=True)
    commit_id: str | None = None
    read_rules: str = ""
    """By which rules its files were last read whole, if they were."""
    names: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    """The papers that its README, CITATION.cff or card names; NULL where none of them was read."""
    derived_from: list[str] = _list()
    licences_beside: list[list[Any]] = _list()
    """Licences of its files that speak of one fact only: [fact, SPDX id or NULL, class, source, note]."""
    copy_url: str | None = None
    """A copy in an archive, looked for once it was gone."""
    copy_looked_at: datetime | None = _time(null=True)
    newest_at: datetime | None = _time(null=True)
    """Submission of the newest paper that links it: new papers are checked first."""
    first_checked_at: datetime | None = _time(null=True)
    checked_at: datetime | None = _time(null=True)
    next_check_at: datetime | None = _time(null=True)


class ArtifactName(SQLModel, table=True):
    """A name by which an artifact is or was known, from when to when."""

    __tablename__: ClassVar[Any] = "artifact_name"
    __table_args__: ClassVar[Any] = (
        Index("artifact_name_current", "folded", unique=True, sqlite_where=text("until IS NULL")),
    )
    folded: str = Field(primary_key=True)
    artifact: str = Field(primary_key=True, foreign_key="artifact.key", index=True)
    reference: str
    url: str
    written: bool = True
    """True where a paper wrote this name; False where only the host answered with it."""
    since: datetime = _time()
    until: datetime | None = _time(null=True)


class Mention(SQLModel, table=True):
    """A link as it stands in one place of one paper."""

    work: str = Field(primary_key=True, foreign_key="work.id")
    folded: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    artifact: str = Field(foreign_key="artifact.key", index=True)
    reference: str
    url: str = _long()
    evidence: str = _long()
    before: str = _long()
    first_version: int
    last_version: int
    found_at: datetime = _time()


class RoleRow(SQLModel, table=True):
    """What an artifact is to a work; recomputed at will."""

    __tablename__: ClassVar[Any] = "role"
    work: str = Field(primary_key=True, foreign_key="work.id")
    artifact: str = Field(primary_key=True, foreign_key="artifact.key", index=True)
    role: str
    probability: float
    reference: str
    """As the paper writes it."""
    url: str = _long()
    place: str
    evidence: str = _long()
    reasons: list[str] = _list()
    rules: str
    lifecycle: str | None = None
    """State of an own artifact for this work, as last judged."""


class SightingRow(SQLModel, table=True):
    """A check: a row when something changed, else the last row's time moves."""

    __tablename__: ClassVar[Any] = "sighting"
    artifact: str = Field(primary_key=True, foreign_key="artifact.key")
    first_seen: datetime = Field(sa_type=UtcText, primary_key=True)
    last_seen: datetime = _time()
    times: int = 1
    digest: str
    outcome: str
    reason: str = ""
    content: str
    holds: list[str] = _list()
    licence_claimed: str | None = None
    licence_spdx: str | None = None
    licence_class: str
    licence_source: str = ""
    licence_note: str = ""
    archived: bool = False
    gated: bool = False
    reference: str | None = None
    commit_id: str | None = None
    names: list[str] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    licences_beside: list[list[Any]] = _list()


class VerdictRow(SQLModel, table=True):
    """State of one fact of one work now."""

    __tablename__: ClassVar[Any] = "verdict"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: str = Field(primary_key=True, foreign_key="work.id")
    fact: str = Field(primary_key=True)
    state: str
    licence_class: str
    reference: str | None = None
    reasons: list[str] = _list()


class EventRow(SQLModel, table=True):
    """What changed. The id is derived from work, reference, kind and moment: replaying adds nothing."""

    __tablename__: ClassVar[Any] = "event"
    __table_args__: ClassVar[Any] = (Index("event_kind", "kind", "observed_at"),)
    id: str = Field(primary_key=True)
    work: str = Field(foreign_key="work.id", index=True)
    reference: str | None = None
    kind: str
    cause: str
    happened_at: datetime = _time()
    observed_at: datetime = _time()
    detail: str = ""


class Entry(SQLModel, table=True):
    """An event's place in a feed. `entered_at` is the item's date there and never changes."""

    __table_args__: ClassVar[Any] = (Index("entry_date", "feed", "entered_at", unique=True),)
    feed: str = Field(primary_key=True)
    work: str = Field(primary_key=True, foreign_key="work.id")
    event: str = Field(primary_key=True, foreign_key="event.id")
    entered_at: datetime = _time()


class Window(SQLModel, table=True):
    """Proof that nothing was missed between two moments at one source."""

    source: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcText, primary_key=True)
    until: datetime = Field(sa_type=UtcText, primary_key=True)
    expected: int | None = None
    got: int = 0
    state: str
    reason: str = ""
    asked_at: datetime = _time()


class HubListing(SQLModel, table=True):
    """A Hub repository whose tags name an arXiv paper, known or not yet: models often precede their paper."""

    __tablename__: ClassVar[Any] = "hub_listing"
    arxiv_id: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    url: str = _long()
    derived_from: list[str] = _list()
    created_at: datetime = _time()
    seen_at: datetime = _time()


class Upstream(SQLModel, table=True):
    """What must be remembered of an upstream across restarts."""

    name: str = Field(primary_key=True)
    stop_until: datetime | None = _time(null=True)
    stop_reason: str = ""
    failing_since: datetime | None = _time(null=True)
    last_error: str = ""
    last_ok_at: datetime | None = _time(null=True)
    budget_from: datetime | None = _time(null=True)
    budget_used: int = 0


class Stage(SQLModel, table=True):
    """When each stage last ended well."""

    name: str = Field(primary_key=True)
    good_at: datetime | None = _time(null=True)
    trouble_since: datetime | None = _time(null=True)
    trouble: str = ""
    next_try: datetime | None = _time(null=True)


class Organisation(SQLModel, table=True):
    """An organisation with its GitHub owners and Hub namespaces."""

    name: str = Field(primary_key=True)
    github: list[str] = _list()
    huggingface: list[str] = _list()


class OrganisationAccount(SQLModel, table=True):
    """The folded references of one account of an organisation: from `start` on and before `stop`."""

    __tablename__: ClassVar[Any] = "organisation_account"
    start: str = Field(primary_key=True)
    stop: str
    organisation: str = Field(foreign_key="organisation.name", index=True)


class Correction(SQLModel, table=True):
    """The operator's word on a link or a licence, with reason and source, from when to when it was in force."""

    work: str = Field(primary_key=True)
    """`arxiv:ID`, or `*` for every work that links it."""
    folded: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcText, primary_key=True)
    until: datetime | None = _time(null=True)
    value: str
    reason: str = _long()
    source: str = _long()


METADATA = SQLModel.metadata
