"""The whole site on the whole road: every named feed in three formats, pages, and nothing written twice."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import feedparser
import pytest

from tests.pipeline.run import StartRun
from tracker.pipeline import cycle, publish
from tracker.pipeline.context import begin_cycle

FED = (".xml", ".atom", ".json")


class Hub(BaseHTTPRequestHandler):
    """Accepts every ping, and notes the feed that it names."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.told.append(parse_qs(body)["hub.url"][0])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def hub() -> Any:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.told, server.address = [], f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ids(folder: Path, name: str) -> list[str]:
    return [str(entry.id) for entry in feedparser.parse((folder / name).read_bytes()).entries]


@pytest.fixture
def ran(expected: dict[str, str], start_run: StartRun) -> Any:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        yield run


def test_every_named_feed_stands_in_three_formats_with_the_same_entries(
    ran: Any, expected: dict[str, str]
) -> None:
    folder = ran.worker.settings.public_dir
    opened = {f"arxiv-code-tracker:arxiv:{key}" for key, state in expected.items() if state == "open"}
    assert set(ids(folder, "feed.xml")) == opened
    named = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.atom")]
    assert len(named) > 20
    assert {"feed", "feeds/cs.LG", "feeds/weights", "feeds/licence/MIT", "feeds/event/gone"} <= set(
        map(str, named)
    )
    for name in named:
        told = json.loads(folder.joinpath(f"{name}.json").read_bytes())
        assert (
            ids(folder, f"{name}.xml") == ids(folder, f"{name}.atom") == [entry["id"] for entry in told["items"]]
        )
    assert ids(folder, "feeds/weights.xml") == ["arxiv-code-tracker:arxiv:2606.00015"]
    assert set(ids(folder, "feeds/cs.LG.xml")) == opened
    outlines = (folder / "feeds.opml").read_text()
    assert all(
        f"feeds/{name}.xml" in outlines for name in ("cs.LG", "weights", "licence/MIT", "event/promise-kept")
    )


def test_an_unchanged_cycle_renders_and_writes_no_feed(ran: Any) -> None:
    folder = ran.worker.settings.public_dir
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*.*")
        if ".html" not in path.name
    }
    ran.worker.rendered["cs.LG"] = "something else"
    cycle.run_cycle(ran.worker)
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*.*")
        if ".html" not in path.name
    }
    assert after == before, "not even a feed that was rendered again is written again"


def test_the_site_as_static_files_is_the_same(ran: Any, tmp_path: Path) -> None:
    folder = ran.worker.settings.public_dir
    publish.publish(begin_cycle(ran.worker), tmp_path / "static")
    names = {path.relative_to(folder) for path in folder.rglob("*.*")}
    assert {path.relative_to(tmp_path / "static") for path in (tmp_path / "static").rglob("*.*")} == names
    for name in names:
        assert (tmp_path / "static" / name).read_bytes() == (folder / name).read_bytes(), name


def test_composed_feeds_follow_each_publish(ran: Any) -> None:
    answer = ran.worker.composer.answer("feed.xml", "cat=cs.LG&licence=MIT")
    assert len(feedparser.parse(answer.body).entries) == 3


def test_a_cycle_tells_the_hub_of_what_it_published_and_the_feeds_name_it(
    start_run: StartRun, hub: Any, expected: Any
) -> None:
    address = f"{hub.address}/publish"
    with start_run(TRACKER_NOTIFY__WEBSUB_HUB=address, TRACKER_PUBLIC_URL="https://papers.example.org") as run:
        summary = cycle.run_cycle(run.worker)
        assert summary.troubles == []
        folder = run.worker.settings.public_dir
        feeds = {
            quote(path.relative_to(folder).as_posix(), safe="/,@+.")
            for path in folder.rglob("*.*")
            if path.suffix in FED
        }
        assert {url.removeprefix("https://papers.example.org/") for url in hub.told} == feeds - {"sitemap.xml"}
        assert any(
            link.rel == "hub" and link.href == address for link in feedparser.parse(folder / "feed.xml").feed.links
        )
        known = len(hub.told)
        cycle.run_cycle(run.worker)
        assert len(hub.told) == known
