"""Everything known of one work for its page, and the figures of `/trends`: frozen values between store and pages.

All datetimes are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.history import CheckRecord, Correction, Event, Licence, VersionSeen
from tracker.domain.terms import Fact, Lifecycle, Place, Promise, Source, State


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionSpan:
    """One place in which a link stands, with its sentence and the versions in which it was read."""

    place: Place
    source: Source
    evidence: str
    first_version: int
    last_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactEvidence:
    """One linked artifact with all evidence: why it has its role, where it stands, what was seen there and when."""

    reference: str
    """As the paper writes it: the same as that of the item's link."""
    current_name: str
    """As the host writes it now."""
    reasons: tuple[str, ...]
    lifecycle: Lifecycle | None
    mentions: tuple[MentionSpan, ...]
    checks: tuple[CheckRecord, ...]
    """In time order."""
    corrections: tuple[Correction, ...]
    licence_claimed: str | None
    licence_source: str
    licences_by_fact: tuple[tuple[Fact, Licence], ...]
    """Licences that speak of one of the four things only."""
    papers_named: tuple[str, ...] | None
    """The papers that its own files name; None where they were not read."""
    reason: str
    """Why the last look did not find it, in words."""
    checked_at: datetime | None
    next_check_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """One source that was read, or asked for and not there."""

    source: Source
    version: int
    outcome: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEvidence:
    """What is known of a work beyond its item."""

    promise: Promise
    promise_evidence: str
    comment: str
    versions: tuple[VersionSeen, ...]
    artifacts: tuple[ArtifactEvidence, ...]
    scans: tuple[ScanRecord, ...]
    events: tuple[Event, ...]
    """In time order."""
    mof: str
    osaid: str
    judged_at: datetime | None
    next_check_at: datetime | None

    def artifact(self, reference: str) -> ArtifactEvidence | None:
        """The evidence of one of the item's links."""
        return next((artifact for artifact in self.artifacts if artifact.reference == reference), None)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Papers submitted in one month (`2026-06`, in UTC) with one state of their code; `category` empty: all papers."""

    month: str
    category: str
    state: State
    papers: int


@dataclass(frozen=True, slots=True)
class LicenceCount:
    """Papers whose deciding code is under one licence; `spdx` empty where none was recognised."""

    spdx: str
    class_: str
    papers: int


@dataclass(frozen=True, slots=True)
class PromiseWait:
    """One promise: days from submission until we first knew of it, and until it was kept or, if it was not yet,
    until now."""

    since: float
    until: float
    kept: bool


@dataclass(frozen=True, slots=True)
class OrganisationCount:
    """What one organisation's accounts hold, in works."""

    name: str
    accounts: tuple[tuple[str, str], ...]
    """(what to show, its https address)"""
    works: int
    open_code: int
    open_weights: int
    open_data: int
