from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.fetch import response_policy
from tracker.fetch.response_policy import Action

GITHUB, ARXIV, HUB = "github_api", "arxiv_api", "huggingface"
DATE = "Wed, 17 Jun 2026 05:00:00 GMT"
NOW = int(datetime(2026, 6, 17, 5, 0, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("upstream", "status", "headers", "body", "action", "seconds"),
    [
        (ARXIV, 200, {}, b"", Action.TAKE, None),
        (ARXIV, 429, {}, b"Rate exceeded.", Action.WAIT, None),
        (ARXIV, 429, {"retry-after": "30"}, b"", Action.WAIT, 30.0),
        (ARXIV, 403, {}, b"<html>Access Denied</html>", Action.REFUSED, None),
        ("arxiv_site", 403, {}, b"<html>Access Denied</html>", Action.REFUSED, None),
        ("arxiv_site", 403, {}, b"<h1>Source Not Public for 2606.00001</h1>", Action.TAKE, None),
        (ARXIV, 403, {}, b"<h1>Source Not Public for 2606.00001</h1>", Action.REFUSED, None),
        (ARXIV, 503, {"retry-after": "5"}, b"", Action.RETRY, 5.0),
        (ARXIV, 500, {}, b"", Action.RETRY, None),
        (ARXIV, 400, {}, b"", Action.TAKE, None),
        (HUB, 429, {"ratelimit": '"api";r=0;t=55'}, b"", Action.WAIT, 56.0),
        (HUB, 200, {"ratelimit": '"api";r=0;t=55'}, b"[]", Action.TAKE, 56.0),
        (HUB, 200, {"ratelimit": '"api";r=10;t=55'}, b"[]", Action.TAKE, None),
        (HUB, 401, {}, b'{"error":"Invalid username or password."}', Action.TAKE, None),
        (HUB, 401, {}, b'{"error":"Invalid credentials in Authorization header"}', Action.FAIL, None),
        (HUB, 403, {}, b"", Action.TAKE, None),
        (GITHUB, 401, {}, b'{"message":"Bad credentials"}', Action.FAIL, None),
        (GITHUB, 403, {}, b'{"message":"Repository access blocked","block":{"reason":"dmca"}}', Action.TAKE, None),
        (GITHUB, 403, {}, b'{"message":"You have exceeded a secondary rate limit"}', Action.WAIT, None),
        (GITHUB, 403, {"retry-after": "7"}, b"{}", Action.WAIT, 7.0),
        (GITHUB, 403, {"x-ratelimit-remaining": "0"}, b'{"message":"API Rate Limit Exceeded"}', Action.WAIT, None),
        (
            GITHUB,
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 100), "date": DATE},
            b"{}",
            Action.WAIT,
            101.0,
        ),
        (
            GITHUB,
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 100), "date": DATE},
            b"{}",
            Action.TAKE,
            101.0,
        ),
        (
            GITHUB,
            200,
            {"x-ratelimit-remaining": "1", "x-ratelimit-reset": str(NOW + 100)},
            b"{}",
            Action.TAKE,
            None,
        ),
        (GITHUB, 403, {}, b'{"message":"Resource protected"}', Action.TAKE, None),
        (GITHUB, 200, {}, b'{"errors":[{"type":"RATE_LIMITED","message":"x"}]}', Action.WAIT, None),
        (GITHUB, 200, {}, b'{"data":{"r0":{"object":{"text":"RATE_LIMITED"}}}}', Action.TAKE, None),
        (GITHUB, 404, {}, b"{}", Action.TAKE, None),
        (GITHUB, 200, {"content-type": "text/html; charset=utf-8"}, b"<html>", Action.RETRY, None),
        (HUB, 200, {"content-type": "application/json"}, b" ", Action.RETRY, None),
        (HUB, 200, {"content-type": "text/plain"}, b"", Action.TAKE, None),
        (GITHUB, 451, {}, b"{}", Action.TAKE, None),
        (
            "gitlab",
            200,
            {"ratelimit-remaining": "0", "ratelimit-reset": str(NOW + 9), "date": DATE},
            b"",
            Action.TAKE,
            10.0,
        ),
        (
            "gitlab",
            200,
            {"ratelimit-remaining": "7", "ratelimit-reset": str(NOW + 9), "date": DATE},
            b"",
            Action.TAKE,
            None,
        ),
        ("zenodo", 200, {"ratelimit": "limit=60, remaining=0, reset=50"}, b"", Action.TAKE, 51.0),
        ("zenodo", 200, {"ratelimit": "limit=60, remaining=1, reset=50"}, b"", Action.TAKE, None),
        ("zenodo", 429, {"x-ratelimit-reset": str(NOW + 30), "date": DATE}, b"", Action.WAIT, 31.0),
        ("zenodo", 200, {"ratelimit": '"min";r=0;t=20,"hour";r=0;t=900'}, b"", Action.TAKE, 901.0),
        ("zenodo", 200, {"ratelimit": '"min";r=9;t=20,"hour";r=0;t=900'}, b"", Action.TAKE, 901.0),
        (
            "software_heritage",
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"},
            b"",
            Action.TAKE,
            61.0,
        ),
        ("web:gitee.com", 403, {"x-ratelimit-remaining": "0"}, b"", Action.WAIT, None),
        ("web:gitee.com", 403, {}, b"", Action.TAKE, None),
    ],
)
def test_the_ruling_on_a_response(upstream, status, headers, body, action, seconds):
    ruling = response_policy.rule_on_response(upstream, status, headers, body)
    assert (ruling.action, ruling.seconds) == (action, seconds)


def test_retry_after_may_be_a_date_which_is_read_against_the_upstreams_own_clock():
    later = "Wed, 17 Jun 2026 05:02:00 GMT"
    assert response_policy.parse_retry_after({"retry-after": later, "date": DATE}) == 120.0


def test_a_reset_far_from_the_upstreams_clock_is_not_believed():
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 10_000_000), "date": DATE}
    assert response_policy.rule_on_response(GITHUB, 403, headers, b"{}").seconds is None


def test_waits_without_a_time_grow_to_an_hour():
    assert [response_policy.refusal_wait_seconds(n) for n in (1, 2, 3, 50)] == [60.0, 120.0, 240.0, 3600.0]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(
    st.sampled_from([ARXIV, GITHUB, HUB, "zenodo", "web:a.example"]),
    st.sampled_from([200, 401, 403, 404, 429, 500, 503]),
    st.dictionaries(
        st.sampled_from(
            ["retry-after", "ratelimit", "x-ratelimit-reset", "x-ratelimit-remaining", "ratelimit-reset", "date"]
        ),
        st.one_of(st.text(max_size=40), st.integers().map(str), st.just("0")),
    ),
    st.binary(max_size=60),
)
def test_any_header_or_body_gets_a_ruling(upstream, status, headers, body):
    ruling = response_policy.rule_on_response(upstream, status, headers, body)
    assert ruling.seconds is None or 0 <= ruling.seconds <= response_policy.LONGEST_RETRY_AFTER_SECONDS
    assert (status < 429) or ruling.action is not Action.TAKE
