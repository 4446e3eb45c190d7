"""The stage that looks up archived copies of what is gone, at Software Heritage."""

from __future__ import annotations

from tracker.hosts import swh
from tracker.pipeline.context import Cycle
from tracker.store import artifacts

MOST = 25
"""Copies looked up in one cycle at most."""


def find_archived_copies(cycle: Cycle) -> None:
    """Ask Software Heritage for copies of artifacts that are gone and of which none is known."""
    if not cycle.settings.may_ask("software_heritage"):
        return
    with cycle.stage("archived_copies"):
        for artifact, url in artifacts.artifacts_without_copy(cycle.store, cycle.now, MOST):
            cycle.check_cancelled()
            copy = swh.find_archived_copy(url, cycle.fetch)
            artifacts.save_archived_copy(cycle.store, artifact, copy.url if copy else None, cycle.now)
