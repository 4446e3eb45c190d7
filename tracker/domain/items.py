"""What feeds and pages show, as frozen values between store and publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.history import Verdict
from tracker.domain.reading import ReadDepth
from tracker.domain.terms import Content, Fact, LicenceClass, Mark, Outcome, Place, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLink:
    """One artifact of a published item, with its evidence."""

    reference: str
    url: str
    host: str
    kind: str
    role: Role
    probability: float
    place: Place
    evidence: str
    outcome: Outcome
    content: Content
    licence_spdx: str | None
    licence_class: LicenceClass
    archived: bool
    gated: bool
    created_at: datetime | None = None
    licence_note: str = ""
    """A conflict or a doubt about the licence, as a sentence."""
    copy_url: str | None = None
    """A copy in an archive."""
    commit: str | None = None
    """The commit that was last read, as hexadecimal digits; None where the host gave none."""
    ready: tuple[Mark, ...] = ()
    """The marks of readiness that were seen."""
    found_at: datetime | None = None
    """When it was found in the paper's first version, where it had stood before anybody read it; None for other links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paper (or a release without one) as feeds and pages show it."""

    work: str
    """`arxiv:ID` or `release:REFERENCE`."""
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    primary_category: str
    submitted_at: datetime | None
    updated_at: datetime | None
    announced_at: datetime | None
    doi: str | None
    licence: str | None
    withdrawn: bool
    verdicts: tuple[Verdict, ...]
    links: tuple[ItemLink, ...]
    entered_at: datetime | None = None
    """When it entered the feed: its date there, for ever. None where it is in no feed."""
    changed_at: datetime | None = None
    """Newest material change (an event), never earlier than `entered_at`."""
    first_seen: datetime | None = None
    """When the tracker first saw it."""
    opened_at: datetime | None = None
    """When its code was first seen open."""
    unjudged: str | None = None
    """Why its code is no longer judged open, where rules or a correction and not the world closed it."""
    grade: str = ""
    """A grade of `config/openness.toml`, empty until the work is judged."""
    grade_reasons: tuple[str, ...] = ()
    read: tuple[ReadDepth, ...] = ()
    """The sources that were read of the newest version."""
    read_at: datetime | None = None
    """When one of them was last read."""
    waits_for_text: bool = False
    """Whether its full text is still to be read."""
    kept_promise: bool = False
    """Whether its authors announced a release and kept their word."""
    affiliations: tuple[tuple[str, str], ...] = ()
    """The affiliations that name a watched organisation, as (organisation, affiliation as arXiv gives it)."""
    event: str = ""
    """In a feed of events: the id of the event that this entry reports; the guid ends with it."""

    @property
    def arxiv_id(self) -> str | None:
        """The arXiv id without version, or None for a release."""
        scheme, _, rest = self.work.partition(":")
        return rest if scheme == "arxiv" else None

    def verdict(self, fact: Fact) -> Verdict | None:
        """The verdict on one fact, None when the work was not judged yet."""
        return next((v for v in self.verdicts if v.fact is fact), None)

    def own_artifacts(self) -> list[ItemLink]:
        """The authors' own artifacts, without their project pages."""
        return [link for link in self.links if link.role is Role.OWN]

    def own_links(self) -> list[ItemLink]:
        """The authors' own artifacts, the one that decides the code first, then their project pages."""
        code = self.verdict(Fact.CODE)
        deciding = code.reference if code else None
        return sorted(self.own_artifacts(), key=lambda link: link.reference != deciding) + [
            link for link in self.links if link.role is Role.OWN_PAGE
        ]

    def other_links(self) -> list[ItemLink]:
        """The links to what others made: mentions and community artifacts."""
        return [link for link in self.links if link.role not in (Role.OWN, Role.OWN_PAGE)]
