import contextlib
import gzip
import io
import json
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stand_ins import Memory
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import FullText
from tracker.domain.protocols import Response
from tracker.domain.terms import Source
from tracker.fetch.client import Client
from tracker.harvest import full_text
from tracker.sandbox.arxiv.site import archive_bomb
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

ID = "2606.00001"
PAGE = (
    b"<!DOCTYPE html><html><head><title>T</title></head><body><article>"
    + b"A paper's words. " * 200
    + b"</article></body></html>"
)
SOURCE = gzip.compress(b"\\documentclass{article}\\begin{document}\\url{https://github.com/a/b}\\end{document}")
STREAM = b"BT /F1 10 Tf 72 700 Td (" + b"Our code is public. " * 20 + b") Tj ET"
DOCUMENT = (
    b"%%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj\n"
    b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9000 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>> endobj\n"
    b"4 0 obj <</Length %d>>\nstream\n%s\nendstream endobj\n5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Courier>> endobj\n"
    b"trailer <</Root 1 0 R>>\n%%%%EOF" % (len(STREAM), STREAM)
)  # fmt: skip


class Fetch:
    """Answers each path from `replies`: bytes (200), a status, or an error; everything else is 404."""

    def __init__(self, replies: Mapping[str, bytes | int | tuple[int, bytes] | Exception]) -> None:
        self.replies = replies
        self.asked: list[str] = []

    def get(self, upstream: str, path: str, *, params: object = None, headers: object = None) -> Response:
        assert upstream == "arxiv_site"
        self.asked.append(path)
        reply = self.replies.get(path.split("/")[1], 404)
        if isinstance(reply, Exception):
            raise reply
        status, body = (
            reply if isinstance(reply, tuple) else (200, reply) if isinstance(reply, bytes) else (reply, b"")
        )
        return Response(status, {}, body, path)

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        raise NotImplementedError

    def page(self, url: str) -> Response:
        raise NotImplementedError

    def has_token(self, upstream: str) -> bool:
        return False

    def close(self) -> None:
        return


def read_text(replies: Mapping[str, bytes | int | tuple[int, bytes] | Exception]) -> tuple[FullText | None, int]:
    result = full_text.read_full_text(Fetch(replies), ID)
    assert (result.outcome == "read") is (result.text is not None) is (result.reason == "")
    return result.text, result.requests


def failure() -> UpstreamError:
    return UpstreamError("arxiv_site", "server error (500)")


def test_the_cheapest_is_read_first() -> None:
    assert read_text({"html": PAGE, "src": SOURCE, "pdf": DOCUMENT}) == (
        FullText(Source.HTML, "html", PAGE.decode()),
        1,
    )
    text, requests = read_text({"src": SOURCE, "pdf": DOCUMENT})
    assert text is not None
    assert (text.source, text.format, requests) == (Source.TEX, "tex", 2)
    assert "github.com/a/b" in text.text
    text, requests = read_text({"pdf": DOCUMENT})
    assert text is not None
    assert (text.source, text.format, requests) == (Source.PDF, "pdf-text", 3)
    assert "Our code is public." in text.text


def test_an_html_fragment_is_read() -> None:
    text, requests = read_text({"html": PAGE.removeprefix(b"<!DOCTYPE html><html>").removesuffix(b"</html>")})
    assert text is not None
    assert (text.source, requests) == (Source.HTML, 1)


def test_a_source_that_is_a_pdf_is_read_as_one() -> None:
    for body in (DOCUMENT, gzip.compress(DOCUMENT)):
        text, requests = read_text({"src": body})
        assert text is not None
        assert (text.source, requests) == (Source.PDF, 2)


@pytest.mark.parametrize("page", [
    b"<html><body><h1>No HTML for '2606.00001'</h1><p>HTML is not available for the source.</p></body></html>" + b" x" * 9000,
    b"<html><head>" + b"<script>" + b"var x; " * 5000 + b"</script></head><body>We will be back soon</body></html>",
    b"<html><body><p>Conversion to HTML had a Fatal error and exited abruptly.</p>" + b"words " * 900 + b"</body></html>",
    b"<html>",
])  # fmt: skip
def test_a_page_that_is_not_the_paper_is_not_its_html(page: bytes) -> None:
    text, requests = read_text({"html": page, "src": SOURCE})
    assert text is not None
    assert (text.source, requests) == (Source.TEX, 2)


