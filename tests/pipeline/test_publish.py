"""The site of a whole cycle: every named feed in three formats, pages, and nothing written twice."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import feedparser
import pytest
from lxml import html

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.pipeline import cycle, digests, publish
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.publisher import SiteMemory
from tracker.publish import archive_pages

FEED_SUFFIXES = (".xml", ".atom", ".json")


class WebSubHub(BaseHTTPRequestHandler):
    """Accepts every ping and records the feed that it names."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.pinged.append(parse_qs(body)["hub.url"][0])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def websub_hub() -> Any:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), WebSubHub)
    server.pinged, server.address = [], f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ids(folder: Path, name: str) -> list[str]:
    return [str(entry.id) for entry in feedparser.parse((folder / name).read_bytes()).entries]


@pytest.fixture
def finished_run(expected: dict[str, str], start_run: StartRun) -> Any:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        yield run


def test_every_named_feed_has_the_same_entries_in_three_formats(
    finished_run: Any, expected: dict[str, str]
) -> None:
    folder = finished_run.worker.settings.public_dir
    opened = {f"arxiv-code-tracker:arxiv:{key}" for key, state in expected.items() if state == "open"}
    assert set(ids(folder, "feed.xml")) == opened
    feeds = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.atom")]
    assert len(feeds) > 20
    assert {"feed", "feeds/cs.LG", "feeds/weights", "feeds/licence/MIT", "feeds/event/gone"} <= set(
        map(str, feeds)
    )
    for name in feeds:
        document = json.loads(folder.joinpath(f"{name}.json").read_bytes())
        assert (
            ids(folder, f"{name}.xml")
            == ids(folder, f"{name}.atom")
            == [entry["id"] for entry in document["items"]]
        )
    assert ids(folder, "feeds/weights.xml") == ["arxiv-code-tracker:arxiv:2606.00015"]
    assert set(ids(folder, "feeds/cs.LG.xml")) == opened
    outlines = (folder / "feeds.opml").read_text()
    assert all(
        f"feeds/{name}.xml" in outlines for name in ("cs.LG", "weights", "licence/MIT", "event/promise-kept")
    )


def test_an_unchanged_cycle_renders_and_writes_no_feed(finished_run: Any) -> None:
    folder = finished_run.worker.settings.public_dir
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*.*")
        if ".html" not in path.name
    }
    finished_run.worker.site.rendered["cs.LG"] = "something else"
    pages = set(folder.glob("organisation/*.html"))
    (folder / "organisation" / "No longer watched.html").write_text("old figures")
    cycle.run_cycle(finished_run.worker)
    assert set(folder.glob("organisation/*.html")) == pages != set()
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*.*")
        if ".html" not in path.name
    }
    assert after == before, "not even a feed that was rendered again is written again"


def test_the_site_as_static_files_is_the_same_without_what_asks_a_service(
    finished_run: Any, tmp_path: Path
) -> None:
    publish.publish(begin_cycle(finished_run.worker), tmp_path / "nowhere")
    assert b'rel="self"' not in (tmp_path / "nowhere/feed.xml").read_bytes(), "nobody reaches 127.0.0.1"
    settings = finished_run.worker.settings.model_copy(update={"public_url": "https://papers.example"})
    worker = replace(finished_run.worker, settings=settings, site=SiteMemory())
    folder, static = settings.public_dir, tmp_path / "static"
    publish.publish(begin_cycle(worker))
    publish.publish(begin_cycle(worker), static)
    names = {path.relative_to(folder) for path in folder.rglob("*.*")}
    of_server = {"search.html", "userscript.html", "tracker.user.js", "tracker-extension.zip", "api/docs.html"}
    copied = {path.relative_to(static) for path in static.rglob("*.*")}
    assert copied <= names
    assert {name.as_posix() for name in names - copied if name.suffix not in (".gz", ".br", ".zst")} == of_server
    plain = [name for name in copied if name.suffix not in (".gz", ".br", ".zst")]
    others = [name for name in plain if name.suffix != ".html"]
    differ = {name.as_posix() for name in others if (static / name).read_bytes() != (folder / name).read_bytes()}
    assert differ == {"sitemap.xml"}, "feeds are the same"
    pages = [name for name in plain if name.parts[0] != "docs"]  # the documents speak of the service
    asking = (b"archive?", b"<form", b'.bib"', b'/saved"', b'/search"', b'api/papers"')
    assert not [name for name in pages for query in asking if query in (static / name).read_bytes()]


