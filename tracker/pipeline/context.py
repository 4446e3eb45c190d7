"""The one argument of every stage: what it needs, the moment of the cycle, and what came of the stages before
it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.protocols import Clock, Fetch
from tracker.domain.reading import ReadDepth
from tracker.fetch.response_policy import TOKEN_REFUSED
from tracker.pipeline.rulebook import Rulebook
from tracker.pipeline.stage import Stage, StageOutcome, record_outcome, run_stage
from tracker.pipeline.worker import Worker
from tracker.settings import Settings
from tracker.store.engine import Store


@dataclass(slots=True)
class Counts:
    """How much one cycle did."""

    new_papers: int = 0
    read_papers: int = 0
    unreadable: list[str] = field(default_factory=list)
    """The papers whose reading broke off by an error of this program."""
    further: Counter[ReadDepth] = field(default_factory=Counter)
    """Papers that were read further, by source."""
    to_read: dict[ReadDepth, int] = field(default_factory=dict)
    """How many each source will have read when none waits; a link found meanwhile makes them fewer."""
    checks: Counter[str] = field(default_factory=Counter)
    """Checks by host, over all rounds."""
    judged: int = 0
    entered: int = 0
    """Papers that entered the main feed."""
    windows_left: int = 0
    """Windows of the harvest that are not proved complete."""

    @property
    def checked(self) -> int:
        """How many checks there were at all hosts."""
        return self.checks.total()


@dataclass(slots=True)
class Cycle:
    """One cycle of the stages.

    `now` is one moment for the whole cycle, so that a cycle that was killed and is repeated at the same time
    writes the same rows."""

    worker: Worker
    now: datetime
    counts: Counts = field(default_factory=Counts)
    outcomes: list[StageOutcome] = field(default_factory=list)
    """How each stage ended, in order; a stage that had no reason to run has none."""
    deadline: datetime | None = None
    """When the work must come to its end, whatever is left; None: when all is done."""
    is_unfinished: bool = False
    """Whether papers wait that the next round can read."""

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.worker.settings

    @property
    def store(self) -> Store:
        """The installation's store."""
        return self.worker.store

    @property
    def clock(self) -> Clock:
        """The clock, for a client that must know the time within a cycle; stages use `now`."""
        return self.worker.clock

    @property
    def fetch(self) -> Fetch:
        """The only way to ask an upstream."""
        return self.worker.fetch

    @property
    def rules(self) -> Rulebook:
        """All rules of judgement."""
        return self.worker.rules

    @property
    def cancel(self) -> threading.Event:
        """Set when the service is stopping."""
        return self.worker.cancel

    @property
    def troubles(self) -> list[StageOutcome]:
        """The stages that could not do all of their work."""
        return [outcome for outcome in self.outcomes if outcome.failed]

    @property
    def is_token_refused(self) -> bool:
        """Whether a stage failed because an upstream refuses the operator's token."""
        return any(TOKEN_REFUSED in outcome.reason for outcome in self.outcomes)

    @property
    def is_late(self) -> bool:
        """Whether the deadline has come."""
        return self.deadline is not None and self.clock.now() >= self.deadline

    def check_cancelled(self) -> None:
        """Raise Cancelled when the service is stopping."""
        self.worker.check_cancelled()

    @contextmanager
    def stage(self, name: str, *, contained: bool = False, retry_at: datetime | None = None) -> Iterator[Stage]:
        """Open a stage, and record its outcome at the end. An error of an upstream ends the stage alone.

        `contained`: so does every other error. `retry_at`: the next try of a failure that does not say when.
        """
        stage = Stage(name, self.worker.progress, self.check_cancelled, retry_at)
        with run_stage(stage, contained=contained):
            yield stage
        self.outcomes.append(stage.outcome)
        record_outcome(self.store, stage.outcome, self.now)


def begin_cycle(worker: Worker, deadline: datetime | None = None) -> Cycle:
    """A cycle of this worker that begins now."""
    return Cycle(worker, worker.now(), deadline=deadline)
