"""The same texts in other forms that change no meaning: what is read must not hang on how a text is written."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.accuracy import detections, short
from benchmarks.accuracy.labels import Labels, Text
from benchmarks.accuracy.part import Part, number
from benchmarks.accuracy.scoring import add, confusion, macro_f1

_BREAK = re.compile(r"[ \t]*\n\s*")
_START = re.compile(r"(?<=[.!?] )[A-Z](?=[a-z])")


def _joined(text: str) -> str:
    return _BREAK.sub(" ", text)


def _narrow(text: str) -> str:
    return textwrap.fill(_joined(text), 60, break_long_words=False, break_on_hyphens=False)


FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "joined": ("lines joined", _joined),
    "narrow": ("lines broken at 60 characters", _narrow),
    "http": ("`http` for `https`", lambda text: text.replace("https://", "http://")),
    "preceded": ("another sentence before", lambda text: f"In this work we study a problem. {text}"),
    "lower": ("sentences beginning in lower case", lambda text: _START.sub(lambda at: at.group().lower(), text)),
}


def measure(texts: Sequence[Text]) -> Part:
    """F1 of references and of own links, and macro F1 of the promise, for each form."""
    part = Part()
    rows = []
    parts = ("references_f1", "own_f1", "promise_macro_f1")
    for name, (words, form) in FORMS.items():
        written = tuple(replace(text, text=form(text.text)) for text in texts)
        pairs = list(zip(written, detections.detect_labelled(Labels(written, (), ())).texts, strict=True))
        promises = confusion((text.promise, detected.promise) for text, detected in pairs)
        figures = (
            add(map(short.references, pairs)).f1,
            add(map(short.own_links, pairs)).f1,
            macro_f1(promises, short.PROMISES),
        )
        part.put(f"forms.{name}", figures, parts)
        rows.append((words, *map(number, figures)))
    part.show("forms", ("form", "references, F1", "own links, F1", "promise, macro F1"), rows)
    return part
