"""The commands of exchange: the public views as files, and other lists of links as evidence."""

import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer

from tracker.cli.session import GIVE_A_FILE, opened_store, require_store, settings_for
from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    import io

    from tracker.settings import Settings
    from tracker.store.imports import ImportSummary

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
    evidence: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what this installation saw, for another one, instead of views."),
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write all views as a data set to publish, with its card and checksums."),
    ] = None,
) -> int:
    """Write the public views to files.

    They are Parquet, CSV or JSON Lines; with --evidence, one file for another installation; with --dataset, a folder
    for the Hub or Zenodo without the sentences of others. The service may be running.
    """
    from tracker.store import views

    settings = settings_for(context)
    if dataset is not None:
        if names or form or evidence is not None:
            raise TrackerError(
                "--dataset writes all views as Parquet; leave out their names, --format and --evidence."
            )
        return _export_dataset(settings, dataset)
    if evidence is not None:
        if names or form:
            raise TrackerError("--evidence writes no views; leave out their names and --format.")
        return _export_evidence(settings, evidence)
    return _export_views(settings, names or list(views.VIEWS), form or _default_format(), to)


def _export_views(settings: "Settings", chosen: list[str], form: str, to: Path) -> int:
    from tracker.store import export

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


def _export_evidence(settings: "Settings", path: Path) -> int:
    from tracker import __version__
    from tracker.fetch import clock
    from tracker.hosts.resolve import resolve_url
    from tracker.store import evidence_file, export
    from tracker.store.engine import open_reader

    require_store(settings)
    now = clock.make_clock(settings).now()
    with closing(open_reader(settings.store_url)) as store:

        def write(file: IO[bytes]) -> int:
            return evidence_file.write_evidence(store, file, resolve_url, program=__version__, now=now)

        if str(path) == "-":
            write(sys.stdout.buffer)
            return 0
        with export.atomic_file(path) as file:
            number = write(file)
    print(f"{path}: {number:,} records")
    return 0


def _export_dataset(settings: "Settings", folder: Path) -> int:
    from tracker import __version__
    from tracker.fetch import clock
    from tracker.publish.data_card import DatasetView, render_data_card
    from tracker.store import dataset, export, views
    from tracker.store.times import format_utc

    now = clock.make_clock(settings).now()
    written: list[DatasetView] = []
    with export.open_consistent(settings.store_url) as connection:
        rules = export.judged_rules(connection)
        for view in views.VIEWS:
            path = folder / "data" / f"{view}.parquet"
            with export.atomic_file(path) as file:
                rows = dataset.write_view(connection, view, file)
            columns = [(column.name, column.kind.value) for column in dataset.dataset_columns(connection, view)]
            written.append(DatasetView(name=view, path=f"data/{view}.parquet", rows=rows, columns=columns))
            print(f"{path}: {rows:,} rows")
    card = render_data_card(
        written,
        made_at=now,
        program=__version__,
        views_version=views.VERSION,
        rules=rules,
        site=settings.public_url,
    )
    with export.atomic_file(folder / "README.md") as file:
        file.write(card)
    facts = {"made_at": format_utc(now), "program": __version__, "views_version": views.VERSION, "rules": rules}
    _write_manifest(folder, facts, [*((view.path, view.rows) for view in written), ("README.md", None)])
    return 0


def _write_manifest(folder: Path, facts: dict[str, object], contents: Sequence[tuple[str, int | None]]) -> None:
    """The checksums and the manifest of a data set, from the path and the rows of each file."""
    import json

    from tracker.store import export, snapshot

    files = [
        {
            "path": path,
            "rows": rows,
            "bytes": (folder / path).stat().st_size,
            "sha256": snapshot.file_digest(folder / path, lambda: True),
        }
        for path, rows in contents
    ]
    manifest = {**facts, "notice": snapshot.NOTICE, "files": files}
    # Last, so that a folder with a manifest is complete.
    sums = "".join(f"{each['sha256']}  {each['path']}\n" for each in files)
    for name, text in (("SHA256SUMS", sums), ("manifest.json", json.dumps(manifest, indent=2) + "\n")):
        with export.atomic_file(folder / name) as file:
            file.write(text.encode())


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
    file: Annotated[
        str, typer.Argument(help="A list of links, compressed by gzip or not; - is standard input.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="Name of the list or installation, shown with each of its links.")
    ] = "",
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="The file is from `tracker export --evidence` of another installation."),
    ] = False,
    remove: Annotated[
        str,
        typer.Option(metavar="NAME", help="Remove the reports of the installation of this name; takes no file."),
    ] = "",
) -> int:
    """Import links of others as evidence.

    JSON of Papers with Code, or JSON Lines of `tracker export links`. They are judged like any other link, and
    prove nothing alone. Exit 0 if every record could be read.
    """
    if remove:
        if file or source or evidence:
            raise TrackerError("--remove takes the name of an installation alone; leave out the file and options.")
        return _remove_reports(settings_for(context), remove)
    if not file:
        raise TrackerError("import: needs a file, or --remove with the name of an installation.")
    settings = settings_for(context)
    name = source or ("standard input" if file == "-" else Path(file).name)
    return _import_evidence(settings, file, name) if evidence else _import_links(settings, file, name)


