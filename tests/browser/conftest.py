"""The demo's site with some hostile papers, served as the service serves it, and a real browser."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracker import settings
from tracker.domain.digests import Digest
from tracker.domain.feeds import Channel
from tracker.domain.items import Item
from tracker.domain.terms import Fact, State
from tracker.fetch import clock
from tracker.pipeline import cycle
from tracker.pipeline.archive import build_selection_page
from tracker.pipeline.composing import build_composed_page
from tracker.pipeline.site import build_search_page, build_site
from tracker.pipeline.status import read_status
from tracker.pipeline.worker import make_worker
from tracker.publish import archive_pages, feed_window
from tracker.publish.digests import digest_line, list_digest_channels, list_periods
from tracker.publish.saved_papers import render_saved
from tracker.sandbox.server import Sandbox
from tracker.settings import Settings
from tracker.store import items
from tracker.store.archive import load_days, load_items_by_day
from tracker.store.upgrade import open_store

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "tracker" / "sandbox" / "demo"
AXE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
LONG = "Supercalifragilistic" * 30
HOSTILE = [
    ("2606.00001", "<script>alert(1)</script> & \" ' onmouseover=x {{ 7*7 }}", ["</main><h1>Another</h1>", LONG]),
    ("2606.00002", LONG, ["A" * 400, "<b>B</b>"]),
    (
        "2606.00003",
        "\u202eright to left\u202c $\\frac{a}{b}$ % \\evil{",
        ["" if n else "Ann" for n in range(2)] + ["Zoë"] * 60,
    ),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("IN_BROWSER"):
        return
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason="needs a browser: `make browser` brings one and runs this"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All pages by file name."""
    world, data = tmp_path_factory.mktemp("demo") / "world", tmp_path_factory.mktemp("data")
    shutil.copytree(DEMO, world)
    with (world / "arxiv" / "papers.jsonl").open("a", encoding="utf-8") as papers:
        for arxiv_id, title, authors in HOSTILE:
            # A repository of its own for each: one that another paper owns or that names it would be a conflict.
            name = f"hostile{arxiv_id[-1]}"
            folder = world / "github" / "ann" / name
            shutil.copytree(world / "github" / "microsoft" / "LoRA", folder)
            (folder / "files" / "README.md").write_text("# Tool\n")
            abstract = f"{title} Our code is at https://github.com/ann/{name} and will be released at https://x.example/{LONG}."
            paper = {"arxiv_id": arxiv_id, "title": title, "abstract": abstract, "authors": authors, "categories": ["cs.LG"],
                    "comments": LONG, "published": "2026-06-16T10:00:00Z", "updated": "2026-06-16T10:00:00Z", "version": 1}  # fmt: skip
            papers.write(json.dumps(paper) + "\n")
    with Sandbox(world) as sandbox:
        upstreams = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
        loaded = settings.load_settings(
            environ={
                **upstreams, "TRACKER_NOW": f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "TRACKER_DATA_DIR": str(data), "GITHUB_TOKEN": "a-token",
                "TRACKER_PACE__ARXIV": "0", "TRACKER_PACE__GITHUB": "0", "TRACKER_PACE__HUGGINGFACE": "0", "TRACKER_PUBLIC_URL": "http://127.0.0.1/below/here",
            }
        )  # fmt: skip
        store = open_store(loaded.store_url)
        with closing(store), closing(make_worker(loaded, store, clock.make_clock(loaded))) as worker:
            cycle.run_cycle(worker, since=datetime(2017, 1, 1, tzinfo=UTC).date())
            newest = feed_window.newest_items([*items.load_feed_items(store, "main", 100)], loaded.feed)
            pages = build_site(
                store, loaded, read_status(worker, NOW), newest=newest, not_open=items.load_not_open_items(store, 30),
                releases=items.load_release_items(store), unlinked=items.load_unlinked_items(store, 20), channels=channels(newest, loaded),
                days=(days := load_days(store)),
            )  # fmt: skip
            for month in {day.month for day in days}:
                pages[f"{archive_pages.day_path(month)}.html"] = archive_pages.render_month(month, days, loaded)
            for day in days:
                shown = load_items_by_day(store, [day.day])[day.day]
                pages.update(archive_pages.render_day(day, days, shown, loaded))
            _, pages["archive-selected.html"] = build_selection_page(
                store, loaded, "cat=cs.CL,cs.LG&sort=submitted&licence=<b>"
            )
            _, pages["archive-found.html"] = build_selection_page(store, loaded, "has=weights")
            _, pages["feeds-composed.html"] = build_composed_page(
                worker.composer, loaded, "keyword=model,-medical <b>"
            )
            _, pages["feeds-wrong.html"] = build_composed_page(worker.composer, loaded, "banana=<b>")
            pages["saved.html"] = render_saved(loaded, f"2606.00001 {LONG}")
            pages["search.html"] = build_search_page(store, loaded, "model's <b>", 1)
            pages["search-all.html"] = build_search_page(store, loaded, "e", 2, read_status(worker, NOW))
            return pages


def channels(newest: list[Item], loaded: Settings) -> list[tuple[str, Channel]]:
    """Feeds as the publisher composes them, in their simplest form."""

    def make_channel(name: str, chosen: list[Item]) -> Channel:
        return Channel(name=name, title=f"Feed of {name}", description="What it holds.", items=tuple(chosen))

    day = list_periods([f"{NOW - timedelta(days=3):%Y-%m-%d}"], NOW)[0][0]
    digest = Digest(period=day, lines=tuple(digest_line(item, loaded.public_url) for item in newest))
    main = Channel(name="", title=loaded.feed.title, description=loaded.feed.description, items=tuple(newest))
    listed: list[tuple[str, Channel]] = [("Everything", main), *list_digest_channels([digest], (), loaded)]
    listed += [
        ("Categories", make_channel(category, [item for item in newest if category in item.categories]))
        for category in loaded.harvest.categories
    ]
    for fact in (Fact.WEIGHTS, Fact.DATA, Fact.DEMO):
        chosen = [item for item in newest if (verdict := item.verdict(fact)) and verdict.state is State.OPEN]
        listed.append(("What shipped", make_channel(fact.value, chosen)))
    listed += [
        ("Licences", make_channel("licence/MIT", newest[:5])),
        ("Organisations", make_channel("org/Ai2, <the> Institute", newest[:2])),
    ]
    return listed


@pytest.fixture(scope="session")
def address(site: dict[str, bytes]) -> Iterator[str]:
    """Where the site is served: below a path, without endings, under the strict policy."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = (
                urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).removeprefix("/below/here/") or "index"
            )
            name = path if path in site else f"{path}.html"
            page = site.get(name)
            body = page or site["404.html"]
            self.send_response(200 if page else 404)
            suffix = Path(name).suffix if page else ".html"
            self.send_header("content-type", TYPES.get(suffix, "text/plain"))
            self.send_header("content-security-policy", POLICY)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/below/here/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `make browser`")
    if CHROMIUM is None or not AXE.is_file():
        pytest.skip("Chromium or axe-core is missing: `make browser`")
    with sync.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, to be run inside a page."""
    return AXE.read_text(encoding="utf-8")
