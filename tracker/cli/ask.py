"""The commands that answer questions: what is in the store, and what the rules find in given texts."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.session import (
    GIVE_A_FILE,
    Json,
    opened_store,
    parse_days,
    require_store,
    settings_for,
    where_it_looked,
)
from tracker.domain.errors import QueryError, TrackerError

if TYPE_CHECKING:
    from tracker.harvest.completeness import AnnouncementDay

app = typer.Typer(rich_markup_mode=None)

JsonArray = Annotated[bool, typer.Option("--json", help="Print a JSON array.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print JSON Lines.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


@app.command()
def detect(
    file: Annotated[str, typer.Argument(help="JSON Lines of papers, or - for standard input.")] = "-",
) -> int:
    """Find links, roles and promises in given papers.

    Each line read is a paper as JSON, with arxiv_id and any of title, abstract, comment, authors, text and
    text_format. Each line written has its links, its promise and their evidence.
    """
    from tracker.detect.detect import detect_lines
    from tracker.detect.roles.role_rules import load_role_rules
    from tracker.hosts.resolve import resolve_url
    from tracker.regular_files import open_regular

    rules = load_role_rules()
    try:
        stream = sys.stdin.buffer if file == "-" else os.fdopen(open_regular(Path(file)), "rb")
    except OSError as error:
        raise TrackerError(f"{file}: cannot be read ({error.strerror}); {GIVE_A_FILE}.") from None
    with stream:
        for line in detect_lines(stream, resolve_url, rules):
            print(json.dumps(line, ensure_ascii=True))
    return 0


@app.command()
def explain(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(help="An arXiv id, the address of a paper, or release:NAME.")],
    as_json: Json = False,
) -> int:
    """Show all that is known of one paper.

    That is its links, roles, checks, verdict, reasons, events and next check.
    """
    from tracker.domain.paper_ids import parse_arxiv_id
    from tracker.publish.explain import render_explanation
    from tracker.store.evidence import load_stored_rows

    arxiv_id = parse_arxiv_id(paper)
    work = paper if paper.startswith("release:") else f"arxiv:{arxiv_id}"
    if arxiv_id is None and work != paper:
        raise TrackerError(f"{paper}: is not an arXiv id; write it like 2506.12345, or paste the paper's address.")
    settings = settings_for(context)
    require_store(settings)
    with opened_store(settings) as store:
        evidence = load_stored_rows(store, work)
    if not evidence["work"]:
        raise TrackerError(f"{arxiv_id or paper}: is not in the store. {where_it_looked(settings)}")
    print(json.dumps(evidence, default=str, indent=2) if as_json else render_explanation(evidence))
    return 0


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One statement; docs/schema.md lists views and columns.")],
    seconds: Annotated[float, typer.Option(min=0, help="Stop after this time; 0: never.")] = 60,
    as_json: JsonArray = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Run SQL over the public views, read-only."""
    from tracker.cli import console
    from tracker.store import readonly_sql

    form = _chosen_format(json=as_json, jsonl=jsonl, csv=csv)
    settings = settings_for(context)
    require_store(settings)
    names, rows = readonly_sql.run_query(settings.store_url, sql, seconds=seconds)
    console.print_rows(names, rows, form)
    return 0


@app.command()
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help='Words, "a phrase", or an arXiv id.')],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show this many papers at most.")] = 20,
    as_json: JsonArray = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Find papers by words.

    The words are looked for in title, abstract, authors and the names of the papers' own artifacts.
    """
    from tracker.cli import console
    from tracker.store.search import search_papers

    form = _chosen_format(json=as_json, jsonl=jsonl, csv=csv)
    settings = settings_for(context)
    require_store(settings)
    console.print_rows(*search_papers(settings.store_url, " ".join(words), limit), form)
    return 0


def _chosen_format(**options: bool) -> str:
    chosen = [name for name, is_given in options.items() if is_given]
    if len(chosen) > 1:
        raise QueryError(f"--{' and --'.join(chosen)} exclude each other; choose one.")
    return chosen[0] if chosen else "table"


@app.command()
def gaps(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="First announcement day in New York, like 2026-06-16.")] = None,
    until: Annotated[str | None, typer.Option(help="Last announcement day.")] = None,
    as_json: JsonArray = False,
) -> int:
    """Show whether each announcement day is complete.

    A line for each day counts the papers announced, stored, scanned and missing, and says why any are missing.

    The exit code is 0 if no day is short, 1 if one is or the store cannot be read, 2 for unknown options.
    """
    from tracker.fetch import clock
    from tracker.pipeline import completeness
    from tracker.store.upgrade import open_store

    first, last = parse_days(since, until)
    settings = settings_for(context)
    with closing(open_store(settings.store_url)) as store:
        days = completeness.list_announcement_days(store, settings, clock.make_clock(settings).now(), first, last)
    if as_json:
        print(json.dumps([_day_as_json(day) for day in days], indent=1))
    else:
        print("\n".join(_day_table(days)) if days else "No announcement day is covered yet; run `tracker once`.")
    return 1 if any(day.short for day in days) else 0


def _day_table(days: Sequence["AnnouncementDay"]) -> list[str]:
    """The days as lines of a table, its head first."""
    lines = [f"{'day':10}  {'announced':>9}  {'stored':>6}  {'scanned':>7}  {'missing':>7}  why"]
    for day in days:
        kinds = ", ".join(f"{count} {kind}" for kind, count in day.kinds.items())
        complete = f"complete by {' and '.join(day.proved_by)}{f' ({kinds})' if kinds else ''}"
        why = f"SHORT: {'; '.join(day.reasons)}" if day.short else complete
        why += f"; {day.waiting} wait to be read further" if day.waiting else ""
        counts = f"{day.announced:9}  {day.stored:6}  {day.scanned:7}  {len(day.missing):7}"
        lines.append(f"{day.day}  {counts}  {why}")
    return lines


def _day_as_json(day: "AnnouncementDay") -> dict[str, object]:
    return {
        "day": day.day.isoformat(),
        "announced": day.announced,
        "kinds": day.kinds,
        "stored": day.stored,
        "scanned": day.scanned,
        "waiting": day.waiting,
        "missing": list(day.missing),
        "proved_by": list(day.proved_by),
        "short": day.short,
        "reasons": list(day.reasons),
    }
