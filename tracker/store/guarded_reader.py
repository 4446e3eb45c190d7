"""A store of another process as a replica reads it: it may be away for a while, or be upgraded meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tracker.domain.errors import StoreUnreachable
from tracker.store.engine import Store


class GuardedReader(Store):
    """A store that is only read, and only where `require` does not raise. It raises StoreUnreachable, never an error of the
    database's driver."""

    def __init__(self, source: Store, require: Callable[[], None] = lambda: None) -> None:
        super().__init__(source.engine, source.url)
        self._require = require

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction."""
        self._require()
        with _translate_errors(), super().read() as connection:
            yield connection

    @contextmanager
    def pin(self) -> Iterator[Store]:
        """A store that reads this one as it is at one moment."""
        with _translate_errors(), super().pin() as store:
            yield store


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StoreUnreachable(f"the store: cannot be read now ({type(error).__name__}).") from None
