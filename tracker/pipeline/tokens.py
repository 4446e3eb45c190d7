"""The stage that reports the operator's tokens that an upstream refuses; the work goes on without them."""

from __future__ import annotations

from tracker.pipeline.context import Cycle
from tracker.pipeline.websub import end_trouble

STAGE = "tokens"
"""The name of the trouble, which also `tracker doctor` looks for."""


def report_refused_tokens(cycle: Cycle) -> None:
    """Record which tokens are refused, so that the page, `/health` and the summary say so; end that where none is."""
    if not (reasons := cycle.worker.refused_tokens()):
        end_trouble(cycle, STAGE)
        return
    with cycle.stage(STAGE) as stage:
        stage.fail("; ".join(reasons))
