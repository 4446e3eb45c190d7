import gzip
import io
import tarfile
from collections.abc import Callable
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest

from tracker.sandbox.server import Sandbox

ID = "2506.00001"
OLD = "cs/0601001"


@pytest.fixture
def world(world: Path, write: Callable[..., None]) -> Path:
    files = world / "arxiv"
    write(files / f"html/{ID}.html", b"<html>paper</html>" + b" words" * 1000)
    write(files / f"e-print/{ID}/ms.tex", "\\input{b}")
    write(files / f"e-print/{ID}/parts/b.tex", "B")
    write(files / f"pdf/{ID}.pdf", b"%PDF-1.5 one")
    write(files / f"pdf/{ID}v2.pdf", b"%PDF-1.5 two")
    write(files / f"e-print/{OLD}/paper.tex", "\\bye")
    write(files / "e-print/2506.00002", b"%PDF-1.5 source")
    write(files / "e-print/2506.00003.status", "not-public\n")
    write(files / "html/2506.00004.status", "withdrawn")
    write(files / "pdf/2506.00004.status", "unavailable")
    return world


def names(body: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(body)) as packed:
        return packed.getnames()


def test_its_address_is_among_the_upstreams(sandbox: Sandbox) -> None:
    assert sandbox.upstreams["arxiv_site"] == f"{sandbox.url}/arxiv"


@pytest.mark.parametrize("name", [ID, f"{ID}v1"])
def test_each_file_with_and_without_a_version(ask: Any, name: str) -> None:
    page = ask(f"/arxiv/html/{name}")
    assert (page.status, page.headers["content-type"], page.text[:18]) == (
        200,
        "text/html; charset=utf-8",
        "<html>paper</html>",
    )
    source = ask(f"/arxiv/src/{name}")
    assert (source.status, source.headers["content-type"], names(source.body)) == (
        200,
        "application/gzip",
        ["ms.tex", "parts/b.tex"],
    )
    assert ask(f"/arxiv/pdf/{name}").body == ask(f"/arxiv/pdf/{name}.pdf").body == b"%PDF-1.5 one"


@pytest.mark.parametrize("name", [ID, f"{ID}v1", OLD, "2506.99999"])
def test_the_old_address_of_a_source_redirects_for_good(ask: Any, name: str) -> None:
    # arXiv/arxiv-browse, pull request 988, deployed in June 2026.
    hop = ask(f"/arxiv/e-print/{name}")
    assert (hop.status, hop.headers["location"]) == (301, f"{ask.url}/arxiv/src/{name}")
    assert ask(hop.headers["location"]).body == ask(f"/arxiv/src/{name}").body


def test_a_version_of_its_own_and_an_old_id(ask: Any) -> None:
    assert ask(f"/arxiv/pdf/{ID}v2").body == b"%PDF-1.5 two"
    single = ask(f"/arxiv/src/{OLD}v1")
    assert gzip.decompress(single.body) == b"\\bye"
    assert ask("/arxiv/src/2506.00002").headers["content-type"] == "application/pdf"


def test_equal_files_are_packed_to_equal_bytes(ask: Any) -> None:
    first, second = (ask(f"/arxiv/src/{ID}") for _ in range(2))
    assert first.body == second.body
    assert first.headers["etag"] == second.headers["etag"]


@pytest.mark.parametrize(("path", "status", "says"), [
    ("html/2506.00002", 404, "HTML is not available for the source"), ("pdf/2506.00002", 404, "File unavailable for 2506.00002"),
    ("src/2506.00003v1", 403, "Source Not Public for 2506.00003"), ("html/2506.00004", 404, "File unavailable for 2506.00004"),
    ("pdf/2506.00004", 500, "failed to produce PDF"), ("html/no-id", 400, "No document for"), ("html/..%2f..%2fgithub", 400, "No document for"),
    ("elsewhere", 404, "Not Found"),
])  # fmt: skip
def test_why_there_is_no_file(ask: Any, path: str, status: int, says: str) -> None:
    answer = ask(f"/arxiv/{path}")
    assert answer.status == status
    assert says in answer.text


def test_the_api_below_the_same_path_still_works(ask: Any) -> None:
    assert ask.arxiv(f"id_list={ID}").status == 200
    ask(f"/arxiv/pdf/{ID}")
    requests = ask("/_sandbox/requests?upstream=arxiv_site").json()
    assert [entry["path"] for entry in requests] == [f"/pdf/{ID}"]


@pytest.mark.parametrize(("kind", "status", "says"), [
    ("403", 403, b"Access Denied"), ("500", 500, b"failed to produce PDF"), ("503", 503, b"Service Unavailable"), ("429", 429, b"Rate exceeded."),
    ("withdrawn", 404, b"File unavailable for"), ("not-public", 403, b"Source Not Public"), ("empty", 200, b""), ("html", 200, b"back soon"),
])  # fmt: skip
def test_misbehaviour(ask: Any, kind: str, status: int, says: bytes) -> None:
    assert ask.misbehave("arxiv_site", kind, path="/html/").status == 200
    answer = ask(f"/arxiv/html/{ID}")
    assert answer.status == status
    assert says in answer.body
    assert ask(f"/arxiv/html/{ID}").status == 200


def test_damaged_and_hostile_sources(ask: Any) -> None:
    whole = ask(f"/arxiv/src/{ID}").body
    ask.misbehave("arxiv_site", "truncated")
    assert whole.startswith(ask(f"/arxiv/src/{ID}").body)
    ask.misbehave("arxiv_site", "cut")
    with pytest.raises(IncompleteRead):
        ask(f"/arxiv/src/{ID}")
    ask.misbehave("arxiv_site", "traversal")
    led_out = names(ask(f"/arxiv/src/{ID}").body)
    assert {"../escaped.tex", "/etc/escaped.tex", "link.tex", "main.tex"} <= set(led_out)
    ask.misbehave("arxiv_site", "bomb")
    bomb = ask(f"/arxiv/src/{ID}").body
    assert len(bomb) < 2_000_000
    with tarfile.open(fileobj=io.BytesIO(bomb)) as packed:
        first = packed.next()
        assert first is not None
        assert first.size == 1 << 30
