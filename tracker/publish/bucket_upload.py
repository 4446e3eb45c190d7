"""Writes the site of a folder into a bucket: only what changed, in an order in which no reader meets a missing page.

Pages come first, then feeds, then the manifest, by a conditional write, and what left the site is deleted last. A kill at any
moment leaves a manifest that says less than is true; the next writer compares it with a list of the bucket and ends where an
undisturbed one would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tracker.publish.bucket import Bucket, BucketError
from tracker.publish.bucket_manifest import (
    KEY,
    BucketManifest,
    Headers,
    Object,
    SiteObject,
    build_redirects,
    digest_headers,
    format_manifest,
    key_of,
    make_object,
    parse_manifest,
    plan_writes,
)
from tracker.publish.file_headers import TYPES
from tracker.publish.files import COMPRESSORS

WRITERS = 8
"""Objects that are written at once."""
DELETED_AT_ONCE = 10
"""Objects that are deleted, each by a request, between two checks."""
MAIN_FEED, ITEM = "feed.xml", b"<item>"
MANIFEST_HEADERS = Headers("application/json", "no-cache")


@dataclass(frozen=True, slots=True)
class Upload:
    """What one upload did. `waiting` objects were left for the next one because the time was over; `etag` is that of the
    manifest where it says all that the bucket holds, else empty."""

    written: int
    deleted: int
    waiting: int
    etag: str


class SiteUploader:
    """Brings a bucket to the state of a folder, which the caller keeps unchanged meanwhile.

    `check` is called before each write and may raise, as when the service stops or another process leads: nothing is
    written from then on. `base` is the site's public address, empty where it is not known.
    """

    def __init__(
        self, bucket: Bucket, folder: Path, *, ttl_minutes: int, base: str, check: Callable[[], None]
    ) -> None:
        self._bucket, self._folder, self._check = bucket, folder, check
        self._redirects = build_redirects(base or bucket.path, ttl_minutes)
        self._names = {key_of(name): name for name in _list_names(folder)}
        self._headers = digest_headers(ttl_minutes)
        self._site: dict[str, SiteObject] = {
            **{key: moved for key, (moved, _) in self._redirects.items()},
            **{key: make_object(name, self._read(key), ttl_minutes) for key, name in self._names.items()},
        }

    def upload(self, seconds: float, known_etag: str = "") -> Upload:
        """Write what changed, for about so many seconds. `known_etag` is that of a manifest that an upload of this
        process wrote: where it is still there, the bucket is not listed. Raises BucketError."""
        stored = self._bucket.read(KEY)
        before = parse_manifest(stored.body) if stored else BucketManifest()
        etag = stored.etag if stored else None
        self._refuse_lost_items(before)
        listed = None if etag is not None and etag == known_etag else self._bucket.list_etags()
        plan = plan_writes(self._site, self._headers, before, listed)
        written: dict[str, Object] = {}
        try:
            waiting = self._write_groups(plan.writes, monotonic() + seconds, written)
        except BucketError:
            if written:
                with suppress(BucketError):
                    self._replace_manifest(self._merge(before, written), etag)
            raise
        if waiting:
            self._replace_manifest(self._merge(before, written), etag)
            return Upload(len(written), 0, waiting, "")
        if not plan.is_same:
            kept = {key: before.files[key] for key in self._site.keys() - written.keys()}
            etag = self._replace_manifest(
                BucketManifest(self._headers, kept | written, frozenset(plan.deletes)), etag
            )
        for start in range(0, len(plan.deletes), DELETED_AT_ONCE):
            # Another process that leads by now may have written a page of this name anew.
            self._check()
            self._bucket.delete(plan.deletes[start : start + DELETED_AT_ONCE])
        return Upload(len(written), len(plan.deletes), 0, etag or "")

    def _refuse_lost_items(self, before: BucketManifest) -> None:
        """Entries are never deleted: a store without any is not the one whose site the bucket holds."""
        if MAIN_FEED not in before.files or MAIN_FEED not in self._names or ITEM in self._read(MAIN_FEED):
            return
        stored = self._bucket.read(MAIN_FEED)
        if stored is not None and ITEM in stored.body:
            raise BucketError(
                "the feed in the bucket has items and this store has none; bring its store back (`tracker restore`), or "
                "give `publish.target` another prefix"
            )

    def _write_groups(self, groups: tuple[tuple[str, ...], ...], until: float, written: dict[str, Object]) -> int:
        """Write the groups one after the other, and note each object; returns how many the time did not suffice for."""

        def write(key: str) -> None:
            if monotonic() < until:
                self._check()
                entry = self._site[key]
                etag = self._bucket.write(key, self._read(key), entry.headers)
                written[key] = Object(entry.sha256, etag)

        for group in groups:
            with ThreadPoolExecutor(WRITERS) as pool:
                futures = [pool.submit(write, key) for key in group]
                try:
                    for future in futures:
                        future.result()
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
            if monotonic() >= until:
                break
        return sum(map(len, groups)) - len(written)

    def _merge(self, before: BucketManifest, written: dict[str, Object]) -> BucketManifest:
        """What the bucket holds after a part was written. Every key that was listed stays listed."""
        kept = dict(before.files) if before.headers == self._headers else {}
        files = kept | written
        return BucketManifest(self._headers, files, (before.leaving | before.files.keys()) - files.keys())

    def _replace_manifest(self, manifest: BucketManifest, etag: str | None) -> str:
        self._check()
        return self._bucket.replace(KEY, format_manifest(manifest), MANIFEST_HEADERS, etag)

    def _read(self, key: str) -> bytes:
        if key in self._redirects:
            return self._redirects[key][1]
        return (self._folder / self._names[key]).read_bytes()


def _list_names(folder: Path) -> Iterator[str]:
    """The files of a site's folder, without compressed forms: a CDN compresses for each reader."""
    for path in sorted(folder.rglob("*")):
        is_served = path.suffix in TYPES.keys() - COMPRESSORS.keys() and not path.name.startswith(".")
        if is_served and path.is_file():
            yield path.relative_to(folder).as_posix()
