"""Reading arXiv's RSS, and the feeds that are not an announcement."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import settings
from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.harvest import rss

HOLIDAYS = frozenset(settings.load_settings(environ={}).harvest.holidays)


def item(
    guid="oai:arXiv.org:2606.00001v1", kind="new", categories=("cs.LG", "68T05"), abstract="Abstract: We train."
):
    elements = "".join(f"<category>{name}</category>" for name in categories)
    return (
        f"<item><title>A é\n title</title><description>arXiv:2606.00001v1 Announce Type: {kind} \n{abstract}</description>"
        f"<guid isPermaLink='false'>{guid}</guid>{elements}<arxiv:announce_type>{kind}</arxiv:announce_type>"
        "<dc:rights>http://x/by</dc:rights><dc:creator>Ada B, C D</dc:creator></item>"
    )


def feed(*items, date="Tue, 16 Jun 2026 00:00:00 -0400", head=""):
    return (
        f'{head}<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        f"<channel><pubDate>{date}</pubDate>{''.join(items)}</channel></rss>"
    ).encode()


def test_an_item_is_a_version_of_the_evening_before() -> None:
    channel = rss.parse_channel(feed(item(), item("oai:arXiv.org:math/0601001v12", "replace-cross")), HOLIDAYS)
    assert isinstance(channel, rss.RssChannel)
    assert (channel.day, channel.unread) == (date(2026, 6, 15), 0)
    first, second = channel.items
    assert (first.kind, second.kind) == ("new", "replace-cross")
    assert (second.version.arxiv_id, second.version.n) == ("math/0601001", 12)
    version = first.version
    assert (version.arxiv_id, version.n, version.title) == ("2606.00001", 1, "A é title")
    assert (version.abstract, version.authors, version.licence) == ("We train.", ("Ada B", "C D"), "http://x/by")
    assert (version.categories, version.primary_category, version.comment) == (("cs.LG",), "cs.LG", None)
    assert version.submitted_at == version.updated_at == datetime(2026, 6, 15, 17, 59, 59, tzinfo=UTC)
    assert not version.withdrawn


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("Mon, 15 Jun 2026 00:00:00 -0400", date(2026, 6, 14)),  # Sunday's announcement
        ("Sun, 21 Jun 2026 00:00:00 -0400", date(2026, 6, 18)),  # nothing on Friday and Saturday
        ("Fri, 27 Nov 2026 00:00:00 -0500", date(2026, 11, 25)),  # the day after Thanksgiving
    ],
)
def test_the_announcement_day_of_a_channel(published: str, day: date) -> None:
    channel = rss.parse_channel(feed(date=published), HOLIDAYS)
    assert isinstance(channel, rss.RssChannel)
    assert (channel.day, channel.items) == (day, ())


@pytest.mark.parametrize(
    "wrong",
    [
        item("https://arxiv.org/abs/2606.00001"),
        item("oai:arXiv.org:2606.00001v0"),
        item("oai:arXiv.org:2606.00001v1234"),
        item(kind="advert"),
        item(categories=("68T05",)),
    ],
)
def test_items_that_cannot_be_read_are_counted(wrong: str) -> None:
    channel = rss.parse_channel(feed(item(), wrong), HOLIDAYS)
    assert isinstance(channel, rss.RssChannel)
    assert (len(channel.items), channel.unread) == (1, 1)


def test_a_withdrawal_is_recognised_by_the_abstract() -> None:
    channel = rss.parse_channel(
        feed(item(abstract="Abstract: This paper has been withdrawn by the author")), HOLIDAYS
    )
    assert isinstance(channel, rss.RssChannel)
    assert channel.items[0].version.withdrawn


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" ", "an empty response"),
        (b"<html><p>down</html>", "a response that is not complete XML"),
        (feed(item())[:-20], "a response that is not complete XML"),
        (b"<html/>", "a response that is not RSS"),
        (feed(item(), date="soon"), "a channel without its date"),
        (feed(item(), date="Tue, 16 Jun 2026 00:00:00"), "a channel without its date"),
        (
            feed(head='<!DOCTYPE rss [<!ENTITY a "b">]>'),
            "a response with a document type, which a feed does not have",
        ),
    ],
)
def test_a_feed_that_is_not_an_announcement_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    assert rss.parse_channel(body, HOLIDAYS) == reason

    class Answering:
        def get(self, upstream, path, *, params=None, headers=None):
            assert (upstream, path) == ("arxiv_rss", "/cs.LG+stat.ML")
            return Response(200, {}, body, "")

    with pytest.raises(UpstreamError, match=reason):
        rss.read_today(Answering(), ("cs.LG", "stat.ML"), HOLIDAYS)


@given(st.binary(max_size=300), st.text(max_size=60))
def test_nothing_in_a_feed_raises(raw: bytes, text: str) -> None:
    rss.parse_channel(raw, HOLIDAYS)
    cleaned = "".join(
        c for c in text if c not in "<&" and (c >= " " or c in "\t\n") and not "\ud800" <= c <= "\udfff"
    )
    rss.parse_channel(feed(item(guid=cleaned, abstract=cleaned), date=cleaned), HOLIDAYS)
