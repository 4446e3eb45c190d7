"""The stage that brings the operator's corrections into the store."""

from __future__ import annotations

from tracker.domain.errors import SettingsError
from tracker.pipeline.context import Cycle
from tracker.pipeline.corrections_file import read_corrections
from tracker.store.corrections import sync_corrections


def apply_corrections(cycle: Cycle) -> None:
    """Bring the operator's corrections into the store; while a file of them is wrong, the last ones stay in
    force."""
    with cycle.stage("corrections") as stage:
        try:
            statements = read_corrections(cycle.settings)
        except SettingsError as error:
            stage.fail(str(error))
        else:
            sync_corrections(cycle.store, statements, cycle.now)
