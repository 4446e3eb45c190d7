"""The command of a replica: the web part alone, on a store that another process fills."""

import sys
import threading
from contextlib import closing

import typer

from tracker.cli.service import StopSignal
from tracker.cli.session import settings_for

app = typer.Typer(rich_markup_mode=None)
STOP_SECONDS = 2.0
"""How long a stop waits for the rendering of the site; its files are replaced whole, so it may end at any moment."""


@app.command()
def serve(context: typer.Context) -> int:
    """Serve the site of a store that another process fills.

    It never writes to that store. Any number of replicas may run, each with its own TRACKER_DATA_DIR, into which it
    renders the site whenever the worker published. TRACKER_DATABASE_URL names the store: a PostgreSQL server, or on the
    same machine the SQLite file of a service or of a snapshot. Title, public address and all else that the site shows
    come from the store. A replica asks no upstream and sends no notices. SIGTERM and Ctrl-C end it within 10 seconds.
    """
    import os

    from tracker import logs
    from tracker.fetch.clock import make_clock
    from tracker.pipeline.replica import Replica
    from tracker.pipeline.worker_lock import hold_service_lock
    from tracker.web import process
    from tracker.web.installation import ReplicaApp

    settings = settings_for(context)
    logs.set_up(settings)
    signal, stop = StopSignal(), threading.Event()
    with hold_service_lock(settings.data_dir), closing(Replica(settings, make_clock(settings))) as replica:
        replica.refuse_other_schema()
        refreshing = threading.Thread(target=replica.run, args=(stop,), daemon=True)

        def start(address: str) -> None:
            text = f"Serving {address} (feed: {address}feed.xml) from a store that it only reads. Ctrl-C ends it."
            print(logs.format_line(settings, text), flush=True)
            refreshing.start()

        process.serve(ReplicaApp(replica), settings.web.host, settings.web.port, start, signal.on_stop)
        stop.set()
        refreshing.join(STOP_SECONDS)
        if refreshing.is_alive():
            sys.stdout.flush()
            os._exit(0)
    return 0
