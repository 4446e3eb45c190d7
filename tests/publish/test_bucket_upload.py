"""Writing a site into a bucket, against a server that speaks S3."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.s3_server import CREDENTIALS, S3Server, run_s3_server
from tracker.domain.errors import TrackerError
from tracker.publish.bucket import Bucket, BucketError, ManifestReplacedError
from tracker.publish.bucket_manifest import KEY, parse_manifest
from tracker.publish.bucket_upload import MANIFEST_HEADERS, SiteUploader, Upload

NAMES = itertools.count()
FEED = b"<rss><item>1</item></rss>"
SITE = {
    "404.html": b"nothing here",
    "about.html": b"about",
    "feed.json": b'{"items": []}',
    "feed.xml": FEED,
    "feeds.html": b"all feeds",
    "feeds/licence/MIT.xml": FEED,
    "index.html": b"first page",
    "paper/2606.00001.html": b"one paper",
    "paper/2606.00002.html": b"another",
    "style.css": b"body {}",
}
KEYS = {"404.html", "about", "atom.xml", "feed.json", "feed.xml", "feeds", "feeds/licence/MIT.xml", "index",
        "index.html", "paper/2606.00001", "paper/2606.00002", "rss", "rss.xml", "style.css"}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        with run_s3_server() as running:
            yield running


@pytest.fixture
def name(server: S3Server) -> str:
    """The name of a new bucket."""
    new = f"site-{next(NAMES)}"
    server.create_bucket(new)
    server.forget()
    return new


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, body in SITE.items():
        put(tmp_path, path, body)
    put(tmp_path, "feed.xml.gz", b"a compressed form")
    put(tmp_path, ".feed.xml.half", b"a file half written")
    return tmp_path


def put(folder: Path, name: str, body: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)


def open_bucket(server: S3Server, name: str, prefix: str = "") -> Bucket:
    return Bucket(f"s3://{name}{prefix}", endpoint=server.url, region="", environ=CREDENTIALS)


def upload(
    server: S3Server,
    name: str,
    folder: Path,
    *,
    prefix: str = "",
    known: str = "",
    seconds: float = 60,
    **how: Any,
) -> Upload:
    more = {"ttl_minutes": 60, "base": "", "check": lambda: None, **how}
    return SiteUploader(open_bucket(server, name, prefix), folder, **more).upload(seconds, known)


def test_a_site_is_in_the_bucket_by_its_addresses_and_a_second_upload_writes_nothing(
    server: S3Server, name: str, folder: Path
) -> None:
    first = upload(server, name, folder, prefix="/papers/en")
    objects = {key.removeprefix("papers/en/"): body for key, body in server.objects(name).items()}
    assert objects.keys() == KEYS | {KEY}
    assert {objects[key] for key in ("about", "paper/2606.00001", "feed.xml")} == {b"about", b"one paper", FEED}
    assert (first.written, first.deleted, first.waiting) == (len(KEYS), 0, 0)
    order = [key.removeprefix("papers/en/") for key in server.keys("PUT", name)]
    feeds = {"feed.json", "feed.xml", "feeds/licence/MIT.xml"}
    assert order[-1] == KEY
    assert set(order[-4:-1]) == feeds
    assert {"paper/2606.00001", "paper/2606.00002", "style.css"} == set(order[:3]), "papers before their lists"
    server.forget()
    assert upload(server, name, folder, prefix="/papers/en").written == 0
    assert upload(server, name, folder, prefix="/papers/en", known=first.etag).written == 0
    assert [asked for asked, _, _ in server.requests] == ["GET", "GET", "GET"], (
        "one list, by the process that knew nothing"
    )


def test_objects_have_types_and_cache_times_and_what_moved_leads_on(
    server: S3Server, name: str, folder: Path
) -> None:
    upload(server, name, folder, prefix="/papers", base="https://papers.example")

    def head(key: str) -> dict[str, str]:
        return server.headers(name, f"papers/{key}")

    expected = {
        "feed.xml": ("application/rss+xml; charset=utf-8", "public, max-age=3600"),
        "feed.json": ("application/feed+json; charset=utf-8", "public, max-age=3600"),
        "paper/2606.00001": ("text/html; charset=utf-8", "public, max-age=300"),
        "style.css": ("text/css; charset=utf-8", "public, max-age=300"),
        KEY: ("application/json", "no-cache"),
    }
    assert {key: (head(key)["content-type"], head(key)["cache-control"]) for key in expected} == expected
    assert not any("content-encoding" in head(key) for key in expected)
    moved = {key: head(key)["x-amz-website-redirect-location"] for key in ("rss", "rss.xml", "atom.xml", "index")}
    assert moved == {
        "rss": "https://papers.example/feed.xml",
        "rss.xml": "https://papers.example/feed.xml",
        "atom.xml": "https://papers.example/feed.atom",
        "index": "https://papers.example/",
    }
    assert b'content="0; url=https://papers.example/feed.xml"' in server.objects(name)["papers/rss"]
    upload(server, name, folder, prefix="/papers")
    assert head("rss")["x-amz-website-redirect-location"] == "/papers/feed.xml", "no public address is known"


def test_only_what_changed_is_written_and_only_what_the_manifest_lists_is_deleted(
    server: S3Server, name: str, folder: Path
) -> None:
    upload(server, name, folder)
    foreign = {
        "robots.md": b"of somebody else",
        "paper/2606.09999": b"of somebody else",
        "paper/2606.00002.html": b"x",
    }
    for key, body in foreign.items():
        server.backend.put_object(name, key, body)
    put(folder, "paper/2606.00001.html", b"its code is gone")
    (folder / "paper/2606.00002.html").unlink()
    server.forget()
    done = upload(server, name, folder)
    assert server.keys("PUT", name) == ["paper/2606.00001", KEY]
    assert server.keys("DELETE", name) == ["paper/2606.00002"]
    assert [asked for asked, _, _ in server.requests][-2:] == ["PUT", "DELETE"], "the manifest first"
    assert (done.written, done.deleted) == (1, 1)
    objects = server.objects(name)
    assert {key: objects[key] for key in foreign} == foreign
    assert objects.keys() == KEYS - {"paper/2606.00002"} | {KEY} | foreign.keys()
    server.forget()
    upload(server, name, folder)
    assert server.keys("PUT", name) == server.keys("DELETE", name) == []


def test_all_is_written_again_when_the_headers_change_and_what_others_changed_is_mended(
    server: S3Server, name: str, folder: Path
) -> None:
    known = upload(server, name, folder).etag
    server.backend.put_object(name, "about", b"defaced")
    del server.backend.buckets[name].keys["feeds"]
    server.forget()
    assert upload(server, name, folder, known=known).written == 0, "nobody looked"
    upload(server, name, folder)
    assert sorted(server.keys("PUT", name)) == ["about", "feeds", KEY]
    assert server.objects(name)["about"] == b"about"
    assert upload(server, name, folder, ttl_minutes=30).written == len(KEYS)


class Killed(Exception):
    """The process ends here."""


def change(folder: Path) -> None:
    """What a cycle changes: a new paper, another state of a known one, one that left, and feeds and lists of all."""
    put(folder, "paper/2606.00003.html", b"a new paper")
    put(folder, "paper/2606.00001.html", b"its code is gone")
    (folder / "paper/2606.00002.html").unlink()
    put(folder, "index.html", b"first page, later")
    put(folder, "feed.xml", FEED + b"<!-- later -->")


@pytest.mark.parametrize("after", range(8))
def test_killed_at_any_write_and_repeated_it_ends_as_if_undisturbed(
    server: S3Server, name: str, folder: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the site went back to what it was before the kill: the manifest does not know what was written."""
    upload(server, name, folder)
    undisturbed = f"{name}-undisturbed"
    server.create_bucket(undisturbed)
    upload(server, undisturbed, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    change(folder)
    upload(server, undisturbed, folder)
    steps = itertools.count()
    for step in ("write", "replace", "delete"):
        monkeypatch.setattr(Bucket, step, killed_at(getattr(Bucket, step), steps, after))
    killed = after < 6
    if killed:
        with pytest.raises(Killed):
            upload(server, name, folder)
    else:
        upload(server, name, folder)
    monkeypatch.undo()
    assert_links_lead_somewhere(server.objects(name))
    upload(server, name, folder)
    assert server.objects(name) == server.objects(undisturbed)
    for path, body in before.items():
        path.write_bytes(body)
    (folder / "paper/2606.00003.html").unlink()
    upload(server, name, folder)
    upload(server, undisturbed, folder)
    assert server.objects(name) == server.objects(undisturbed)


def killed_at(step: Any, steps: Iterator[int], after: int) -> Any:
    def run(*arguments: Any) -> Any:
        if next(steps) >= after:
            raise Killed
        return step(*arguments)

    return run


def assert_links_lead_somewhere(objects: dict[str, bytes]) -> None:
    """The later feed and first page link the new paper, and neither version links to one that left."""
    if b"later" in objects["feed.xml"] or b"later" in objects["index.html"]:
        assert "paper/2606.00003" in objects
    if b"later" not in objects["feed.xml"]:
        assert "paper/2606.00002" in objects


def test_the_time_being_over_writes_a_part_that_the_next_upload_completes(
    server: S3Server, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()
    monkeypatch.setattr("tracker.publish.bucket_upload.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("tracker.publish.bucket_upload.WRITERS", 1)
    part = upload(server, name, folder, seconds=5)
    assert 0 < part.written < len(KEYS)
    assert (part.written + part.waiting, part.etag) == (len(KEYS), "")
    assert "feed.xml" not in server.objects(name)
    server.forget()
    rest = upload(server, name, folder, seconds=1000)
    assert (rest.written, rest.waiting) == (part.waiting, 0)
    assert server.objects(name).keys() == KEYS | {KEY}


def test_of_two_writers_the_later_says_so_and_loses_nothing(server: S3Server, name: str, folder: Path) -> None:
    upload(server, name, folder)
    put(folder, "about.html", b"about, of the first writer")
    (folder / "paper/2606.00002.html").unlink()
    bucket = open_bucket(server, name)
    interfered: list[str] = []

    def interfere() -> None:
        if not interfered:
            interfered.append(
                bucket.replace(KEY, server.objects(name)[KEY] + b"\n", MANIFEST_HEADERS, etag_of(server, name))
            )

    with pytest.raises(ManifestReplacedError, match="another writer replaced the bucket's manifest"):
        upload(server, name, folder, check=interfere)
    assert "paper/2606.00002" in server.objects(name), "who lost deletes nothing"
    upload(server, name, folder)
    objects = server.objects(name)
    assert objects["about"] == b"about, of the first writer"
    assert "paper/2606.00002" not in objects
    with pytest.raises(ManifestReplacedError):
        bucket.replace(KEY, b"{}", MANIFEST_HEADERS, None)


def etag_of(server: S3Server, name: str) -> str:
    return str(server.backend.buckets[name].keys[KEY].etag)


def test_nothing_is_written_once_the_check_refuses(server: S3Server, name: str, folder: Path) -> None:
    def refuse() -> None:
        raise Killed

    with pytest.raises(Killed):
        upload(server, name, folder, check=refuse)
    assert server.objects(name) == {}


def test_nothing_more_is_deleted_once_the_check_refuses(server: S3Server, name: str, folder: Path) -> None:
    for number in range(25):
        put(folder, f"paper/2605.{number:05}.html", b"a paper")
    upload(server, name, folder)
    for path in folder.glob("paper/2605.*.html"):
        path.unlink()
    checks = itertools.count()

    def check() -> None:
        if next(checks) == 2:  # one before the manifest, one before the first deletions
            raise TrackerError("another leads")

    with pytest.raises(TrackerError, match="another leads"):
        upload(server, name, folder, check=check)
    assert sum(key.startswith("paper/2605") for key in server.objects(name)) == 15


def test_a_bucket_that_fails_half_way_keeps_what_it_took(
    server: S3Server, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Bucket.write

    def fail(bucket: Bucket, key: str, *more: Any) -> str:
        if key == "feed.xml":
            raise BucketError("the bucket's server fails (503)")
        return write(bucket, key, *more)

    monkeypatch.setattr(Bucket, "write", fail)
    with pytest.raises(BucketError, match="503"):
        upload(server, name, folder)
    listed = parse_manifest(server.objects(name)[KEY]).files
    assert {"about", "index.html", "paper/2606.00001"} <= listed.keys()
    assert "feed.xml" not in listed
    monkeypatch.undo()
    server.forget()
    upload(server, name, folder)
    assert "feed.xml" in server.keys("PUT", name)
    assert "about" not in server.keys("PUT", name)


def test_a_store_without_entries_does_not_blank_the_feed_in_a_bucket(
    server: S3Server, name: str, folder: Path
) -> None:
    upload(server, name, folder)
    put(folder, "feed.xml", b"<rss></rss>")
    with pytest.raises(BucketError, match="bring its store back"):
        upload(server, name, folder)
    assert server.objects(name)["feed.xml"] == FEED


def test_a_manifest_of_somebody_else_is_left_alone(server: S3Server, name: str, folder: Path) -> None:
    server.backend.put_object(name, KEY, b'{"manifest_version": 3}')
    with pytest.raises(TrackerError, match="prefix of its own"):
        upload(server, name, folder)
    assert server.objects(name).keys() == {KEY}
