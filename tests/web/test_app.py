"""Routes over real HTTP: what is not there, and other forms of an address."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.running import SITE, Site


@pytest.mark.parametrize("path", ["/feeds/none.xml", "/feed", "/feed.xml.gz", "/.feed.xml", "/a/b/c", "/%00"])
def test_what_is_not_there_is_a_page_and_no_feed(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert (answer.status, answer.body) == (404, SITE["404.html"])
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/paper/2606.00001x", "/paper/", "/paper/../feed.xml", "/feeds//", "/404", "/" + "a" * 5000,
                                  "/paper/" + "9" * 400, "/health%0A", "/feeds/keyword/a%0A.xml", "/feed.xml.zst", "/feed.xml.br", "/feed.xml?x=" + "a" * 9000])  # fmt: skip
def test_odd_paths_are_not_found_and_cheap(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path", ["/", "/feed.xml", "/feeds", "/nowhere", "/health", "/feed.xml/", "/paper/2606.00001v2"]
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_has_the_headers_of_get_and_no_body(site: Site, path: str, encoding: str) -> None:
    got, head = (site.ask(path, method, accept_encoding=encoding) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (got.status, b"")
    moving = {"date"} | ({"content-length"} if path == "/health" else set())
    assert {k: v for k, v in head.headers.items() if k not in moving} == {
        k: v for k, v in got.headers.items() if k not in moving
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=60),
    match=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    since=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
def test_no_request_breaks_the_server(site: Site, path: str, match: str, since: str) -> None:
    assert site.ask(f"/{path}").status in {200, 301, 400, 404}
    assert site.ask("/feed.xml", if_none_match=match).status in {200, 304}
    assert site.ask("/feed.xml", if_modified_since=since, accept_encoding=match).status in {200, 304}


def test_query_strings_and_slashes_make_no_second_resource(site: Site) -> None:
    tag = site.ask("/feed.xml").headers["etag"]
    assert site.ask("/feed.xml?utm_source=x").headers["etag"] == tag
    moved = site.ask("/feed.xml/")
    assert (moved.status, moved.headers["location"]) == (301, "/feed.xml")
    assert site.ask("//evil.example/").status == 404


@pytest.mark.parametrize(("path", "place"), [
    ("/feeds/", "/feeds"), ("/feeds.html", "/feeds"), ("/feed.atom/", "/feed.atom"), ("/index.html", "/"),
    ("/paper/2606.00001v2", "/paper/2606.00001"), ("/paper/hep-th/9901001v1", "/paper/hep-th/9901001"),
    ("/paper/2606.00001/", "/paper/2606.00001"), ("/rss.xml", "/feed.xml"), ("/atom.xml", "/feed.atom"),
    ("/browse/cs.CL.html", "/browse/cs.CL"),
])  # fmt: skip
def test_other_forms_of_an_address_lead_to_the_canonical_one(site: Site, path: str, place: str) -> None:
    answer = site.ask(path, host="evil.example", x_forwarded_host="evil.example")
    assert (answer.status, answer.headers["location"], answer.body) == (301, place, b"")
