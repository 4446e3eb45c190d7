"""All figures of all tasks in one call."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.accuracy import detections, forms, fresh, full, listed, short
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
    """Run the product and score what it detects; `against` compares with the baselines too."""
    predicted = detections.detect_labelled(labels)
    part = short.measure(labels.texts, predicted.texts, against=against)
    part.join(forms.measure(labels.texts))
    part.join(listed.measure(labels.listed, predicted.listed, against=against))
    part.join(full.measure(labels.full_texts, predicted.full_texts, against=against))
    fresh_labels = labels.fresh
    part.join(
        fresh.measure(
            list(zip(fresh_labels.full_texts, predicted.fresh_texts, strict=True)),
            list(zip(fresh_labels.renderings, predicted.fresh_renderings, strict=True)),
            list(zip(fresh_labels.abstracts, predicted.fresh_abstracts, strict=True)),
        )
    )
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
        "fresh_texts": len(fresh_labels.full_texts),
        "fresh_renderings": len(fresh_labels.renderings),
        "fresh_abstracts": len(fresh_labels.abstracts),
        "in_text": sum(text.in_text for text in labels.full_texts),
    }
    return Measured(part, predicted.rules, predicted.threshold, sizes)
