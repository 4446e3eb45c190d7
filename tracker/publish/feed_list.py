"""Which feeds there are, and what stands in each; pure.

Feeds of states (categories, licences, organisations, authors, words) show the entries of the main feed that fit, with
the same dates and names; feeds of facts and of events have entries of their own, which the store gives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from tracker.config_files import Organisation
from tracker.domain.items import Channel, Item, ItemLink
from tracker.domain.terms import Fact, LicenceClass, Role, State
from tracker.publish import feed_window
from tracker.settings import Settings

FACTS = (Fact.WEIGHTS, Fact.DATA, Fact.DEMO)
EVENTS = {
    "event/promise-kept": ("promises kept", "Papers whose authors announced a release and kept their word."),
    "event/gone": (
        "gone",
        "Code, weights and data that were there and are gone, with archived copies where known.",
    ),
}
_WORD = re.compile(r"\w+")


def list_channels(
    main: Sequence[Item],
    entered: Mapping[str, Sequence[Item]],
    settings: Settings,
    watched: Iterable[Organisation] = (),
    thin: Mapping[str, Sequence[Item]] = MappingProxyType({}),
) -> list[tuple[str, Channel]]:
    """All named feeds with the name of their group, in the order in which people read them. `main` are the newest
    entries of the main feed, `entered` those of the feeds that have their own, by name; `thin` are the newest entries
    of those categories of which `main` holds too few."""
    feed = settings.feed
    made = [
        (
            "Everything",
            Channel(name="", title=feed.title, description=feed.description, items=_window(main, settings)),
        )
    ]
    for fact in FACTS:
        title, items = f"AI papers with open {fact.value}", entered.get(fact.value, ())
        said = f"Papers whose {fact.value} of the authors' own can be had under open terms."
        made.append(
            ("What shipped", _channel(fact.value, title, said, items, settings, f"browse/kind/{fact.value}"))
        )
    seen = Counter(category for item in main for category in item.categories)
    for name in [*settings.harvest.categories, *sorted(set(seen) - set(settings.harvest.categories))]:
        items = thin.get(name) or [item for item in main if name in item.categories]
        made.append(("Categories", _filtered(name, name, items, settings, f"browse/category/{name}")))
    licences = Counter(spdx for item in main if (spdx := deciding_licence(item)[0]))
    for spdx in sorted(licences):
        items = [item for item in main if deciding_licence(item)[0] == spdx]
        made.append(("Licences", _filtered(f"licence/{spdx}", spdx, items, settings, f"browse/licence/{spdx}")))
    for one in watched:
        items = [item for item in main if belongs_to(item, one)]
        made.append(
            ("Organisations", _filtered(f"org/{one.name}", one.name, items, settings, f"browse/org/{one.name}"))
        )
    for name, (title, said) in EVENTS.items():
        made.append(
            ("Events", _channel(name, f"{feed.title}: {title}", said, entered.get(name, ()), settings, "feeds"))
        )
    return made


def _filtered(name: str, label: str, items: Sequence[Item], settings: Settings, page: str) -> Channel:
    title = f"{settings.feed.title}: {label}"
    return _channel(name, title, f"{settings.feed.description} Only {label}.", items, settings, page)


def _channel(
    name: str, title: str, description: str, items: Sequence[Item], settings: Settings, page: str
) -> Channel:
    return Channel(name=name, title=title, description=description, items=_window(items, settings), page=page)


def _window(items: Sequence[Item], settings: Settings) -> tuple[Item, ...]:
    return tuple(feed_window.newest_items(items, settings.feed))


def own_artifacts(item: Item) -> list[ItemLink]:
    """The authors' own artifacts of an item."""
    return [link for link in item.links if link.role is Role.OWN]


def deciding_licence(item: Item, fact: Fact = Fact.CODE) -> tuple[str | None, LicenceClass]:
    """SPDX id and class of the licence of what decides a fact."""
    verdict = item.verdict(fact)
    if verdict is None:
        return None, LicenceClass.UNKNOWN
    deciding = next((link for link in own_artifacts(item) if link.reference == verdict.reference), None)
    return (deciding.licence_spdx if deciding else None), verdict.licence_class


def belongs_to(item: Item, organisation: Organisation) -> bool:
    """Whether an own artifact of an item lies under an account of an organisation."""
    for link in own_artifacts(item):
        owner = link.reference.partition(":")[2].partition("/")[0].casefold()
        if (link.host, owner) in organisation.accounts:
            return True
    return False


def is_open(item: Item, fact: Fact) -> bool:
    """Whether a fact of an item is open."""
    verdict = item.verdict(fact)
    return verdict is not None and verdict.state is State.OPEN


def is_written_by(item: Item, author: str) -> bool:
    """Whether an author, folded, wrote the paper."""
    return any(fold_name(name) == author for name in item.authors)


def mentions_word(item: Item, word: str) -> bool:
    """Whether title or abstract hold a whole word, folded."""
    return any(found == word for text in (item.title, item.abstract) for found in _WORD.findall(text.casefold()))


def fold_name(name: str) -> str:
    """A name for comparison: without case, its white space collapsed."""
    return " ".join(name.casefold().split())
