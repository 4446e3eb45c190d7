"""The commands that stay in the foreground: the service, its demo, and the stand-in for the upstreams."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.session import opened_store, refuse_lost_store, settings_for

if TYPE_CHECKING:
    from tracker.pipeline.worker import Worker
    from tracker.settings import Settings
    from tracker.store.engine import Store

app = typer.Typer(rich_markup_mode=None)


@app.command()
def run(context: typer.Context) -> int:
    """Run the service: scheduler, publisher and web server.

    SIGTERM and Ctrl-C end it within 10 seconds.
    """
    from tracker import logs

    settings = settings_for(context)
    logs.set_up(settings)
    return serve(settings)


def serve(settings: "Settings", *, announce: str = "") -> int:
    """Serve and work until a signal comes; `announce` is printed before the address. Returns the exit code."""
    import os
    from dataclasses import replace

    from tracker import logs
    from tracker.cli.console import LogProgress
    from tracker.fetch.clock import make_clock
    from tracker.pipeline.kept_address import keep_address
    from tracker.pipeline.worker import choose_clock
    from tracker.pipeline.worker_lock import hold_service_lock
    from tracker.scheduler import Service
    from tracker.store.engine import open_reader

    stop = StopSignal()
    refuse_lost_store(settings)
    with (
        hold_service_lock(settings.data_dir),
        upgraded_store(settings) as store,
        closing(open_reader(settings.store_url)) as reader,
    ):
        keep_address(settings)
        clock = make_clock(settings)
        service = Service(settings, store, choose_clock(store, clock), LogProgress())

        def start(address: str) -> None:
            text = f"{announce}Serving {address} (feed: {address}feed.xml). Ctrl-C ends it."
            print(logs.format_line(settings, text), flush=True)
            service.start()

        try:
            # A server that hangs must not hold up who asks for files, so what is served has the local clock.
            _serve_site(replace(service.worker, store=reader, clock=clock), start, stop)
        finally:
            stopped = service.stop()
    if not stopped:
        # A request that still hangs would hold the process; everything stored is already safe on disk.
        sys.stdout.flush()
        os._exit(0)
    return 0


@contextmanager
def upgraded_store(settings: "Settings") -> Iterator["Store"]:
    """The store, upgraded in a process of its own: what an upgrade loads does not stay in the service's memory."""
    from tracker.store.upgrade import upgrade_in_subprocess

    upgrade_in_subprocess(settings.store_url)
    with opened_store(settings) as store:
        yield store


class StopSignal:
    """Ends the process on SIGTERM or SIGINT until the server can be ended instead.

    A store may be killed at any moment, so before the server is there nothing needs an orderly end. While the server
    serves, its own handlers take both signals; it raises them again at its end, when nothing is left to do.
    """

    def __init__(self) -> None:
        import os
        import signal

        self._react: Callable[[], object] = lambda: os._exit(0)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._react())

    def on_stop(self, react: Callable[[], object]) -> None:
        """Call `react` when a signal comes, instead of ending the process."""
        self._react = react


def _serve_site(worker: "Worker", start: Callable[[str], None], stop: StopSignal) -> None:
    """Serve the site until a signal comes. The store of `worker` cannot be written; `start` gets the address once the
    port is taken."""
    from tracker.pipeline.status import read_status
    from tracker.web import process
    from tracker.web.installation import build_installation

    settings = worker.settings
    site = build_installation(
        worker, lambda: read_status(worker, worker.now()), snapshots=settings.snapshot_file.parent
    )
    process.serve(site, settings.web.host, settings.web.port, start, stop.on_stop)


@app.command()
def demo(context: typer.Context) -> int:
    """Run the service on a built-in world of known systems.

    It needs no network, and keeps its data apart in DATA_DIR/demo.
    """
    from tracker import logs
    from tracker.sandbox.server import DEMO_WORLD, Sandbox

    plain = settings_for(context)
    logs.set_up(plain)
    with Sandbox(DEMO_WORLD) as sandbox:
        return serve(
            _demo_settings(plain, sandbox.upstreams),
            announce="Demo: the upstreams are simulated on this machine. ",
        )


def _demo_settings(plain: "Settings", upstreams: dict[str, str]) -> "Settings":
    """Settings against the sandbox alone: nothing of the operator's but the folder, the title and the address."""
    from tracker.settings import load_settings

    years = (datetime.now(UTC) - datetime(2014, 1, 1, tzinfo=UTC)).days
    overlay = {
        "data_dir": str(plain.data_dir / "demo"),
        "demo": True,
        "harvest": {"first_days": years, "window_days": years, "overlap_days": years},
        "feed": {"window_days": years, "title": f"{plain.feed.title} (demo)"},
        "pace": {"arxiv": 0.0, "github": 0.0, "huggingface": 0.0},
        "upstreams": upstreams,
        "database_url": "",
        "contact": plain.contact,
        "web": {"host": plain.web.host, "port": plain.web.port},
    }
    return load_settings(environ={"GITHUB_TOKEN": "the-sandbox-asks-for-none"}, overlay=overlay)


@app.command()
def sandbox(
    world: Annotated[Path, typer.Option(help="Folder of what the upstreams would answer.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8900,
) -> int:
    """Run the stand-in for all upstreams alone, on loopback."""
    from tracker.fetch import clock
    from tracker.sandbox import server

    server.serve(world, "127.0.0.1", port, clock.make_stand_in_clock(), lambda text: print(text, flush=True))
    return 0
