"""What the works of an organisation are and share: frozen values between store and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tracker.domain.terms import EventKind, Fact, State

SHIPPED = frozenset({State.OPEN, State.AVAILABLE, State.GATED})
"""States of a fact that is there, under whatever terms."""


class Belonging(StrEnum):
    """Why a work belongs to an organisation."""

    OWNER = "repository owner"
    NAMESPACE = "Hub namespace"
    AFFILIATION = "affiliation"


class PromiseState(StrEnum):
    """What became of a promise, as the view `promises` says it."""

    KEPT = "kept"
    WAITING = "waiting"
    LAPSED = "lapsed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class OrganisationWork:
    """A paper, or a release without one, with the states of its facts now."""

    arxiv_id: str
    """Empty for a release."""
    title: str
    at: datetime
    """When it was submitted; of a release when it was first stored."""
    code: State
    weights: State
    data: State
    reasons: tuple[tuple[Belonging, str], ...]
    """Why it belongs to the organisation, each with the reference, or the affiliation, that says so."""


@dataclass(frozen=True, slots=True)
class OrganisationPromise:
    """A promise of code."""

    arxiv_id: str
    title: str
    state: PromiseState
    promised_at: datetime
    ended_at: datetime | None
    """When it was kept or lapsed."""


@dataclass(frozen=True, slots=True)
class OrganisationEvent:
    """Something that happened to an artifact under an account of the organisation."""

    arxiv_id: str
    title: str
    reference: str
    kind: EventKind
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class TermsCount:
    """Works of one year whose fact is in one state under one class of licence."""

    year: str
    """Of the submission; of a release, of when it was first stored."""
    fact: Fact
    state: State
    licence_class: str
    """Empty where the fact is neither open, available nor gated."""
    papers: int
    releases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFigures:
    """One organisation."""

    name: str
    accounts: tuple[tuple[str, str], ...] = ()
    """(name to show, https address) of each account."""
    sources: tuple[str, ...] = ()
    """Addresses of the pages which say that the accounts are theirs."""
    by_affiliation: int = 0
    """Papers that belong by an affiliation alone."""
    terms: tuple[TermsCount, ...] = ()
    promises_by_state: Mapping[PromiseState, int] = field(default_factory=dict)
    """All promises of its papers."""
    licence_changes: int = 0
    """All that were seen."""
    promises: tuple[OrganisationPromise, ...] = ()
    """Those of its newest papers."""
    relicensed: tuple[OrganisationEvent, ...] = ()
    """The newest changes of licences."""
    releases: tuple[OrganisationWork, ...] = ()
    """The newest."""
    newest: tuple[OrganisationWork, ...] = ()
    """Its newest papers."""

    def count_papers(self, fact: Fact, states: Iterable[State] | None = None, year: str = "") -> int:
        """Papers (of one year) whose fact is in one of these states; in any by default."""
        wanted = frozenset(State if states is None else states)
        return sum(
            count.papers
            for count in self.terms
            if count.fact is fact and count.state in wanted and year in ("", count.year)
        )

    @property
    def papers(self) -> int:
        """All of its papers."""
        return self.count_papers(Fact.CODE)

    @property
    def years(self) -> list[str]:
        """The years of its papers."""
        return sorted({count.year for count in self.terms if count.papers})

    @property
    def released(self) -> int:
        """Its releases without a paper."""
        return sum(count.releases for count in self.terms if count.fact is Fact.CODE)
