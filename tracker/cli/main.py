"""The commands: parsing and printing, nothing else. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import exchange, gaps, store
from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from tracker.pipeline.context import Summary, Worker
    from tracker.settings import Settings
    from tracker.store.engine import Store

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which arXiv AI papers really shipped open code: finds, checks, stores and publishes.",
)
app.add_typer(store.app)
app.add_typer(exchange.app)
app.add_typer(gaps.app)
_config: list[Path] = []

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Every TrackerError becomes one sentence."""
    ordered = list(arguments)
    if "--config" in ordered[1:]:  # an option of every command, wherever it stands
        at = ordered.index("--config")
        ordered = ordered[at : at + 2] + ordered[:at] + ordered[at + 2 :]
    try:
        return int(app(ordered, standalone_mode=False) or 0)
    except TrackerError as error:
        print(f"tracker: {error}", file=sys.stderr)
        return 1
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        show = getattr(error, "show", None)  # click's errors tell themselves
        if show is None:
            import logging

            logging.getLogger(__name__).debug("unexpected", exc_info=True)
            print(
                f"tracker: something unexpected went wrong ({type(error).__name__}: {error}); "
                "please report it with the command you ran.",
                file=sys.stderr,
            )
            return 70
        show()
        return 2


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="A TOML file over the built-in config/tracker.toml.")] = None,
) -> None:
    context.obj = config
    _config[:] = [config] if config else []


def _settings(overlay: dict[str, Any] | None = None) -> Settings:
    from tracker import settings

    return settings.load(_config[0] if _config else None, overlay=overlay)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from tracker.store.engine import open_store

    store = open_store(settings.store_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _worker() -> Iterator[Worker]:
    """A worker with a progress bar on a terminal and log lines elsewhere; SIGTERM and Ctrl-C end it cleanly."""
    import signal

    from tracker import logs
    from tracker.cli import console
    from tracker.fetch import clock
    from tracker.pipeline.context import make_worker

    settings = _settings()
    moved = clock.make(settings)
    on_terminal = sys.stderr.isatty()
    logs.set_up(settings, quiet=on_terminal)
    cancel = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: cancel.set())
    with _store(settings) as store, ExitStack() as shown:
        progress = shown.enter_context(console.BarProgress()) if on_terminal else console.LogProgress()
        yield shown.enter_context(closing(make_worker(settings, store, moved, cancel=cancel, progress=progress)))


