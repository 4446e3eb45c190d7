"""The open web of the sandbox."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox.server import Sandbox


@pytest.fixture
def world(world: Path, write: Callable[..., None]) -> Path:
    web = world / "web"
    write(web / "ann.github.io/deep/index.html", "<h1>Deep</h1>")
    write(web / "ann.github.io/other.html", "<h1>Other</h1>")
    write(web / "ann.github.io/notes.txt", "notes")
    write(web / "ann.github.io/_redirects", "/old 301 https://ann.github.io/deep/\nbroken line\n")
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
