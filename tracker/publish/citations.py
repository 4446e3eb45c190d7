"""What a reference to a paper and to its code says, before it is written in a format; pure.

A paper gives one reference, and another one to its code where that is present: software is cited by itself (FORCE11
Software Citation Principles), with address, licence, commit and SWHID. What is not known is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, Fact, Outcome, State
from tracker.publish.addresses import web_address
from tracker.publish.citation_names import Person, split_name
from tracker.publish.readable_text import readable_text

MOST_AUTHORS = 3_000
"""Authors that are written; the largest collaborations have about so many."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SNAPSHOT = re.compile(r"swh:1:snp:[0-9a-f]{40}(?![0-9a-f])", re.ASCII)
_SHOWN = (State.OPEN, State.AVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """The code of a paper. `licence` is an SPDX id or expression; it, `commit` and `swhid` are empty where unknown."""

    key: str
    title: str
    url: str
    licence: str
    commit: str
    swhid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A paper of arXiv as a reference, and its code where it is there. `key` is the cite key, `arxiv-ID`."""

    key: str
    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[Person, ...]
    category: str
    date: datetime | None
    software: Software | None

    @property
    def url(self) -> str:
        """The paper's page at arXiv."""
        return f"https://arxiv.org/abs/{self.arxiv_id}"

    @property
    def doi(self) -> str:
        """The DOI that arXiv registers for each paper at DataCite."""
        return f"10.48550/arXiv.{self.arxiv_id}"


def build_citation(item: Item) -> Citation | None:
    """The reference to an item; None for a release without a paper."""
    if item.arxiv_id is None:
        return None
    key = f"arxiv-{item.arxiv_id.replace('/', '-')}"
    names = (readable_text(name) for name in item.authors[:MOST_AUTHORS])
    return Citation(
        key=key,
        arxiv_id=item.arxiv_id,
        title=readable_text(item.title) or f"arXiv:{item.arxiv_id}",
        abstract=readable_text(item.abstract),
        authors=tuple(split_name(name) for name in names if name.strip()),
        category=item.primary_category,
        date=item.submitted_at,
        software=_software(item, f"{key}-code"),
    )


def _software(item: Item, key: str) -> Software | None:
    """The artifact that decides the code, where the code is there."""
    verdict = item.verdict(Fact.CODE)
    if verdict is None or verdict.state not in _SHOWN:
        return None
    link = next((link for link in item.own_artifacts() if link.reference == verdict.reference), None)
    url = web_address(link.url) if link else None
    if link is None or url is None or link.outcome is not Outcome.PRESENT or link.content is not Content.CODE:
        return None
    commit = link.commit if link.commit and _COMMIT.fullmatch(link.commit) else ""
    return Software(
        key=key,
        title=readable_text(link.reference.partition(":")[2]) or url,
        url=url,
        licence=readable_text(link.licence_spdx or ""),
        commit=commit,
        swhid=_swhid(link, commit, url),
    )


def _swhid(link: ItemLink, commit: str, url: str) -> str:
    """The SWHID of the commit that was read (ISO/IEC 18670): it is made of git's own id, archived or not. Where the commit
    is not known, that of the archived snapshot."""
    if link.kind != "repository":
        return ""
    snapshot = _SNAPSHOT.search(link.copy_url or "")
    core = f"swh:1:rev:{commit}" if len(commit) == 40 else snapshot[0] if snapshot else ""
    return f"{core};origin={url.replace(';', '%3B')}" if core else ""
