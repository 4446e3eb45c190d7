"""What readers send: paths, queries and headers to the site and the API, over a store that holds hostile papers; and
what operators hand in: lists to import and corrections."""

from __future__ import annotations

import asyncio
import atexit
import io
import itertools
import json
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree
from starlette.types import ASGIApp

from benchmarks.fuzz.mutate import NASTY, text
from benchmarks.fuzz.outputs import harmless, item
from benchmarks.fuzz.target import Run, Target, loud
from tracker import config_files
from tracker.domain.artifacts import Reference
from tracker.domain.errors import SettingsError
from tracker.domain.feeds import FEED_FORMATS, Channel
from tracker.domain.history import Verdict
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.status import Status
from tracker.domain.terms import Fact, LicenceClass, Place, Role, Source, State
from tracker.fetch.clock import MovedClock
from tracker.harvest.arxiv_text import clean_text
from tracker.hosts.resolve import resolve_url
from tracker.pipeline.site import build_paper_page, build_search_page, build_site
from tracker.publish import composed_feeds, feeds, files
from tracker.settings import Settings, load_settings
from tracker.store import imports, judgements, papers, roles, scans, search
from tracker.store.engine import Store
from tracker.store.upgrade import open_store
from tracker.web import middleware
from tracker.web.api import Api
from tracker.web.app import build_app
from tracker.web.dynamic import StorePages

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
_STATUSES = frozenset({200, 301, 304, 400, 404, 405, 406, 429})
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
_FORBIDDEN = frozenset(b"\r\n\0")


def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    _FOLDERS.append(folder)
    return Path(folder.name)


def keep(store: Store, number: int, data: bytes, now: datetime = NOW) -> str:
    """Store a paper whose texts are pieces of the input, as the parsers of arXiv would return them, judged open."""
    lines = [clean_text(line).encode("utf-8", "replace").decode() for line in text(data).split("\n")]
    word = itertools.cycle(lines)
    work = f"arxiv:2606.{number:05}"
    found = resolve_url(next(word)) or Reference(
        "github:ann/deep", "github", "repository", "https://github.com/ann/deep"
    )
    version = Version(
        arxiv_id=work.removeprefix("arxiv:"), n=1, title=next(word), abstract=next(word), authors=tuple(lines[:5]), categories=("cs.CL",),
        primary_category="cs.CL", comment=next(word), submitted_at=now, updated_at=now, doi=next(word), licence=next(word),
    )  # fmt: skip
    papers.save_versions(store, [version], {}, now)
    mention = Mention(
        reference=found, url=found.url, place=Place.ABSTRACT, source=Source.METADATA, evidence=next(word)
    )
    scans.save_scans(
        store, [scans.ScanResult(work=work, version=1, source=Source.METADATA, mentions=(mention,))], "1", now
    )
    decision = RoleDecision(
        reference=found, url=found.url, role=Role.OWN, probability=0.9, place=Place.ABSTRACT, source=Source.METADATA, evidence=next(word), reasons=(next(word),)
    )  # fmt: skip
    roles.save_roles(store, {work: [decision]}, "1", [], now)
    verdict = Verdict(
        fact=Fact.CODE,
        state=State.OPEN,
        licence_class=LicenceClass.OSI,
        reference=found.key,
        reasons=(next(word),),
    )
    judgements.save_judgements(store, {work: judgements.Judgement(verdicts=[verdict], events=[])}, "1", now)
    return work


@cache
def _world() -> tuple[Settings, Store, ASGIApp]:
    folder = _folder()
    settings = load_settings(
        environ={"TRACKER_DATA_DIR": str(folder), "TRACKER_PUBLIC_URL": "https://tracker.example.org/papers"}
    )
    store = open_store(settings.store_url)
    for number in range(1, 9):
        keep(store, number, b"\n".join(NASTY[number::8]))
    items = tuple(item(b"\n".join([b"Ann \xc3\x84uthor", *NASTY[number::4]])) for number in range(4))
    composer = composed_feeds.Composer(settings)
    composer.load(items, {})
    channel = Channel(name="", title="All", description="All", items=items)
    pages = {
        channel.path(feed_format): feeds.write_feed(
            channel, feed_format, settings.feed, public_url=settings.public_url
        )
        for feed_format in FEED_FORMATS
    }
    status = Status(
        version="0",
        now=NOW,
        papers=1,
        open_papers=1,
        checks_waiting=0,
        scans_waiting=0,
        github_token=False,
        stages={},
    )
    files.write_files(settings.public_dir, {**build_site(store, settings, status, newest=items), **pages})
    middleware.BURST = 10**9
    site = build_app(
        settings.public_dir, lambda: status, MovedClock(NOW), ttl_minutes=60, public_url=settings.public_url, websub_hub="https://hub.example.org/?a=b",
        pages=StorePages(partial(build_paper_page, store, settings), partial(build_search_page, store, settings)),
        composer=composer, api=Api(settings, store),
    )  # fmt: skip
    return settings, store, site


