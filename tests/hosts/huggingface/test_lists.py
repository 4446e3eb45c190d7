"""The Hub's lists and paper records as sources of links; and, over real HTTP, one release among 300 models that cite the paper."""

import json
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.detect.roles import decision, role_rules
from tracker.domain.errors import UpstreamError
from tracker.domain.mentions import ArtifactContext, Mention
from tracker.domain.papers import Paper
from tracker.domain.protocols import Response
from tracker.domain.terms import Place, Role, Source
from tracker.hosts import resolve
from tracker.hosts.huggingface import lists
from tracker.sandbox.server import Sandbox

SINCE = datetime(2026, 6, 10, tzinfo=UTC)


class Hub:
    """Gives `answers` by path, and by cursor behind a `#`."""

    def __init__(self) -> None:
        self.answers: dict[str, Response] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        assert upstream == "huggingface"
        self.asked.append((path, dict(params or {})))
        key = path + (f"#{params['cursor']}" if params and "cursor" in params else "")
        return self.answers.get(key, Response(404, {}, b'{"error":"Paper not found"}', path))

    def say(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        self.answers[path] = Response(status, headers, json.dumps(body).encode(), path)


@pytest.fixture
def hub():
    return Hub()


def test_the_record_of_a_paper_separates_links_from_citing_artifacts(hub):
    record = {
        "githubRepo": "https://github.com/a/b",
        "githubRepoAddedBy": "user",
        "projectPage": "https://a.b",
        "linkedModels": [{"id": "a/m", "createdAt": "2026-06-11T10:00:00.000Z"}, {"id": 7}, 7],
        "linkedDatasets": [{"id": "a/d", "tags": ["arxiv:2606.00009"]}],
        "linkedSpaces": "none",
    }
    hub.say("/api/papers/2606.00001", record)
    result = lists.read_record("2606.00001", hub)
    assert result.links == (("https://github.com/a/b", "githubRepo (user)"), ("https://a.b", "projectPage"))
    assert {how for _, how in result.links} <= lists.RECORD_SENTENCES.keys()
    assert [(artifact.reference.key, artifact.papers) for artifact in result.listed] == [
        ("hf-model:a/m", ("2606.00001",)),
        ("hf-dataset:a/d", ("2606.00001", "2606.00009")),
    ]
    assert [artifact.created_at for artifact in result.listed] == [datetime(2026, 6, 11, 10, tzinfo=UTC), None]
    hub.say("/api/papers/2606.00002", {"id": "2606.00002", "title": "none of them"})
    assert lists.read_record("2606.00002", hub) == lists.PaperRecord((), ())
    assert lists.read_record("2606.00003", hub) is None


def test_lists_name_the_base_models(hub):
    hub.say(
        "/api/models", [listed("b/m-GGUF", 16, "arxiv:2606.00001", "base_model:a/m", "base_model:quantized:a/m")]
    )
    [[artifact]] = lists.list_newest("models", SINCE, hub, 1)
    assert (artifact.reference.key, artifact.derived_from) == ("hf-model:b/m-GGUF", ("a/m",))
    assert artifact.created_at == datetime(2026, 6, 16, tzinfo=UTC)


def listed(name: str, day: int, *tags: str) -> dict[str, Any]:
    return {"id": name, "createdAt": f"2026-06-{day:02}T00:00:00.000Z", "tags": list(tags)}


def test_a_record_that_cannot_be_read_is_an_error(hub):
    hub.say("/api/papers/2606.00001", {}, 403)
    hub.answers["/api/papers/astro-ph%2F0601001"] = Response(200, {}, b"<html>", "")
    for arxiv_id in ("2606.00001", "astro-ph/0601001"):
        with pytest.raises(UpstreamError):
            lists.read_record(arxiv_id, hub)


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
    pages = list(lists.list_newest("models", SINCE, hub, 10))
    assert [[(artifact.reference.key, artifact.papers) for artifact in page] for page in pages] == [
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
    assert len(list(lists.list_newest("spaces", SINCE, hub, 10))) == 1
    hub.say("/api/spaces", [listed("a/one", 16)], link='<https://huggingface.co/api/spaces?x=1>; rel="next"')
    assert len(list(lists.list_newest("spaces", SINCE, hub, 3))) == 3
    assert list(lists.list_newest("spaces", SINCE, hub, 0)) == []


def test_a_list_that_cannot_be_read_is_an_error(hub):
    with pytest.raises(UpstreamError, match="datasets"):
        list(lists.list_newest("datasets", SINCE, hub, 1))


class Loopback:
    """Sends requests to a sandbox alone."""

    def __init__(self, base: str) -> None:
        assert base.startswith("http://127.0.0.1:")
        self.base = base

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        query = "?" + urllib.parse.urlencode(params) if params else ""
        with urllib.request.urlopen(self.base + path + query) as response:
            lower_case = {key.lower(): value for key, value in response.headers.items()}
            return Response(response.status, lower_case, response.read(), path)


def put(world: Path, name: str, created: str, front: str = "") -> None:
    folder = world / "huggingface" / "models" / name
    (folder / "files").mkdir(parents=True)
    (folder / "info.json").write_text(json.dumps({"createdAt": created}))
    (folder / "files" / "README.md").write_text(f"---\n{front}\n---\nFrom https://arxiv.org/abs/2606.00001\n")
    (folder / "tree.txt").write_text("model.safetensors\n")


def test_one_release_among_300_that_cite_the_paper(tmp_path):
    put(tmp_path, "the-lab/StereoField-7B", "2026-06-12T00:00:00.000Z", "base_model: big/base")
    for number in range(299):
        front = ("base_model: the-lab/StereoField-7B", "license: mit")[number % 2]
        name = ("StereoField-7B-GGUF", "StereoField-repro", "StereoField-7B-ft", "other")[number % 4]
        put(tmp_path, f"stranger-{number}/{name}", "2026-06-20T00:00:00.000Z", front)
    with Sandbox(tmp_path) as box:
        pages = list(lists.list_newest("models", SINCE, Loopback(box.upstreams["huggingface"]), 3))
    [page] = pages
    assert len(page) == 300
    paper = Paper(arxiv_id="2606.00001", title="StereoField: Depth", authors=("Wei Zhang",), submitted_at=SINCE)
    code = resolve.resolve_url("https://github.com/the-lab/stereofield")
    mentions = [
        Mention(reference=code, url=code.url, place=Place.ABSTRACT, source=Source.METADATA, evidence="Code: ")
    ]
    contexts = {}
    for artifact in page:
        assert artifact.papers == ("2606.00001",)
        contexts[artifact.reference.folded] = ArtifactContext(
            derived=bool(artifact.derived_from), created_at=artifact.created_at
        )
        mentions.append(
            Mention(reference=artifact.reference, url="", place=Place.HUB, source=Source.HUB_LIST, evidence="")
        )
    decisions = decision.decide_roles(mentions, paper, role_rules.load_role_rules(), contexts)
    assert {decided.reference.key for decided in decisions if decided.role is Role.OWN} == {
        "github:the-lab/stereofield",
        "hf-model:the-lab/StereoField-7B",
    }
    assert sum(decided.role is Role.COMMUNITY for decided in decisions) == 150
