"""One item as every format of feed tells it: clean text, absolute addresses, dates in UTC; pure.

RSS, Atom and JSON Feed carry the same names, order, dates and words because all three write a `Told`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zlib import crc32

from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Fact, Role, State
from tracker.publish import render, wording
from tracker.publish.addresses import escape_uri, product_uri, web_address
from tracker.publish.readable_text import clean_text, readable_text

MOST_AUTHORS = 200
"""Names that are written out; papers of large collaborations have thousands."""
MOST_ARTIFACTS = 20
MOST_TITLE = 500
"""Characters of a title, or of one author's name; arXiv allows fewer."""
NOBODY = "authors not known"
_KIND = {
    "model": Fact.WEIGHTS,
    "dataset": Fact.DATA,
    "space": Fact.DEMO,
    "page": None,
    "collection": None,
    "doi": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a format has only to write down. `published` and `changed` are aware and in UTC."""

    id: str
    """The same from every installation and in every format; a URI with a scheme of its own."""
    url: str | None
    """Our page of the paper where the site has a public address, else what `external` says."""
    external: str | None
    """The abstract at arXiv, or of a release its first artifact."""
    title: str
    summary: str
    """The abstract as plain text, the title where there is none; never empty."""
    body: str
    """The card as HTML."""
    authors: tuple[str, ...]
    codes: tuple[str, ...]
    """arXiv's categories, the primary one first where the paper has it so."""
    kinds: tuple[str, ...]
    """Kinds of the authors' own artifacts, sorted."""
    artifacts: tuple[tuple[str, str], ...]
    """Address and name of the authors' own artifacts."""
    published: datetime
    changed: datetime
    identifier: str | None
    rights: str | None
    item: Item


@dataclass(frozen=True, slots=True)
class Shipped:
    """One line of what shipped: the fact's word, the artifact, and its address where it may be a link."""

    label: str
    link: ItemLink
    url: str | None
    copy: str | None


def build_entry(item: Item, public_url: str) -> FeedEntry:
    """One item for a site at `public_url`, which is empty where it has no public address.

    Raises ValueError for an item without a date, or with one of no time zone.
    """
    published = _utc(item.entered_at)
    external = web_address(wording.paper_url(item) or "")
    page = web_address(f"{public_url.rstrip('/')}/paper/{item.arxiv_id}") if public_url and item.arxiv_id else None
    title = readable_text(item.title) or readable_text(item.work)
    mine = item.own_links()[:MOST_ARTIFACTS]
    return FeedEntry(
        id=product_uri(item.work, item.event) if item.event else product_uri(item.work),
        url=page or external,
        external=external,
        title=_short(title),
        summary=readable_text(item.abstract) or title,
        # The body is the same in every feed that holds the item, so that it is rendered once for all of them.
        body=_body(replace(item, entered_at=None, changed_at=None, event=""), page),
        authors=_authors(item),
        codes=tuple(dict.fromkeys(filter(None, map(readable_text, item.categories)))),
        kinds=tuple(sorted({kind for link in mine if (kind := readable_text(link.kind))})),
        artifacts=tuple(
            dict.fromkeys((url, wording.short_name(link)) for link in mine if (url := web_address(link.url)))
        ),
        published=published,
        changed=_changed(item, published),
        identifier=escape_uri(f"doi:10.48550/arXiv.{item.arxiv_id}") if item.arxiv_id else None,
        rights=readable_text(item.licence or "") or None,
        item=item,
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_TITLE else f"{text[: MOST_TITLE - 1]}…"


def _utc(moment: datetime | None) -> datetime:
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"no date with a time zone: {moment}")
    return moment.astimezone(UTC).replace(microsecond=0)


def _changed(item: Item, published: datetime) -> datetime:
    """When the entry last changed in substance, never before it was published.

    Entries of one feed must not share this moment (the validator of the W3C warns), and many may change in one
    cycle. So what changed later gets a fraction of a second made from its own name, which its neighbours cannot move.
    """
    changed = _utc(item.changed_at) if item.changed_at else published
    if changed <= published:
        return published
    return changed + timedelta(microseconds=crc32(item.work.encode("utf-8", "replace")) % 999_999 + 1)


def _authors(item: Item) -> tuple[str, ...]:
    """All names, or a word for none: readers that send mail need a sender."""
    names = tuple(_short(name) for one in item.authors[:MOST_AUTHORS] if (name := readable_text(one)))
    if len(item.authors) > MOST_AUTHORS:
        return (*names, f"and {len(item.authors) - MOST_AUTHORS} others")
    if names:
        return names
    owner = item.work.rpartition(":")[2].partition("/")[0] if item.arxiv_id is None else ""
    return (readable_text(owner) or NOBODY,)


@lru_cache(maxsize=2048)
def _body(item: Item, page: str | None) -> str:
    own = item.own_links()
    lines = [_shipped(item, link) for link in own[:MOST_ARTIFACTS]]
    text = render.render_template(
        "item.html.j2",
        item=item,
        shipped=lines,
        more=len(own) - len(lines),
        promised=[wording.FACT[v.fact] for v in item.verdicts if v.state is State.PROMISED],
        lost=_lost(item),
        said=next((link for link in own if link.evidence), None),
        authors=_authors(item),
        external=web_address(wording.paper_url(item) or ""),
        page=page,
    )
    return clean_text(text)


def _shipped(item: Item, link: ItemLink) -> Shipped:
    decided = [v.fact for v in item.verdicts if v.reference == link.reference and v.state in _THERE]
    guess = _KIND.get(link.kind, Fact.CODE)
    facts = decided or ([guess] if guess and link.role is Role.OWN else [])
    label = " and ".join(
        wording.FACT[fact] if not i else wording.FACT[fact].lower() for i, fact in enumerate(facts)
    )
    return Shipped(label or "Page", link, web_address(link.url), web_address(link.copy_url or ""))


_THERE = (State.OPEN, State.AVAILABLE, State.GATED, State.GONE)


def _lost(item: Item) -> Sequence[tuple[str, str]]:
    """What is no longer so, as a word and the reason: code that was seen open and is not, and what is gone.

    Unknown is not told as lost.
    """
    made = []
    for verdict in item.verdicts:
        if verdict.fact is Fact.CODE and item.opened_at and verdict.state not in (State.OPEN, State.UNKNOWN):
            made.append(("No longer open", wording.join_reasons(verdict)))
        elif verdict.state is State.GONE:
            made.append((f"{wording.FACT[verdict.fact]} gone", wording.join_reasons(verdict)))
    return made


def clear_cache() -> None:
    """Give back the bodies that were kept for the feeds of one publish."""
    _body.cache_clear()
