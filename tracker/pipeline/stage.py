"""The contract of a stage: it is timed, its failure becomes a value, and that outcome is recorded.

A stage opens with `with cycle.stage("full_text") as stage:`. An upstream that stops or fails ends the stage, not
the cycle; the outcome says why and when the next try is. The name is the one that operators see in the log,
`/health` and `/metrics`, and it is the name of the module that does the work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tracker.domain.errors import Cancelled, StoreError, TrackerError, UpstreamError
from tracker.domain.protocols import Progress
from tracker.domain.status import ARXIV_STAGES
from tracker.pipeline.stage_times import STAGE_TIMES
from tracker.store import stage_status
from tracker.store.engine import Store

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """How one run of a stage ended: well where `reason` is empty."""

    name: str
    reason: str = ""
    next_try: datetime | None = None

    @property
    def failed(self) -> bool:
        """Whether something kept the stage from doing all of its work."""
        return bool(self.reason)

    def __str__(self) -> str:
        return f"{self.name}: {self.reason or 'done'}"


class Stage:
    """A running stage: reports its progress, and notes what keeps it from doing all of its work."""

    def __init__(
        self, name: str, progress: Progress, check_cancelled: Callable[[], None], retry_at: datetime | None = None
    ) -> None:
        self.name, self.check_cancelled = name, check_cancelled
        self._progress, self._retry_at = progress, retry_at
        self._reason = ""
        self._next_try: datetime | None = None

    @property
    def outcome(self) -> StageOutcome:
        """The outcome so far."""
        return StageOutcome(self.name, self._reason, self._next_try if self._reason else None)

    def fail(self, reason: str, next_try: datetime | None = None) -> None:
        """Note why not all could be done; a later failure replaces an earlier one. An empty reason means that all
        is well."""
        self._reason, self._next_try = reason, next_try or self._retry_at

    def fail_upstream(self, error: UpstreamError) -> None:
        """Note that an upstream failed or stopped, and until when."""
        self.fail(str(error), getattr(error, "until", None))

    def report_progress(self, done: int, total: int | None = None) -> None:
        """Show that `done` of `total` is done."""
        self._progress.step(self.name, done, total)

    def each(self, items: Sequence[T]) -> Iterator[T]:
        """The items one by one, with progress. Raises Cancelled between two of them when the service is
        stopping."""
        for number, item in enumerate(items):
            self.report_progress(number, len(items))
            self.check_cancelled()
            yield item
        if items:
            self.report_progress(len(items), len(items))


@contextmanager
def run_stage(stage: Stage, *, contained: bool) -> Iterator[Stage]:
    """Time what happens inside, and turn an upstream's errors into the stage's outcome.

    `contained`: any other error does not leave the stage either, for work without which the cycle is whole.
    Cancelled always leaves it."""
    with STAGE_TIMES.measure(stage.name):
        try:
            yield stage
        except Cancelled:
            raise
        except UpstreamError as error:
            stage.fail_upstream(error)
        except Exception as error:
            if not contained:
                raise
            stage.check_cancelled()
            stage.fail(public_reason(error))


def public_reason(error: Exception) -> str:
    """What everybody may read of an error: the text of a program's error may quote an address, that of a store's
    error begins with a path."""
    if isinstance(error, TrackerError) and not isinstance(error, StoreError):
        return str(error)
    return f"broke off ({type(error).__name__})"


def record_outcome(store: Store, outcome: StageOutcome, now: datetime) -> None:
    """Keep how a stage ended for `/health`, the pages and the next cycle; a failure is logged as well."""
    if not outcome.failed:
        stage_status.record_stage_done(store, outcome.name, now)
        return
    # What failed at arXiv's sources is one sentence, once all were asked (`arxiv_fallback`).
    level = logging.INFO if outcome.name in ARXIV_STAGES else logging.WARNING
    log.log(level, "%s", outcome, extra={"stage": outcome.name})
    stage_status.record_stage_failed(store, outcome.name, outcome.reason, outcome.next_try, now)
