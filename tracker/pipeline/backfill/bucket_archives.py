"""The source archives of arXiv's bucket: each is downloaded in pieces to the data folder, and deleted after its scan.

Whoever asks pays for the transfer, so the volume is stated before the first archive is downloaded. A download that ended in
the middle goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tracker.domain.errors import TrackerError
from tracker.domain.id_months import Months
from tracker.harvest import source_archives
from tracker.harvest.source_archives import MANIFEST, MOST_MANIFEST, SourceArchive
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.worker import Worker
from tracker.publish.bucket import Bucket, BucketError, Wording

WORDING = Wording(
    "the bucket of --source",
    "AWS_REGION",
    "AWS_ENDPOINT_URL_S3",
    "read it (s3:GetObject) as a requester who pays",
    "run the same command again",
)
PIECE = 8 * 1024 * 1024
"""Bytes of one request: each is bounded in time, and what a lost connection costs is one piece."""
TRIES, PAUSE_SECONDS = 3, 5.0
"""Tries of one piece, each with the repetitions of the bucket's client, and the pause between them."""
MOST_FAILURES = 5
"""Archives in a row that cannot be downloaded, after which the command ends: the next thousands would not come either."""


class BucketArchives:
    """The archives below `s3://BUCKET/PREFIX`; `work` is the folder of downloads."""

    def __init__(self, worker: Worker, bucket: Bucket, *, work: Path, yes: bool) -> None:
        self._worker, self._bucket, self._work, self._yes = worker, bucket, work, yes
        self._folder, self._failures = "", 0

    def find(self, months: Months, outcome: BackfillOutcome) -> Sequence[SourceArchive]:
        """The archives of these months. Raises TrackerError where the manifest cannot be read."""
        body = self._read_manifest()
        try:
            archives, broken = source_archives.parse_manifest(body)
        except ValueError as error:
            raise TrackerError(f"{MANIFEST} of the bucket {error}; correct --source.") from None
        for clause in broken:
            outcome.add_trouble(f"{MANIFEST}: {clause}")
        current = {self._file_of(archive).name for archive in archives}
        for path in (*self._work.glob("*.tar"), *self._work.glob("*.tar.part")):
            if path.name.removesuffix(".part") not in current:
                path.unlink()  # of an archive that the bucket no longer has
        return [archive for archive in archives if archive.month in months]

    def state_volume(self, archives: Sequence[SourceArchive], done: int, outcome: BackfillOutcome) -> None:
        """Report how many bytes these archives are, of which `done` others need no download. Raises TrackerError where
        there is something to download and nobody agreed to it."""
        size = sum(archive.size - self._bytes_here(archive) for archive in archives)
        outcome.report(
            f"To download: {len(archives):,} archives, {size / 1e9:,.3f} GB still missing of them; {done:,} are done. "
            "The owner of the credentials pays for the transfer."
        )
        if size > 0 and not self._yes:
            raise TrackerError(
                "Nothing was downloaded; add --yes to download this volume, or choose fewer months."
            )

    def get(self, archive: SourceArchive, outcome: BackfillOutcome) -> Path | None:
        """The archive as a file with its checksum; None where it cannot be had, which is named. Raises Cancelled, and
        TrackerError where the disk is full or archive after archive fails."""
        path = self._file_of(archive)
        try:
            reason = "" if _md5_of(path) == archive.md5 else self._download(archive, path)
            self._failures = 0
        except BucketError as error:
            reason = str(error)
            self._failures += 1
        except OSError as error:
            raise TrackerError(
                f"{path}: cannot be written ({error.strerror or error}); mend it, and run the same command again."
            ) from None
        if self._failures >= MOST_FAILURES:
            raise TrackerError(f"{archive.name}: {reason}. {MOST_FAILURES} archives in a row failed.")
        if reason:
            outcome.add_trouble(f"{archive.name}: {reason}")
            return None
        return path

    def release(self, archive: SourceArchive) -> None:
        """Delete the file of an archive that was scanned."""
        self._file_of(archive).unlink(missing_ok=True)

    def _read_manifest(self) -> bytes:
        for self._folder in ("", "src/"):
            body = bytearray()
            while piece := self._read_piece(self._folder + MANIFEST, len(body), PIECE):
                body += piece
                if len(body) > MOST_MANIFEST:
                    raise TrackerError(f"{MANIFEST} of the bucket is too large; correct --source.")
                if len(piece) < PIECE:
                    break
            if body:
                return bytes(body)
        raise TrackerError(f"The bucket has no {MANIFEST} below that prefix; correct --source.")

    def _download(self, archive: SourceArchive, path: Path) -> str:
        """Download what is missing of an archive; returns why it cannot be used, or nothing."""
        part = path.with_name(f"{path.name}.part")
        with part.open("ab") as file:
            while file.tell() < archive.size:
                asked = min(PIECE, archive.size - file.tell())
                piece = self._read_piece(self._folder + archive.name, file.tell(), asked)
                if piece is None:
                    part.unlink()
                    return "is in the manifest and not in the bucket; its papers are not read"
                file.write(piece)
                if len(piece) < asked:
                    break
        found = _md5_of(part)
        if found != archive.md5:
            part.unlink()
            return f"its checksum is {found}, and the manifest says {archive.md5}; not read"
        part.replace(path)
        return ""

    def _read_piece(self, key: str, start: int, length: int) -> bytes | None:
        for left in reversed(range(TRIES)):
            self._worker.check_cancelled()
            try:
                return self._bucket.read_range(key, start, length)
            except BucketError as error:
                if not (error.passing and left):
                    raise
                self._worker.cancel.wait(PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _bytes_here(self, archive: SourceArchive) -> int:
        path = self._file_of(archive)
        here = (each.stat().st_size for each in (path, path.with_name(f"{path.name}.part")) if each.is_file())
        return min(archive.size, max(here, default=0))

    def _file_of(self, archive: SourceArchive) -> Path:
        return self._work / f"{archive.name.removesuffix('.tar')}.{archive.md5}.tar"


def _md5_of(path: Path) -> str:
    """The MD5 of a file, empty where there is none."""
    try:
        with path.open("rb") as file:
            return source_archives.md5_of(file)
    except FileNotFoundError:
        return ""
