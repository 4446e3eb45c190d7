"""The commands for backups: a snapshot of the store, and its return."""

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
    print(f"{settings.store_url}: {rows.get('papers', 0):,} papers are restored.")
    if replaced:
        print(f"The store that was there: {replaced}")
    return 0
