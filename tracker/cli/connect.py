"""The commands that bring answers to where people work: their references, their agents, their lists."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.session import GIVE_A_FILE, opened_store, require_store, settings_for
from tracker.domain.errors import QueryError, TrackerError

app = typer.Typer(rich_markup_mode=None)

MOST_LIST = 64 * 1024 * 1024
"""Bytes of a list of papers to watch: all of arXiv's ids have half of that."""
ENDINGS = {"bibtex": "bib", "ris": "ris", "csl": "csl.json"}


@app.command()
def cite(
    context: typer.Context,
    arxiv_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="arXiv ids or addresses of arXiv.")],
    form: Annotated[str, typer.Option("--format", help="bibtex, ris or csl (CSL-JSON).")] = "bibtex",
) -> int:
    """Print references to papers and to their code.

    BibTeX with cite keys like arxiv-2506.12345, or RIS, or CSL-JSON.
    """
    if form not in ENDINGS:
        raise QueryError(f"--format {form!r} is unknown; choose one of {', '.join(ENDINGS)}.")
    from tracker.pipeline import references

    settings = settings_for(context)
    require_store(settings)
    with opened_store(settings) as store:
        body = references.cite(store, ENDINGS[form], arxiv_ids)
    sys.stdout.write(body.decode())
    return 0


@app.command()
def watch(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="BibTeX, or a list of ids or addresses; - for standard input.")],
) -> int:
    """Print the address of a feed for a list of papers.

    It has an item when code of one of them opens, a promise is kept, or something is gone.
    """
    from tracker.publish.addresses import site_address
    from tracker.publish.saved_papers import saved_queries
    from tracker.regular_files import read_regular

    try:
        content = sys.stdin.buffer.read(MOST_LIST + 1) if file == "-" else read_regular(Path(file), MOST_LIST)
    except OSError as error:
        raise TrackerError(f"{file}: cannot be read ({error.strerror}); {GIVE_A_FILE}.") from None
    if len(content) > MOST_LIST:
        raise TrackerError(f"Standard input: has more than {MOST_LIST:,} bytes; split the list.")
    queries = saved_queries(content.decode("utf-8", "replace"))
    if not queries:
        raise TrackerError(f"{file}: names no paper of arXiv; ids are written like 2506.12345.")
    address = site_address(settings_for(context))
    for query in queries:
        print(f"{address}/feed.xml?{query}")
    return 0


@app.command()
def mcp(
    context: typer.Context,
    http: Annotated[bool, typer.Option("--http", help="Serve HTTP on 127.0.0.1 instead of stdio.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port for --http.")] = 8765,
) -> int:
    """Serve the store to agents, read-only (MCP).

    Over standard input and output, or over HTTP on this machine alone.
    """
    from contextlib import closing
    from importlib.util import find_spec

    from tracker.domain.errors import SettingsError, how_to_install

    if find_spec("mcp") is None:
        raise SettingsError(f"tracker mcp needs the MCP SDK: {how_to_install('mcp')}.")
    from tracker import __version__, logs
    from tracker.hosts.resolve import resolve_url
    from tracker.store.engine import open_reader
    from tracker.web import mcp_server, process
    from tracker.web.agents import Agents
    from tracker.web.api import Api

    settings = settings_for(context)
    require_store(settings)
    logs.set_up(settings, quiet=True)

    def start(address: str) -> None:
        print(f"MCP at {address}mcp. Ctrl-C ends it.", flush=True)

    with closing(open_reader(settings.store_url)) as store:
        agents = Agents(Api(settings, store), resolve_url, settings.public_url)
        server = mcp_server.build_server(agents, __version__)
        if http:
            process.serve(
                mcp_server.http_app(server, port),
                mcp_server.LOOPBACK,
                port,
                start,
                lifespan=True,
                port_setting="--port",
            )
        else:
            mcp_server.run_stdio(server)
    return 0
