"""Which feeds there are, and which items each holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tracker.config_files import Organisation
from tracker.domain.feeds import RSS, Channel
from tracker.domain.items import Item
from tracker.publish import feed_list
from tracker.settings import Settings

Make = Callable[..., Any]
WATCHED = (Organisation(name="Ann's lab", github=("Ann",), huggingface=("annlab",)),)


@pytest.fixture
def built(item: Make, configured: Callable[..., Settings]) -> Callable[..., dict[str, Channel]]:
    def build(*main: Item, **entered: list[Item]) -> dict[str, Channel]:
        settings = configured(TRACKER_HARVEST__CATEGORIES="cs.CL,cs.CV")
        return {channel.name: channel for _, channel in feed_list.list_channels(main, entered, settings, WATCHED)}

    return build


def works(channel: Channel) -> list[str]:
    return [item.work[-1] for item in channel.items]


def test_states_are_filters_over_the_main_feed_with_its_dates(item: Make, link: Make, built: Make) -> None:
    gpl = link(licence_spdx="GPL-3.0-only")
    main = [item(1), item(2, categories=("cs.CV",)), item(3, links=(gpl,), categories=("stat.ML", "cs.CL"))]
    channels = built(*main)
    assert works(channels[""]) == ["1", "2", "3"]
    assert works(channels["cs.CL"]) == ["1", "3"]
    assert works(channels["cs.CV"]) == ["2"]
    assert works(channels["stat.ML"]) == ["3"], "a category that is there has a feed, though nobody asked for it"
    assert works(channels["licence/MIT"]) == ["1", "2"]
    assert works(channels["licence/GPL-3.0-only"]) == ["3"]
    assert {entry.entered_at for entry in channels["cs.CV"].items} == {main[1].entered_at}
    assert channels["cs.CL"].page == "browse/category/cs.CL"


def test_an_organisation_owns_what_lies_under_its_accounts(item: Make, link: Make, built: Make) -> None:
    strangers = link(reference="github:annabel/tool")
    hub = link(reference="hf-model:annlab/tool", host="huggingface", kind="model")
    channels = built(item(1), item(2, links=(strangers,)), item(3, links=(hub,)))
    assert works(channels["org/Ann's lab"]) == ["1", "3"]


def test_facts_and_events_have_their_own_entries(item: Make, built: Make) -> None:
    channels = built(item(1), weights=[item(2)], **{"event/gone": [item(3, event="e1")]})
    assert works(channels["weights"]) == ["2"]
    assert works(channels["data"]) == []
    assert [entry.event for entry in channels["event/gone"].items] == ["e1"]
    assert set(channels) >= {"", "weights", "data", "demo", "event/promise-kept", "event/gone", "cs.CL", "cs.CV"}


def test_every_feed_has_its_own_path_title_and_description(item: Make, built: Make) -> None:
    channels = list(built(item(1)).values())
    assert (
        len({channel.path(RSS) for channel in channels})
        == len({channel.title for channel in channels})
        == len(channels)
    )
    assert all(channel.description for channel in channels)


def test_a_category_of_which_the_newest_hold_too_few_is_filled_from_the_store(
    item: Make, configured: Callable[..., Settings]
) -> None:
    settings = configured(TRACKER_HARVEST__CATEGORIES="cs.CL,cs.CV")
    main, older = [item(1, categories=("cs.CL",)), item(2)], [item(1, categories=("cs.CL",)), item(9)]
    channels = {
        channel.name: channel for _, channel in feed_list.list_channels(main, {}, settings, (), {"cs.CL": older})
    }
    assert works(channels["cs.CL"]) == ["1", "9"]
    assert works(channels[""]) == ["1", "2"], "the main feed holds the newest alone"
