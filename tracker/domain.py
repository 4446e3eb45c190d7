"""The words of the field as frozen values.

Everything here is plain data: no input or output, no clock, no randomness. All datetimes are aware and
in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a linked artifact is to the paper that links it."""

    OWN = "own"
    OWN_PAGE = "own-page"
    MENTION = "mention"
    COMMUNITY = "community"


class Place(StrEnum):
    """Where in a paper, or about it, a link stands."""

    TITLE = "title"
    ABSTRACT = "abstract"
    COMMENT = "comment"
    TITLE_FOOTNOTE = "title-footnote"
    SECTION = "section"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    BIBLIOGRAPHY = "bibliography"
    PAGE = "page"
    HUB = "hub"


class Source(StrEnum):
    """Which text or list a scan read."""

    METADATA = "metadata"
    HUB_RECORD = "hub-record"
    HUB_LIST = "hub-list"
    WATCH = "watch"
    HTML = "html"
    TEX = "tex"
    PDF = "pdf"
    PAGE = "page"
    IMPORT = "import"
    """A list of another tracker's, which names links and proves none."""


class Promise(StrEnum):
    """What the authors say of the release of their code, data or weights."""

    AVAILABLE = "available"
    PROMISED = "promised"
    NONE = "none"


class Outcome(StrEnum):
    """What one look at an artifact found. `unknown` is never read as absent."""

    PRESENT = "present"
    ABSENT = "absent"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Content(StrEnum):
    """What a present artifact holds."""

    CODE = "code"
    DATA_ONLY = "data-only"
    README_ONLY = "readme-only"
    PLACEHOLDER = "placeholder"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class LicenceClass(StrEnum):
    """What a licence allows. `none`: looked for and not there; `unknown`: not read or not recognised."""

    OSI = "osi"
    OPEN_CONTENT = "open-content"
    RESTRICTED = "restricted"
    NONE = "none"
    UNKNOWN = "unknown"


class Fact(StrEnum):
    """The four things a paper can ship."""

    CODE = "code"
    WEIGHTS = "weights"
    DATA = "data"
    DEMO = "demo"


class State(StrEnum):
    """State of one fact of one paper."""

    OPEN = "open"
    AVAILABLE = "available"
    GATED = "gated"
    PROMISED = "promised"
    GONE = "gone"
    NONE = "none"
    UNKNOWN = "unknown"


class Lifecycle(StrEnum):
    """State of one artifact for one paper."""

    PROMISED = "promised"
    LINKED = "linked"
    PLACEHOLDER = "placeholder"
    SHIPPED = "shipped"
    GONE = "gone"
    LAPSED = "lapsed"


class EventKind(StrEnum):
    """What changed."""

    FOUND = "found"
    PROMISED = "promised"
    LINKED = "linked"
    PLACEHOLDER = "placeholder"
    SHIPPED = "shipped"
    OPENED = "opened"
    CLOSED = "closed"
    LICENSED = "licensed"
    RELICENSED = "relicensed"
    ARCHIVED = "archived"
    GONE = "gone"
    RESTORED = "restored"
    REPLACED = "replaced"
    MOVED = "moved"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    UNWITHDRAWN = "unwithdrawn"
    CORRECTED = "corrected"