@pytest.mark.parametrize("html", [failure(), 500, 418, b"", 403, PAGE[:-20], SOURCE * 200])
def test_the_source_is_read_where_the_html_cannot_be_read(html: bytes | int | Exception) -> None:
    text, requests = read_text({"html": html, "src": SOURCE})
    assert text is not None
    assert (text.source, requests) == (Source.TEX, 2)


def test_an_absent_text_has_a_reason() -> None:
    nothing = full_text.read_full_text(Fetch({}), ID)
    assert nothing == full_text.FullTextResult(
        None, "no HTML; no source; no PDF", "absent", 3, (Source.HTML, Source.TEX, Source.PDF)
    )
    private = full_text.read_full_text(Fetch({"src": (403, b"Source Not Public for X")}), ID)
    assert private.reason == "no HTML; its source is not public; no PDF"
    empty = io.BytesIO()
    with tarfile.open(fileobj=empty, mode="w:gz") as out:
        out.addfile(tarfile.TarInfo("figure.png"))
    assert (
        full_text.read_full_text(Fetch({"src": empty.getvalue()}), ID).reason
        == "no HTML; its source has no TeX; no PDF"
    )
    picture = full_text.read_full_text(Fetch({"src": DOCUMENT.replace(b"BT", b"%%")}), ID)
    assert (picture.outcome, picture.reason, picture.requests) == (
        "absent",
        "no HTML; its PDF has no readable text",
        2,
    )


def test_a_withdrawn_paper_takes_one_request() -> None:
    page = (404, b"<h1>File unavailable for 2606.00001</h1><p>The author has provided no source</p>")
    fetch = Fetch({"html": page})
    result = full_text.read_full_text(fetch, ID)
    assert (result.outcome, result.requests, fetch.asked) == ("absent", 1, [f"/html/{ID}"])
    assert "withdrawn" in result.reason


@pytest.mark.parametrize("replies", [
    {"html": failure()}, {"src": failure()}, {"pdf": failure()}, {"html": b"", "src": b"", "pdf": b""},
    {"html": PAGE[:80], "src": PAGE[:80], "pdf": PAGE[:80]}, {"pdf": 500}, {"src": b"Rate exceeded."},
    {"html": PAGE[:-20]}, {"html": b"<html><body>We will be back soon</body></html>"}, {"html": SOURCE * 200}, {"src": SOURCE[:-9]},
    {"src": DOCUMENT[:-6]}, {"src": gzip.compress(DOCUMENT)[:-1]}, {"src": archive_bomb()}, {"pdf": DOCUMENT[:-6]},
])  # fmt: skip
def test_files_that_cannot_be_read_are_unknown_and_never_absent(
    replies: dict[str, bytes | int | Exception],
) -> None:
    with pytest.raises(UpstreamError) as caught:
        full_text.read_full_text(Fetch(replies), ID)
    assert caught.value.reason.startswith("/")


def test_a_stopped_upstream_ends_the_reading_at_once() -> None:
    until = datetime(2026, 7, 1, tzinfo=UTC)
    fetch = Fetch({"html": UpstreamStopped("arxiv_site", "access denied (403)", until), "src": SOURCE})
    with pytest.raises(UpstreamStopped):
        full_text.read_full_text(fetch, ID)
    assert len(fetch.asked) == 1


@pytest.mark.parametrize(
    "arxiv_id", ["", "../../etc/passwd", "2606.00001/../x", "2606.00001?x", "２606.00001", "2606.00001\n"]
)
def test_an_invalid_id_makes_no_request(arxiv_id: str) -> None:
    fetch = Fetch({"html": PAGE})
    assert full_text.read_full_text(fetch, arxiv_id).outcome == "absent"
    assert not fetch.asked


@pytest.mark.parametrize("arxiv_id", ["2606.00001v2", "0704.0001", "cs/0501001", "math.GT/0309136v1"])
def test_every_form_of_an_id_is_requested(arxiv_id: str) -> None:
    fetch = Fetch({"html": PAGE})
    assert full_text.read_full_text(fetch, arxiv_id).outcome == "read"
    assert fetch.asked == [f"/html/{arxiv_id}"]


