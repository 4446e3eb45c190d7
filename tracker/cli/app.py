"""The `tracker` command: all groups of commands, the global option, and one sentence for each error."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer
from typer.core import TyperGroup

from tracker.cli import ask, backfill, backup, connect, cycle, exchange, replica, service, status
from tracker.domain.errors import TrackerError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Find out which arXiv AI papers really shipped open code, and publish them as feeds and pages.",
)
for group in (cycle, service, replica, ask, connect, status, backup, backfill, exchange):
    app.add_typer(group.app)


def _store_config(context: typer.Context, value: Path | None) -> Path | None:
    """Keep the file as `context.obj`, which the context of a command takes over from that of the program."""
    if value is not None:
        context.obj = value
    return value


def _print_versions(value: bool) -> None:
    if not value:
        return
    from tracker import __version__
    from tracker.pipeline.rulebook import load_rules
    from tracker.store.views import VERSION

    print(f"tracker {__version__} (views {VERSION}, rules {load_rules().judge_version})")
    raise typer.Exit


@app.callback()
def _global_options(
    config: Annotated[
        Path | None,
        typer.Option(
            help="Read this TOML file over the built-in config/tracker.toml.",
            callback=_store_config,
            expose_value=False,
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the versions of the program, of the public views and of the rules.",
            callback=_print_versions,
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> None:
    """Declare the options that may precede a command."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. A TrackerError is printed as one sentence."""
    program = cast("TyperGroup", typer.main.get_command(app))
    options = [option for option in program.params if option.name == "config"]
    for command in program.commands.values():
        command.params += options  # the option works before the command and after it
    try:
        return int(program.main(list(arguments), prog_name="tracker", standalone_mode=False) or 0)
    except TrackerError as error:
        print(f"tracker: {error}", file=sys.stderr)
        return 1
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if show := getattr(error, "show", None):  # an error of the command line, which prints itself
            show()
            return 2
        import logging

        logging.getLogger(__name__).debug("unexpected error", exc_info=True)
        print(
            f"tracker: an unexpected error occurred ({type(error).__name__}: {error}); "
            "please report it with the command you ran.",
            file=sys.stderr,
        )
        return 70
