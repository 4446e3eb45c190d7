"""How the play of a fleet finds what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.fleet_checks import list_crowded, list_differences, load_feeds


def request(monotonic: float, seconds: float = 0.1, upstream: str = "arxiv_api") -> dict[str, Any]:
    return {"upstream": upstream, "monotonic": monotonic, "seconds": seconds, "path": f"/{monotonic:g}"}


def test_requests_closer_than_the_pace_or_at_once_are_found_whatever_their_order() -> None:
    kept = [request(10.0), request(10.6, upstream="arxiv_site"), request(10.2, upstream="github_api")]
    assert list_crowded(kept, 0.5) == []
    assert list_crowded([request(12.0), *kept, request(10.8)], 0.5) == ["/10.8 came 0.100 s after /10.6 had ended"]
    assert list_crowded([request(10.0, seconds=9.0), request(11.0)], 0.5) == [
        "/11 came -8.000 s after /10 had ended"
    ]


def test_rows_too_many_and_too_few_are_found() -> None:
    expected = {"papers": ["a", "b"], "links": ["l"]}
    assert list_differences("views", expected, expected) == []
    assert sorted(list_differences("views", {"papers": ["a", "a", "b"], "links": []}, expected)) == [
        "views: links has 0 too many and 1 too few, as l",
        "views: papers has 1 too many and 0 too few, as a",
    ]
    assert list_differences("views", {"papers": ["a", "b"]}, expected) == ["views: links is missing"]


def test_the_items_of_feeds_are_read_without_their_dates(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "x.xml").write_text(
        "<rss><item><guid>2</guid><pubDate>Mon</pubDate></item>\n<item><guid>1</guid></item></rss>"
    )
    (tmp_path / "sitemap.xml").write_text("<urlset/>")
    assert load_feeds(tmp_path) == {"feeds/x.xml": ["<item><guid>1</guid></item>", "<item><guid>2</guid></item>"]}
