"""JSON Feed 1.1: what its specification asks, and our extension."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tracker.domain.feeds import JSON_FEED, Channel
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Fact, LicenceClass, Role, State
from tracker.publish import feed_entry, feeds, jsonfeed
from tracker.settings import Settings

Make = Callable[..., Item]


@pytest.fixture
def feed(configured: Callable[..., Settings]) -> Callable[..., Any]:
    def build(*shown: Item, name: str = "", **options: str) -> Any:
        channel = Channel(name=name, title="Open code", description="Of papers.", items=shown)
        options = {"public_url": "https://x.example/t"} | options
        return json.loads(feeds.write_feed(channel, JSON_FEED, configured().feed, **options))

    return build


def test_the_feed_says_what_it_is(feed: Callable[..., Any]) -> None:
    assert feed(name="licence/MIT") == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Open code",
        "description": "Of papers.",
        "home_page_url": "https://x.example/t/",
        "feed_url": "https://x.example/t/feeds/licence/MIT.json",
        "favicon": "https://x.example/t/favicon.svg",
        "language": "en",
        "authors": [{"name": "arxiv-code-tracker"}],
        "items": [],
    }


def test_without_an_address_it_names_none(feed: Callable[..., Any]) -> None:
    document = feed(public_url="")
    assert "feed_url" not in document
    assert "favicon" not in document
    assert document["home_page_url"] == "https://arxiv.org/"


def test_a_hub_is_named(feed: Callable[..., Any]) -> None:
    assert feed(hub="https://hub.example/")["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


def test_an_item_says_what_readers_need(feed: Callable[..., Any], item: Make, now: datetime) -> None:
    (entry,) = feed(item(changed_at=now + timedelta(hours=1)))["items"]
    assert entry["id"] == "arxiv-code-tracker:arxiv:2606.00001"
    assert entry["url"] == "https://x.example/t/paper/2606.00001"
    assert entry["external_url"] == "https://arxiv.org/abs/2606.00001"
    assert entry["title"] == "Paper 1 on things"
    assert entry["summary"].startswith("We study things.")
    assert entry["content_html"].startswith("<p><strong>What shipped")
    assert entry["date_published"] == "2026-06-17T04:59:00Z"
    assert entry["date_modified"].startswith("2026-06-17T06:00:00.")
    assert entry["authors"] == [{"name": "Ann Author"}, {"name": "Bob Builder"}]
    assert entry["tags"] == ["cs.LG", "cs.CL", "repository"]


def test_one_address_is_listed_once(feed: Callable[..., Any], item: Make) -> None:
    (entry,) = feed(item(), public_url="")["items"]
    assert entry["url"] == "https://arxiv.org/abs/2606.00001"
    assert "external_url" not in entry


def test_the_extension_holds_facts_and_licences(
    feed: Callable[..., Any], item: Make, link: Callable[..., ItemLink], verdict: Any
) -> None:
    weights = link(reference="hf-model:ann/w", url="https://huggingface.co/ann/w", host="huggingface", kind="model",
                   licence_spdx="CC-BY-NC-4.0", licence_class=LicenceClass.RESTRICTED, gated=True,
                   licence_note="The card says MIT, the file does not.")  # fmt: skip
    mentioned = link(reference="github:other/lib", role=Role.MENTION)
    paper = item(
        links=(link(), weights, mentioned), verdicts=(verdict(), verdict(Fact.DATA, State.UNKNOWN)),
        grade="open code", doi="10.1/x",
    )  # fmt: skip
    extension = feed(paper)["items"][0]["_arxiv_code_tracker"]
    assert extension["arxiv_id"] == "2606.00001"
    assert extension["grade"] == "open code"
    assert extension["facts"]["code"] == {
        "state": "open", "licence_class": "osi", "artifact": "github:ann/tool", "reasons": ["so"],
    }  # fmt: skip
    assert extension["facts"]["data"]["state"] == "unknown"
    assert [artifact["reference"] for artifact in extension["artifacts"]] == ["github:ann/tool", "hf-model:ann/w"]
    assert extension["artifacts"][1] | {"evidence": ""} == {
        "reference": "hf-model:ann/w", "url": "https://huggingface.co/ann/w", "host": "huggingface", "kind": "model",
        "role": "own", "outcome": "present", "content": "code", "licence": "CC-BY-NC-4.0",
        "licence_class": "restricted", "licence_note": "The card says MIT, the file does not.", "archived": False,
        "gated": True, "place": "abstract", "evidence": "", "created_at": None, "copy_url": None,
    }  # fmt: skip
    assert "probability" not in extension["artifacts"][0], "it moves with every new rule"


def test_an_item_that_cannot_be_written_is_left_out_alone(
    feed: Callable[..., Any], item: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    facts = jsonfeed.describe_facts

    def failing(entry: feed_entry.FeedEntry) -> dict[str, Any]:
        return {"bad": "\ud800"} if entry.id.endswith("2") else facts(entry)

    monkeypatch.setattr(jsonfeed, "describe_facts", failing)
    assert [entry["id"][-1] for entry in feed(item(1), item(2), item(3))["items"]] == ["1", "3"]
    assert "2606.00002 cannot be written" in caplog.text