@given(st.binary(max_size=300), st.binary(max_size=300))
@hypothesis.settings(deadline=None)
def test_any_response_gives_a_result_or_an_upstream_error(html: bytes, source: bytes) -> None:
    with contextlib.suppress(UpstreamError):
        full_text.read_full_text(Fetch({"html": html, "src": source}), ID)


class Time:
    def __init__(self) -> None:
        self.moment = datetime(2026, 7, 1, 5, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = tmp_path_factory.mktemp("world")
    arxiv = world / "arxiv"
    (world / "2026-06-16.jsonl").write_text(json.dumps(
        {"arxiv_id": ID, "title": "T", "abstract": "A", "authors": ["A B"], "categories": ["cs.CL"]}
    ))  # fmt: skip
    for path, content in {
        f"html/{ID}.html": PAGE, f"e-print/{ID}/main.tex": b"\\documentclass{a}\\begin{document}\\input{b}\\end{document}",
        f"e-print/{ID}/b.tex": b"PART", f"pdf/{ID}.pdf": DOCUMENT, "e-print/2606.00002.status": b"not-public",
        "pdf/2606.00002.pdf": DOCUMENT, "html/2606.00003.status": b"withdrawn",
    }.items():  # fmt: skip
        (arxiv / path).parent.mkdir(parents=True, exist_ok=True)
        (arxiv / path).write_bytes(content)
    with Sandbox(world) as running:
        yield running


@pytest.fixture
def client(box: Sandbox, tmp_path: Path) -> Iterator[Client]:
    order(box, "reset", {})
    loaded = load_settings(environ={
        "TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PACE__ARXIV": "0",
        **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()},
    })  # fmt: skip
    time = Time()
    with Client(loaded, Memory(), time, sleep=time.sleep, jitter=lambda: 0.0) as opened:
        yield opened


def order(box: Sandbox, path: str, body: object) -> None:
    request = urllib.request.Request(f"{box.url}/_sandbox/{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request):
        pass


def test_over_http(client: Client) -> None:
    result = full_text.read_full_text(client, ID)
    assert result.text == FullText(Source.HTML, "html", PAGE.decode())
    private = full_text.read_full_text(client, "2606.00002")
    assert private.text is not None
    assert (private.text.source, private.requests) == (Source.PDF, 3)
    assert full_text.read_full_text(client, "2606.00003v1").outcome == "absent"
    assert full_text.read_full_text(client, ID).outcome == "read"


def test_no_request_is_redirected(box: Sandbox, client: Client) -> None:
    assert full_text.read_full_text(client, "2606.00002").text is not None
    with urllib.request.urlopen(f"{box.url}/_sandbox/requests") as answer:
        made = [(entry["path"], entry["status"]) for entry in json.load(answer)]
    assert made == [("/html/2606.00002", 404), ("/src/2606.00002", 403), ("/pdf/2606.00002", 200)]


@pytest.mark.parametrize(("kind", "source"), [
    ("500", Source.TEX), ("503", Source.TEX), ("empty", Source.TEX), ("html", Source.TEX), ("cut", Source.TEX), ("withdrawn", None),
    ("not-public", Source.TEX), ("429", "stopped"), ("403", "stopped"),
])  # fmt: skip
def test_every_misbehaviour_of_the_html(box: Sandbox, client: Client, kind: str, source: object) -> None:
    order(
        box,
        "misbehave",
        {
            "upstream": "arxiv_site",
            "kind": kind,
            "times": 4,
            "path": "/html/",
            "retry_after": 3600 if kind == "429" else None,
        },
    )
    if source == "stopped":
        with pytest.raises(UpstreamStopped):
            full_text.read_full_text(client, ID)
        return
    text = full_text.read_full_text(client, ID).text
    assert (text.source if text else None) == source


@pytest.mark.parametrize("kind", ["bomb", "traversal", "truncated", "not-public", "empty", "html"])
def test_every_misbehaviour_of_the_source(box: Sandbox, client: Client, kind: str) -> None:
    order(box, "misbehave", [
        {"upstream": "arxiv_site", "kind": "html", "path": "/html/"}, {"upstream": "arxiv_site", "kind": kind, "path": "/src/"},
    ])  # fmt: skip
    text = full_text.read_full_text(client, ID).text
    assert text is not None
    assert text.source is (Source.TEX if kind == "traversal" else Source.PDF)
    assert "escaped" not in text.text