def _day(text: str | None) -> date | None:
    """A day of the command line; a time counts as its day, in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TrackerError(f"{text!r} is no date; write it like 2026-07-01.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).date()


Since = Annotated[str | None, typer.Option(help="First day of submission, like 2026-06-16.")]
Until = Annotated[str | None, typer.Option(help="Last day of submission.")]


def _print_summary(summary: Summary) -> int:
    print(
        f"{summary.new_papers} new papers; {summary.read_papers} read, {summary.texts} in full; "
        f"{summary.pages} papers' project pages followed; {summary.checked} artifacts checked; "
        f"{summary.judged} judged; {summary.entered} new in the feed; {summary.windows_left} windows left open."
    )
    for trouble in summary.troubles:
        print(f"  {trouble}")
    return 1 if summary.windows_left else 0


def _between(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    begin, end = _day(since), _day(until)
    if begin and end and begin > end:
        raise TrackerError(f"--since {since} lies after --until {until}; swap them.")
    return begin, end


@app.command()
def once(since: Since = None, until: Until = None) -> int:
    """One whole cycle: harvest, read, check, judge, publish. Exit 0 only if no window is left open."""
    from tracker.pipeline import cycle

    begin, end = _between(since, until)
    with _worker() as worker:
        summary = cycle.cycle(worker, begin, end)
        print(f"Feed: {worker.settings.public_dir / 'feed.xml'}  Store: {worker.settings.store_url}")
    return _print_summary(summary)


@app.command(name="harvest")
def harvest_papers(since: Since = None, until: Until = None) -> int:
    """Harvest alone: ask arXiv for the windows that are due."""
    from tracker.pipeline import cycle

    begin, end = _between(since, until)
    return _stage(lambda worker, now, summary: cycle.harvest(worker, now, summary, begin, end))


@app.command()
def check(
    references: Annotated[
        list[str] | None, typer.Argument(help="Like github:owner/name; none: what is due.")
    ] = None,
) -> int:
    """Look at what is due, or at the named references now, and judge what follows."""
    from tracker.pipeline import cycle
    from tracker.store import judgements

    def work(worker: Worker, now: datetime, summary: Summary) -> None:
        if references:
            judgements.make_artifacts_due(worker.store, references, now)
        cycle.check(worker, now, summary)
        cycle.judge(worker, now, summary)

    return _stage(work)


@app.command()
def judge(everything: Annotated[bool, typer.Option("--all", help="Judge every work again.")] = False) -> int:
    """Judge what changed, or everything, from what is stored: no network."""
    from tracker.pipeline import cycle
    from tracker.store import judgements

    def work(worker: Worker, now: datetime, summary: Summary) -> None:
        if everything:
            judgements.queue_all_judgements(worker.store)
        cycle.judge(worker, now, summary)

    return _stage(work)


@app.command()
def publish(to: Annotated[Path | None, typer.Option(help="Write the site to this folder instead.")] = None) -> int:
    """Write feed and pages from what is stored: no network."""
    from tracker.pipeline import publish as pipeline_publish

    return _stage(lambda worker, now, summary: pipeline_publish.publish(worker, now, summary, to))


def _stage(work: Callable[[Worker, datetime, Summary], None]) -> int:
    from tracker.pipeline.context import Summary, sole_worker

    with _worker() as worker, sole_worker(worker):
        summary = Summary()
        work(worker, worker.now(), summary)
    return _print_summary(summary)


@app.command(name="run")
def run_service() -> int:
    """The service: timetable, publisher and web server in one process. SIGTERM ends it within 10 s."""
    from tracker import logs

    settings = _settings()
    logs.set_up(settings)
    return _serve(settings)


def _serve(settings: Settings, *, announce: str = "") -> int:
    import os
    import signal
    from dataclasses import replace
    from functools import partial

    from tracker import scheduler
    from tracker.cli import console
    from tracker.fetch import clock
    from tracker.pipeline import site as pipeline_site
    from tracker.pipeline.context import status
    from tracker.store.engine import open_reader, upgrade_in_subprocess
    from tracker.web import api, measures
    from tracker.web import app as web_app

    moved = clock.make(settings)
    upgrade_in_subprocess(settings.store_url)
    with _store(settings) as store, closing(open_reader(settings.store_url)) as reading:
        service = scheduler.Service(settings, store, moved, console.LogProgress())
        asked = replace(service.worker, store=reading)
        site = web_app.Site(
            settings.public_dir,
            lambda: status(asked, asked.now()),
            moved,
            ttl_minutes=settings.feed.ttl_minutes,
            site=settings.public_url,
            hub=settings.notify.websub_hub,
            dynamic=web_app.Dynamic(
                partial(pipeline_site.paper, reading, settings), partial(pipeline_site.search, reading, settings)
            ),
            composing=service.worker.composer,
            answering=api.Api(settings),
            snapshots=settings.snapshot_file.parent,
            next_change=service.next_harvest,
            metrics=lambda with_store: measures.told(asked, with_store=with_store),
        )

        def ready(address: str) -> None:
            print(f"{announce}Serving {address} (feed: {address}feed.xml). Ctrl-C ends it.", flush=True)
            service.start()

        for number in (signal.SIGTERM, signal.SIGINT):
            # The server takes both while it serves, and raises them again at its end: by then nothing is left to do.
            signal.signal(number, lambda *_: None)
        try:
            web_app.serve(site, settings.web.host, settings.web.port, ready)
        finally:
            stopped = service.stop()
    if not stopped:
        # A request that still hangs would hold the process; everything stored is already safe on disk.
        sys.stdout.flush()
        os._exit(0)
    return 0


@app.command()
def demo() -> int:
    """The same service on a world of its own about well-known systems: no network, data kept apart."""
    from tracker import logs
    from tracker import settings as configuration
    from tracker.sandbox.server import DEMO_WORLD, Sandbox

    plain = _settings()
    logs.set_up(plain)
    with Sandbox(DEMO_WORLD) as sandbox:
        years = (datetime.now(UTC) - datetime(2014, 1, 1, tzinfo=UTC)).days
        overlay = {
            "data_dir": str(plain.data_dir / "demo"),
            "demo": True,
            "harvest": {"first_days": years, "window_days": years, "overlap_days": years},
            "feed": {"window_days": years, "title": f"{plain.feed.title} (demo)"},
            "pace": {"arxiv": 0.0, "github": 0.0, "huggingface": 0.0},
            "upstreams": sandbox.upstreams,
            "database_url": "",
            "contact": plain.contact,
            "web": {"host": plain.web.host, "port": plain.web.port},
        }
        return _serve(
            configuration.load(environ={"GITHUB_TOKEN": "the-sandbox-asks-for-none"}, overlay=overlay),
            announce="Demo: the upstreams are played on this machine. ",
        )


@app.command()
def sandbox(
    world: Annotated[Path, typer.Option(help="Folder of what the upstreams would answer.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8900,
) -> int:
    """The stand-in for all upstreams alone, over real HTTP on loopback."""
    from tracker.fetch import clock
    from tracker.sandbox import server

    server.serve(world, "127.0.0.1", port, clock.from_environment(), lambda text: print(text, flush=True))
    return 0


@app.command()
def detect(
    file: Annotated[str, typer.Argument(help="JSON Lines of papers, or - for standard input.")] = "-",
) -> int:
    """Find links, roles and promises in papers: JSON Lines in, JSON Lines out."""
    from tracker.detect.detect import detect_lines
    from tracker.detect.roles import role_rules
    from tracker.hosts.resolve import reference
    from tracker.settings import config_dir

    rules = role_rules.load_role_rules(config_dir() / "roles.toml")
    try:
        stream = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115 # closed below
    except OSError as error:
        raise TrackerError(f"{file}: cannot be read ({error.strerror}).") from None
    with stream:
        for line in detect_lines(stream, reference, rules):
            print(json.dumps(line, ensure_ascii=True))
    return 0


@app.command()
def explain(arxiv_id: str, as_json: Json = False) -> int:
    """Everything known of a paper: mentions, roles, checks, verdict, reasons, events, next look."""
    from tracker.publish import explain as telling
    from tracker.store import readonly_sql as asking

    with _store(_settings()) as store:
        work = arxiv_id if arxiv_id.startswith(("arxiv:", "release:")) else f"arxiv:{arxiv_id}"
        found = asking.load_stored_rows(store, work)
    if not found["work"]:
        raise TrackerError(f"{arxiv_id}: is not in the store; ids are written like 2506.12345, without a version.")
    print(json.dumps(found, default=str, indent=2) if as_json else telling.tell(found))
    return 0


@app.command()
def doctor(
    online: Annotated[bool, typer.Option(help="Ask each upstream one cheap question, too.")] = False,
    as_json: Json = False,
) -> int:
    """Whether configuration, disk, database, clock, upstreams and tokens are fine, and what to do. Exit 0 if nothing is bad."""
    import os

    from tracker import doctor as examining

    lines = examining.examine(_config[0] if _config else None, dict(os.environ), online=online)
    print(json.dumps(examining.as_json(lines), indent=2) if as_json else "\n".join(examining.table(lines)))
    return int(examining.is_bad(lines))


@app.command()
def health(ready: Annotated[bool, typer.Option(help="Ask whether it is ready, not only alive.")] = False) -> int:
    """Ask the running service how it is. Exit 0 if it serves."""
    import urllib.error
    import urllib.request

    web = _settings().web
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104 # compared, not bound
    host = f"[{host}]" if ":" in host else host
    address = f"http://{host}:{web.port}/health{'?ready' if ready else ''}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            print(answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode(errors="replace"))
        return 1
    except OSError as error:
        raise TrackerError(f"{address}: does not answer ({error}); is `tracker run` running?") from None
