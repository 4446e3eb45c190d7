"""arXiv's RSS as the sandbox serves it, and announcement days that a world names."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tracker.harvest import rss
from tracker.sandbox.arxiv.api import ArxivApiStandIn
from tracker.sandbox.arxiv.rss import respond
from tracker.sandbox.messages import SandboxRequest


def line(number, **more):
    return {"arxiv_id": f"2606.{number:05d}", "title": f"T <{number}>", "abstract": "A & B", "authors": ["Ada B"],
            "categories": ["cs.LG"], "published": "2026-06-15T14:00:00Z", **more}  # fmt: skip


@pytest.fixture
def send(tmp_path: Path):
    versions = [{"n": n, "submitted": "2026-06-15T14:00:00Z", "announced": "2026-06-15"} for n in (5, 6)]
    lines = [
        line(1),
        line(2, announced="2026-06-16"),
        line(3, categories=["math.ST", "cs.LG"], cross_listed={"cs.LG": "2026-06-16"}),
        line(4, categories=["math.ST", "cs.LG"]),
        line(5, versions=[{"n": 1, "submitted": "2026-06-01T10:00:00Z"}, *versions[:1]]),
        line(6, versions=[{"n": 1, "submitted": "2026-06-01T10:00:00Z"}, *versions[1:]]),
        line(7, hidden_from=["arxiv_rss"]),
    ]
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    api = ArxivApiStandIn(tmp_path)

    def ask(now, path="/cs.LG+stat.ML"):
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        return respond(SandboxRequest(method="GET", path=path, base="", now=moment, query=()), api.papers())

    return ask


def kinds(answer):
    channel = rss.parse_channel(answer.body, frozenset())
    assert isinstance(channel, rss.RssChannel)
    assert channel.unread == 0
    return channel.day, {int(entry.version.arxiv_id[-5:]): entry.kind for entry in channel.items}


def test_each_evening_has_its_announcement_from_midnight_on(send) -> None:
    assert kinds(send("2026-06-16T03:59:59"))[1] == {}
    monday = {1: "new", 4: "cross", 5: "replace"}
    assert kinds(send("2026-06-16T04:00:00")) == (date(2026, 6, 15), monday)
    assert kinds(send("2026-06-17T03:59:59")) == (date(2026, 6, 15), monday)
    assert kinds(send("2026-06-17T04:00:00")) == (date(2026, 6, 16), {2: "new", 3: "cross"})
    assert kinds(send("2026-06-20T12:00:00"))[1] == {}


def test_an_unknown_category_is_a_feed_with_an_error(send) -> None:
    for path in ("/", "/CS", "/cs.LG+<x>"):
        answer = send("2026-06-16T12:00:00", path)
        assert answer.status == 400
        assert b"<item>" not in answer.body
        assert isinstance(rss.parse_channel(answer.body, frozenset()), rss.RssChannel)