def _import_links(settings: "Settings", file: str, name: str) -> int:
    from tracker.hosts.resolve import resolve_url
    from tracker.store import imports

    rules, now = _rules_and_time(settings)
    try:
        with _open_list(file) as stream, opened_store(settings) as store:
            result = imports.import_links(store, stream, resolve_url, source=name, rules=rules, now=now)
    except (OSError, EOFError, zlib.error) as error:
        raise TrackerError(f"{file}: cannot be read ({_reason(error)}); {GIVE_A_FILE}.") from None
    _print_bad_records(name, result)
    if not result.records:
        raise TrackerError(f"{name}: holds no record; give a list as docs/exchange.md describes.")
    print(
        f"{name}: {result.records:,} records, {result.new:,} new links, {result.known:,} already known, "
        f"{result.unknown_papers:,} of papers that are not stored, {result.bad:,} bad"
    )
    return int(result.bad > 0)


def _rules_and_time(settings: "Settings") -> tuple[str, datetime]:
    """The version of the rules of roles, and the time, which are stored with what is imported."""
    from tracker.detect.roles.role_rules import load_role_rules
    from tracker.fetch import clock

    return load_role_rules().version, clock.make_clock(settings).now().replace(microsecond=0)


def _print_bad_records(name: str, result: "ImportSummary") -> None:
    for bad in result.bad_records:
        print(f"{name}, line {bad.line}: {bad.reason}; skipped", file=sys.stderr)
    if result.bad > len(result.bad_records):
        print(f"{name}: {result.bad - len(result.bad_records):,} more like these", file=sys.stderr)


def _remove_reports(settings: "Settings", name: str) -> int:
    from tracker.store.foreign_reports import load_sources, remove_reports
    from tracker.store.imports import clean_name

    source = clean_name(name)
    with opened_store(settings) as store:
        removed = remove_reports(store, source)
        known = [] if removed else load_sources(store)
    if not removed:
        stored = f"choose one of {', '.join(known)}" if known else "there is nothing to remove"
        raise TrackerError(f"--remove {source}: no reports of this name are stored; {stored}.")
    print(f"{source}: {removed:,} reports removed; the references that it proposed stay, as our own check decided")
    return 0


def _import_evidence(settings: "Settings", file: str, name: str) -> int:
    from tracker.domain.errors import EvidenceError
    from tracker.hosts.resolve import resolve_url
    from tracker.pipeline.prepare import CHECKED_KINDS
    from tracker.store.foreign_reports import import_evidence
    from tracker.store.imports import clean_name

    source = clean_name(name) or "an installation without a name"
    rules, now = _rules_and_time(settings)
    try:
        with _open_list(file) as stream, opened_store(settings) as store:
            if not stream.seekable():
                raise TrackerError(f"{name}: is read twice, so it cannot be a pipe; save it as a file first.")
            done = import_evidence(store, stream, resolve_url, CHECKED_KINDS, source=source, rules=rules, now=now)
    except (OSError, EOFError, zlib.error) as error:
        raise TrackerError(
            f"{file}: cannot be read ({_reason(error)}); nothing was imported. Give a file that can be read."
        ) from None
    except EvidenceError as error:
        raise TrackerError(f"{name}: {error}") from None
    left_out = f"{done.unknown_papers:,} of papers that are not stored, {done.unchecked:,} that cannot be checked"
    print(
        f"{source}: {done.records:,} records, {done.reported:,} new, {done.known:,} already known, {left_out}; "
        f"{done.proposed:,} new references wait for a check"
    )
    if done.waiting:
        print(f"{done.waiting:,} more are beyond the bound of a day; import the file again tomorrow.")
    return 0


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def _open_list(file: str) -> Iterator[IO[bytes]]:
    """The file or standard input, decompressed where it begins as gzip does (RFC 1952, 2.3.1)."""
    import gzip
    import os

    from tracker.regular_files import open_regular

    opened = sys.stdin.buffer if file == "-" else os.fdopen(open_regular(Path(file)), "rb")
    plain = cast("io.BufferedReader", opened)
    with plain:
        if plain.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(plain) as decompressed:
                yield cast("IO[bytes]", decompressed)
        else:
            yield plain
