"""The site of a cycle in a bucket, and what happens where the bucket fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import html

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import CODE, MIT, World
from tests.s3_server import CREDENTIALS, S3Server, run_s3_server
from tracker.pipeline import publish
from tracker.pipeline.alarms import raise_alarms
from tracker.pipeline.bucket import is_bucket_behind, publish_to_bucket
from tracker.pipeline.context import begin_cycle
from tracker.publish.bucket_manifest import KEY, key_of
from tracker.store import stage_status

SITE = "https://papers.example"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with run_s3_server() as running:
        running.create_bucket("site")
        yield running


@pytest.fixture
def run(server: S3Server, world: World, start_run: StartRun) -> Iterator[Run]:
    world.paper(1, "We study parts. Our code is available at https://github.com/ann/parts.")
    world.repository("ann/parts", {**CODE, "LICENSE": MIT})
    world.paper(2, "We prove a theorem and ship nothing.")
    with start_run(
        TRACKER_PUBLISH__TARGET="s3://site/en", TRACKER_PUBLISH__ENDPOINT=server.url, TRACKER_PUBLIC_URL=SITE
    ) as running:
        yield running


def test_a_cycle_writes_the_site_without_what_needs_a_server(run: Run, server: S3Server, tmp_path: Path) -> None:
    done = run.cycle()
    assert [outcome for outcome in done.outcomes if outcome.name == "bucket" and outcome.failed] == []
    objects = {key.removeprefix("en/"): body for key, body in server.objects("site").items()}
    publish.publish(begin_cycle(run.worker), tmp_path / "copy")
    copy = {
        key_of(path.relative_to(tmp_path / "copy").as_posix()): path.read_bytes()
        for path in (tmp_path / "copy").rglob("*")
        if path.is_file() and path.suffix not in (".gz", ".br", ".zst")
    }
    moved = {"rss", "rss.xml", "atom.xml", "index"}
    assert {key: body for key, body in objects.items() if key not in {KEY, *moved}} == copy
    assert {"index.html", "feed.xml", "browse/category/cs.LG", "feeds/weights.json"} <= copy.keys()
    assert {"search", "userscript", "api/docs", "saved"}.isdisjoint(objects)
    assert not [key for key, body in copy.items() if b"<form" in body and not key.startswith("docs/")]
    assert dead_links(objects) == []
    assert b"<form" in (run.worker.settings.public_dir / "feeds.html").read_bytes(), (
        "the server's own has its forms"
    )

    server.forget()
    publish_to_bucket(begin_cycle(run.worker))
    assert server.keys("PUT", "site") == [], "nothing changed"
    with run.worker.store.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE version SET title = 'Parts, and their sum' WHERE title = 'Paper 1 on things'"
        )
    run.worker.bucket.rendered.clear()
    run.worker.bucket.archived.clear()
    publish_to_bucket(begin_cycle(run.worker))
    changed = server.keys("PUT", "site")
    after = {key.removeprefix("en/"): body for key, body in server.objects("site").items()}
    differ = {f"en/{key}" for key, body in after.items() if objects.get(key) != body}
    assert sorted(changed) == sorted(differ), "each changed file once, and no other"
    assert changed[-1] == f"en/{KEY}"
    assert "en/paper/2606.00001" in differ


def dead_links(objects: dict[str, bytes]) -> list[tuple[str, str]]:
    """The links of pages within the site that lead to no object. Those of documents speak of a service."""
    dead = []
    for key, body in objects.items():
        if not body.startswith(b"<!doctype html>") or key.startswith("docs/"):
            continue
        page = html.fromstring(body)
        base = f"{SITE}/" if key == "index.html" else f"{SITE}/{key}"
        for link in page.xpath("//a/@href | //link/@href"):
            target = urlsplit(urljoin(base, link))
            path = unquote(target.path).lstrip("/") or "index.html"
            if f"{target.scheme}://{target.netloc}" == SITE and path not in objects:
                dead.append((key, link))
    return dead


def test_a_bucket_that_fails_costs_no_cycle_and_raises_an_alarm(
    run: Run, server: S3Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = run.worker.settings.publish.model_copy(update={"target": "s3://nowhere/en"})
    worker = replace(run.worker, settings=run.worker.settings.model_copy(update={"publish": own}))
    caplog.set_level(logging.DEBUG)
    done = replace(run, worker=worker).cycle()
    [reason] = {trouble.reason for trouble in done.troubles}
    assert reason == "there is no such bucket; create it, or correct `publish.target`"
    assert (worker.settings.public_dir / "feed.xml").exists()
    assert is_bucket_behind(done)
    later = replace(done, now=done.now + timedelta(hours=25))
    assert raise_alarms(later)
    assert "alarm: publish.target: the site in the bucket is old: there is no such bucket" in caplog.text
    publish_to_bucket(begin_cycle(run.worker))
    assert not is_bucket_behind(done)
    raise_alarms(later)
    assert "publish.target" not in {trouble.what for trouble in stage_status.load_stages(run.worker.store)[1]}
    assert not any(value in caplog.text for value in CREDENTIALS.values())
