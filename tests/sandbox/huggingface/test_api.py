from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox.huggingface.world import front_matter


def test_a_model_with_tags_from_its_card(ask: Any) -> None:
    answer = ask.hub("/api/models/acme/open")
    document = answer.json()
    assert (document["_id"], document["id"], document["modelId"], document["author"]) == (
        "a1",
        "acme/open",
        "acme/open",
        "acme",
    )
    assert document["tags"] == ["llm", "arxiv:2506.00001", "license:apache-2.0"]
    assert document["cardData"] == {"license": "apache-2.0", "tags": ["llm"]}
    assert document["siblings"] == [{"rfilename": "README.md"}, {"rfilename": "model.safetensors"}]
    assert (document["gated"], document["private"], document["disabled"], document["downloads"]) == (
        False,
        False,
        False,
        7,
    )
    assert answer.headers["ratelimit-policy"] == '"fixed window";"api";q=10000;w=300'
    assert answer.headers["ratelimit"] == '"api";r=9999;t=300'


@pytest.mark.parametrize(
    ("front", "file", "tags"),
    [
        ("base_model: a/b", "model.safetensors", ["base_model:a/b", "base_model:finetune:a/b"]),
        ("base_model: a/b", "x.gguf", ["base_model:a/b", "base_model:quantized:a/b"]),
        ("base_model: a/b", "adapter_config.json", ["base_model:a/b", "base_model:adapter:a/b"]),
        ("base_model: [a/b, c/d]", "x.bin",
         ["base_model:a/b", "base_model:c/d", "base_model:merge:a/b", "base_model:merge:c/d"]),
        ("base_model: a/b\nbase_model_relation: quantized", "x.bin", ["base_model:a/b", "base_model:quantized:a/b"]),
        ("license: [mit, cc-by-4.0]", "x.bin", ["license:mit", "license:cc-by-4.0"]),
    ],
)  # fmt: skip
def test_tags_of_base_models_and_licences(
    ask: Any, world: Path, write: Callable[..., None], front: str, file: str, tags: list[str]
) -> None:
    write(world / "huggingface/models/acme/made/files/README.md", f"---\n{front}\n---\n# Made\n")
    write(world / "huggingface/models/acme/made/tree.txt", f"{file}\n")
    assert ask.hub("/api/models/acme/made").json()["tags"] == tags


def test_missing_and_private_repositories_look_the_same_without_an_account(ask: Any) -> None:
    for path in (
        "/api/models/acme/none",
        "/api/models/acme/hidden",
        "/acme/none/raw/main/README.md",
        "/api/datasets/rows",
    ):
        bare = ask.hub(path)
        assert bare.status == 401
        assert "x-error-code" not in bare.headers
        response = ask.hub(path, token="t")
        assert (response.status, response.headers["x-error-code"]) == (404, "RepoNotFound")


def test_a_gated_model_shows_its_metadata_and_keeps_its_files(ask: Any) -> None:
    assert ask.hub("/api/models/acme/closed").json()["gated"] == "manual"
    card = ask.hub("/acme/closed/raw/main/README.md")
    assert (card.status, card.headers["x-error-code"]) == (401, "GatedRepo")
    assert b"secret" not in card.body
    assert ask.hub("/acme/closed/raw/main/README.md", token="t").status == 403


def test_cards_and_files(ask: Any, world: Path, write: Callable[..., None]) -> None:
    card = ask.hub("/acme/open/raw/main/README.md")
    assert card.status == 200
    assert card.text.startswith("---\nlicense: apache-2.0")
    assert card.headers["content-type"] == "text/plain; charset=utf-8"
    missing = ask.hub("/acme/open/raw/main/none.md")
    assert (missing.status, missing.headers["x-error-code"]) == (404, "EntryNotFound")
    assert ask.hub("/acme/open/raw/v9/README.md").headers["x-error-code"] == "RevisionNotFound"
    write(world / "huggingface/datasets/acme/rows/files/README.md", "rows")
    assert ask.hub("/datasets/acme/rows/raw/main/README.md").text == "rows"
    write(world / "huggingface/models/acme/off/info.json", {"disabled": True})
    write(world / "huggingface/models/acme/off/files/README.md", "off")
    assert ask.hub("/acme/off/raw/main/README.md").status == 403


