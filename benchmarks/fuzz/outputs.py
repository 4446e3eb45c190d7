"""Writers of strangers' texts: feeds stay well-formed, pages hold nothing that a browser runs, JSON stays JSON."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta

from lxml import etree, html

from benchmarks.fuzz.mutate import text
from benchmarks.fuzz.target import Run, Target, loud
from tracker.domain.feeds import FEED_FORMATS, JSON_FEED, Channel
from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.status import Status, Trouble
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Role, State
from tracker.publish import feeds, jsonld, opml, pages
from tracker.settings import load_settings

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
SEEDS = ("text_*", "tex_*", "html_*", "urls_*")


def item(data: bytes) -> Item:
    """A paper whose texts are all pieces of the input."""
    lines = text(data).split("\n")
    word = itertools.cycle(lines)
    link = ItemLink(
        reference=next(word), url=next(word), host=next(word), kind="repository", role=Role.OWN, probability=0.9,
        place=Place.ABSTRACT, evidence=next(word), outcome=Outcome.PRESENT, content=Content.CODE,
        licence_spdx=next(word)[:80], licence_class=LicenceClass.OSI, archived=False, gated=True,
        created_at=NOW, licence_note=next(word), copy_url=next(word),
    )  # fmt: skip
    verdict = Verdict(
        fact=Fact.CODE,
        state=State.OPEN,
        licence_class=LicenceClass.OSI,
        reference=link.reference,
        reasons=(next(word),),
    )
    return Item(
        work=f"arxiv:{next(word)[:40]}" if len(data) % 3 else "arxiv:2606.00001", title=next(word), abstract=text(data),
        authors=tuple(lines[:9]), categories=("cs.LG", *lines[1:4]), primary_category=next(word), submitted_at=NOW, updated_at=NOW,
        announced_at=NOW, doi=next(word), licence=next(word), withdrawn=len(data) % 2 == 0, verdicts=(verdict,), links=(link, link),
        entered_at=NOW - timedelta(minutes=1), changed_at=NOW, first_seen=NOW, opened_at=NOW, grade=next(word)[:40],
        grade_reasons=(next(word),), event=next(word)[:60],
    )  # fmt: skip


def _feeds() -> Run:
    settings = load_settings(environ={})

    def run(data: bytes) -> None:
        made = item(data)
        name = text(data).split("\n")[0][:60]
        channel = Channel(
            name=f"org/{name}", title=name, description=text(data)[:300], items=(made,), page=f"browse/{name}"
        )
        with loud() as check:
            for feed_format in FEED_FORMATS:
                document = feeds.write_feed(
                    channel,
                    feed_format,
                    settings.feed,
                    public_url="https://tracker.example.org",
                    hub="https://hub.example.org/",
                )
                check()
                if feed_format is JSON_FEED:
                    assert len(json.loads(document)["items"]) == 1
                else:
                    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=False))
                    assert len(root.findall(".//item") + root.findall("{*}entry")) == 1
                    assert root.getroottree().docinfo.internalDTD is None
            etree.fromstring(opml.write_opml([(name, channel)], settings.feed, "https://tracker.example.org"))

    return run


def _pages() -> Run:
    settings = load_settings(environ={})

    def run(data: bytes) -> None:
        made, words = item(data), text(data)
        status = Status(
            version="0", now=NOW, papers=1, open_papers=1, checks_waiting=0, scans_waiting=0, github_token=False,
            stages={"harvest": NOW}, troubles=(Trouble(words[:30], words[:200], NOW),),
        )  # fmt: skip
        for page in (
            pages.render_index(
                [made],
                [made],
                [made],
                [made],
                status,
                settings,
                address="https://tracker.example.org",
                feed_pages=[],
            ),
            pages.render_search(pages.SearchPage(wanted=words[:200], found=1, most=100), [made], settings, status),
        ):
            harmless(page)

    return run


def harmless(page: bytes) -> None:
    """AssertionError where a page has an element, attribute or address that could run what a stranger wrote."""
    page.decode()
    for node in html.document_fromstring(page).iter(etree.Element):
        name = str(node.tag)
        for key, value in node.attrib.items():
            assert not str(key).startswith("on"), f"{name} {key}"
            if key in ("href", "src", "action", "formaction"):
                plain = re.sub(r"[\x00-\x20]", "", str(value)).lower()
                assert not plain.startswith(("javascript:", "data:text", "vbscript:")), plain[:80]
        if name == "script":
            assert node.get("src") or node.get("type") == "application/ld+json" or not node.text


def _jsonld() -> Run:
    def run(data: bytes) -> None:
        json.dumps(jsonld.build_jsonld(item(data)))

    return run


TARGETS = (
    Target("feed-writer", _feeds, SEEDS, 3),
    Target("page-writer", _pages, SEEDS, 1),
    Target("json-ld", _jsonld, SEEDS, 2),
)
