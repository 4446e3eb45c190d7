"""How a sentence promises: upon acceptance, soon, or otherwise; pure.

The lists are short on purpose: a reader must be able to apply them with `LIKE`.
"""

from __future__ import annotations

from enum import StrEnum


class PromiseWording(StrEnum):
    """What a promise waits for, by its own words."""

    ACCEPTANCE = "upon acceptance"
    SOON = "soon"
    OTHER = "no date"


_WORDS = {
    PromiseWording.ACCEPTANCE: ("accept", "upon publication", "camera-ready", "camera ready", "peer review"),
    PromiseWording.SOON: ("soon", "shortly", "stay tuned"),
}
"""Parts of sentences in lower case. The first kind that has one of its words counts."""


def name_wording(sentence: str) -> PromiseWording:
    """The wording of a sentence that promises something."""
    lower = sentence.lower()
    found = (wording for wording, words in _WORDS.items() if any(word in lower for word in words))
    return next(found, PromiseWording.OTHER)
