"""The card of the data set that `tracker export --dataset` writes: a README as the Hugging Face Hub reads it; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.publish import render, wording
from tracker.publish.documents import docs_dir

_SECTION = re.compile(r"^## `(\w+)`$")
_ROW = re.compile(r"^\| `(\w+)` \| (.*) \|$")
DIGEST = "_sha256"
"""How the column ends that has the digest of what another column does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """One file of the data set."""

    name: str
    path: str
    rows: int
    columns: Sequence[tuple[str, str]]
    """(name, kind) of each column, in order."""


def render_data_card(
    views: Sequence[DatasetView],
    *,
    made_at: datetime,
    program: str,
    views_version: int,
    rules: Mapping[str, int],
    site: str,
) -> bytes:
    """The card. `rules` has how many works were judged by which version of the rules; `site` is the installation's
    address, empty if it has none."""
    meanings = load_meanings()
    measured = json.loads(render.load_asset("accuracy.json"))
    text = render.render_template(
        "data_card.md.j2",
        views=[
            (view, [(name, kind, _meaning(meanings, view.name, name)) for name, kind in view.columns])
            for view in views
        ],
        made_at=wording.format_timestamp(made_at),
        program=program,
        views_version=views_version,
        rules=rules,
        site=site,
        measured=measured,
    )
    return text.encode()


def load_meanings() -> dict[tuple[str, str], str]:
    """What each column of each view means, by (view, column), as `docs/schema.md` says it."""
    return dict(_read_meanings((docs_dir() / "schema.md").read_text(encoding="utf-8")))


def _read_meanings(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    view = ""
    for line in text.splitlines():
        if section := _SECTION.match(line):
            view = section[1]
        elif row := _ROW.match(line):
            yield (view, row[1]), row[2]


def _meaning(meanings: Mapping[tuple[str, str], str], view: str, column: str) -> str:
    if (view, column) not in meanings and column.endswith(DIGEST):
        return f"SHA-256 (UTF-8) of the text of `{column.removesuffix(DIGEST)}`, which is not given"
    return meanings.get((view, column), "")
