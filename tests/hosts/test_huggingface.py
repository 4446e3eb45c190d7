import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain import Content, Fact, Outcome
from tracker.errors import UpstreamError, UpstreamStopped
from tracker.hosts import huggingface
from tracker.hosts.huggingface import HOST, match, reference
from tracker.protocols import Response

SINCE = datetime(2026, 6, 10, tzinfo=UTC)


class Hub:
    """Gives `answers` by path, or whatever `error` is."""

    def __init__(self) -> None:
        self.answers: dict[str, Response] = {}
        self.error: Exception | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []

    def has_token(self, upstream: str) -> bool:
        return False

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        raise AssertionError("the Hub is only read")

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        assert upstream == "huggingface"
        self.asked.append((path, dict(params or {})))
        if self.error:
            raise self.error
        key = path + (f"#{params['cursor']}" if params and "cursor" in params else "")
        return self.answers.get(key, Response(404, {}, b'{"error":"Repository not found"}', path))

    def say(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        self.answers[path] = Response(status, named, json.dumps(body).encode(), path)


@pytest.fixture
def hub():
    return Hub()


def info(**more: Any) -> dict[str, Any]:
    return {
        "_id": "64a1",
        "id": "ns/name",
        "sha": "abc",
        "gated": False,
        "disabled": False,
        "createdAt": "2026-06-11T10:00:00.000Z",
        "lastModified": "2026-06-12T10:00:00.000Z",
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "model.safetensors"}],
        "cardData": {"license": "apache-2.0"},
        "tags": ["license:apache-2.0", "arxiv:2606.00001"],
    } | more


@pytest.mark.parametrize(("url", "key"), HOST.examples)
def test_examples(url, key):
    found = match(url)
    assert found is not None
    assert (found.key, found.host) == (key, "huggingface")


@pytest.mark.parametrize("url", HOST.counterexamples)
def test_counterexamples(url):
    assert match(url) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.text(max_size=80))
def test_no_address_upsets_it(text):
    for url in (
        text,
        f"https://huggingface.co/{text}",
        f"https://hf.co/datasets/{text}",
        f"https://hf.co/collections/a/{text}",
    ):
        found = match(url)
        assert found is None or match(found.url) == found


def test_a_model(hub):
    hub.say("/api/models/ns/name", info())
    found = huggingface.check(reference("model", "ns/name"), hub)
    assert (found.outcome, found.content, found.holds) == (Outcome.PRESENT, Content.DATA_ONLY, (Fact.WEIGHTS,))
    assert (found.licence_claimed, found.licence_looked, found.gated) == ("apache-2.0", True, False)
    assert (found.host_id, found.commit, found.reference.key) == ("64a1", "abc", "hf-model:ns/name")
    assert found.created_at == datetime(2026, 6, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "file", "word", "holds"),
    [
        ("dataset", "train.parquet", Content.DATA_ONLY, (Fact.DATA,)),
        ("space", "app.py", Content.CODE, (Fact.DEMO,)),
        ("model", "README.md", Content.README_ONLY, ()),
    ],
)
def test_kinds(hub, kind, file, word, holds):
    hub.say(f"/api/{kind}s/ns/name", info(siblings=[{"rfilename": file}]))
    found = huggingface.check(reference(kind, "ns/name"), hub)
    assert (found.outcome, found.content, found.holds) == (Outcome.PRESENT, word, holds)


@pytest.mark.parametrize(
    ("more", "licence"),
    [
        ({"cardData": {"license": ["mit", "cc-by-4.0"]}}, "mit"),
        ({"cardData": None}, "apache-2.0"),
        ({"cardData": {"license": "other", "license_name": "qwen-research"}}, "other:qwen-research"),
        ({"cardData": {"license": "other"}}, "other"),
        ({"cardData": {}, "tags": []}, None),
        ({"cardData": {"license": 7}, "tags": [7, None]}, None),
    ],
)
def test_licences(hub, more, licence):
    hub.say("/api/models/ns/name", info(**more))
    found = huggingface.check(reference("model", "ns/name"), hub)
    assert (found.licence_claimed, found.licence_looked) == (licence, True)


@pytest.mark.parametrize(("gated", "expected"), [("auto", True), ("manual", True), (False, False), (True, True)])
def test_gates(hub, gated, expected):
    hub.say("/api/models/ns/name", info(gated=gated))
    assert huggingface.check(reference("model", "ns/name"), hub).gated is expected


def test_a_rename_is_told(hub):
    hub.say("/api/models/old/name", info(id="new/name"))
    assert huggingface.check(reference("model", "old/name"), hub).reference.key == "hf-model:new/name"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (404, {}, Outcome.ABSENT),
        (401, {}, Outcome.ABSENT),
        (401, {"x_error_code": "RepoNotFound"}, Outcome.ABSENT),
        (401, {"x_error_code": "GatedRepo"}, Outcome.PRESENT),
        (403, {"x_error_code": "GatedRepo"}, Outcome.PRESENT),
        (403, {"x_error_code": "DisabledRepo"}, Outcome.BLOCKED),
        (451, {}, Outcome.BLOCKED),
        (403, {}, Outcome.UNKNOWN),
        (418, {}, Outcome.UNKNOWN),
    ],
)
def test_refusals(hub, status, headers, outcome):
    hub.say("/api/models/ns/name", {"error": "said"}, status, **headers)
    found = huggingface.check(reference("model", "ns/name"), hub)
    assert found.outcome is outcome
    assert found.reason
    assert found.gated is (True if outcome is Outcome.PRESENT else None)


