"""All figures of all tasks in one call."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.accuracy import answers, forms, full, listed, short
from benchmarks.accuracy.labels import Labels
from benchmarks.accuracy.part import Part


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures with what they were measured on."""

    part: Part
    rules: str
    threshold: float
    sizes: dict[str, int]


def measure(labels: Labels, *, against: bool = True) -> Measured:
    """Ask the product and score its answers; `against` the baselines too, where asked."""
    said = answers.ask(labels)
    part = short.measure(labels.texts, said.texts, against=against)
    part.join(forms.measure(labels.texts))
    part.join(listed.measure(labels.listed, said.listed, against=against))
    part.join(full.measure(labels.full_texts, said.full_texts, against=against))
    official = sum(paper.label == "official" for paper in labels.listed)
    sizes = {
        "texts": len(labels.texts),
        "random": sum(not text.nasty for text in labels.texts),
        "nasty": sum(text.nasty for text in labels.texts),
        "papers": len({text.arxiv_id for text in labels.texts}),
        "links": sum(len(text.links) for text in labels.texts),
        "official": official,
        "other_listed": len(labels.listed) - official,
        "full_texts": len(labels.full_texts),
        "in_text": sum(text.in_text for text in labels.full_texts),
    }
    return Measured(part, said.rules, said.threshold, sizes)
