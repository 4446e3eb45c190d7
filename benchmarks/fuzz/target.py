"""A target of fuzzing: its name, its seeds, and a function that must accept any bytes without an exception."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

Run = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Target:
    """`make` prepares a target and returns the function that takes an input.

    `seeds` are patterns of file names in the corpus; `share` is the target's share of the inputs of a long run; `shape`
    is `json` where seeds are changed as trees.
    """

    name: str
    make: Callable[[], Run]
    seeds: tuple[str, ...]
    share: int = 1
    shape: str = "text"

    def corpus(self) -> list[bytes]:
        """The seeds, in the order of their names."""
        found = sorted({path for pattern in self.seeds for path in CORPUS.glob(pattern)})
        return [path.read_bytes() for path in found]


class _Raises(logging.Handler):
    """Makes logged exceptions count, because an item that is silently left out of a feed is a fault as well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.caught: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.caught = record.exc_info[1]


@contextmanager
def loud() -> Iterator[Callable[[], None]]:
    """Returns a function that raises what was caught and logged since its last call."""
    handler, logger = _Raises(), logging.getLogger("tracker")
    kept = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False

    def check() -> None:
        caught, handler.caught = handler.caught, None
        if caught is not None:
            raise caught

    try:
        yield check
    finally:
        logger.removeHandler(handler)
        logger.propagate = kept
