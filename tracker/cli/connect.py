"""The commands that bring answers to where people work: their references, their agents, their lists."""

import sys
from typing import Annotated

import typer

from tracker.cli.session import opened_store, require_store, settings_for
from tracker.domain.errors import QueryError

app = typer.Typer(rich_markup_mode=None)

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
