"""Announces changed feeds to a WebSub hub.

The Recommendation (https://www.w3.org/TR/websub/, section 6) leaves open how a publisher notifies its hub; this is the
form of PubSubHubbub 0.4, which hubs accept: `hub.mode=publish` and `hub.url` with the feed's address. A hub accepts
with any 2xx, and fetches the feed itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.feeds import FEED_SUFFIXES
from tracker.domain.protocols import Fetch

REQUEST_SECONDS = 5.0
"""The timeout of one request, in seconds."""
MOST_REFUSED = 3
"""After so many refusals in a row the hub gets no further request; the rest waits for the next cycle."""


@dataclass(slots=True)
class AnnounceResult:
    """The paths that the hub accepted; why the others were not announced, and when to try again."""

    done: list[str] = field(default_factory=list)
    reason: str = ""
    next_try: datetime | None = None


def list_feed_files(folder: Path) -> dict[str, int]:
    """All feeds below the public folder, by path, with the time of the file in nanoseconds.

    A file is replaced only when its bytes change, so that its time identifies its content: comparing times shows what
    changed, whoever wrote it, also after a kill between writing and announcing.
    """
    files = {}
    for path in [*folder.glob("feed.*"), *(folder / "feeds").rglob("*.*")]:
        if path.suffix in FEED_SUFFIXES and path.is_file():
            files[path.relative_to(folder).as_posix()] = path.stat().st_mtime_ns
    return files


def changed_feeds(files: Mapping[str, int], announced: Mapping[str, int]) -> list[str]:
    """The paths of the feeds that changed since they were announced, the main feed first."""
    changed = (path for path, time in files.items() if announced.get(path) != time)
    return sorted(changed, key=lambda path: (path.count("/"), path))


def announce_feeds(
    fetch: Fetch,
    hub: str,
    feeds: Sequence[tuple[str, str]],
    *,
    seconds: float,
    check_cancelled: Callable[[], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> AnnounceResult:
    """Announce each feed, given as path and absolute address, to the WebSub hub, within `seconds` in all.

    A hub that does not answer gets no further request in this round; one that refuses an address gets the others.
    """
    until, result, refusals = monotonic() + seconds, AnnounceResult(), 0
    for number, (path, address) in enumerate(feeds):
        check_cancelled()
        seconds_left = until - monotonic()
        if seconds_left <= 0:
            result.reason = result.reason or f"{len(feeds) - number} feeds were not announced in time and wait"
            break
        fields = {"hub.mode": "publish", "hub.url": address}
        try:
            response = fetch.post_form(hub, fields, seconds=min(REQUEST_SECONDS, seconds_left))
        except UpstreamError as error:
            result.reason = f"the WebSub hub was not notified: {error.reason}"
            result.next_try = error.until if isinstance(error, UpstreamStopped) else None
            break
        if 200 <= response.status < 300:
            result.done.append(path)
            refusals = 0
            continue
        refusals += 1
        result.reason = f"the WebSub hub answered {response.status} to {path}"
        if refusals == MOST_REFUSED:
            break
    return result
