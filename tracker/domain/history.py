"""What is known of a work over time, and what is judged of it, as frozen values.

The whole input and output of judging: no clock, no network and no store. All datetimes are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Outcome,
    Promise,
    Role,
    Source,
    State,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence decided from claim and files. `source` says where it was read; `note` tells a conflict."""

    spdx: str | None
    class_: LicenceClass
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """One stored check: what was seen unchanged from `first_seen` to `last_seen`, `times` times."""

    outcome: Outcome
    reason: str
    content: Content
    holds: tuple[Fact, ...]
    licence_spdx: str | None
    licence_class: LicenceClass
    licence_note: str
    archived: bool
    gated: bool
    reference: str | None
    """The host's own name of it at that time, None when it gave none."""
    licence_source: str = ""
    licences_by_fact: tuple[tuple[Fact, Licence], ...] = ()
    """Licences of its files that speak of one fact only, as `LICENSE-MODEL` does of weights."""
    first_seen: datetime
    last_seen: datetime
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The operator's word on one link, from `since` until `until` (None: it stands).

    `field` is `role` (`value` is a role) or `licence` (an SPDX id or expression, a licence name of
    `openness.toml`, or a licence class).
    """

    field: str
    value: str
    reason: str
    source: str
    since: datetime
    until: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An artifact as one paper links it, with all sightings in time order (for judging)."""

    reference: str
    kind: str
    role: Role
    probability: float
    source: Source
    found_at: datetime
    first_version: int = 1
    """The first version of the paper in which the link stood."""
    last_version: int | None = None
    """The last one, where a newer version was read without it; None while it stands."""
    replaced_at: datetime | None = None
    """Since when the name that the paper wrote leads to something else."""
    lost_at: datetime | None = None
    """Since when no name is known that leads to it."""
    corrections: tuple[Correction, ...] = ()
    checks: tuple[CheckRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSeen:
    """One version of a paper as it counts in its history."""

    n: int
    submitted_at: datetime
    """When this version was submitted."""
    seen_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of one work over time; the whole input of judging."""

    work: str
    first_seen: datetime
    announced_at: datetime | None
    promise: Promise
    promise_evidence: str
    withdrawn: bool
    links: tuple[Link, ...]
    versions: tuple[VersionSeen, ...] = ()
    """All versions seen, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """State of one fact of one work now, with its reasons."""

    fact: Fact
    state: State
    licence_class: LicenceClass
    reference: str | None
    """The artifact that decides, if any."""
    reasons: tuple[str, ...]


def unknown_verdict(fact: Fact) -> Verdict:
    """The verdict where nothing of the authors' own was found: unknown, for more may be read."""
    return Verdict(
        fact=fact,
        state=State.UNKNOWN,
        licence_class=LicenceClass.UNKNOWN,
        reference=None,
        reasons=("no link of the authors' own was found in what was read so far",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that changed for a work. `happened_at` is the earliest moment known for it."""

    work: str
    reference: str | None
    kind: EventKind
    cause: Cause
    happened_at: datetime
    observed_at: datetime
    detail: str = ""
