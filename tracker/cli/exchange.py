"""The commands of exchange: the public views as files, and other lists of links as evidence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from tracker.cli.session import opened_store, settings_for
from tracker.domain.errors import TrackerError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def export(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VIEWS",
            help="Public views, or links-between-papers-and-code; without any, all views are written.",
        ),
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for the files, one a view; - writes one view to standard output.")
    ] = Path("export"),
    form: Annotated[
        str,
        typer.Option("--format", help="parquet, csv or jsonl; by default parquet, or jsonl without PyArrow."),
    ] = "",
) -> int:
    """Write the public views as Parquet, CSV or JSON Lines.

    The service may be running.
    """
    from tracker.store import export, views

    form = form or _default_format()
    settings = settings_for(context)
    chosen = names or list(views.VIEWS)
    if form not in export.FORMATS:
        raise TrackerError(f"--format {form}: is not a format; choose one of {', '.join(export.FORMATS)}.")
    links = export.LINKS_FILE.removesuffix(".json")
    with export.open_consistent(settings.store_url) as connection:

        def write(view: str, file: IO[bytes]) -> int:
            if view == links:
                return export.write_links_file(connection, file, _paper_address(settings.public_url))
            return export.export_view(connection, view, form, file)

        if str(to) == "-":
            if len(chosen) != 1 or form == "parquet":
                raise TrackerError("Standard output takes one view, as csv or jsonl.")
            write(chosen[0], sys.stdout.buffer)
            return 0
        for view in chosen:
            path = to / (export.LINKS_FILE if view == links else f"{view}.{form}")
            with export.atomic_file(path) as file:
                number = write(view, file)
            print(f"{path}: {number:,} rows")
    return 0


def _default_format() -> str:
    """Parquet, or JSON Lines where PyArrow is missing, which is said."""
    from tracker.domain.errors import how_to_install
    from tracker.store import export

    form = export.default_format()
    if form != "parquet":
        how = how_to_install("export")
        print(f"PyArrow is not installed, so this is JSON Lines; for Parquet: {how}.", file=sys.stderr)
    return form


def _paper_address(public_url: str) -> str:
    """Where the page of a paper is, up to its id."""
    return f"{public_url.rstrip('/')}/paper/" if public_url else "https://arxiv.org/abs/"


@app.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A list of links, compressed by gzip or not; - is standard input.")],
    source: Annotated[
        str, typer.Option(help="Name of the list, shown in the evidence of each of its links.")
    ] = "",
) -> int:
    """Import links of others as evidence.

    JSON of Papers with Code, or JSON Lines of `tracker export links`. They are judged like any other link, and
    prove nothing alone. Exit 0 if every record could be read.
    """
    from tracker.detect.roles.role_rules import load_role_rules
    from tracker.fetch import clock
    from tracker.hosts.resolve import resolve_url
    from tracker.store import imports

    settings = settings_for(context)
    name = source or ("standard input" if file == "-" else Path(file).name)
    rules = load_role_rules().version
    now = clock.make_clock(settings).now().replace(microsecond=0)
    try:
        with _open_list(file) as stream, opened_store(settings) as store:
            result = imports.import_links(store, stream, resolve_url, source=name, rules=rules, now=now)
    except (OSError, EOFError) as error:
        raise TrackerError(f"{file}: cannot be read ({error}).") from None
    for bad in result.bad_records:
        print(f"{name}, line {bad.line}: {bad.reason}; skipped", file=sys.stderr)
    if result.bad > len(result.bad_records):
        print(f"{name}: {result.bad - len(result.bad_records):,} more like these", file=sys.stderr)
    if not result.records:
        raise TrackerError(f"{name}: holds no record; give a list as docs/exchange.md describes.")
    print(
        f"{name}: {result.records:,} records, {result.new:,} new links, {result.known:,} already known, "
        f"{result.unknown_papers:,} of papers that are not stored, {result.bad:,} bad"
    )
    return int(result.bad > 0)


@contextmanager
def _open_list(file: str) -> Iterator[IO[bytes]]:
    """The file or standard input, decompressed where it begins as gzip does (RFC 1952, 2.3.1)."""
    import gzip
    import io

    plain = cast("io.BufferedReader", sys.stdin.buffer) if file == "-" else io.BufferedReader(io.FileIO(file))
    with plain:
        if plain.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(plain) as decompressed:
                yield cast("IO[bytes]", decompressed)
        else:
            yield plain
