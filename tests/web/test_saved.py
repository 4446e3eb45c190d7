"""The form of saved papers: the only address that takes a body, within a bound."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.running import Site, make_status, start


@pytest.fixture(scope="module")
def saving(folder: Path) -> Iterator[Site]:
    made = Site(folder, status=make_status())
    stop = start(made, saved=lambda text: f"<p>{text}</p>".encode())
    yield made
    stop()


def post(site: Site, path: str, body: bytes) -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("POST", path, body, {"content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    read = answer.status, answer.read(), answer.headers["cache-control"]
    connection.close()
    return read


def test_the_form_and_what_it_answers(saving: Site) -> None:
    assert saving.ask("/saved").body == b"<p>None</p>"
    assert post(saving, "/saved", b"text=2606.00001%0A%ff") == (
        200,
        "<p>2606.00001\n\ufffd</p>".encode(),
        "no-store",
    )
    assert post(saving, "/saved", b"") == (200, b"<p></p>", "no-store")
    assert post(saving, "/saved", b"a=1&" * 50)[0] == 400
    assert post(saving, "/search", b"text=1")[0] == 405


def test_without_a_page_there_is_none(site: Site) -> None:
    assert site.ask("/saved").status == 404
