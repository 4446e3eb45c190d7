"""The address of a selection of the archive, as `archive?cat=cs.CL&has=weights&licence=osi&sort=submitted`; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import parse_qsl, quote

from tracker.config_files import load_category_names
from tracker.domain.archive import Order, Selection
from tracker.domain.terms import Fact

KEYS = ("cat", "has", "licence", "sort", "page")
MOST_FIELDS, MOST_VALUES, MOST_PAGES, LONGEST_VALUE = 20, 30, 2_000, 80
Value = TypeVar("Value")


def parse_selection(query: str) -> Selection:
    """The selection that a raw query names. An empty value selects nothing; the case of values does not matter.

    Raises ValueError, with a sentence for the reader, where a key or a value does not exist.
    """
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        raise ValueError("Too many parameters.") from None
    values: dict[str, list[str]] = {key: [] for key in KEYS}
    for key, text in pairs:
        if key not in values:
            raise ValueError(f"There is no filter `{key[:LONGEST_VALUE]}`. The filters are {', '.join(KEYS)}.")
        values[key] += filter(None, (part.strip() for part in text.split(",")))
    if any(
        len(given) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in given) for given in values.values()
    ):
        raise ValueError(f"A filter takes at most {MOST_VALUES} values of {LONGEST_VALUE} characters.")
    facts = {_named("has", value, {fact.value: fact for fact in Fact}) for value in values["has"]} or {Fact.CODE}
    orders = [_named("sort", value, {order.value: order for order in Order}) for value in values["sort"]]
    categories = {code.casefold(): code for code in load_category_names()}
    return Selection(
        categories=_unique(_named("cat", value, categories) for value in values["cat"]),
        facts=tuple(fact for fact in Fact if fact in facts),
        licences=_unique(value.lower() for value in values["licence"]),
        order=orders[0] if orders else Order.NEWEST,
        page=_number(values["page"][-1]) if values["page"] else 1,
    )


def selection_query(selection: Selection) -> str:
    """The query of a selection, in its one form; empty for all papers with open code."""
    parts = {
        "cat": ",".join(selection.categories),
        "has": "" if selection.facts == (Fact.CODE,) else ",".join(selection.facts),
        "licence": ",".join(selection.licences),
        "sort": "" if selection.order is Order.NEWEST else selection.order.value,
        "page": str(selection.page) if selection.page > 1 else "",
    }
    return "&".join(f"{key}={quote(value, safe=',.+-')}" for key, value in parts.items() if value)


def feed_query(selection: Selection) -> str:
    """The query of the feed of a selection, without what a feed has not: order and page."""
    return selection_query(replace(selection, order=Order.NEWEST, page=1))


def _named(key: str, value: str, names: Mapping[str, Value]) -> Value:
    if (found := names.get(value.casefold())) is None:
        known = f"the values are {', '.join(names)}" if len(names) <= 10 else "arXiv has no such category"
        raise ValueError(f"There is no `{key}={value}`: {known}.")
    return found


def _number(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _unique(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
