"""The commands for the store as a whole: a snapshot of it, its return, and a copy in another database."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.session import settings_for

app = typer.Typer(rich_markup_mode=None)


@app.command()
def snapshot(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(help="Write this file instead of DATA_DIR/snapshots/tracker.db.zst; .zst compresses it."),
    ] = None,
) -> int:
    """Write the store into one checked file.

    Its checksum and row counts are written beside it. The service may be running.
    """
    from tracker.fetch import clock
    from tracker.store import snapshot

    settings = settings_for(context)
    file = to or settings.snapshot_file
    now = clock.make_clock(settings).now().replace(microsecond=0)
    manifest = snapshot.make_snapshot(settings.store_url, file, now, level=settings.snapshot.level)
    print(
        f"{file}: {manifest.bytes:,} bytes, {manifest.rows.get('papers', 0):,} papers, SHA-256 {manifest.sha256}"
    )
    return 0


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A snapshot, compressed or not.")],
    force: Annotated[
        bool, typer.Option(help="Replace a store that is there; it is kept under another name.")
    ] = False,
) -> int:
    """Put a snapshot in place of the store, after checking it. The service must be stopped."""
    from tracker.fetch import clock
    from tracker.pipeline import snapshot

    settings = settings_for(context)
    rows, replaced = snapshot.restore_snapshot(settings, file, clock.make_clock(settings).now(), force=force)
    print(f"Restored {rows.get('papers', 0):,} papers to {settings.store_url}.")
    if replaced:
        print(f"The store that was there: {replaced}")
    return 0


@app.command()
def copy(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            help="Address of an empty database, such as postgresql://USER@HOST/NAME or sqlite:///FILE. An address with a "
            "password belongs in the variable, since a process list shows arguments.",
            envvar="TRACKER_COPY_TO",
            show_default=False,
        ),
    ],
) -> int:
    """Copy the store into another database, and compare both. The service must be stopped.

    A copy that was interrupted goes on when the same command runs again.
    """
    from tracker.cli.console import LogProgress
    from tracker.pipeline import snapshot

    settings = settings_for(context)
    digests = snapshot.copy_store(settings, to, LogProgress())
    for view, found in digests.items():
        print(f"{view}: {found.rows:,} rows, the same at both ends ({found.digest})")
    return 0
