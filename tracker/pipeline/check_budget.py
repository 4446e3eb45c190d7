"""What checks cost at each host, and how many of them artifacts that only backfilled papers link may take."""

from __future__ import annotations

from tracker.fetch import pace
from tracker.settings import Settings

REQUESTS_PER_CHECK = 3
"""Requests that one check takes, where a host has no batches: metadata, files and licence."""
HOUR_SECONDS = 3600
_UPSTREAM_OF = {
    "github": "github_api",
    "huggingface": "huggingface",
    "gitlab": "gitlab",
    "forgejo": "codeberg",
    "bitbucket": "bitbucket",
    "zenodo": "zenodo",
    "swh": "software_heritage",
}


def upstream_of(host: str) -> str:
    """The upstream that is asked about the artifacts of a host; `web` for every other host."""
    return _UPSTREAM_OF.get(host, "web")


def count_requests(settings: Settings, host: str, checks: int) -> int:
    """About how many requests a number of checks takes at a host."""
    if _has_batches(settings, host):
        return -(-checks // settings.limits.github_batch)
    return checks * REQUESTS_PER_CHECK


def backfill_quota(settings: Settings, host: str) -> int | None:
    """How many artifacts that only backfilled papers link may be checked at a host in an hour: the share
    `check.backfill_share` of what its budget or else its pace allows; None where neither bounds it.

    Of a repository that GitHub answers in a batch, a request for its files still follows.
    """
    upstream = upstream_of(host)
    per_hour = pace.hourly_budget(settings, upstream)
    interval = pace.interval_seconds(settings, upstream)
    if interval:
        paced = int(HOUR_SECONDS / interval)
        per_hour = paced if per_hour is None else min(per_hour, paced)
    if per_hour is None:
        return None
    return int(per_hour * settings.check.backfill_share) // (
        1 if _has_batches(settings, host) else REQUESTS_PER_CHECK
    )


def _has_batches(settings: Settings, host: str) -> bool:
    return upstream_of(host) == "github_api" and settings.github_token is not None
