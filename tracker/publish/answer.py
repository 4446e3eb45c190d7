"""The answer that a paper's page opens with: what is open in a few words, why, and how to cite the paper; pure."""

from __future__ import annotations

from tracker.domain.items import Item
from tracker.domain.terms import Fact, State
from tracker.publish import wording
from tracker.publish.readable_text import readable_text

MOST_CITED = 3
"""Authors that a citation names; of more, it names the first and says `et al.`"""


def headline(item: Item) -> str:
    """What is open, and the state of the code where that is not, as `Open weights, no code found`."""
    if not item.verdicts:
        return "Not judged yet"
    opened = [wording.FACT[verdict.fact].lower() for verdict in item.verdicts if verdict.state is State.OPEN]
    code = item.verdict(Fact.CODE)
    if code is None or code.state is State.OPEN:
        return f"Open {wording.join_names(opened)}" if opened else "Code unknown"
    missing = _describe_missing(item, code.state)
    return f"Open {wording.join_names(opened)}, {missing[0].lower()}{missing[1:]}" if opened else missing


def explanation(item: Item) -> str:
    """Why the code is open or not, as sentences."""
    code = item.verdict(Fact.CODE)
    if code is None or (code.state is State.UNKNOWN and not item.own_links()):
        return f"{wording.describe_unlinked(item)} This does not prove there is none."
    reasons = [reason for reason in code.reasons if not (code.reference and reason.startswith(code.reference))]
    text = ", ".join(readable_text(reason) for reason in reasons)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def citation(item: Item) -> str:
    """The paper as a reference in plain text."""
    names = [readable_text(name) for name in item.authors if name.strip()]
    authors = f"{names[0]} et al." if len(names) > MOST_CITED else f"{wording.join_names(names)}." if names else ""
    year = f", {item.submitted_at.year}" if item.submitted_at else ""
    return f"{authors} {readable_text(item.title)}. arXiv:{item.arxiv_id}{year}.".strip()


def _describe_missing(item: Item, state: State) -> str:
    if state is State.UNKNOWN and not item.own_links():
        return "No link to code found so far"
    return {
        State.AVAILABLE: "Code available, not open",
        State.GATED: "Code gated (access on request)",
        State.PROMISED: "Code promised, not released yet",
        State.GONE: "Code gone",
        State.NONE: "No code found",
    }.get(state, "Code unknown")
