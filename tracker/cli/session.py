"""What several commands share: their common options, and how settings, store and worker are opened."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from tracker.pipeline.worker import Worker
    from tracker.settings import Settings
    from tracker.store.engine import Store

STOP_SECONDS = 7.0
"""How long a command may go on after a signal before it ends where it is."""
STOPPED = 143
"""The exit code of a command that a signal ended: 128 and the number of SIGTERM, as shells count."""
GIVE_A_FILE = "give a file that can be read, or - for standard input"
"""What to do where an argument that names a file leads to none."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_for(context: typer.Context) -> Settings:
    """The settings of a command, with the file that `--config` names."""
    from tracker.settings import load_settings

    return load_settings(context.obj)


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store, created or upgraded where needed, and closed at the end. StoreError where it was lost."""
    from tracker.store.upgrade import open_store

    refuse_lost_store(settings)
    with closing(open_store(settings.store_url)) as store:
        yield store


def require_store(settings: Settings) -> None:
    """Refuse to answer from a store that is not there yet, where opening it would make one. TrackerError."""
    from tracker.doctor.database import has_store

    refuse_lost_store(settings)
    if not has_store(settings):
        begin = "There is no store yet; run `tracker once` or `tracker run` first."
        raise TrackerError(f"{begin} {where_it_looked(settings)}")


def where_it_looked(settings: Settings) -> str:
    """Where the store of a command is and, where the demo's is beside it, how to ask that; a sentence."""
    from tracker.store.engine import masked_url

    looked = f"This looked in {masked_url(settings.store_url)}"
    demo = settings.data_dir / "demo"
    if not (demo / "tracker.db").is_file():
        return f"{looked}."
    return f"{looked}; TRACKER_DATA_DIR={demo} before the command asks the demo's store."


def refuse_lost_store(settings: Settings) -> None:
    """Refuse to begin anew where the store of a published site was lost. StoreError."""
    from tracker.store import lost_store

    traces = (settings.snapshot_file, settings.data_dir / "pace", settings.public_dir / "index.html")
    lost_store.refuse_lost_store(settings.store_url, settings.public_dir / "feed.xml", traces)


@contextmanager
def opened_worker(context: typer.Context, *, full_texts: bool = True) -> Iterator[Worker]:
    """A worker with a progress bar on a terminal and log lines elsewhere; SIGTERM and Ctrl-C end it cleanly.

    Without `full_texts` it reads none."""
    import signal

    from tracker import logs
    from tracker.cli import console
    from tracker.fetch import clock
    from tracker.pipeline.worker import choose_clock, make_worker

    settings = settings_for(context)
    if not full_texts:
        settings = settings.model_copy(
            update={"limits": settings.limits.model_copy(update={"full_texts_per_day": 0})}
        )
    on_terminal = sys.stderr.isatty()
    logs.set_up(settings, quiet=on_terminal)
    cancel = threading.Event()

    def stop(*_: object) -> None:
        cancel.set()
        # A request that hangs does not see `cancel`. What was stored is safe on disk.
        deadline = threading.Timer(STOP_SECONDS, _end_where_it_is)
        deadline.daemon = True
        deadline.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with opened_store(settings) as store, ExitStack() as stack:
        progress = stack.enter_context(console.BarProgress()) if on_terminal else console.LogProgress()
        time = choose_clock(store, clock.make_clock(settings))
        worker = make_worker(settings, store, time, cancel=cancel, progress=progress)
        yield stack.enter_context(closing(worker))


def _end_where_it_is() -> None:
    os.write(
        2, b"tracker: stopped in the middle of its work; what was stored is kept, and the next run goes on.\n"
    )
    os._exit(STOPPED)


def parse_days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """The days of `--since` and `--until`; TrackerError where one is not a date, or the first follows the last."""
    first, last = _parse_day("--since", since), _parse_day("--until", until)
    if first and last and first > last:
        raise TrackerError(f"--since {since} is after --until {until}; swap them.")
    return first, last


def _parse_day(option: str, text: str | None) -> date | None:
    """A day of the command line; a time counts as its day in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TrackerError(f"{option} {text!r} is not a date; write it like 2026-07-01.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()
