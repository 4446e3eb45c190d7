"""Source archives from a bucket: the volume first, the same rows as from a folder, and nothing left on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.backfill.bulk import code_at, make_tar, paper_file, write_bulk
from tests.pipeline.backfill.test_archives import links, run_here
from tests.pipeline.backfill.test_metadata import JUNE, backfill, paper, write
from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import World
from tests.s3_server import CREDENTIALS, S3Server, run_s3_server
from tracker.domain.errors import TrackerError
from tracker.pipeline.backfill import archives, bucket_archives
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.publish.bucket import Bucket, BucketError

FIRST, SECOND = "arXiv_src_2606_001.tar", "arXiv_src_2606_002.tar"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with run_s3_server() as running:
        running.create_bucket("arxiv")
        yield running


def read_texts(run: Run, url: str, *, yes: bool = True) -> tuple[BackfillOutcome, list[str]]:
    sentences: list[str] = []
    outcome = BackfillOutcome(sentences.append)
    bucket = Bucket(
        "s3://arxiv/src/",
        endpoint=url,
        region="",
        environ=CREDENTIALS,
        wording=bucket_archives.WORDING,
        requester_pays=True,
    )
    source = bucket_archives.BucketArchives(run.worker, bucket, work=archives.work_folder(run.worker), yes=yes)
    try:
        archives.backfill_archives(run.worker, source, JUNE.months, run_here, 2, outcome)
    except TrackerError as error:
        sentences.append(str(error))
    return outcome, sentences


def test_archives_are_downloaded_once_agreed_to_and_resumed_after_a_lost_connection(
    start_run: StartRun, world: World, tmp_path: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.folder / "github").mkdir()
    good = make_tar(("2606/2606.00001.gz", paper_file(code_at("ann/one"))))
    folder = write_bulk(tmp_path / "bulk", {FIRST: good, SECOND: make_tar(("2606/2606.00002.gz", b"x"))})
    for path in folder.iterdir():
        body = path.read_bytes() if path.name != SECOND else b"another archive"
        server.backend.put_object("arxiv", f"src/{path.name}", body)
    monkeypatch.setattr(bucket_archives, "PIECE", 4096)
    monkeypatch.setattr(bucket_archives, "PAUSE_SECONDS", 0)
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(1), paper(2)]))
        _, sentences = read_texts(run, server.url, yes=False)
        assert sentences[0].startswith("To download: 2 archives, 0.000 GB")
        assert "add --yes" in sentences[1]
        assert server.keys("GET", "arxiv") == ["src/arXiv_src_manifest.xml"]
        assert server.payers == {"requester"}

        whole, calls = Bucket.read_range, []

        def lose(bucket: Bucket, key: str, start: int, length: int) -> bytes | None:
            if FIRST in key:
                calls.append(start)
                if len(calls) > 1 and len(calls) < 5:
                    raise BucketError("the bucket's server does not answer", passing=True)
            return whole(bucket, key, start, length)

        monkeypatch.setattr(Bucket, "read_range", lose)
        outcome, sentences = read_texts(run, server.url)
        assert (calls, outcome.troubles) == ([0, 4096, 4096, 4096], 2)
        assert f"{FIRST}: the bucket's server does not answer" in sentences
        assert any(each.startswith(f"{SECOND}: its checksum is ") for each in sentences)
        outcome, _ = read_texts(run, server.url)
        assert (calls[4], outcome.counts["texts"]) == (4096, 1), "it goes on where it ended"
        assert [row[1] for row in links(run)] == ["github:ann/one"]
        left = [path.suffix for path in archives.work_folder(run.worker).iterdir()]
        assert left == [".done"]
        server.forget()
        read_texts(run, server.url)
        assert f"src/{FIRST}" not in server.keys("GET", "arxiv")
