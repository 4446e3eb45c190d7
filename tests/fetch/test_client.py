import gzip
import threading
from datetime import timedelta
from importlib import metadata

import pytest

from tests.stand_ins import SharedTurns
from tracker.domain.errors import Cancelled, StoreError, UpstreamError, UpstreamStopped
from tracker.fetch.client import Client

TOKENS = {"GITHUB_TOKEN": "secret-of-github", "HF_TOKEN": "secret-of-the-hub"}


@pytest.fixture
def connect(make_settings, memory, ticks):
    clients = []

    def make(**environ):
        clients.append(Client(make_settings(**environ), memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_response_is_returned_whole(connect, stub, stub_response, memory):
    stub.answers = [stub_response(404, b'{"message":"Not Found"}', {"X-Thing": "yes"})]
    response = connect(**TOKENS).get("github_api", "/repos/a/b", params={"q": "x y"})
    assert (response.status, response.json(), response.headers["x-thing"]) == (
        404,
        {"message": "Not Found"},
        "yes",
    )
    assert stub.asked[0][:2] == ("GET", "/repos/a/b?q=x+y")
    assert memory.notes == [("github_api", None)]


def test_a_request_names_the_program_and_carries_its_own_token_alone(connect, stub):
    client = connect(**TOKENS)
    client.get("github_api", "/a")
    client.get("huggingface", "/b")
    client.get("arxiv_api", "/c")
    github, hub, arxiv = (headers for _, _, headers in stub.asked)
    assert github["authorization"] == "Bearer secret-of-github"
    assert hub["authorization"] == "Bearer secret-of-the-hub"
    assert "authorization" not in arxiv
    own = f"arxiv-code-tracker/{metadata.version('arxiv-code-tracker')}"
    assert [headers["user-agent"] for headers in (github, hub, arxiv)] == [own] * 3, (
        "without a contact, nothing else"
    )
    assert (client.has_token("github_api"), client.has_token("arxiv_api")) == (True, False)


def test_a_request_names_the_contact_that_the_operator_set(connect, stub):
    connect(TRACKER_CONTACT="ann@x.example (Ann)\r\nX: y").get("github_api", "/a")
    assert stub.asked[0][2]["user-agent"].endswith(" (+ann@x.exampleAnnX:y)")


def test_a_post_sends_json(connect, stub):
    connect(**TOKENS).post("github_api", "/graphql", json={"query": "{}"})
    method, path, headers = stub.asked[0]
    assert (method, path, headers["content-type"]) == ("POST", "/graphql", "application/json")


def test_redirects_stay_on_the_upstream(connect, stub, stub_response):
    stub.answers = [
        stub_response(301, b"{}", {"Location": f"{stub.address}/repositories/7"}),
        stub_response(200, b'{"id":7}'),
    ]
    response = connect(**TOKENS).get("github_api", "/repos/a/b", params={"x": "1"})
    assert response.json() == {"id": 7}
    assert response.url == f"{stub.address}/repositories/7"
    assert [path for _, path, _ in stub.asked] == ["/repos/a/b?x=1", "/repositories/7"]


@pytest.mark.parametrize(
    "where",
    ["http://127.0.0.1:9/x", "https://evil.example/x", "//evil.example/", "http://[", "file:///etc/passwd"],
)
def test_redirects_elsewhere_are_refused(connect, stub, stub_response, where):
    stub.answers = [stub_response(302, b"", {"Location": where})]
    with pytest.raises(UpstreamError, match="another address") as caught:
        connect(**TOKENS).get("github_api", "/repos/a/b")
    assert "secret" not in str(caught.value)
    assert len(stub.asked) == 1


def test_redirects_have_an_end(connect, stub, stub_response):
    stub.answers = [stub_response(307, b"", {"Location": "/again"})]
    with pytest.raises(UpstreamError, match="more than 5"):
        connect(**TOKENS).get("huggingface", "/x")
    assert len(stub.asked) == 6


def test_a_failing_server_gets_four_requests_with_backoff(connect, stub, stub_response, ticks, memory):
    stub.answers = [stub_response(502)]
    with pytest.raises(UpstreamError, match="502"):
        connect(**TOKENS).get("huggingface", "/x")
    assert len(stub.asked) == 4
    assert ticks.slept == [2.0, 4.0, 8.0]
    assert memory.notes[-1] == ("huggingface", "server error (502)")


def test_an_upstream_that_is_down_is_stopped_for_a_while(connect, stub, stub_response, ticks):
    stub.answers = [stub_response(502)]
    client = connect(**TOKENS)
    for _ in range(2):
        with pytest.raises(UpstreamError) as caught:
            client.get("huggingface", "/x")
        assert not isinstance(caught.value, UpstreamStopped)
    for _ in range(2):
        with pytest.raises(UpstreamStopped, match="502"):
            client.get("huggingface", "/x")
    assert len(stub.asked) == 12
    ticks.sleep(600)
    stub.answers = [stub_response(200)]
    assert client.get("huggingface", "/x").status == 200


def test_a_retry_recovers(connect, stub, stub_response, ticks):
    stub.answers = [stub_response(503, b"<html>", {"Retry-After": "5"}), stub_response(200, b'{"ok":1}')]
    assert connect(**TOKENS).get("huggingface", "/x").json() == {"ok": 1}
    assert ticks.slept == [5.0]


def test_a_post_is_tried_twice_only(connect, stub, stub_response):
    stub.answers = [stub_response(502)]
    with pytest.raises(UpstreamError):
        connect(**TOKENS).post("github_api", "/graphql", json={})
    assert len(stub.asked) == 2


def test_a_cut_response_is_requested_again(connect, stub, stub_response):
    stub.answers = [stub_response(200, b'{"a":', cut=True), stub_response(200, b'{"a":1}')]
    assert connect(**TOKENS).get("huggingface", "/x").json() == {"a": 1}


def test_no_connection_is_an_error(connect, ticks, memory):
    client = connect(TRACKER_UPSTREAMS__HUGGINGFACE="http://127.0.0.1:9", **TOKENS)
    with pytest.raises(UpstreamError, match="no connection") as caught:
        client.get("huggingface", "/x")
    assert not isinstance(caught.value, UpstreamStopped)
    assert memory.notes[-1] == ("huggingface", "no connection")


def test_a_short_refusal_is_waited_out_and_a_long_one_stops(connect, stub, stub_response, ticks, memory):
    stub.answers = [stub_response(429, b"", {"Retry-After": "30"}), stub_response(200)]
    client = connect(**TOKENS)
    assert client.get("github_api", "/a").status == 200
    assert sum(ticks.slept) == pytest.approx(30.0, abs=1.1)
    stub.answers = [stub_response(429, b"", {"Retry-After": "900"})]
    before = ticks.now()
    with pytest.raises(UpstreamStopped) as caught:
        client.get("github_api", "/b")
    assert timedelta(seconds=900) <= caught.value.until - before < timedelta(seconds=901)
    requests = len(stub.asked)
    with pytest.raises(UpstreamStopped):
        client.get("github_api", "/c")
    assert len(stub.asked) == requests


def test_a_stop_survives_a_restart(connect, stub, stub_response, memory, ticks):
    memory.stop("huggingface", ticks.now() + timedelta(hours=1), "too many requests (429)")
    with pytest.raises(UpstreamStopped, match="too many"):
        connect(**TOKENS).get("huggingface", "/x")
    assert stub.asked == []


def test_any_403_of_arxiv_stops_all_its_upstreams_for_hours(connect, stub, stub_response, memory, ticks):
    stub.answers = [stub_response(403, b"<html>Access Denied</html>")]
    client = connect(**TOKENS)
    for upstream in ("arxiv_api", "arxiv_site"):
        with pytest.raises(UpstreamStopped, match="403") as caught:
            client.get(upstream, "/x")
        assert caught.value.until == ticks.now() + timedelta(hours=6)
    assert len(stub.asked) == 1


def test_a_spent_budget_is_waited_out_until_its_reset(connect, stub, stub_response, memory, ticks):
    stub.answers = [stub_response(200, b"{}", {"RateLimit": '"api";r=0;t=55'}), stub_response(200)]
    client = connect(**TOKENS)
    client.get("huggingface", "/x")
    assert memory.stops["huggingface"][0] == ticks.now() + timedelta(seconds=56)
    client.get("huggingface", "/y")
    assert sum(ticks.slept) == pytest.approx(56.0, abs=0.1)


def test_without_a_token_github_has_an_hourly_budget_which_redirects_spend_too(connect, stub, stub_response):
    client = connect(TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR="3")
    stub.answers = [stub_response(301, b"", {"Location": "/b"}), stub_response(200), stub_response(200)]
    client.get("github_api", "/a")
    client.get("github_api", "/c")
    with pytest.raises(UpstreamStopped, match="GITHUB_TOKEN"):
        client.get("github_api", "/d")
    assert len(stub.asked) == 3


def test_a_refused_token_is_not_an_absence(connect, stub, stub_response):
    stub.answers = [stub_response(401, b'{"message":"Bad credentials"}')] * 2
    with pytest.raises(UpstreamError, match="GITHUB_TOKEN") as caught:
        connect(**TOKENS).get("github_api", "/repos/a/b")
    assert "secret" not in str(caught.value)
    assert len(stub.asked) == 2


def test_a_refused_token_is_left_out_and_said_once(connect, stub, stub_response, caplog):
    client = connect(**TOKENS)
    stub.answers = [stub_response(401, b'{"message":"Bad credentials"}'), stub_response(200), stub_response(200)]
    assert client.get("github_api", "/repos/a/b").status == 200
    assert client.get("github_api", "/repos/a/c").status == 200
    assert ["authorization" in {name.lower() for name in headers} for _, _, headers in stub.asked] == [
        True,
        False,
        False,
    ]
    assert not client.has_token("github_api")
    assert [reason.partition(";")[0] for reason in client.refused_tokens()] == ["GITHUB_TOKEN is refused (401)"]
    assert [record.message for record in caplog.records] == [*client.refused_tokens()]
    assert "secret" not in caplog.text


def test_the_response_for_a_blocked_repository_is_returned(connect, stub, stub_response, memory):
    stub.answers = [stub_response(403, b'{"message":"Repository access blocked"}')]
    assert connect(**TOKENS).get("github_api", "/repos/a/b").status == 403
    assert memory.stops == {}


def test_a_response_is_bounded_after_decompression(connect, stub, stub_response):
    client = connect(TRACKER_LIMITS__ANSWER_BYTES="100000", **TOKENS)
    stub.answers = [stub_response(200, gzip.compress(b"0" * 10_000_000), {"Content-Encoding": "gzip"})]
    with pytest.raises(UpstreamError, match="more than 100000 bytes"):
        client.get("huggingface", "/x")
    assert len(stub.asked) == 1


def test_a_damaged_encoding_is_an_error(connect, stub, stub_response):
    stub.answers = [stub_response(200, b"no gzip at all", {"Content-Encoding": "gzip"})]
    with pytest.raises(UpstreamError, match="damaged"):
        connect(**TOKENS).get("huggingface", "/x")


def test_a_stopping_service_waits_for_nothing(make_settings, memory, ticks, stub, stub_response):
    cancel = threading.Event()
    cancel.set()
    stub.answers = [stub_response(500)]
    with Client(make_settings(**TOKENS), memory, ticks, cancel) as client, pytest.raises(Cancelled):
        client.get("huggingface", "/x")


def test_an_upstream_without_an_address_is_an_error(connect):
    with pytest.raises(UpstreamError, match="no address"):
        connect().get("web", "/x")


def test_with_a_moved_clock_only_this_machine_gets_requests(connect, stub):
    client = connect(TRACKER_NOW="2026-07-01T05:00:00Z", TRACKER_UPSTREAMS__GITLAB="https://gitlab.example/api/v4")
    with pytest.raises(UpstreamError, match="clock is moved"):
        client.get("gitlab", "/projects/1")
    assert client.get("github_api", "/a").status == 200


def test_a_bomb_is_unpacked_no_further_than_the_bound(connect, stub, stub_response):
    stub.answers = [stub_response(200, gzip.compress(b"0" * 50_000_000), {"Content-Encoding": "gzip"})]
    with pytest.raises(UpstreamError, match="more than 1000 bytes"):
        connect(TRACKER_LIMITS__ANSWER_BYTES="1000").get("github_api", "/x")


def test_a_packed_response_cut_short_is_an_error(connect, stub, stub_response):
    stub.answers = [stub_response(200, gzip.compress(b'{"a": 1}')[:-9], {"Content-Encoding": "gzip"})]
    with pytest.raises(UpstreamError, match="cut off"):
        connect().get("github_api", "/x")


def test_an_upstream_that_stays_down_is_stopped_with_backoff(connect, stub, stub_response, ticks, memory):
    stub.answers = [stub_response(500)]
    client, waits = connect(), []
    for number in range(6):
        for _ in range(1 if number else 3):
            with pytest.raises(UpstreamError):
                client.get("huggingface", "/x")
        until, _ = memory.stops["huggingface"]
        waits.append(round((until - ticks.now()).total_seconds()))
        ticks.moment = until
    assert waits == [600, 1200, 2400, 3600, 3600, 3600]


def test_a_request_whose_turn_ended_before_it_left_takes_another(connect, stub, memory):
    memory.turns = SharedTurns(False, True)
    assert connect().get("arxiv_api", "/c").status == 200
    assert len(stub.asked) == 1
    assert (memory.turns.taken, memory.turns.ended) == (2, 2)


@pytest.mark.parametrize("ask", ["get", "page", "post_form"])
def test_no_request_leaves_in_a_turn_that_ended_or_where_nobody_can_grant_one(connect, stub, memory, ask):
    memory.turns = SharedTurns(None)
    client = connect(TRACKER_UPSTREAMS__WEB=stub.address)

    def request():
        if ask == "get":
            client.get("arxiv_api", "/c")
        elif ask == "page":
            client.page("https://ann.github.io/tool")
        else:
            client.post_form(f"{stub.address}/hub", {}, seconds=5.0)

    with pytest.raises(StoreError, match="does not answer"):
        request()
    if ask != "get":
        memory.turns.valid = [False]
        with pytest.raises(UpstreamError, match="longer than its turn"):
            request()
    assert stub.asked == []
