"""What was delivered to whom, in `DATA_DIR/told.json`: what differs from it is still to be delivered.

A file and not a table, because it belongs to this installation and its WebSub hub: a store that is restored elsewhere
must not send its readers old news again, nor make this one's readers miss new ones.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.domain.errors import TrackerError
from tracker.regular_files import read_regular

log = logging.getLogger(__name__)

FILE_NAME = "told.json"
MOST_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Deliveries:
    """`websub_hub` and `site`: to which hub, and under which address, the feeds were announced. `feeds`: for each feed
    by path, the time in nanoseconds of the file that was announced. `notified`: for each service, by a short digest of
    its address, the works it was notified of and when they entered the feed."""

    websub_hub: str = ""
    site: str = ""
    feeds: dict[str, int] = field(default_factory=dict)
    notified: dict[str, dict[str, str]] = field(default_factory=dict)


def load_deliveries(folder: Path) -> Deliveries:
    """What was delivered so far; empty if the file is absent or damaged. Raises TrackerError if it cannot be read."""
    try:
        stored = json.loads(read_regular(folder / FILE_NAME, MOST_BYTES))
        return Deliveries(
            websub_hub=str(stored["hub"]),
            site=str(stored["site"]),
            feeds={str(path): int(time) for path, time in stored["feeds"].items()},
            notified={str(service): _texts(works) for service, works in stored["told"].items()},
        )
    except FileNotFoundError:
        return Deliveries()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.warning(
            "%s is damaged and starts empty; papers that entered the feed before are not sent again", FILE_NAME
        )
        return Deliveries()
    except OSError as error:
        raise _unusable(folder, error) from None


def save_deliveries(folder: Path, deliveries: Deliveries) -> None:
    """Replace the file atomically and force it to disk: it must survive a kill. Raises TrackerError if it cannot be written."""
    content = json.dumps(
        {
            "hub": deliveries.websub_hub,
            "site": deliveries.site,
            "feeds": deliveries.feeds,
            "told": deliveries.notified,
        },
        indent=1,
        sort_keys=True,
    ).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE_NAME}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(folder / FILE_NAME)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unusable(folder, error) from None


def _texts(works: Any) -> dict[str, str]:
    return {str(work): str(entered) for work, entered in works.items()}


def _unusable(folder: Path, error: OSError) -> TrackerError:
    return TrackerError(
        f"{folder / FILE_NAME}: cannot be read or written ({error.strerror}); nobody is notified until it can."
    )
