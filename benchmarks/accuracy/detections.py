"""What the product says of the labelled texts, by the very lines that `tracker detect` reads and prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.accuracy.fresh_labels import FreshText
from benchmarks.accuracy.labels import Labels
from tracker.detect import detect
from tracker.detect.roles import role_rules
from tracker.hosts.resolve import resolve_url


@dataclass(frozen=True, slots=True)
class DetectedLink:
    """One link that was detected; `reference` is folded for comparison."""

    reference: str
    role: str
    probability: float
    place: str


@dataclass(frozen=True, slots=True)
class Detected:
    """All that was detected in one text."""

    links: tuple[DetectedLink, ...]
    promise: str

    def own(self) -> set[str]:
        """The references that are called the paper's own."""
        return {link.reference for link in self.links if link.role == "own"}


@dataclass(frozen=True, slots=True)
class AllDetected:
    """What was detected, in the order of the labels, with the version of the rules."""

    texts: tuple[Detected, ...]
    listed: tuple[Detected, ...]
    full_texts: tuple[Detected, ...]
    fresh_texts: tuple[Detected, ...]
    fresh_renderings: tuple[Detected, ...]
    fresh_abstracts: tuple[Detected, ...]
    rules: str
    threshold: float


def detect_labelled(labels: Labels) -> AllDetected:
    """Run the product over all labelled texts. An abstract or comment is read alone, without a title."""
    rules = role_rules.load_role_rules()
    return AllDetected(
        texts=_detect(({"arxiv_id": row.arxiv_id, row.field: row.text} for row in labels.texts), rules),
        listed=_detect(
            (
                {"arxiv_id": row.arxiv_id, "title": row.title, "abstract": row.abstract, "comment": row.comment}
                for row in labels.listed
            ),
            rules,
        ),
        full_texts=_detect(
            (
                {"arxiv_id": row.arxiv_id, "title": row.title, "text": row.text, "text_format": row.text_format}
                for row in labels.full_texts
            ),
            rules,
        ),
        fresh_texts=_detect(_lines_of(labels.fresh.full_texts), rules),
        fresh_renderings=_detect(_lines_of(labels.fresh.renderings), rules),
        fresh_abstracts=_detect(
            (
                {
                    "arxiv_id": row.arxiv_id,
                    "title": row.title,
                    "authors": list(row.authors),
                    "abstract": row.abstract,
                    "comment": row.comment,
                }
                for row in labels.fresh.abstracts
            ),
            rules,
        ),
        rules=rules.version,
        threshold=rules.publish_threshold,
    )


def _lines_of(texts: Sequence[FreshText]) -> Iterable[dict[str, Any]]:
    return (
        {
            "arxiv_id": row.key,
            "title": row.title,
            "authors": list(row.authors),
            "abstract": row.abstract,
            "text": row.text,
            "text_format": row.text_format,
        }
        for row in texts
    )


def _detect(papers: Iterable[dict[str, Any]], rules: role_rules.RoleRules) -> tuple[Detected, ...]:
    lines = (json.dumps(paper) for paper in papers)
    return tuple(_parse_line(answer) for answer in detect.detect_lines(lines, resolve_url, rules))


def _parse_line(line: dict[str, Any]) -> Detected:
    return Detected(
        links=tuple(
            DetectedLink(link["reference"].casefold(), link["role"], link["probability"], link["place"])
            for link in line["links"]
        ),
        promise=line["promise"],
    )
