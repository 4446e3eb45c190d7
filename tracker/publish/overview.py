"""What leads a reader on from the first page: the archive's days, the number of papers in each list, the filters; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.domain.archive import ArchiveDay, Selection
from tracker.domain.evidence import LicenceCount
from tracker.domain.organisation_figures import OrganisationFigures
from tracker.domain.terms import Fact, LicenceClass, State
from tracker.publish.archive_query import selection_query
from tracker.publish.feed_pages import FeedPage, feed_label

MOST_LICENCES = 12
"""Licences that the form offers; others can be written into the address."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of filters offers: categories, and SPDX ids of licences."""

    categories: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole archive in numbers. `served` is false in a static copy, where nothing answers a query."""

    days: Sequence[ArchiveDay] = ()
    """The newest first."""
    opened: Mapping[tuple[str, Fact], int] = field(default_factory=dict)
    """Papers with each fact open, by category; the category is empty for all."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Papers of the page of each feed, by the page's path."""
    choices: Choices = field(default_factory=Choices)
    served: bool = True

    def selections(self, page: FeedPage) -> list[tuple[str, str, int | None]]:
        """What narrows the page of a feed, as (label, query of the archive, papers where the number is known)."""
        if not self.served:
            return []
        if page.kind == "category":
            code = page.channel.name
            facts = [(fact, self.opened.get((code, fact), 0)) for fact in Fact]
            return [
                (f"Open {fact.value}", _query(Selection(categories=(code,), facts=(fact,))), papers)
                for fact, papers in facts
                if papers
            ]
        if page.kind == "kind" and page.channel.name in set(Fact):
            only = Fact(page.channel.name)
            return [("All of them", _query(Selection(facts=(only,))), self.opened.get(("", only)))]
        if page.kind == "licence":
            return [("All of them", _query(Selection(licences=(feed_label(page.channel).lower(),))), None)]
        return []


def list_choices(categories: Sequence[str], licences: Iterable[LicenceCount]) -> Choices:
    """The categories that are followed, and the most frequent OSI-approved licences of code."""
    names = [count.spdx for count in licences if count.spdx and count.class_ == LicenceClass.OSI]
    return Choices(tuple(categories), tuple(dict.fromkeys(names))[:MOST_LICENCES])


def count_by_page(
    pages: Iterable[FeedPage],
    opened: Mapping[tuple[str, Fact], int],
    licences: Iterable[LicenceCount],
    organisations: Iterable[OrganisationFigures],
) -> dict[str, int]:
    """The number of papers of each feed's page, whatever the length of the feed; pages whose number is not counted are
    left out."""
    by_licence = {count.spdx: count.papers for count in licences if count.class_ == LicenceClass.OSI}
    by_organisation = {each.name.casefold(): each.count_papers(Fact.CODE, (State.OPEN,)) for each in organisations}
    counts: dict[str, int] = {}
    for page in pages:
        label = feed_label(page.channel)
        found = {
            "category": opened.get((page.channel.name, Fact.CODE), 0),
            "kind": opened.get(("", Fact(page.channel.name))) if page.channel.name in set(Fact) else None,
            "licence": by_licence.get(label),
            "org": by_organisation.get(label.casefold()),
        }.get(page.kind)
        if found is not None:
            counts[page.path] = found
    return counts


def _query(selection: Selection) -> str:
    return selection_query(selection) or "sort=newest"
