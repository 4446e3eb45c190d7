"""Papers: their versions on arXiv, their texts, and the result of a harvest of one window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from tracker.domain.terms import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a paper as arXiv reports it. `arxiv_id` carries no version; `n` is the version."""

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
    affiliations: tuple[str, ...] = ()
    """Of all authors, each once, where the source gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The input of link finding and role rules; any text may be hostile, cut or empty."""

    arxiv_id: str
    title: str = ""
    abstract: str = ""
    comment: str = ""
    authors: tuple[str, ...] = ()
    text: str = ""
    text_format: str = ""
    """`html`, `tex`, `pdf-text`, `text`, or empty to guess."""
    submitted_at: datetime | None = None
    """When the first version was submitted; None if not known."""


@dataclass(frozen=True, slots=True)
class FullText:
    """A paper's full text as fetched: searched for links, then dropped, never stored.

    `format` is `html`, `tex` or `pdf-text`; `source` says which of arXiv's files it came from.
    """

    source: Source
    format: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """The result of a harvest of one window: papers `expected` and `got`, and whether it is proved `complete`."""

    since: datetime
    until: datetime
    expected: int | None
    got: int
    complete: bool
    reason: str = ""
    unread: tuple[str, ...] = ()
    """The arXiv ids of records that could not be read; `complete` leaves them out."""


def title_key(title: str) -> str:
    """A title's letters and digits, case-folded, for comparison."""
    return "".join(letter for letter in title.casefold() if letter.isalnum())


PROSE_MARK = "prose:"
"""Among the names of papers that an artifact's files give, those after this mark come from prose: they may prove that
a paper is named, and never that another one is."""


def without_prose(names: Iterable[str]) -> tuple[str, ...]:
    """The names of papers that the files of an artifact give outside prose, which are certain to be papers."""
    return tuple(takewhile(lambda name: name != PROSE_MARK, names))