def test_the_archive_holds_each_open_paper_and_only_changed_days_are_rendered(
    finished_run: Any, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = finished_run.worker
    folder, today = worker.settings.public_dir, worker.now()
    day, month = f"{today:%Y-%m-%d}", f"{today:%Y-%m}"
    page = html.fromstring((folder / f"{today:%Y/%m/%d}.html").read_bytes())
    opened = [key for key, state in expected.items() if state == "open"]
    assert sorted(page.xpath("//article//h3/a/@href")) == [f"../../paper/{key}" for key in sorted(opened)]
    assert f"{len(opened)} papers with open code." in page.text_content()
    of_month = html.fromstring((folder / f"{today:%Y/%m}.html").read_bytes())
    assert of_month.xpath("//tbody//a/@href") == [f"../{today:%Y/%m/%d}"]
    assert set(worker.site.archived) == {day, month}
    rendered: list[str] = []
    monkeypatch.setattr(archive_pages, "render_day", lambda day, *_: rendered.append(day.day) or {})
    publish.publish(begin_cycle(worker))
    assert rendered == []
    worker.site.archived[day] = "of another paper"
    publish.publish(begin_cycle(worker))
    assert rendered == [day]
    old = folder / "2019" / "01" / "02.html"
    old.parent.mkdir(parents=True)
    old.write_text("<p>of a store that was replaced</p>")
    worker.site.archived["2019-01-02"] = "gone"
    publish.publish(begin_cycle(worker))
    assert not old.exists()
    assert (folder / f"{today:%Y/%m/%d}.html").exists()


def test_a_day_has_a_digest_once_it_is_over_and_is_read_again_only_when_it_changed(
    finished_run: Any, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = finished_run.worker
    folder, day = worker.settings.public_dir, f"{worker.now():%Y-%m-%d}"
    assert ids(folder, "feeds/daily.xml") == ids(folder, "feeds/weekly.xml") == []
    later = replace(begin_cycle(worker), now=worker.now() + timedelta(days=7))
    publish.publish(later)
    assert ids(folder, "feeds/daily.xml") == [f"arxiv-code-tracker:digest:{day}"]
    assert ids(folder, "feeds/weekly.xml") == [f"arxiv-code-tracker:digest:{worker.now():%G-W%V}"]
    [entry] = feedparser.parse((folder / "feeds/daily.xml").read_bytes()).entries
    links = set(html.fromstring(entry.content[0].value).xpath("//li/a[1]/@href"))
    assert links == {f"https://arxiv.org/abs/{key}" for key, state in expected.items() if state == "open"}
    read: list[str] = []
    monkeypatch.setattr(digests, "load_items_by_day", lambda _, days: read.extend(days) or {})
    publish.publish(later)
    assert read == []
    worker.site.digested[day] = ("of another paper", ())
    publish.publish(later)
    assert read == [day]


def test_composed_feeds_follow_each_publish(finished_run: Any) -> None:
    response = finished_run.worker.composer.answer("feed.xml", "cat=cs.LG&licence=MIT")
    assert len(feedparser.parse(response.body).entries) == 2


def test_a_cycle_notifies_the_websub_hub_and_the_feeds_name_it(
    start_run: StartRun, websub_hub: Any, expected: Any
) -> None:
    address = f"{websub_hub.address}/publish"
    with start_run(TRACKER_NOTIFY__WEBSUB_HUB=address, TRACKER_PUBLIC_URL="https://papers.example.org") as run:
        summary = cycle.run_cycle(run.worker)
        assert summary.troubles == []
        folder = run.worker.settings.public_dir
        feeds = {
            quote(path.relative_to(folder).as_posix(), safe="/,@+.")
            for path in folder.rglob("*.*")
            if path.suffix in FEED_SUFFIXES
        }
        assert {url.removeprefix("https://papers.example.org/") for url in websub_hub.pinged} == feeds - {
            "sitemap.xml"
        }
        assert any(
            link.rel == "hub" and link.href == address for link in feedparser.parse(folder / "feed.xml").feed.links
        )
        ping_count = len(websub_hub.pinged)
        cycle.run_cycle(run.worker)
        assert len(websub_hub.pinged) == ping_count


def test_a_store_without_entries_does_not_blank_a_published_feed(world: World, start_run: StartRun) -> None:
    world.paper(1, "We prove a theorem and ship nothing.")
    with start_run() as run:
        public = run.worker.settings.public_dir
        public.mkdir(parents=True)
        (public / "feed.xml").write_text("<rss><channel><item>another store's</item></channel></rss>")
        done = run.cycle()
        assert "item" in (public / "feed.xml").read_text()
        [reason] = {trouble.reason for trouble in done.troubles if trouble.name == "publish"}
        assert "the published feed has items and this store has none" in reason
