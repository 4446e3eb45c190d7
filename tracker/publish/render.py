"""Renders the templates: the only use of Jinja2, with all values escaped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.domain.terms import Content, Fact, Outcome, Role, State
from tracker.publish import steps, wording
from tracker.publish.addresses import is_web_url
from tracker.publish.readable_text import clean_text, readable_text

FOLDER = Path(__file__).parent / "html"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        wording=wording,
        steps=steps,
        is_web_url=is_web_url,
        Fact=Fact,
        State=State,
        Content=Content,
        Role=Role,
        Outcome=Outcome,
    )
    environment.filters.update(
        plain=readable_text,
        category=wording.name_category,
        clean=clean_text,
        date=wording.format_date,
        minute=wording.format_minute,
        stamp=wording.format_timestamp,
    )
    return environment


def render_template(name: str, /, **values: object) -> str:
    """The text of a template filled with values, which are escaped."""
    return _environment().get_template(name).render(**values)


def load_asset(name: str) -> bytes:
    """The bytes of a file of the template folder that is served unchanged."""
    return (FOLDER / name).read_bytes()
