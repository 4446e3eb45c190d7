"""A replica renders the bytes of the worker's own site, only reads, and keeps its site whatever happens to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from tests.new_store import unreachable_store
from tests.pipeline.run import NOW, Run, StartRun
from tests.pipeline.world import World
from tests.store.test_readers import make_papers
from tracker import settings
from tracker.domain.errors import StoreError
from tracker.fetch.clock import make_clock
from tracker.pipeline import cycle, publish, trend_figures
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.publisher import SiteMemory
from tracker.pipeline.replica import NAME, Replica
from tracker.pipeline.status import read_status
from tracker.store.engine import Store
from tracker.store.papers import save_versions

WORKERS_OWN = {
    "TRACKER_CONTACT": "mailto:ann@example.org",
    "TRACKER_FEED__TITLE": "Open code",
    "TRACKER_WEB__PORT": "9000",
}
"""Settings that the site shows, and that no replica is given."""


def files(folder: Path) -> dict[str, bytes]:
    """Every published file, with its compressed forms, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_equal_sites(run: Run, replica: Replica) -> None:
    ours, theirs = files(replica.publisher.settings.public_dir), files(run.worker.settings.public_dir)
    assert [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)] == []
    assert "feed.xml.br" in ours


def open_replica(run: Run, folder: Path) -> Replica:
    variables = {
        "TRACKER_DATABASE_URL": run.worker.settings.store_url,
        "TRACKER_DATA_DIR": str(folder),
        "TRACKER_NOW": NOW,
    }
    upstreams = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in run.sandbox.upstreams.items()}
    loaded = settings.load_settings(environ=variables | upstreams)
    return Replica(loaded, make_clock(loaded))


def set_revision(store: Store, revision: str) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def get_revision(store: Store) -> str:
    with store.read() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


@pytest.fixture
def pair(start_run: StartRun, expected: dict[str, str], tmp_path: Path) -> Iterator[tuple[Run, Replica]]:
    """A worker that published nothing yet, and a replica of its store."""
    with start_run(**WORKERS_OWN) as run, closing(open_replica(run, tmp_path / "replica")) as replica:
        yield run, replica


def test_a_replica_renders_the_bytes_of_the_worker_after_each_publish(
    pair: tuple[Run, Replica], expected: dict[str, str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, replica = pair
    worker = run.worker
    cycle.run_cycle(worker)
    asked = {name: len(run.requests(name)) for name in run.sandbox.upstreams}
    replica.refuse_other_schema()
    replica.refresh()
    assert replica.trouble is None
    assert_equal_sites(run, replica)
    assert len(files(worker.settings.public_dir)) > 500
    status = replica.read_status()
    assert status == replace(read_status(worker, status.now), next_harvest=None)
    assert status.open_papers == list(expected.values()).count("open")
    assert status.github_token, "as the worker has"
    assert {name: len(run.requests(name)) for name in asked} == asked
    # What a large store counted of a day is kept for it, also where papers came since.
    for module in (publish, trend_figures):
        monkeypatch.setattr(module, "SMALL", 0)
    publish.write_site(begin_cycle(worker))
    world.paper(60, "Our code is available at https://github.com/ann/open-mit.")
    cycle.run_cycle(worker)
    replica.refresh()
    assert_equal_sites(run, replica)
    assert read_status(worker, status.now).papers == status.papers + 1
    publisher = replica.publisher
    moved = worker.settings.model_copy(update={"public_url": "https://papers.example.org"})
    publish.write_site(begin_cycle(replace(worker, settings=moved, site=SiteMemory())))
    replica.refresh()
    assert_equal_sites(run, replica)
    assert replica.publisher is not publisher
    assert replica.publisher.settings.public_url == "https://papers.example.org"
    assert replica.publisher.settings.data_dir != worker.settings.data_dir


def test_a_replica_keeps_its_site_while_the_store_is_of_another_version(
    pair: tuple[Run, Replica], tmp_path: Path
) -> None:
    run, replica = pair
    publish.write_site(begin_cycle(run.worker))
    replica.refresh()
    known, site = get_revision(run.worker.store), files(replica.publisher.settings.public_dir)
    for revision, words in (("9999", "newer version"), ("1001", "older version")):
        set_revision(run.worker.store, revision)
        with closing(open_replica(run, tmp_path / "another")) as another, pytest.raises(StoreError, match=words):
            another.refuse_other_schema()
        replica.refresh()
        status = replica.read_status()
        assert [(trouble.what, words in trouble.reason) for trouble in status.troubles] == [(NAME, True)]
        with pytest.raises(StoreError, match=words), replica.publisher.store.read():
            pass
    assert files(replica.publisher.settings.public_dir) == site
    set_revision(run.worker.store, known)
    replica.refresh()
    assert replica.trouble is None
    assert replica.read_status().troubles == ()


def test_a_replica_keeps_its_site_while_the_store_is_away(pair: tuple[Run, Replica], database: str) -> None:
    run, replica = pair
    publish.write_site(begin_cycle(run.worker))
    replica.refresh()
    publish.write_site(begin_cycle(run.worker))
    beside = run.worker.settings if database == "sqlite" else replica.publisher.settings
    assert replica.snapshots == beside.snapshot_file.parent
    with unreachable_store(run.worker.store):
        replica.refuse_other_schema()
        replica.refresh()
        assert replica.trouble is not None
        assert replica.refusal == "", "the store is of this version"
        says = {"sqlite": "there is no store", "postgresql": "the server does not answer"}
        assert says[database] in replica.trouble.reason
    replica.refresh()
    assert replica.trouble is None
    assert_equal_sites(run, replica)


def test_a_replica_waits_for_the_first_publish_and_never_writes(pair: tuple[Run, Replica]) -> None:
    run, replica = pair
    replica.refresh()
    assert replica.trouble is not None
    assert "nothing was published" in replica.trouble.reason
    assert [trouble.what for trouble in replica.read_status().troubles] == [NAME]
    publish.write_site(begin_cycle(run.worker))
    replica.refresh()
    assert replica.trouble is None
    with (
        pytest.raises((StoreError, InternalError), match=r"written|read-only"),
        replica.publisher.store.begin() as connection,
    ):
        connection.execute(text("DELETE FROM stage"))


def test_a_replica_reads_one_moment_of_the_store_while_it_renders(pair: tuple[Run, Replica]) -> None:
    run, replica = pair
    with replica.publisher.store.pin() as pinned:
        counted = [count_papers(pinned)]
        save_versions(run.worker.store, make_papers(0), {}, run.worker.now())
        counted.append(count_papers(pinned))
    assert counted == [0, 0]
    assert count_papers(replica.publisher.store) == 50


def count_papers(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM papers")).scalar_one())
