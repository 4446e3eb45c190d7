"""What the service itself must remember: announcements, their proofs, windows, upstreams, stages and leases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Double
from sqlmodel import Field, SQLModel

from tracker.store.columns import DayNumber, HexDigits, UtcText
from tracker.store.enum_columns import ANNOUNCEMENT_KIND, ARXIV_SOURCE
from tracker.store.tables.fields import LARGE, table, time_field


class AnnouncementRow(SQLModel, table=True):
    """One version of one paper that a source announced, stored before the paper itself is."""

    __tablename__: ClassVar[Any] = "announcement"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    arxiv_id: str = Field(primary_key=True)
    """Of a paper that is stored or not."""
    n: int = Field(primary_key=True)
    day: date = Field(index=True, sa_type=DayNumber)
    """The New York day of the announcement."""
    kind: str = Field(sa_type=ANNOUNCEMENT_KIND)
    source: str = Field(sa_type=ARXIV_SOURCE)
    """The source that announced it first."""


class DayListingRow(SQLModel, table=True):
    """A source listed this paper as new on an announcement day. Rows are kept for some weeks."""

    __tablename__: ClassVar[Any] = "day_listing"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    source: str = Field(primary_key=True, sa_type=ARXIV_SOURCE)
    arxiv_id: str = Field(primary_key=True)
    """Of a paper that is stored or not."""
    day: date = Field(index=True, sa_type=DayNumber)
    """The New York day whose submission window holds the first version; for RSS the day that was announced."""


class DayReadingRow(SQLModel, table=True):
    """A source was read to its end after it showed an announcement day."""

    __tablename__: ClassVar[Any] = "day_reading"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    day: date = Field(primary_key=True, sa_type=DayNumber)
    source: str = Field(primary_key=True, sa_type=ARXIV_SOURCE)
    papers: int
    """How many papers of the day the source has listed by now."""
    blank: bool
    """Whether the whole reading, other days included, listed no paper at all."""
    first_at: datetime = time_field()
    """When the source was read with this list for the first time …"""
    last_at: datetime = time_field()
    """… and for the last time."""


class DayProofRow(SQLModel, table=True):
    """An announcement day was proved complete."""

    __tablename__: ClassVar[Any] = "day_proof"

    day: date = Field(primary_key=True, sa_type=DayNumber)
    papers: int
    """New papers whose first version is in the day's submission window."""
    sources: str
    """The sources that agree, or the one that gave the same list twice, by the names that people read."""
    proved_at: datetime = time_field()


class AppearanceRow(SQLModel, table=True):
    """When a source first showed an announcement."""

    __tablename__: ClassVar[Any] = "appearance"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    day: date = Field(primary_key=True, sa_type=DayNumber)
    source: str = Field(primary_key=True, sa_type=ARXIV_SOURCE)
    missing_at: datetime | None = time_field(null=True)
    """When it was last asked after the announcement was due and did not show it."""
    shown_at: datetime | None = time_field(null=True)
    probes: int = 0
    """How many small requests were made for it …"""
    probed_at: datetime | None = time_field(null=True)
    """… and when the last of them began."""
    refused: bool = False
    """Whether one of them was refused or failed."""


class WindowRow(SQLModel, table=True):
    """Proof that nothing was missed between two moments at one source."""

    __tablename__: ClassVar[Any] = "window"

    source: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcText, primary_key=True)
    until: datetime = Field(sa_type=UtcText, primary_key=True)
    expected: int | None = None
    got: int = 0
    state: str
    reason: str = ""
    asked_at: datetime = time_field()


class UpstreamRow(SQLModel, table=True):
    """What must be remembered of an upstream across restarts."""

    __tablename__: ClassVar[Any] = "upstream"

    name: str = Field(primary_key=True)
    stop_until: datetime | None = time_field(null=True)
    stop_reason: str = ""
    failing_since: datetime | None = time_field(null=True)
    last_error: str = ""
    last_ok_at: datetime | None = time_field(null=True)
    budget_from: datetime | None = time_field(null=True)
    budget_used: int = 0


class StageRow(SQLModel, table=True):
    """When each stage last ended well."""

    __tablename__: ClassVar[Any] = "stage"

    name: str = Field(primary_key=True)
    good_at: datetime | None = time_field(null=True)
    trouble_since: datetime | None = time_field(null=True)
    trouble: str = ""
    next_try: datetime | None = time_field(null=True)


