"""Mentions: one link in one place of one paper, and the role that follows from all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place, Promise, Role, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One link in one place of one paper.

    `evidence` is the sentence around it (at most 400 characters), `before` the up to 160 characters that
    lead to it, both with white space collapsed; together with the paper's title and authors they are all
    that the role rules read, so that roles can be decided again from the store.
    """

    reference: Reference
    url: str
    place: Place
    source: Source
    evidence: str
    before: str = ""


class Claim(IntEnum):
    """How strongly a paper's own words or project page call an artifact its own, whatever others say of it."""

    NONE = 0
    WORDS = 1
    NAMED = 2
    """And its name is that of the work, or its owner's resembles an author's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A claim on an artifact by a paper of other authors."""

    paper: str
    """`arxiv:ID`."""
    claim: Claim
    earlier: bool
    """Whether that paper was submitted before this one."""
    named: bool
    """Whether the artifact's README, CITATION.cff or card names that paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactContext:
    """What is known of an artifact beyond one paper's text; the role rules read it."""

    known: bool = False
    """Whether the artifact is stored: False where nothing but a text was read, as in `tracker detect`."""
    names_paper: bool | None = None
    """Whether its README, CITATION.cff or card names this paper; None if they were not read."""
    names_other: bool = False
    """Whether these files name other papers and not this one."""
    derived: bool = False
    """Whether it was made from another artifact by its own statement (a quantisation, a fine-tune)."""
    created_at: datetime | None = None
    proved: bool = False
    """Whether its account holds an artifact that an earlier paper of the same authors calls its own."""
    rival: Rival | None = None
    """The strongest claim on it by a paper that shares no author with this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDecision:
    """Role of one reference in one paper; `probability` is P(own), whatever the role."""

    reference: Reference
    url: str
    role: Role
    probability: float
    place: Place
    source: Source
    """`source` and `place` are those of the deciding mention, as are `url` and `evidence`."""
    evidence: str
    reasons: tuple[str, ...]
    unsettled: bool = False
    """True for a mention that a check of the repository may turn into the authors' own."""
    claim: Claim = Claim.NONE
    suggested: bool = False
    """True for a mention that others call the authors' own, and nothing of the authors does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSentence:
    """One sentence of a full text that says that the work is public, or will be; its white space is collapsed."""

    promise: Promise
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTextReading:
    """What one full text names and says: its mentions, and its sentences about a release."""

    mentions: tuple[Mention, ...]
    releases: tuple[ReleaseSentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPromise:
    """What a paper says of its release; `evidence` is the sentence, and `place` where it stands.

    Both are empty for `none`.
    """

    promise: Promise
    evidence: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The result of detection on one paper: its mentions, their roles, and the promise with its sentence."""

    mentions: tuple[Mention, ...]
    roles: tuple[RoleDecision, ...]
    promise: Promise
    promise_evidence: str
    promise_place: Place | None = None
