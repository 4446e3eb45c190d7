"""The history of a work and its verdicts, as frozen values.

They are all that judging reads and returns: no clock, no network and no store. All datetimes are aware and in UTC.
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

KEEPS_PROMISE = (EventKind.SHIPPED.value, EventKind.OPENED.value)
"""The events of which the first one keeps a promise, as the view `promises` says it too."""
SHIPPED_AT_FIRST = "at the first check"
"""The detail of a `shipped` event of which it is not known that it came after the paper's promise."""
SEEN_CAUSE = Cause.WORLD.value
"""A promise was seen to be kept if what kept it has this cause and not the detail `SHIPPED_AT_FIRST`. Otherwise nobody
knows when it was kept: the promise is kept, and neither its date nor its waiting time counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence decided from claim and files. `source` is where it was read; `note` states a conflict."""

    spdx: str | None
    class_: LicenceClass
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """One stored check result, seen unchanged `times` times from `first_seen` to `last_seen`."""

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
    """The host's name of it at that time; None if the host gave no name."""
    licence_source: str = ""
    licences_by_fact: tuple[tuple[Fact, Licence], ...] = ()
    """Licences of its files that apply to one fact only, as `LICENSE-MODEL` applies to weights."""
    first_seen: datetime
    last_seen: datetime
    times: int = 1
    by_rule: bool = False
    """Whether what differs from the check before follows from newer rules of reading, not from the world."""
    rewritten: bool = False
    """Whether it showed that the commit of the publication was no longer in the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The operator's correction of one link, in force from `since` until `until` (None: still in force).

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
        """Whether it is in force at that time."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An artifact as one paper links it, with all its checks in time order."""

    reference: str
    kind: str
    role: Role
    probability: float
    source: Source
    found_at: datetime
    first_version: int = 1
    """The first version of the paper that has the link."""
    last_version: int | None = None
    """The last version with the link, if a newer one was read without it; None while the paper has it."""
    replaced_at: datetime | None = None
    """Since when the name that the paper wrote leads to another artifact."""
    lost_at: datetime | None = None
    """Since when no known name leads to it."""
    corrections: tuple[Correction, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it has its role."""


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
    """All that is known of one work over time: what judging reads."""

    work: str
    first_seen: datetime
    announced_at: datetime | None
    promise: Promise
    promise_evidence: str
    withdrawn: bool
    links: tuple[Link, ...]
    versions: tuple[VersionSeen, ...] = ()
    """All versions seen, in order."""
    backfilled: int | None = None
    """The version that a backfill brought; None for a paper that the harvest brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The present state of one fact of one work, with its reasons."""

    fact: Fact
    state: State
    licence_class: LicenceClass
    reference: str | None
    """The artifact that decides the state; None if no artifact does."""
    reasons: tuple[str, ...]


def unknown_verdict(fact: Fact) -> Verdict:
    """The verdict while no artifact of the authors' own was found: unknown, since more of the paper may be read."""
    return Verdict(
        fact=fact,
        state=State.UNKNOWN,
        licence_class=LicenceClass.UNKNOWN,
        reference=None,
        reasons=("no link to the authors' own has been found so far",),
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