class BacklogRow(SQLModel, table=True):
    """The fewest papers that waited to be read at the end of a cycle of that day (UTC)."""

    __tablename__: ClassVar[Any] = "backlog"

    day: date = Field(primary_key=True, sa_type=DayNumber)
    papers: int


class WebhookRow(SQLModel, table=True):
    """A webhook of the settings, and how it does."""

    __tablename__: ClassVar[Any] = "webhook"

    name: str = Field(primary_key=True)
    address: str
    """A short digest of its address, which may hold a secret."""
    is_gone: bool = False
    """Whether it answered 410: it gets nothing more at this address."""
    failing_since: datetime | None = time_field(null=True)
    reason: str = ""
    tried_at: datetime | None = time_field(null=True)
    ended: int = 0
    """How many events ended undelivered."""


class WebhookDeliveryRow(SQLModel, table=True):
    """An entry of a feed and a webhook: that the webhook is to get it, or that this is settled."""

    __tablename__: ClassVar[Any] = "webhook_delivery"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    webhook: str = Field(primary_key=True, foreign_key="webhook.name")
    feed: str = Field(primary_key=True)
    work: int = Field(primary_key=True, sa_type=LARGE)
    event: str = Field(primary_key=True, sa_type=HexDigits)
    entered_at: datetime = time_field()
    added_at: datetime = time_field()
    tries: int = 0
    next_at: datetime | None = time_field(null=True)
    """When it is sent next; NULL where it is settled: sent, ended, or not wanted."""


class PublicationRow(SQLModel, table=True):
    """What the published site shows beside the other rows, so that any process renders the same site from the store."""

    __tablename__: ClassVar[Any] = "publication"

    name: str = Field(primary_key=True)
    """`site` or `figures`."""
    number: int = 0
    """How often it was published: a new number is a new site."""
    content: str
    """JSON of a `tracker.store.publications.Publication`, or of the figures of the trends."""


class SaveRequestRow(SQLModel, table=True):
    """A request to Software Heritage to archive a repository."""

    __tablename__: ClassVar[Any] = "save_request"

    folded: str = Field(primary_key=True)
    """The repository's reference in lower case."""
    origin: str
    """Its address to clone, as it was asked for."""
    since: datetime = time_field()
    """When it was made first …"""
    asked_at: datetime = time_field()
    """… and last: it is repeated where it did not arrive."""
    number: int | None = Field(default=None, sa_type=LARGE, nullable=True)
    """Software Heritage's own number of the request."""
    state: str
    """A `tracker.hosts.swh_save.SaveState`."""
    reason: str = ""
    swhid: str = ""
    """Of the snapshot, once it is archived."""
    next_at: datetime | None = time_field(null=True)
    """When it is asked how the request stands; NULL where it ended."""


class LeaseRow(SQLModel, table=True):
    """What one process at a time holds, over all machines (`tracker.store.leases`); used on a server alone."""

    __tablename__: ClassVar[Any] = "lease"

    name: str = Field(primary_key=True)
    holder: str
    """Who took it last; empty where it was given back."""
    token: int = Field(sa_type=LARGE)
    """Grows each time that it is taken."""
    since: float = Field(sa_type=Double)
    """When it was taken, in seconds since 1970 by the database's clock …"""
    expires: float = Field(sa_type=Double)
    """… and from when on another may take it."""


class TickRow(SQLModel, table=True):
    """The newest tick of a job of the timetable that a process began; used on a server alone."""

    __tablename__: ClassVar[Any] = "tick"

    job: str = Field(primary_key=True)
    at: datetime = time_field()


ANNOUNCEMENT = table(AnnouncementRow)
DAY_LISTING = table(DayListingRow)
DAY_READING = table(DayReadingRow)
DAY_PROOF = table(DayProofRow)
APPEARANCE = table(AppearanceRow)
WINDOW = table(WindowRow)
UPSTREAM = table(UpstreamRow)
STAGE = table(StageRow)
BACKLOG = table(BacklogRow)
LEASE = table(LeaseRow)
TICK = table(TickRow)
PUBLICATION = table(PublicationRow)
SAVE_REQUEST = table(SaveRequestRow)
WEBHOOK = table(WebhookRow)
WEBHOOK_DELIVERY = table(WebhookDeliveryRow)