def test_a_disabled_repository_is_blocked(hub):
    hub.say("/api/models/ns/name", info(disabled=True))
    assert huggingface.check(reference("model", "ns/name"), hub).outcome is Outcome.BLOCKED


def test_a_failure_is_unknown_and_a_stop_is_raised(hub):
    hub.error = UpstreamError("huggingface", "no answer in time")
    found = huggingface.check(reference("model", "ns/name"), hub)
    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "no answer in time")
    hub.error = UpstreamStopped("huggingface", "too many requests", SINCE)
    with pytest.raises(UpstreamStopped):
        list(huggingface.check_all([reference("model", "ns/name")], hub))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"[" * 100_000])
def test_a_strange_answer_is_unknown(hub, body):
    hub.answers["/api/models/ns/name"] = Response(200, {}, body, "")
    assert huggingface.check(reference("model", "ns/name"), hub).outcome is Outcome.UNKNOWN


def test_files_that_are_not_listed_are_not_taken_for_none(hub):
    hub.say("/api/models/ns/name", {"id": "ns/name"})
    found = huggingface.check(reference("model", "ns/name"), hub)
    assert (found.outcome, found.content) == (Outcome.PRESENT, Content.UNKNOWN)


@pytest.mark.parametrize("url", ["https://huggingface.co/ns", "https://huggingface.co/collections/ns/x-1"])
def test_owners_and_collections_are_not_looked_at(hub, url):
    found = huggingface.check(match(url), hub)
    assert (found.outcome, hub.asked) == (Outcome.UNKNOWN, [])


def test_the_record_of_a_paper(hub):
    hub.say(
        "/api/papers/2606.00001",
        {"githubRepo": "https://github.com/a/b", "githubRepoAddedBy": "user", "projectPage": "https://a.b"},
    )
    hub.say("/api/papers/2606.00002", {"id": "2606.00002", "title": "none of them"})
    assert huggingface.paper_record("2606.00001", hub) == [
        ("https://github.com/a/b", "githubRepo (user)"),
        ("https://a.b", "projectPage"),
    ]
    assert huggingface.paper_record("2606.00002", hub) == []
    assert huggingface.paper_record("2606.00003", hub) is None


def test_a_record_that_cannot_be_read_is_no_empty_one(hub):
    hub.say("/api/papers/2606.00001", {}, 403)
    hub.answers["/api/papers/astro-ph%2F0601001"] = Response(200, {}, b"<html>", "")
    for arxiv_id in ("2606.00001", "astro-ph/0601001"):
        with pytest.raises(UpstreamError):
            huggingface.paper_record(arxiv_id, hub)


def listed(name: str, day: int, *tags: str) -> dict[str, Any]:
    return {"id": name, "createdAt": f"2026-06-{day:02}T00:00:00.000Z", "tags": list(tags)}


def test_the_newest_are_read_until_they_are_too_old(hub):
    following = '<https://huggingface.co/api/models?cursor=two&limit=1000>; rel="next"'
    hub.say(
        "/api/models",
        [
            listed("a/one", 16, "arxiv:2606.00001", "arxiv:2606.00001v2", "license:mit"),
            {"id": 7},
            listed("a/two", 15),
        ],
        link=following,
    )
    hub.say(
        "/api/models#two", [listed("a/three", 12, "arxiv:hep-th/9901001"), listed("a/four", 9)], link=following
    )
    pages = list(huggingface.newest("models", SINCE, hub, 10))
    assert [[(found.key, papers) for found, papers, _ in page] for page in pages] == [
        [("hf-model:a/one", ("2606.00001",)), ("hf-model:a/two", ())],
        [("hf-model:a/three", ("hep-th/9901001",))],
    ]
    assert hub.asked[0] == (
        "/api/models",
        {"sort": "createdAt", "direction": "-1", "limit": "1000", "full": "true"},
    )
    assert hub.asked[1][1]["cursor"] == "two"


def test_lists_end_with_their_last_page_or_the_most_pages(hub):
    hub.say("/api/spaces", [listed("a/one", 16)])
    assert len(list(huggingface.newest("spaces", SINCE, hub, 10))) == 1
    hub.say("/api/spaces", [listed("a/one", 16)], link='<https://huggingface.co/api/spaces?x=1>; rel="next"')
    assert len(list(huggingface.newest("spaces", SINCE, hub, 3))) == 3
    assert list(huggingface.newest("spaces", SINCE, hub, 0)) == []


def test_a_list_that_cannot_be_read_is_said(hub):
    with pytest.raises(UpstreamError, match="datasets"):
        list(huggingface.newest("datasets", SINCE, hub, 1))
