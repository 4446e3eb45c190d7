"""What every request passes: methods, floods, ranges, proxies and the path prefix."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.running import FEED, SITE, Site, SteppingSeconds, make_status, start
from tracker.web import middleware


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/feed.xml", "/", "/nowhere", "/health"])
def test_other_methods_learn_which_are_allowed(site: Site, method: str, path: str) -> None:
    answer = site.ask(path, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_reader_is_served_and_a_flood_must_wait(site: Site, seconds: SteppingSeconds) -> None:
    seconds.step = 0.0
    answers = [site.ask("/feed.xml") for _ in range(middleware.BURST + 5)]
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    assert {answer.status for answer in answers[: middleware.BURST]} == {200}
    assert {answer.status for answer in answers[middleware.BURST :]} == {429}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert site.ask("/health").status == 200, "a flood of pages must not make the health check fail"
    seconds.at += 60
    assert site.ask("/feed.xml").status == 200


def test_clients_are_counted_apart_and_remembered_within_bounds(seconds: SteppingSeconds) -> None:
    seconds.step = 0.0
    buckets = middleware.TokenBuckets()
    assert [buckets.take("a") for _ in range(middleware.BURST + 1)] == [True] * middleware.BURST + [False]
    assert buckets.take("b")
    for number in range(middleware.CLIENTS * 2):
        buckets.take(f"client {number}")
    assert len(buckets._buckets) <= middleware.CLIENTS


def test_one_network_of_ipv6_is_one_client() -> None:
    assert (
        middleware.network("2001:db8::1")
        == middleware.network("2001:db8::ffff:1")
        != middleware.network("2001:db8:0:1::1")
    )
    assert middleware.network("192.0.2.1") == "192.0.2.1"
    assert middleware.network("not:an address") == "not:an address"


def test_readers_behind_a_proxy_are_counted_apart(site: Site, seconds: SteppingSeconds) -> None:
    seconds.step = 0.0
    for _ in range(middleware.BURST):
        site.ask("/feed.xml", x_forwarded_for="203.0.113.1")
    assert site.ask("/feed.xml", x_forwarded_for="203.0.113.1").status == 429
    assert site.ask("/feed.xml", x_forwarded_for="203.0.113.2").status == 200


@pytest.mark.parametrize(("ranges", "status"), [
    ("bytes=0-9", 200), ("bytes=0-,0-,0-", 200), ("nonsense", 200), ("bytes=" + ",".join(["0-"] * 200), 429),
])  # fmt: skip
def test_ranges_are_answered_whole_and_many_are_abuse(site: Site, ranges: str, status: int) -> None:
    answer = site.ask("/feed.xml", range=ranges)
    assert answer.status == status
    if status == 200:
        assert answer.body == FEED
    else:
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("mounted", "asked"), [({"public_url": "http://a.example/tracker/"}, "/tracker"), ({"public_url": "http://a.example/tracker"}, ""),
                                                ({"root_path": "/tracker"}, "")])  # fmt: skip
def test_everything_works_below_a_prefix_that_the_proxy_passes_on_or_takes_off(
    folder: Path, mounted: dict[str, str], asked: str
) -> None:
    made = Site(folder, status=make_status())
    stop = start(made, **mounted)
    try:
        assert made.ask(f"{asked}/feed.xml").body == FEED
        assert made.ask(f"{asked}/").body == SITE["index.html"]
        assert made.ask(f"{asked}/health").status == 200
        assert made.ask(f"{asked}/nowhere").status == 404
        assert made.ask(f"{asked}/feed.xml/").headers["location"].endswith("/feed.xml")
        if asked:
            assert made.ask(asked).headers["location"] == "/tracker/"
            assert made.ask(f"{asked}/feed.xml/").headers["location"] == "/tracker/feed.xml"
    finally:
        stop()