def _site() -> Run:
    _, _, site = _world()
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    def run(data: bytes) -> None:
        first, *rest = data.split(b"\n")
        path, _, query = first.partition(b"?")
        headers = [
            (name.strip().lower(), value.strip())
            for line in rest
            for name, colon, value in [line.partition(b":")]
            if colon
        ]
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http", "method": "HEAD" if len(data) % 7 == 0 else "GET", "path": unquote(b"/".join((b"", path.lstrip(b"/"))).decode("latin-1"), errors="replace"),
            "raw_path": path, "query_string": bytes(query), "headers": headers, "client": ("192.0.2.1", 1), "root_path": "",
        }  # fmt: skip
        with loud() as check:
            loop.run_until_complete(site(scope, receive, send))
            check()
        _check_response(messages)

    return run


def _check_response(messages: list[Any]) -> None:
    start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    assert start["status"] in _STATUSES, start["status"]
    headers = dict(start["headers"])
    for name, value in start["headers"]:
        assert not (set(name) | set(value)) & _FORBIDDEN, (name, value)
        value.decode("ascii")
    if location := headers.get(b"location"):
        assert location.startswith(b"/"), location
        assert not location.startswith((b"//", b"/\\")), location
    kind = headers.get(b"content-type", b"")
    if body and b"content-encoding" not in headers and start["status"] == 200:
        if b"xml" in kind:
            etree.fromstring(body)
        elif b"json" in kind:
            json.loads(body)
        elif b"html" in kind:
            harmless(body)


def _api() -> Run:
    settings, store, _ = _world()
    json_api = Api(settings, store)

    def run(data: bytes) -> None:
        first, *rest = data.split(b"\n")
        path, _, query = first.partition(b"?")
        given = {
            name.strip().lower().decode("latin-1"): value.strip().decode("latin-1")
            for line in rest
            for name, colon, value in [line.partition(b":")]
            if colon
        }
        with loud() as check:
            for where in ("papers", f"papers/{unquote(path.decode('latin-1'), errors='replace')}", text(path)):
                response = json_api.respond("GET", where, query, given)
                assert response.status_code in _STATUSES, response.status_code
                for name, value in response.headers.items():
                    assert not set(f"{name}{value}".encode()) & _FORBIDDEN, (name, value)
                json.loads(bytes(response.body) or b"{}")
            check()
        search.find_papers(store, text(data), 5)

    return run


def _stored() -> Run:
    settings, store, _ = _world()

    def run(data: bytes) -> None:
        work = keep(store, 99, data)
        page = build_paper_page(store, settings, work.removeprefix("arxiv:"))
        assert page is not None
        harmless(page)
        harmless(build_search_page(store, settings, text(data)[:300], 1))
        response = Api(settings, store).respond("GET", "papers/2606.00099", b"", {"accept": "application/ld+json"})
        assert response.status_code == 200
        json.loads(response.body)

    return run


def _imports() -> Run:
    _, store, _ = _world()

    def run(data: bytes) -> None:
        for _, record in imports.read_records(io.BytesIO(data)):
            assert isinstance(record, dict | imports.BadRecord)
        imports.import_links(store, io.BytesIO(data), resolve_url, source=text(data[:60]), rules="1", now=NOW)

    return run


def _corrections() -> Run:
    path = _folder() / "corrections.toml"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        try:
            for entry in config_files.read_config(path, config_files.CorrectionsFile).correction:
                resolve_url(entry.link)
        except SettingsError:
            pass

    return run


def _settings() -> Run:
    path = _folder() / "tracker.toml"

    def run(data: bytes) -> None:
        path.write_bytes(data)
        with suppress(SettingsError):
            load_settings(path, environ={})

    return run


TARGETS = (
    Target("site", _site, ("query_*",), 6),
    Target("api", _api, ("query_*",), 4),
    Target("stored-pages", _stored, ("text_*", "tex_*", "html_*", "urls_*"), 1),
    Target("imports", _imports, ("import_*",), 3),
    Target("corrections", _corrections, ("toml_*",), 3),
    Target("settings", _settings, ("toml_*",), 1),
)
