"""Whether the bucket of the settings can be read, what it holds, and whether the last cycle could write into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

from tracker.doctor.findings import BAD, OK, WARN, Finding, clean_text
from tracker.domain.errors import TrackerError
from tracker.pipeline.bucket import STAGE, open_bucket
from tracker.publish.bucket_manifest import KEY, parse_manifest
from tracker.settings import Settings
from tracker.store.engine import open_reader
from tracker.store.stage_status import load_stages


def check_bucket(settings: Settings, environ: Mapping[str, str], *, readable: bool) -> Iterator[Finding]:
    """The manifest, by one request; then the trouble of the stage, where the store is `readable`."""
    if not settings.publish.target:
        return
    try:
        stored = open_bucket(settings, environ).read(KEY)
        files = len(parse_manifest(stored.body).files) if stored else 0
    except TrackerError as error:
        yield _describe("target", BAD, str(error))
        return
    says = f"objects of the site: {files:,}" if stored else "reachable, and nothing of the site is in it yet"
    yield Finding("bucket", "target", OK, says)
    if not settings.public_url:
        says = "no public address is set: feeds do not name their own address, and items link to arXiv"
        yield Finding("bucket", "address", WARN, says, "Set TRACKER_PUBLIC_URL to where readers reach the bucket.")
    if readable:
        with closing(open_reader(settings.store_url)) as store:
            troubles = load_stages(store)[1]
        for trouble in troubles:
            if trouble.what == STAGE:
                yield _describe("writing", WARN, trouble.reason)


def _describe(name: str, mark: str, reason: str) -> Finding:
    """A reason whose part after the first semicolon says what to do."""
    says, _, todo = clean_text(reason).partition("; ")
    return Finding("bucket", name, mark, says, f"{todo[:1].upper()}{todo[1:]}." if todo else "")
