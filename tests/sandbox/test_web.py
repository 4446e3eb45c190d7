"""The open web of the sandbox."""

import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox import web
from tracker.sandbox.messages import SandboxRequest
from tracker.sandbox.server import Sandbox

NOW = datetime(2026, 6, 17, tzinfo=UTC)


@pytest.fixture
def world(world: Path, write: Callable[..., None]) -> Path:
    pages = world / "web"
    write(pages / "ann.github.io/deep/index.html", "<h1>Deep</h1>")
    write(pages / "ann.github.io/other.html", "<h1>Other</h1>")
    write(pages / "ann.github.io/notes.txt", "notes")
    write(pages / "ann.github.io/_redirects", "/old 301 https://ann.github.io/deep/\nbroken line\n")
    write(world / "secret.txt", "secret")
    return world


def test_its_address_is_among_the_upstreams(sandbox: Sandbox) -> None:
    assert sandbox.upstreams["web"] == f"{sandbox.url}/web"


@pytest.mark.parametrize(
    ("path", "says"), [("deep", "Deep"), ("deep/", "Deep"), ("other", "Other"), ("notes.txt", "notes")]
)
def test_pages(ask: Any, path: str, says: str) -> None:
    answer = ask(f"/web/ann.github.io/{path}")
    assert answer.status == 200
    assert says in answer.text


@pytest.mark.parametrize(
    "path",
    ["ann.github.io/missing", "bob.github.io/", "", "ann.github.io/..%2f..%2fsecret.txt", "..%2fsecret.txt"],
)
def test_a_missing_page_is_a_404(ask: Any, path: str) -> None:
    assert ask(f"/web/{path}").status == 404


def test_a_bomb_is_small_and_goes_on_far_beyond_every_bound() -> None:
    bomb = web.fault_response(
        "bomb", SandboxRequest(method="GET", path="/deep", base="http://127.0.0.1/web", now=NOW)
    )
    assert bomb is not None
    unpacker = zlib.decompressobj(wbits=31)
    assert len(bomb.body) < 1 << 20
    assert len(unpacker.decompress(bomb.body, 1 << 25)) == 1 << 25
    assert len(unpacker.unconsumed_tail) > len(bomb.body) / 2
