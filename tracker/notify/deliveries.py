"""What was told to whom, in `DATA_DIR/told.json`: the work list of telling is what differs from it.

A file and not a table, because it belongs to this installation and its hub: a store restored elsewhere must not make
its readers hear old news again, nor this one's miss new.
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

log = logging.getLogger(__name__)

NAME = "told.json"


@dataclass(slots=True)
class Remembered:
    """`hub` and `site`: whom, and under which address, the feeds were announced. `feeds`: for each the time of the file,
    in nanoseconds, that the hub was told of. `told`: for each service, by a short digest of its address, the works it
    was told of and when they entered the feed."""

    hub: str = ""
    site: str = ""
    feeds: dict[str, int] = field(default_factory=dict)
    told: dict[str, dict[str, str]] = field(default_factory=dict)


def load(folder: Path) -> Remembered:
    """What is remembered; nothing where the file is absent or damaged. TrackerError when it cannot be read."""
    try:
        found = json.loads((folder / NAME).read_bytes())
        return Remembered(
            hub=str(found["hub"]),
            site=str(found["site"]),
            feeds={str(path): int(time) for path, time in found["feeds"].items()},
            told={str(who): _texts(works) for who, works in found["told"].items()},
        )
    except FileNotFoundError:
        return Remembered()
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("%s is damaged and begun anew; what entered the feed before is not told again", NAME)
        return Remembered()
    except OSError as error:
        raise _trouble(folder, error) from None


def save(folder: Path, remembered: Remembered) -> None:
    """Replace the file at once, and force it to disk: what it says must outlive a kill. TrackerError when it cannot."""
    content = json.dumps(
        {
            "hub": remembered.hub,
            "site": remembered.site,
            "feeds": remembered.feeds,
            "told": remembered.told,
        },
        indent=1,
        sort_keys=True,
    ).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{NAME}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(folder / NAME)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _trouble(folder, error) from None


def _texts(works: Any) -> dict[str, str]:
    return {str(work): str(entered) for work, entered in works.items()}


def _trouble(folder: Path, error: OSError) -> TrackerError:
    return TrackerError(
        f"{folder / NAME}: what was told cannot be kept there ({error.strerror}); nothing is told meanwhile."
    )
