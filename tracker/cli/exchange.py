"""The commands of exchange: the public views as files, and lists of others as evidence. Parsing and printing."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer

from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from tracker.settings import Settings

app = typer.Typer(rich_markup_mode=None)
"""Added to the commands of `tracker.cli.main`, whose `--config` is the context's `obj`."""


def _settings(context: typer.Context) -> Settings:
    from tracker import settings

    return settings.load(context.obj)


@app.command()
def export(
    context: typer.Context,
    views: Annotated[
        list[str] | None,
        typer.Argument(help="Public views, or links-between-papers-and-code; all views where none is named."),
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for one file a view; - writes one view to standard output.")
    ] = Path("export"),
    form: Annotated[str, typer.Option("--format", help="parquet, csv or jsonl.")] = "parquet",
) -> int:
    """Write the public views as Parquet, CSV or JSON Lines. The service may run meanwhile."""
    from tracker.store import export as writing
    from tracker.store import views as public

    settings = _settings(context)
    named = views or list(public.VIEWS)
    if form not in writing.FORMATS:
        raise TrackerError(f"--format {form}: is no format; there are {', '.join(writing.FORMATS)}.")
    links = writing.LINKS_FILE.removesuffix(".json")
    address = f"{settings.public_url.rstrip('/')}/paper/" if settings.public_url else "https://arxiv.org/abs/"
    with writing.open_consistent(settings.store_url) as connection:
        if str(to) == "-":
            if len(named) != 1 or form == "parquet":
                raise TrackerError("Standard output takes one view, as csv or jsonl.")
            out = sys.stdout.buffer
            if named[0] == links:
                writing.write_links_file(connection, out, address)
            else:
                writing.export_view(connection, named[0], form, out)
            return 0
        for view in named:
            path = to / (writing.LINKS_FILE if view == links else f"{view}.{form}")
            with writing.atomic_file(path) as file:
                if view == links:
                    number = writing.write_links_file(connection, file, address)
                else:
                    number = writing.export_view(connection, view, form, file)
            print(f"{path}: {number:,} rows")
    return 0


@app.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A list of links, packed by gzip or not; - is standard input.")],
    source: Annotated[
        str, typer.Option(help="What the list is called: stands in the evidence of each of its links.")
    ] = "",
) -> int:
    """Take another's links as evidence: JSON of Papers with Code, or JSON Lines of `tracker export links`.

    They are judged like any other link, and prove nothing alone. Exit 0 if every record could be read.
    """
    from tracker.detect.roles import role_rules
    from tracker.fetch import clock
    from tracker.hosts.resolve import reference
    from tracker.settings import config_dir
    from tracker.store import imports
    from tracker.store.engine import open_store

    settings = _settings(context)
    named = source or ("standard input" if file == "-" else Path(file).name)
    rules = role_rules.load_role_rules(config_dir() / "roles.toml").version
    now = clock.make(settings).now().replace(microsecond=0)
    try:
        with _opened(file) as stream:
            store = open_store(settings.store_url)
            try:
                done = imports.import_links(store, stream, reference, source=named, rules=rules, now=now)
            finally:
                store.close()
    except (OSError, EOFError) as error:
        raise TrackerError(f"{file}: cannot be read ({error}).") from None
    for bad in done.told:
        print(f"{named}, line {bad.line}: {bad.reason}; skipped", file=sys.stderr)
    if done.bad > len(done.told):
        print(f"{named}: {done.bad - len(done.told):,} more like these", file=sys.stderr)
    print(
        f"{named}: {done.records:,} records, {done.new:,} new links, {done.known:,} known, "
        f"{done.unknown_papers:,} of papers that are not stored, {done.bad:,} bad"
    )
    return int(done.bad > 0)


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    """The file or standard input, unpacked where it begins as gzip does (RFC 1952, 2.3.1)."""
    plain = cast("io.BufferedReader", sys.stdin.buffer) if file == "-" else io.BufferedReader(io.FileIO(file))
    with plain:
        if plain.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(plain) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield plain
