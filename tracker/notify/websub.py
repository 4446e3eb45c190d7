"""Telling a WebSub hub which feeds changed.

The Recommendation (https://www.w3.org/TR/websub/, section 6) leaves open how a publisher tells its hub; this is the form
of PubSubHubbub 0.4, which hubs take: `hub.mode=publish` and `hub.url` with the feed's address. A hub accepts with any
2xx, and fetches the feed itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.feeds import FEED_FORMATS
from tracker.domain.protocols import Fetch

_SUFFIXES = {f".{feed_format.ending}" for feed_format in FEED_FORMATS}
ONE_SECONDS = 5.0
"""Seconds for which one answer is waited."""
MOST_REFUSED = 3
"""So many refusals in a row mean that the hub takes nothing from us; the rest waits for the next cycle."""


@dataclass(slots=True)
class Announced:
    """What a round reached: the paths that the hub took, and what hindered the others, until when."""

    done: list[str] = field(default_factory=list)
    reason: str = ""
    next_try: datetime | None = None


def written(folder: Path) -> dict[str, int]:
    """All feeds below the public folder, by path, with the time of the file in nanoseconds.

    A file is replaced only when its bytes change, so that its time names what it shows: comparing them tells what
    changed without asking who wrote it, also after a kill between writing and telling.
    """
    found = {}
    for path in [*folder.glob("feed.*"), *(folder / "feeds").rglob("*.*")]:
        if path.suffix in _SUFFIXES and path.is_file():
            found[path.relative_to(folder).as_posix()] = path.stat().st_mtime_ns
    return found


def due(files: Mapping[str, int], known: Mapping[str, int]) -> list[str]:
    """The paths of what changed since the hub was told, the main feed first."""
    changed = (path for path, time in files.items() if known.get(path) != time)
    return sorted(changed, key=lambda path: (path.count("/"), path))


def announce(
    fetch: Fetch,
    hub: str,
    feeds: Sequence[tuple[str, str]],
    *,
    seconds: float,
    check_cancelled: Callable[[], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> Announced:
    """Tell the hub of each feed, given as path and absolute address, within `seconds` in all.

    A hub that does not answer is asked nothing more in this round; one that refuses an address is told of the others.
    """
    until, told, refused = monotonic() + seconds, Announced(), 0
    for number, (path, address) in enumerate(feeds):
        check_cancelled()
        left = until - monotonic()
        if left <= 0:
            told.reason = told.reason or f"{len(feeds) - number} feeds were not told in time and wait"
            break
        try:
            answer = fetch.post_form(
                hub, {"hub.mode": "publish", "hub.url": address}, seconds=min(ONE_SECONDS, left)
            )
        except UpstreamError as error:
            told.reason = f"the hub was not told: {error.reason}"
            told.next_try = error.until if isinstance(error, UpstreamStopped) else None
            break
        if 200 <= answer.status < 300:
            told.done.append(path)
            refused = 0
            continue
        refused += 1
        told.reason = f"the hub answered {answer.status} to {path}"
        if refused == MOST_REFUSED:
            break
    return told
