import gzip
import time
import urllib.request
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tracker.sandbox.server import Sandbox

IDS = "a:entry/a:id/text()"
NS = {"a": "http://www.w3.org/2005/Atom"}
WINDOW = "search_query=cat:cs.LG&sortBy=submittedDate"


def ids(response: Any) -> list[str]:
    return list(etree.fromstring(response.body).xpath(IDS, namespaces=NS))


def test_a_fault_occurs_as_often_as_ordered(ask: Any) -> None:
    order = ask.misbehave("arxiv_api", "429", times=2, retry_after=30)
    assert order.json()[0]["kind"] == "429"
    first = ask.arxiv("id_list=2506.00001")
    assert (first.status, first.text, first.headers["retry-after"]) == (429, "Rate exceeded.", "30")
    assert [ask.arxiv("id_list=2506.00001").status for _ in range(2)] == [429, 200]
    ask.misbehave("arxiv_api", "429", after=1)
    answers = [ask.arxiv("id_list=2506.00001") for _ in range(3)]
    assert [a.status for a in answers] == [200, 429, 200]
    assert "retry-after" not in answers[1].headers
    faults = [entry["fault"] for entry in ask("/_sandbox/requests?upstream=arxiv_api").json()]
    assert faults == ["429", "429", "", "", "429", ""]


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [("403", 403, b"Access Denied"), ("503", 503, b"Service Unavailable"), ("html", 200, b"<html>"), ("empty", 200, b""),
     ("error-400", 400, b"<title>Error</title>"), ("error-200", 200, b"<title>Error</title>")],
)  # fmt: skip
def test_responses_that_are_not_a_feed_of_papers(ask: Any, kind: str, status: int, says: bytes) -> None:
    ask.misbehave("arxiv_api", kind)
    response = ask.arxiv(WINDOW)
    assert response.status == status
    assert says in response.body
    assert len(ids(ask.arxiv(WINDOW))) == 10


def test_truncated_and_cut_bodies(ask: Any) -> None:
    ask.misbehave("arxiv_api", "truncated")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(ask.arxiv(WINDOW).body)
    ask.misbehave("arxiv_api", "cut")
    with pytest.raises(IncompleteRead):
        ask.arxiv(WINDOW)
    assert len(ids(ask.arxiv(WINDOW))) == 10


def test_a_falsely_empty_first_page(ask: Any) -> None:
    ask.misbehave("arxiv_api", "false-empty")
    assert len(ids(ask.arxiv(f"{WINDOW}&start=5"))) == 5
    empty = ask.arxiv(WINDOW)
    assert ids(empty) == []
    assert "<opensearch:totalResults>0<" in empty.text
    assert len(ids(ask.arxiv(WINDOW))) == 10


def test_an_unsorted_result(ask: Any) -> None:
    honest = ids(ask.arxiv(WINDOW))
    ask.misbehave("arxiv_api", "unsorted", times=2)
    unsorted = ids(ask.arxiv(f"{WINDOW}&max_results=5")) + ids(ask.arxiv(f"{WINDOW}&max_results=5&start=5"))
    assert unsorted != honest
    assert sorted(unsorted) == sorted(honest)


def test_an_entry_that_moves_between_pages(ask: Any) -> None:
    ask.misbehave("arxiv_api", "moving")
    listed = ids(ask.arxiv(f"{WINDOW}&max_results=5")) + ids(ask.arxiv(f"{WINDOW}&max_results=5&start=5"))
    assert len(listed) == 10
    assert len(set(listed)) == 9


def test_a_hang_ends_and_delays_no_other_request(ask: Any, world: Path) -> None:
    began = time.monotonic()
    with Sandbox(world) as separate:
        url = separate.url + "/_sandbox/misbehave"
        body = b'{"upstream": "github_api", "kind": "hang", "seconds": 300}'
        urllib.request.urlopen(urllib.request.Request(url, body), timeout=5).close()
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(separate.upstreams["github_api"], timeout=0.05)
        urllib.request.urlopen(separate.upstreams["arxiv_api"] + "?id_list=2506.00001", timeout=5).close()
    assert time.monotonic() - began < 5
    ask.misbehave("huggingface", "hang", seconds=0.01)
    assert ask.hub("/api/models").status == 504


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [("403-primary", 403, "x-ratelimit-remaining"), ("403", 403, "retry-after"), ("429", 429, "retry-after"),
     ("502", 502, ""), ("503-html", 503, ""), ("401", 401, "")],
)  # fmt: skip
def test_githubs_refusals(ask: Any, kind: str, status: int, header: str) -> None:
    ask.misbehave("github_api", kind, retry_after=7)
    response = ask.github("/repos/acme/tool")
    assert response.status == status
    assert header == "" or response.headers[header] in ("0", "7")
    assert ask.github("/repos/acme/tool").status == 200


def test_faults_of_graphql_leave_rest_alone(ask: Any) -> None:
    query = '{a: repository(owner:"acme",name:"tool"){id} b: repository(owner:"acme",name:"empty"){id} rateLimit{cost}}'
    ask.misbehave("github_api", "partial")
    ask.misbehave("github_api", "rate-limit-200")
    assert ask.github("/repos/acme/tool").status == 200
    partial = ask.graphql(query).json()
    assert (partial["data"]["a"], partial["data"]["b"] is None, partial["data"]["rateLimit"]) == (
        None,
        False,
        {"cost": 1},
    )
    assert partial["errors"][0]["path"] == ["a"]
    limited = ask.graphql(query)
    assert (limited.status, limited.json()["errors"][0]["type"], limited.headers["x-ratelimit-remaining"]) == (
        200,
        "RATE_LIMIT",
        "0",
    )


def test_the_hubs_faults(ask: Any) -> None:
    ask.misbehave("huggingface", "429", retry_after=9)
    limited = ask.hub("/api/models")
    assert (limited.status, limited.headers["ratelimit"]) == (429, '"api";r=0;t=9')
    ask.misbehave("huggingface", "empty-list", path="/daily_papers")
    assert ask.hub("/api/papers/2506.00001").status == 200
    assert ask.hub("/api/daily_papers").json() == []


@pytest.mark.parametrize(
    "order",
    [[], 3, {"upstream": "nowhere", "kind": "429"}, {"upstream": "arxiv_api", "kind": "502"},
     {"upstream": "arxiv_api", "kind": "429", "times": "many"}, {"upstream": "arxiv_api", "kind": "429", "colour": 1}],
)  # fmt: skip
def test_a_wrong_order_is_refused_with_a_reason(ask: Any, order: Any) -> None:
    response = ask("/_sandbox/misbehave", order)
    assert response.status == (200 if order == [] else 400)
    assert order == [] or response.json()["error"]


def test_the_log_lists_requests_and_a_reset_clears_it(ask: Any) -> None:
    ask.arxiv("id_list=2506.00001")
    ask.github("/repos/acme/tool", token="t")
    first, second = ask("/_sandbox/requests").json()
    assert (first["upstream"], first["path"], first["query"], first["status"]) == (
        "arxiv_api",
        "/query",
        "id_list=2506.00001",
        200,
    )
    assert (second["account"], second["user_agent"]) == (True, "test")
    assert second["monotonic"] >= first["monotonic"]
    ask.misbehave("arxiv_api", "503", times=9)
    ask("/_sandbox/reset", {})
    assert ask("/_sandbox/requests").json() == []
    assert ask.arxiv("id_list=2506.00001").status == 200


def test_large_responses_are_compressed_on_request(ask: Any) -> None:
    plain = ask.arxiv(WINDOW)
    packed = ask(f"/arxiv/api/query?{WINDOW}", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
