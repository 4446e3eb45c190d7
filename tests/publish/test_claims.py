"""No page, feed, view or message claims anything of a text that was not read: every sentence is looked at."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.publish.conftest import make_item
from tracker.domain.reading import ReadDepth
from tracker.publish import wording

ROOT = Path(__file__).parents[2] / "tracker"
CLAIM = re.compile(
    r"\btexts? (?:says?|contains?|names?|links?|shows?|promises?|has no|mentions?)\b"
    r"|\bpapers read\b|\bno (?:code|link|artifact|release)s? (?:was|were|is|are|could be)? ?(?:found|in it|linked)\b"
    r"|\bevery source was read\b",
    re.IGNORECASE,
)
"""What sounds like a claim about a text, or about all that could be read."""
DIALECT = re.compile(
    r"not all is well|here will stand|checks wait|questions an hour|known to be a no|terms not open|behind a gate|can be had"
    r"|is told by|what it is to the paper|two definitions of open|\bseen \d+ times?\b|its own files name|judged again without news"
    r"|watched were|of what it says|it errs|access must be asked|looked at|nothing in it yet|stands? on the first page",
    re.IGNORECASE,
)
"""Phrases that readers do not know from other sites."""
ALLOWED = {
    "No link to code found so far",  # of papers whose full text was read, or said of what was read, which is named
    "No code found",  # of the authors' own artifacts that were checked: the state `none`
    "No paper's code was found yet.",
    ": its text names ",  # of a licence file
    "its text names ",
    "…: its text names …",
    "its text names …",
}
UNSPOKEN = ("sandbox",)
"""Packages whose strings reach no reader: made-up upstreams."""


def written_text(node: ast.AST) -> str | None:
    """A string as it is written, with `…` for each value of an f-string."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences() -> list[tuple[str, str]]:
    """The texts of all templates, and all strings of all modules whose words reach people."""
    found = []
    for path in sorted(ROOT.rglob("*.j2")):
        shown = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [(path.name, text.strip()) for text in re.split(r"<[^<>]*>|\n", shown)]
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] in UNSPOKEN:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        notes = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
        notes |= {node.value.value for node in ast.walk(tree)
                  if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}  # fmt: skip
        texts = [text for node in ast.walk(tree) if (text := written_text(node)) is not None]
        # A query is no sentence.
        found += [(path.name, text) for text in texts if text not in notes and "SELECT " not in text]
    return found


def test_no_fixed_sentence_claims_anything_of_a_text() -> None:
    assert [(name, text) for name, text in sentences() if CLAIM.search(text) and text not in ALLOWED] == []


def test_no_sentence_is_in_the_dialect_of_before() -> None:
    says = re.findall(
        r'^says = "(.*)"$', (ROOT.parent / "config" / "openness.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    shown = [*sentences(), *(("openness.toml", text) for text in says)]
    assert [(name, text) for name, text in shown if DIALECT.search(text)] == []


def test_the_pattern_finds_the_sentences_of_before() -> None:
    for text in ("The text says nothing of a release.", "414 papers read", "No link was found."):
        assert CLAIM.search(text), text


@pytest.mark.parametrize(
    "read",
    [depths for size in range(5) for depths in combinations(ReadDepth, size)],
    ids="-".join,
)
@pytest.mark.parametrize("waits", [True, False])
def test_what_was_not_read_is_not_named_as_read(read: tuple[ReadDepth, ...], waits: bool) -> None:
    item = make_item(read=read, waits_for_text=waits)
    for said in (wording.describe_unlinked(item), wording.describe_reading(item)):
        claimed, _, denied = said.partition("; ")
        for depth in ReadDepth:
            assert (wording.DEPTH[depth] in claimed) == (depth in read), said
        if read and ReadDepth.TEXT not in read:
            assert denied == f"the full text has not been read{' yet' if waits else ''}."


def test_an_entry_that_is_read_late_says_so(item: Any) -> None:
    opened, day = item().opened_at, timedelta(days=1)
    assert wording.days_until_read(item(announced_at=opened - day)) is None
    assert wording.days_until_read(item(announced_at=opened - 5 * day)) == 5
    watched = item(announced_at=opened - 5 * day, first_seen=opened - 3 * day)
    assert wording.days_until_read(watched) is None, "its code opened while it was watched"
