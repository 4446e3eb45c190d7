"""What `/health` tells of an installation, whatever the upstreams do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from tracker.protocols import Clock
from tracker.published import Status

log = logging.getLogger(__name__)


def told(health: Callable[[], Status], clock: Clock) -> tuple[int, dict[str, object]]:
    """What `/health` tells, whatever the upstreams do; with 503 where the store does not answer."""
    now = clock.now().replace(microsecond=0)
    try:
        status = health()
    except Exception as error:  # noqa: BLE001 # whatever ails the store, `/health` must say so
        log.warning("health: the store does not answer (%s)", type(error).__name__)
        trouble: dict[str, object] = {
            "status": "trouble",
            "now": _text(now),
            "troubles": [
                {"what": "store", "reason": "the store does not answer", "since": _text(now), "next_try": None}
            ],
        }
        return 503, trouble
    return 200, {
        "status": "trouble" if status.troubles else "ok",
        "now": _text(now),
        "version": status.version,
        "papers": status.papers,
        "open_papers": status.open_papers,
        "checks_waiting": status.checks_waiting,
        "scans_waiting": status.scans_waiting,
        "github_token": status.github_token,
        "next_harvest": _text(status.next_harvest),
        "stages": {
            name: {"good_at": _text(at), "age_seconds": int((now - at).total_seconds()) if at else None}
            for name, at in sorted(status.stages.items())
        },
        "troubles": [
            {"what": one.what, "reason": one.reason, "since": _text(one.since), "next_try": _text(one.next_try)}
            for one in status.troubles
        ],
    }


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
