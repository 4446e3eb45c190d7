"""One item as every feed format shows it: clean text, absolute addresses, dates in UTC; pure.

RSS, Atom and JSON Feed have the same ids, order, dates and texts because all three write a `FeedEntry`.
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
"""Authors that are written out; papers of large collaborations have thousands."""
MOST_ARTIFACTS = 20
MOST_TITLE = 500
"""Characters of a title or of an author's name; arXiv allows fewer."""
NOBODY = "authors not known"
_FACT_OF_KIND = {
    "model": Fact.WEIGHTS,
    "dataset": Fact.DATA,
    "space": Fact.DEMO,
    "page": None,
    "collection": None,
    "doi": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An entry ready to be written in any format. `published` and `changed` are aware and in UTC."""

    id: str
    """The same from every installation and in every format: a URI in the product's own scheme."""
    url: str | None
    """The site's page of the paper if the site has a public address, else `external`."""
    external: str | None
    """The abstract page at arXiv, or the first artifact of a release."""
    title: str
    summary: str
    """The abstract as plain text, else the title; never empty."""
    body: str
    """The card as HTML."""
    authors: tuple[str, ...]
    codes: tuple[str, ...]
    """arXiv's categories, in the paper's order."""
    kinds: tuple[str, ...]
    """Kinds of the authors' own artifacts, sorted."""
    artifacts: tuple[tuple[str, str], ...]
    """(address, name) of each of the authors' own artifacts."""
    published: datetime
    changed: datetime
    identifier: str | None
    rights: str | None
    item: Item | None
    """The paper; None where it stands for several."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One line of what shipped: the label of the fact, the artifact, and its addresses if they may be links."""

    label: str
    link: ItemLink
    url: str | None
    copy: str | None


def build_entry(item: Item, public_url: str) -> FeedEntry:
    """The entry of an item, for a site at `public_url`, which is empty if the site has no public address.

    Raises ValueError if the item has no date, or a date without a time zone.
    """
    published = _utc(item.entered_at)
    external = web_address(wording.paper_url(item) or "")
    page = web_address(f"{public_url.rstrip('/')}/paper/{item.arxiv_id}") if public_url and item.arxiv_id else None
    title = readable_text(item.title) or readable_text(item.work)
    links = item.own_links()[:MOST_ARTIFACTS]
    return FeedEntry(
        id=product_uri(item.work, item.event) if item.event else product_uri(item.work),
        url=page or external,
        external=external,
        title=_short(title),
        summary=readable_text(item.abstract) or title,
        # The body is the same in every feed with the item, so that it is rendered once for all of them.
        body=_body(replace(item, entered_at=None, changed_at=None, event=""), page),
        authors=_authors(item),
        codes=tuple(dict.fromkeys(filter(None, map(readable_text, item.categories)))),
        kinds=tuple(sorted({kind for link in links if (kind := readable_text(link.kind))})),
        artifacts=tuple(
            dict.fromkeys((url, wording.short_name(link)) for link in links if (url := web_address(link.url)))
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
        raise ValueError(f"The entry has no date with a time zone: {moment}.")
    return moment.astimezone(UTC).replace(microsecond=0)


def changed_after(published: datetime, changed: datetime, name: str) -> datetime:
    """When an entry last changed in substance, never before it was published.

    Entries of one feed must not share this moment (the W3C's validator warns), and many may change in one cycle. So
    an entry that changed later gets a fraction of a second made from its own `name`, whatever its neighbours are.
    """
    if changed <= published:
        return published
    return changed + timedelta(microseconds=crc32(name.encode("utf-8", "replace")) % 999_999 + 1)


def _changed(item: Item, published: datetime) -> datetime:
    return changed_after(published, _utc(item.changed_at) if item.changed_at else published, item.work)


def _authors(item: Item) -> tuple[str, ...]:
    """The names of the authors, never empty: readers that send mail need a sender."""
    names = tuple(_short(name) for author in item.authors[:MOST_AUTHORS] if (name := readable_text(author)))
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
        lost=list_lost(item),
        grade_reasons=_known_reasons(item),
        quoted=next((link for link in own if link.evidence), None),
        authors=_authors(item),
        external=web_address(wording.paper_url(item) or ""),
        page=page,
    )
    return clean_text(text)


def _shipped(item: Item, link: ItemLink) -> Shipped:
    decided = [v.fact for v in item.verdicts if v.reference == link.reference and v.state in _THERE]
    guess = _FACT_OF_KIND.get(link.kind, Fact.CODE)
    facts = decided or ([guess] if guess and link.role is Role.OWN else [])
    label = " and ".join(
        wording.FACT[fact] if not i else wording.FACT[fact].lower() for i, fact in enumerate(facts)
    )
    return Shipped(label or "Page", link, web_address(link.url), web_address(link.copy_url or ""))


_THERE = (State.OPEN, State.AVAILABLE, State.GATED, State.GONE)


def list_lost(item: Item) -> Sequence[tuple[str, str]]:
    """(label, reason) of each fact that is lost: code that was seen or judged open and is not, and what is gone.

    A fact that is unknown is not lost, unless it is so by newer rules or a correction.
    """
    lost = []
    for verdict in item.verdicts:
        if verdict.fact is Fact.CODE and verdict.state is not State.OPEN and item.unjudged is not None:
            reasons = wording.join_reasons(verdict)
            lost.append(("No longer judged open", f"{item.unjudged}; {reasons}" if item.unjudged else reasons))
        elif verdict.fact is Fact.CODE and item.opened_at and verdict.state not in (State.OPEN, State.UNKNOWN):
            lost.append(("No longer open", wording.join_reasons(verdict)))
        elif verdict.state is State.GONE:
            lost.append((f"{wording.FACT[verdict.fact]} gone", wording.join_reasons(verdict)))
    return lost


def _known_reasons(item: Item) -> Sequence[str]:
    """The reasons of the grade without those of facts that are unknown: what it means, then one for each fact
    (`tracker.judge.grade`)."""
    if len(item.grade_reasons) != 1 + len(Fact):
        return item.grade_reasons
    meaning, *facts = item.grade_reasons
    unknown = {fact for fact in Fact if (known := item.verdict(fact)) is None or known.state is State.UNKNOWN}
    return [meaning, *(reason for fact, reason in zip(Fact, facts, strict=True) if fact not in unknown)]


def clear_cache() -> None:
    """Free the bodies that were rendered for the feeds of one publish."""
    _body.cache_clear()
