"""The commands on the store as a whole: questions, snapshots and restoring. Parsing and printing, as in `tracker.cli.main`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.domain.errors import QueryError

if TYPE_CHECKING:
    from tracker.settings import Settings

app = typer.Typer(rich_markup_mode=None)
"""Added to the commands of `tracker.cli.main`, whose `--config` is the context's `obj`."""

Json = Annotated[bool, typer.Option("--json", help="Print a JSON array.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print JSON Lines.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def _settings(context: typer.Context) -> Settings:
    from tracker import settings

    return settings.load(context.obj)


def _form(*, as_json: bool, jsonl: bool, csv: bool) -> str:
    chosen = [name for name, wanted in (("json", as_json), ("jsonl", jsonl), ("csv", csv)) if wanted]
    if len(chosen) > 1:
        raise QueryError(f"--{' and --'.join(chosen)} exclude each other; choose one.")
    return chosen[0] if chosen else "table"


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One statement; views and columns are in docs/schema.md.")],
    seconds: Annotated[float, typer.Option(min=0, help="Break off after this time; 0: never.")] = 60,
    as_json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Run SQL over the public views, read-only."""
    from tracker.cli import console
    from tracker.store import readonly_sql as asking

    form = _form(as_json=as_json, jsonl=jsonl, csv=csv)
    names, rows = asking.run_query(_settings(context).store_url, sql, seconds=seconds)
    console.print_rows(names, rows, form)
    return 0


@app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help='Words, "a phrase", or an arXiv id.')],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many papers at most.")] = 20,
    as_json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Find papers by words of title, abstract, authors and their own repositories."""
    from tracker.cli import console
    from tracker.store import readonly_sql as asking

    form = _form(as_json=as_json, jsonl=jsonl, csv=csv)
    console.print_rows(*asking.search_papers(_settings(context).store_url, " ".join(words), limit), form)
    return 0


@app.command()
def snapshot(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="This file instead of DATA_DIR/snapshots/tracker.db.zst; .zst packs it.")
    ] = None,
) -> int:
    """Write the store into one checked file, with its checksum and row counts beside it. The service may run meanwhile."""
    from tracker.fetch import clock
    from tracker.store import snapshot as making

    settings = _settings(context)
    file = to or settings.snapshot_file
    now = clock.make(settings).now().replace(microsecond=0)
    made = making.make_snapshot(settings.store_url, file, now, level=settings.snapshot.level)
    print(f"{file}: {made.bytes:,} bytes, {made.rows.get('papers', 0):,} papers, SHA-256 {made.sha256}")
    return 0


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A snapshot, packed or not.")],
    force: Annotated[bool, typer.Option(help="Put a store that is there aside; it is kept.")] = False,
) -> int:
    """Put a snapshot in the place of the store, once it is found whole. The service must be stopped."""
    from tracker.fetch import clock
    from tracker.pipeline import snapshot as pipeline_snapshot

    settings = _settings(context)
    rows, kept = pipeline_snapshot.put_back(settings, file, clock.make(settings).now(), force=force)
    print(f"{settings.store_url}: {rows.get('papers', 0):,} papers are back.")
    if kept:
        print(f"The store that was there: {kept}")
    return 0
