"""Answers in arXiv's name that would fill memory, never end, or lead elsewhere."""

import gzip
import io
import json
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import zstandard

from tracker.domain.protocols import Response
from tracker.harvest import api_pages, oai_records, rss, tex_archive
from tracker.hosts import json_fields

MEGABYTE = 1024 * 1024
BLANKS = b" " * (30 * MEGABYTE)


def read_window(api, ticks):
    reading = api.read_window(ticks.now() - timedelta(hours=1), ticks.now())
    try:
        while True:
            next(reading)
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize(
    ("packed", "body"),
    [
        ("br", brotli.compress(BLANKS, quality=1)),
        ("zstd", zstandard.compress(BLANKS)),
        ("deflate", zlib.compress(BLANKS)),
        ("gzip, gzip", gzip.compress(gzip.compress(BLANKS))),
        ("compress", b"x"),
    ],
)
def test_a_body_in_an_encoding_that_was_not_requested_is_not_unpacked(api, arxiv, ticks, packed, body):
    arxiv.faults = [lambda *_: (200, {"Content-Encoding": packed}, body)] * 9
    tracemalloc.start()
    result = read_window(api, ticks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (result.complete, result.reason) == (False, "packed in a way that was not asked for")
    assert peak < 10 * MEGABYTE


def test_a_bomb_of_gzip_ends_at_the_bound(settings, api, arxiv, ticks):
    body = gzip.compress(b" " * (3 * settings.limits.answer_bytes))
    arxiv.faults = [lambda *_: (200, {"Content-Encoding": "gzip"}, body)] * 9
    result = read_window(api, ticks)
    assert not result.complete
    assert "a response of more than" in result.reason


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:1/", "//[::1", "\xff\xfe", "ftp://x/", "?start=x", "?start=٣".encode().decode("latin-1"), "http://[::1]:99999/"]
)  # fmt: skip
def test_a_redirect_to_elsewhere_or_nowhere_leaves_the_window_open(api, arxiv, ticks, location):
    arxiv.faults = [lambda *_: (302, {"Location": location}, b"")] * 20
    result = read_window(api, ticks)
    assert not result.complete
    assert result.reason


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 10) for n in range(98, 108))
    + b'<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "http://127.0.0.1:1/">]>'
)


@pytest.mark.parametrize("entity", [b"&k;", b"&file;", b"&net;", b"&a;"])
def test_no_entity_is_ever_expanded(api, arxiv, as_feed, paper, ticks, entity):
    body = as_feed([paper("2606.00001", ticks.now(), title="TITLE").entry()], 1)
    body = body.replace(b"?>", b"?>" + LAUGHS, 1).replace(b"TITLE", entity)
    assert isinstance(api_pages.parse_page(body, 0, 1), str)
    oai = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="x">%s</error></OAI-PMH>' % entity
    assert isinstance(oai_records.parse_response(LAUGHS + oai), str)
    arxiv.faults = [lambda *_: (200, {}, body)] * 9
    began = time.perf_counter()
    result = read_window(api, ticks)
    assert (result.complete, result.got) == (False, 0)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_outside_the_range_of_dates_is_refused(as_feed, paper, ticks, year):
    """A conversion to UTC would leave the range of `datetime`."""
    at = datetime(year, *((1, 1) if year == 1 else (12, 31)), 23, tzinfo=UTC)
    assert oai_records.parse_time(f"{at:%a, %d %b} {year:04} 23:00:00 GMT") is None
    body = as_feed([paper("2606.00001", ticks.now()).entry()], 1)
    assert isinstance(api_pages.parse_page(body, 0, 1), api_pages.ApiPage)
    published = f"{ticks.now():%Y-%m-%dT%H}".encode()
    assert published in body
    assert (
        api_pages.parse_page(body.replace(published, f"{year:04}-{at:%m-%dT%H}".encode()), 0, 1)
        == "an entry without id or dates"
    )


@pytest.mark.parametrize("zone", ["GMT", "-2300", "+2300"])
def test_a_feed_of_the_last_possible_day_is_refused(zone):
    body = f"<rss><channel><pubDate>Fri, 31 Dec 9999 23:59:59 {zone}</pubDate></channel></rss>"
    assert rss.parse_channel(body.encode(), frozenset()) == "a channel without its date"


@pytest.mark.parametrize(
    "body",
    [b"<a>" * 200_000, b"<a " + b"x='y' " * 100_000, b"<a b='" + b"&lt;" * 200_000, b"<!--" + b"-" * 500_000],
)
def test_xml_without_end_ends_soon(body):  # fmt: skip
    began = time.perf_counter()
    assert isinstance(api_pages.parse_page(body, 0, 1), str)
    assert isinstance(oai_records.parse_response(body), str)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"9" * 100_000,
        b"-" + b"9" * 100_000,
        b"1e" + b"9" * 50,
        b"\xff\xfe{",
        b'"\\ud800"',
    ],
)
def test_json_that_is_deep_or_huge_is_no_document(body):  # fmt: skip
    began = time.perf_counter()
    json_fields.parse_body(Response(200, {}, body, ""))
    assert time.perf_counter() - began < 5
    with pytest.raises((ValueError, RecursionError)):
        json.loads(b"[" * 200_000)


def member(
    archive: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    archive.addfile(info, io.BytesIO(content))


def test_an_archive_leaves_nothing_on_disk_and_reads_nothing_of_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.tex"
    secret.write_text("\\section{secret}")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        names = ("link.tex", "hard.tex", "fifo.tex", "device.tex", "folder.tex")
        kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE)
        for name, kind in zip(names, kinds, strict=True):
            member(archive, name, kind=kind, link=str(secret))
        for name in (
            "../up.tex",
            "../../../../tmp/up.tex",
            "/abs.tex",
            "a/../../up.tex",
            f"{tmp_path}/abs.tex",
            "C:\\up.tex",
            "./link.tex/x.tex",
        ):
            member(archive, name, b"\\section{up}")
        member(archive, "main.tex", b"\\documentclass{article}\\begin{document}\\input{link}\\input{hard}\\input{../secret}"
               b"\\input{" + str(secret).encode() + b"}\\input{/etc/passwd}\\include{|ls}\\section{main}\\end{document}")  # fmt: skip
    text = tex_archive.extract_tex(packed.getvalue())
    assert "section{main}" in text
    assert "secret}" not in text.replace("{../secret}", "").replace(f"{{{secret}}}", "")
    assert "root:" not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.tex"]


def test_bombs_of_every_kind_end_soon_in_little_memory():
    many = io.BytesIO()
    with tarfile.open(fileobj=many, mode="w") as archive:
        for number in range(30_000):
            member(archive, f"{number}.tex")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as zip_file:
        zip_file.writestr("main.tex", b"\\section{x}" * 100_000)
    lying = bytearray(gzip.decompress(gzip.compress(many.getvalue()[:512])))
    lying[124:136] = b"77777777777\0"
    inner = gzip.compress(b"\0" * (200 * MEGABYTE), 9)
    bombs = [inner, gzip.compress(inner), gzip.compress(many.getvalue(), 1), bytes(lying) * 100, zipped.getvalue(), gzip.compress(zipped.getvalue()),
             gzip.compress(b"", mtime=0) * 100_000]  # fmt: skip
    for body in bombs:
        tracemalloc.start()
        began = time.perf_counter()
        text = tex_archive.extract_tex(body)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.perf_counter() - began < 20
        assert len(text) <= tex_archive.MOST_KEPT
        assert peak < 6 * tex_archive.MOST_KEPT