def test_a_renamed_model_redirects(ask: Any) -> None:
    moved = ask.hub("/api/models/acme/before")
    assert (moved.status, moved.headers["location"]) == (
        307,
        f"{ask.upstreams['huggingface']}/api/models/acme/renamed",
    )
    assert ask(moved.headers["location"]).json()["id"] == "acme/renamed"


def test_papers(ask: Any) -> None:
    paper = ask.hub("/api/papers/2506.00001").json()
    assert (paper["id"], paper["githubRepo"]) == ("2506.00001", "https://github.com/acme/tool")
    assert ask.hub("/api/papers/2506.00009").status == 404
    assert ask.hub("/api/papers/..%2f..%2fsecret").status == 404
    (daily,) = ask.hub("/api/daily_papers").json()
    assert daily["paper"]["githubRepo"] == "https://github.com/acme/tool"
    assert ask.hub("/api/daily_papers?date=2026-06-28").json() == []
    assert ask.hub("/api/daily_papers?date=2026-08-01").status == 400
    repositories = ask.hub("/api/arxiv/2506.00001/repos").json()
    assert {kind: [record["id"] for record in records] for kind, records in repositories.items()} == {
        "models": ["acme/open"], "datasets": ["acme/rows"], "spaces": []}  # fmt: skip


def test_lists_are_paged_newest_first_with_links(ask: Any) -> None:
    path = "/api/models?sort=createdAt&direction=-1&limit=1&full=true"
    seen: list[str] = []
    url = ask.upstreams["huggingface"] + path
    while url:
        answer = ask(url)
        seen += [record["id"] for record in answer.json()]
        link = answer.headers.get("link", "")
        url = link.partition("<")[2].partition(">")[0]
        assert link == "" or link.endswith('; rel="next"')
    assert seen == ["acme/renamed", "acme/closed", "acme/open"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [("filter=arxiv:2506.00002", ["acme/closed"]), ("filter=arxiv:2506.00001&filter=llm", ["acme/open"]),
     ("filter=arxiv:9999.99999", []), ("author=ACME&search=open", ["acme/open"]), ("limit=0", ["acme/closed"])],
)  # fmt: skip
def test_lists_are_filtered(ask: Any, query: str, ids: list[str]) -> None:
    document = ask.hub(f"/api/models?{query}").json()
    assert [record["id"] for record in document] == ids
    assert all("siblings" not in record for record in document)


def test_a_space_has_the_fields_of_its_record(ask: Any) -> None:
    document = ask.hub("/api/spaces/acme/demo").json()
    assert (document["sdk"], document["runtime"]) == ("gradio", {"stage": "RUNNING"})


def test_a_spent_window_is_429(ask: Any) -> None:
    ask("/_sandbox/limits", {"hub_anonymous": 1})
    assert ask.hub("/api/models").headers["ratelimit"] == '"api";r=0;t=300'
    spent = ask.hub("/api/models")
    assert (spent.status, spent.headers["ratelimit"]) == (429, '"api";r=0;t=300')


@pytest.mark.parametrize(
    ("card", "data"),
    [("no card", {}), ("---\nlicense: mit\n", {}), ("---\nlicense: mit # why\ntags: [a, 'b']\n---\n", {"license": "mit", "tags": ["a", "b"]}),
     ("---\nmodel-index:\n- name: x\n  results: y\nlicense: other\nextra: \"q\"\n---", {"model-index": [], "license": "other", "extra": "q"})],
)  # fmt: skip
def test_front_matter(card: str, data: dict[str, Any]) -> None:
    assert front_matter(card) == data
