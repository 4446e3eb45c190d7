"""A badge for READMEs: the state of a paper's code as a small SVG, readable without colour; pure."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tracker.domain.items import Item
from tracker.domain.terms import Fact, State

# White on each of them has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
COLOURS = {
    State.OPEN: "#1d6b3c",
    State.AVAILABLE: "#8a5300",
    State.GATED: "#8a5300",
    State.PROMISED: "#8a5300",
    State.GONE: "#9a2a22",
    State.NONE: "#5c5c5c",
    State.UNKNOWN: "#5c5c5c",
}
_LABEL, _LETTER, _PADDING = "code", 6.6, 12


def render_badge(item: Item | None) -> bytes:
    """The badge of a paper, None for one that is not stored. What is unknown is a dash, neither a yes nor a no."""
    verdict = item.verdict(Fact.CODE) if item else None
    state = verdict.state if verdict else State.UNKNOWN
    shown = "–" if state is State.UNKNOWN else "not found" if state is State.NONE else state.value
    link = (
        next((link for link in item.own_artifacts() if verdict and link.reference == verdict.reference), None)
        if item
        else None
    )
    if state is State.OPEN and link and link.licence_spdx and len(link.licence_spdx) <= 24:
        shown = f"{shown} ({link.licence_spdx})"
    return _svg(shown, f"code: {'unknown' if state is State.UNKNOWN else shown}", COLOURS[state])


def _svg(shown: str, spoken: str, colour: str) -> bytes:
    left = round(len(_LABEL) * _LETTER + _PADDING)
    right = round(len(shown) * _LETTER + _PADDING)
    width = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label={quoteattr(spoken)}>'
        f"<title>{escape(spoken)}</title>"
        f'<rect width="{width}" height="20" rx="3" fill="#3b3b3b"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - _PADDING}">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(shown)}</text></g></svg>\n'
    ).encode()