class Cause(StrEnum):
    """Why an event exists. Only `world` events reach feeds."""

    WORLD = "world"
    RULE = "rule"
    BACKFILL = "backfill"
    CORRECTION = "correction"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Reference:
    """Canonical name of a link's target.

    `key` is `scheme:rest` as in `github:owner/name`, in the case in which it was written; keys compare
    without case through `folded`. `host` names the module of `tracker.hosts`; `kind` is what the target
    is (`repository`, `model`, `dataset`, `space`, `page`, `doi`, …); `url` is its https address.
    """

    key: str
    host: str
    kind: str
    url: str

    @property
    def folded(self) -> str:
        """The key for comparison."""
        return self.key.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a paper as arXiv tells it. `arxiv_id` carries no version; `n` is the version."""

    arxiv_id: str
    n: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    primary_category: str
    comment: str | None
    submitted_at: datetime
    """When v1 was submitted."""
    updated_at: datetime
    """When this version was submitted."""
    doi: str | None = None
    licence: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What link finding and role rules see of a paper; any text may be hostile, cut or empty."""

    arxiv_id: str
    title: str = ""
    abstract: str = ""
    comment: str = ""
    authors: tuple[str, ...] = ()
    text: str = ""
    text_format: str = ""
    """`html`, `tex`, `pdf-text`, `text`, or empty to guess."""
    submitted_at: datetime | None = None
    """When the first version was submitted, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an artifact beyond the words of one paper, for the rules of roles."""

    names_paper: bool | None = None
    """Whether its README, CITATION.cff or card names this paper; None where they were not read."""
    derived: bool = False
    """Whether it says of itself that it was made from another artifact (a quantisation, a fine-tune)."""
    created_at: datetime | None = None
    papers: int = 0
    """How many stored papers link it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paper's full text as fetched: read for its links and thrown away, never stored.

    `format` is `html`, `tex` or `pdf-text`; `source` says which of arXiv's files it came from.
    """

    source: Source
    format: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One link as it stands in one place of one paper.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDecision:
    """Role of one reference in one paper; `probability` is P(own), whatever the role."""

    reference: Reference
    url: str
    role: Role
    probability: float
    place: Place
    source: Source
    """With `place`: the mention that decides it, whose address and sentence these are."""
    evidence: str
    reasons: tuple[str, ...]
    unsettled: bool = False
    """True for a mention that a look at the repository may turn into the authors' own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """All that one paper's text says: its mentions, their roles, and the promise with its sentence."""

    mentions: tuple[Mention, ...]
    roles: tuple[RoleDecision, ...]
    promise: Promise
    promise_evidence: str


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """A licence text as found at `path`; used to recognise the licence, never stored."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a host answered about one reference. A field that was not learned is None or empty."""

    outcome: Outcome
    reason: str = ""
    """Why the outcome is not `present`, in words; never empty for `unknown` and `blocked`."""
    reference: Reference | None = None
    """The name as the host writes it now (differs from the asked one after a rename)."""
    host_id: str | None = None
    """The host's own id, which survives renames."""
    content: Content = Content.UNKNOWN
    holds: tuple[Fact, ...] = ()
    """Which of the four things were seen in it."""
    licence_claimed: str | None = None
    """The licence id as the host states it (GitHub's SPDX id, the Hub's licence tag)."""
    licence_looked: bool = False
    """True when the host was really asked for a licence, so that nothing found means there is none."""
    licence_files: tuple[LicenceFile, ...] = ()
    archived: bool | None = None
    gated: bool | None = None
    fork: bool | None = None
    created_at: datetime | None = None
    pushed_at: datetime | None = None
    commit: str | None = None
    languages: tuple[str, ...] = ()
    unchanged: bool = False
    """True when it shows the commit that the asker knew: content, licence and what it names stand as last read."""
    licence_said: tuple[LicenceFile, ...] = ()
    """Weaker words on its licence, which count where no licence file stands: `path` is `README.md` (the text of its
    section on the licence) or a file of package metadata (the text `SPDX-License-Identifier: ID`)."""
    names: tuple[str, ...] | None = None
    """The papers that its README, CITATION.cff or card name, as `arxiv:ID` and `title:KEY` (`title_key` of a title
    in BibTeX or CITATION.cff), at most 50; None where none of them was read."""
    derived_from: tuple[str, ...] = ()
    """What it says it was made from, as the host names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """What a harvest of one window proved. It is complete only if `complete`."""

    since: datetime
    until: datetime
    expected: int | None
    got: int
    complete: bool
    reason: str = ""
    versions: Sequence[Version] = field(default=())


def title_key(title: str) -> str:
    """A title for comparison: its letters and digits alone, without case."""
    return "".join(letter for letter in title.casefold() if letter.isalnum())
