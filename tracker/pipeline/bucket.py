"""The stage that writes the site into a bucket of object storage, where `publish.target` names one.

It cannot fail a cycle: what the bucket did not take is written in the next one. It is bounded in seconds."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from tracker.pipeline.context import Cycle
from tracker.pipeline.kept_address import describe_other_address
from tracker.pipeline.publish import write_site
from tracker.pipeline.websub import end_trouble
from tracker.publish.bucket import Bucket
from tracker.publish.bucket_upload import SiteUploader
from tracker.settings import Settings
from tracker.store import stage_status

log = logging.getLogger(__name__)

STAGE = "bucket"
UPLOAD_SECONDS = 240
"""For how long one cycle writes: a first site of many papers takes several cycles."""


def publish_to_bucket(cycle: Cycle) -> None:
    """Render the site as files alone, and write what changed of it into the bucket."""
    settings = cycle.settings
    if not settings.publish.target:
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE, contained=True) as stage:
        if other := describe_other_address(settings):
            stage.fail(other)
            return
        bucket = open_bucket(settings, os.environ)
        if not write_site(cycle, settings.bucket_dir, cycle.worker.bucket):
            stage.fail(
                "the site in the bucket has items and this store has none; bring its store back (`tracker restore`)"
            )
            return
        uploader = SiteUploader(
            bucket,
            settings.bucket_dir,
            ttl_minutes=settings.feed.ttl_minutes,
            base=settings.public_url.rstrip("/"),
            check=lambda: check_write(cycle),
        )
        # Once a day the bucket is listed: somebody else may have changed what is in it.
        today, uploaded = f"{cycle.now:%Y-%m-%d}", cycle.worker.uploaded
        known = uploaded.get(today, "")
        uploaded.clear()
        done = uploader.upload(UPLOAD_SECONDS, known)
        if done.etag:
            uploaded[today] = done.etag
        if done.written or done.deleted:
            log.info("the bucket: %d objects written, %d deleted", done.written, done.deleted)
        if done.waiting:
            stage.fail(f"{done.waiting} objects are still to be written; the next cycle goes on")


def check_write(cycle: Cycle) -> None:
    """Before each write: raise where the service is stopping, or where another process may lead."""
    cycle.check_cancelled()
    cycle.worker.require_lease()


def is_bucket_behind(cycle: Cycle) -> bool:
    """Whether the bucket lacks what was published last, so that readers cannot be sent to it."""
    if not cycle.settings.publish.target:
        return False
    return any(trouble.what == STAGE for trouble in stage_status.load_stages(cycle.store)[1])


def open_bucket(settings: Settings, environ: Mapping[str, str]) -> Bucket:
    """The bucket of the settings, with the credentials of the environment. BucketError where there are none."""
    own = settings.publish
    return Bucket(own.target, endpoint=own.endpoint, region=own.region, environ=environ)
