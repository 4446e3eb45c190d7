"""Badges say the state in words as well as in colour, and nothing of what is unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Fact, State
from tracker.publish.badge import COLOURS, render_badge

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("state", "shown"), [
    (State.OPEN, "open (MIT)"), (State.AVAILABLE, "available"), (State.GATED, "gated"), (State.PROMISED, "promised"),
    (State.GONE, "gone"), (State.NONE, "not found"), (State.UNKNOWN, "–"),
])  # fmt: skip
def test_each_state_has_its_badge(
    item: Callable[..., Item], verdict: Callable[..., Any], state: State, shown: str
) -> None:
    badge = etree.fromstring(render_badge(item(verdicts=(verdict(Fact.CODE, state),))))
    assert [text.text for text in badge.iter(f"{SVG}text")] == ["code", shown]
    spoken = "code: unknown" if state is State.UNKNOWN else f"code: {shown}"
    assert (badge.get("role"), badge.get("aria-label"), badge.findtext(f"{SVG}title")) == ("img", spoken, spoken)
    assert badge.find(f"{SVG}path").get("fill") == COLOURS[state]


def test_a_paper_that_is_not_stored_is_unknown() -> None:
    assert b">\xe2\x80\x93</text>" in render_badge(None)


def test_a_hostile_licence_stays_text(item: Callable[..., Item], link: Callable[..., ItemLink]) -> None:
    body = render_badge(item(links=(link(licence_spdx='"><script>'),)))
    assert etree.fromstring(body).get("aria-label") == 'code: open ("><script>)'


@pytest.mark.parametrize("colour", sorted(set(COLOURS.values())))
def test_white_is_readable_on_each_colour(colour: str) -> None:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
