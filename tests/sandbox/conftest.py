"""A small world on disk, and the sandbox that serves it over real HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox.server import Sandbox

NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)


class FixedClock:
    now_is = NOW

    def now(self) -> datetime:
        return self.now_is


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass(frozen=True)
class Asker:
    """Sends requests to the sandbox with urllib; redirects are returned, not followed."""

    url: str
    upstreams: dict[str, str]

    def __call__(self, url: str, body: Any = None, token: str = "", **headers: str) -> Reply:
        all_headers = {"User-Agent": "test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token:
            all_headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        full = url if url.startswith("http") else self.url + url
        request = urllib.request.Request(full, data, all_headers)
        opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as response:
                return Reply(response.status, {k.lower(): v for k, v in response.headers.items()}, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def arxiv(self, query: str) -> Reply:
        return self(f"/arxiv/api/query?{query}")

    def github(self, path: str, token: str = "", **headers: str) -> Reply:
        return self(f"/github{path}", None, token, **headers)

    def graphql(self, query: str, variables: Any = None, token: str = "t") -> Reply:
        return self("/github/graphql", {"query": query, "variables": variables or {}}, token)

    def hub(self, path: str, token: str = "") -> Reply:
        return self(f"/hf{path}", None, token)

    def misbehave(self, upstream: str, kind: str, **more: Any) -> Reply:
        return self("/_sandbox/misbehave", {"upstream": upstream, "kind": kind, **more})


MIT = """MIT License

Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def put(path: Path, content: str | bytes | dict[str, Any] | list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict | list):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def paper(arxiv_id: str, **more: Any) -> dict[str, Any]:
    return {
        "arxiv_id": arxiv_id,
        "title": f"Paper {arxiv_id}",
        "abstract": "We do things.",
        "authors": ["Ada Lovelace", "Zoë Ångström"],
        "categories": ["cs.LG", "cs.AI"],
        "comments": None,
        "published": None,
        "updated": None,
        **more,
    }


@pytest.fixture
def mit() -> str:
    return MIT


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def write() -> Callable[..., None]:
    return put


@pytest.fixture
def make_paper() -> Callable[..., dict[str, Any]]:
    return paper


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Ten papers of one listing day and two with times; repositories and artifacts of each kind."""
    day = [paper(f"2506.{number:05d}") for number in range(1, 11)]
    put(tmp_path / "2025-06-24.jsonl", "\n".join(json.dumps(line) for line in day) + "\n")
    timed = [
        paper("2401.00001", title="Old &  <b>new</b>\x00", version=2, published="2024-01-01T10:00:00Z",
              updated="2024-02-03T04:05:06Z", comments="12 pages", doi="10.1/x", categories=["stat.ML"],
              primary_category="cs.CV", abstract="Code: https://github.com/acme/tool\n  Second."),
        paper("astro-ph/0601001", categories=["astro-ph"]),
    ]  # fmt: skip
    put(tmp_path / "arxiv" / "more.jsonl", "\n".join(json.dumps(line) for line in timed))
    repositories = tmp_path / "github"
    facts = {"id": 42, "created_at": "2024-01-01T00:00:00Z", "pushed_at": "2024-03-01T00:00:00Z",
             "description": "A tool", "moved_from": ["old-acme/tool"]}  # fmt: skip
    put(repositories / "Acme/Tool/repo.json", facts)
    put(repositories / "Acme/Tool/tree.txt", "src/main.py\nsrc/data/big.bin\n")
    put(repositories / "Acme/Tool/files/README.md", "# Tool\n")
    put(repositories / "Acme/Tool/files/LICENSE", MIT)
    put(repositories / "acme/empty/repo.json", {"archived": True})
    put(repositories / "acme/own-terms/files/LICENSE", "You may look at this, and that is all.\n")
    put(repositories / "acme/taken-down/repo.json", {"status": "blocked"})
    put(repositories / "acme/banned/repo.json", {"status": "disabled"})
    hub = tmp_path / "huggingface"
    put(hub / "models/acme/open/info.json", {"_id": "a1", "createdAt": "2026-06-01T00:00:00.000Z", "gated": False,
                                             "downloads": 7, "pipeline_tag": "text-generation"})  # fmt: skip
    card = "---\nlicense: apache-2.0\ntags:\n- llm\n---\n# Open\nhttps://arxiv.org/abs/2506.00001\n"
    put(hub / "models/acme/open/files/README.md", card)
    put(hub / "models/acme/open/tree.txt", "model.safetensors\n")
    put(hub / "models/acme/closed/info.json", {"gated": "manual", "createdAt": "2026-06-02T00:00:00.000Z",
                                               "tags": ["arxiv:2506.00002", "license:llama2"]})  # fmt: skip
    put(hub / "models/acme/closed/files/README.md", "secret")
    put(hub / "models/acme/hidden/info.json", {"private": True})
    put(
        hub / "models/acme/renamed/info.json",
        {"moved_from": ["acme/before"], "createdAt": "2026-06-03T00:00:00.000Z"},
    )
    put(hub / "datasets/acme/rows/info.json", {"tags": ["arxiv:2506.00001"], "cardData": {"license": "cc-by-4.0"}})
    put(hub / "spaces/acme/demo/info.json", {"sdk": "gradio", "runtime": {"stage": "RUNNING"}})
    put(hub / "papers/2506.00001.json", {"title": "Paper", "githubRepo": "https://github.com/acme/tool",
                                         "submittedOnDailyAt": "2026-06-30T00:00:00.000Z"})  # fmt: skip
    return tmp_path


@pytest.fixture
def sandbox(world: Path, clock: FixedClock) -> Iterator[Sandbox]:
    with Sandbox(world, clock=clock) as running:
        yield running


@pytest.fixture
def ask(sandbox: Sandbox) -> Asker:
    return Asker(sandbox.url, sandbox.upstreams)
