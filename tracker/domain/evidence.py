"""Everything known of one work for its page, and the counts of `/trends`: frozen values between store and pages.

All datetimes are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.history import CheckRecord, Correction, Event, Licence, VersionSeen
from tracker.domain.terms import Content, Fact, Lifecycle, Mark, Outcome, Place, Promise, Role, Source, State


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionSpan:
    """One place of a link, with its sentence and the first and last version in which it was read there."""

    place: Place
    source: Source
    evidence: str
    first_version: int
    last_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactEvidence:
    """One linked artifact with all evidence: the reasons of its role, the places of the link, and the checks."""

    reference: str
    """The name as the paper writes it, equal to that of the item's link."""
    current_name: str
    """The name as the host writes it now."""
    reasons: tuple[str, ...]
    lifecycle: Lifecycle | None
    mentions: tuple[MentionSpan, ...]
    checks: tuple[CheckRecord, ...]
    """In time order."""
    corrections: tuple[Correction, ...]
    licence_claimed: str | None
    licence_source: str
    licences_by_fact: tuple[tuple[Fact, Licence], ...]
    """Licences that apply to one of the four facts only."""
    papers_named: tuple[str, ...] | None
    """The papers that its own files name (`arxiv:ID`, `title:KEY`); None if they were not read."""
    readiness: tuple[tuple[Mark, str], ...] | None = None
    """The marks of readiness that were seen, each with its evidence; None if its files were not looked through."""
    reason: str
    """Why the last check did not find it, as a sentence; empty if it did."""
    checked_at: datetime | None
    next_check_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """One source that was read, or was requested and missing."""

    source: Source
    version: int
    outcome: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignReport:
    """What another installation reported of one link. It is shown with its source and never judged."""

    source: str
    """The name that the operator gave that installation."""
    url: str
    role: Role
    place: Place
    evidence: str
    found_at: datetime
    rules: str
    """The rules by which that installation decided the role."""
    outcome: Outcome | None
    """None where it did not check the link; then `content` is None too, and there are no times."""
    content: Content | None
    licence: str
    seen_since: datetime | None
    seen_until: datetime | None
    read_rules: str


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
    g7: str
    judged_at: datetime | None
    next_check_at: datetime | None
    foreign: tuple[ForeignReport, ...] = ()
    """By source and reference."""

    def artifact(self, reference: str) -> ArtifactEvidence | None:
        """The evidence of one of the item's links, None if the work does not link it."""
        return next((artifact for artifact in self.artifacts if artifact.reference == reference), None)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Papers submitted in one month (`2026-06`, in UTC) with one state of a fact; `category` empty: all papers."""

    month: str
    category: str
    state: State
    papers: int
    unread: int = 0
    """Those of them that are neither a yes nor a no: their full text was not read."""
    fact: Fact = Fact.CODE


@dataclass(frozen=True, slots=True)
class LicenceCount:
    """Papers whose deciding code is under one licence; `spdx` empty where none was recognised."""

    spdx: str
    class_: str
    papers: int


@dataclass(frozen=True, slots=True)
class PromiseWait:
    """One promise, in days from submission: `since` it was first seen, `until` it was kept or, if it is still open,
    until now."""

    since: float
    until: float
    kept: bool
    wording: str = ""
    """What it waits for by its own words (`tracker.domain.promise_wording`)."""
    categories: tuple[str, ...] = ()
