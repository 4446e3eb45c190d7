"""Full texts: a paper's own repository, own against others link by link, and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.accuracy import baselines, errors
from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.detections import Detected, DetectedLink
from benchmarks.accuracy.hostgroups import HOSTS, host_of
from benchmarks.accuracy.labels import CODE_HOSTS, FullText, owner
from benchmarks.accuracy.part import PRF, Part, number
from benchmarks.accuracy.scoring import (
    Score,
    add,
    balanced_accuracy,
    base_rate_brier,
    brier,
    calibration_error,
    equal_mass,
    equal_width,
    ratio,
    three,
)
from tracker.domain.terms import Place

Pair = tuple[FullText, Detected]
SETS = {"repositories": False, "links": True}
"""The two sets of labelled links, and whether the project's own labels are in it."""


def measure(texts: Sequence[FullText], detected: Sequence[Detected], *, against: bool = True) -> Part:
    """All figures of full texts; `against` compares with the baselines too."""
    part = Part()
    pairs = list(zip(texts, detected, strict=True))
    _own_repository(part, pairs, against=against)
    for name, further in SETS.items():
        _roles(part, pairs, name, further=further)
        _calibration(part, pairs, name, further=further)
    columns = ("balanced_accuracy", "own_recall", "others_recall", "precision")
    part.show(
        "full-roles",
        (
            "labelled links",
            "own",
            "others",
            "balanced accuracy",
            "own kept",
            "others kept out",
            "precision of `own`",
        ),
        [
            (name, *_sizes(pairs, further), *(part.cell(f"full-roles.{name}.{column}") for column in columns))
            for name, further in SETS.items()
        ],
    )
    figures = ("ece_equal_width", "ece_equal_mass", "brier", "brier_of_base_rate")
    part.show(
        "calibration",
        ("labelled links", "ECE, 10 equal widths", "ECE, 10 equal masses", "Brier", "Brier of the base rate"),
        [(name, *(number(part.figures[f"calibration.{name}.{figure}"]) for figure in figures)) for name in SETS],
    )
    _by_place_and_host(part, pairs)
    part.errors |= errors.count_full_text_errors(pairs)
    return part


def of_paper(text: FullText, claimed: Iterable[str]) -> Score:
    """One paper's score: its repository found or missed, and each repository wrongly claimed.

    A repository that no label names counts as wrong, one of the same owner neither for nor against; so does
    whatever is no code repository, unless it is labelled.
    """
    keys = set(claimed)
    right = bool(keys & text.own)
    wrong = sum(
        1
        for key in keys
        if (true := text.truth(key, further=True)) is False or (true is None and _is_strange(text, key))
    )
    return Score(int(right), wrong, int(text.in_text and not right))


def _is_strange(text: FullText, key: str) -> bool:
    return key.startswith(CODE_HOSTS) and owner(key) not in {owner(own) for own in text.own}


def _own_repository(part: Part, pairs: Sequence[Pair], *, against: bool) -> None:
    papers = [of_paper(text, detected.own()).counts for text, detected in pairs]
    part.put("full-text", three([sum(column) for column in zip(*papers, strict=True)]))
    part.put_intervals("full-text", intervals(papers, three))
    rows = [("**the product**", *(part.cell(f"full-text.{figure}") for figure in PRF))]
    if against:
        for name, way in baselines.FULL.items():
            total = add(of_paper(text, way(text.text)) for text, _ in pairs)
            rows.append((name, *(number(value) for value in three(total.counts))))
    part.show("full-text", ("way", "precision", "recall", "F1"), rows)


def labelled(text: FullText, detected: Detected, *, further: bool) -> list[tuple[DetectedLink, bool]]:
    """The found links that a label calls own or of others."""
    return [
        (link, true)
        for link in detected.links
        if (true := text.truth(link.reference, further=further)) is not None
    ]


def _roles(part: Part, pairs: Sequence[Pair], name: str, *, further: bool) -> None:
    rows = [_role_counts(text, detected, further=further) for text, detected in pairs]
    parts = ("balanced_accuracy", "own_recall", "others_recall", "precision")
    part.put(f"full-roles.{name}", _role_figures([sum(column) for column in zip(*rows, strict=True)]), parts)
    part.put_intervals(f"full-roles.{name}", intervals(rows, _role_figures), parts)


def _role_counts(text: FullText, detected: Detected, *, further: bool) -> tuple[int, int, int, int]:
    """(own called own, own, others not called own, others); an own repository in the text and not found is missed."""
    links = labelled(text, detected, further=further)
    own = [link.role == "own" for link, true in links if true]
    others = [link.role != "own" for link, true in links if not true]
    unfound = int(text.in_text and not any(link.reference in text.own for link, _ in links))
    return sum(own), len(own) + unfound, sum(others), len(others)


def _role_figures(sums: Sequence[int]) -> tuple[float, ...]:
    own_right, own, others_right, others = sums
    return (
        balanced_accuracy(sums),
        ratio(own_right, own),
        ratio(others_right, others),
        ratio(own_right, own_right + others - others_right),
    )


def _sizes(pairs: Sequence[Pair], further: bool) -> tuple[str, str]:
    rows = [_role_counts(text, detected, further=further) for text, detected in pairs]
    return str(sum(row[1] for row in rows)), str(sum(row[3] for row in rows))


def _calibration(part: Part, pairs: Sequence[Pair], name: str, *, further: bool) -> None:
    predicted = [
        (link.probability, true)
        for text, detected in pairs
        for link, true in labelled(text, detected, further=further)
    ]
    bins = equal_width(predicted)
    part.put(
        f"calibration.{name}",
        (
            calibration_error(bins),
            calibration_error(equal_mass(predicted)),
            brier(predicted),
            base_rate_brier(predicted),
        ),
        ("ece_equal_width", "ece_equal_mass", "brier", "brier_of_base_rate"),
    )
    part.show(
        f"reliability.{name}",
        ("probability", "links", "mean predicted", "share own"),
        [
            (f"{each.low:.1f} to {each.high:.1f}", str(each.count), number(each.predicted), number(each.true))
            for each in bins
        ],
    )


def _by_place_and_host(part: Part, pairs: Sequence[Pair]) -> None:
    """The places and hosts of the labelled links, and how many of each were classified rightly."""
    counts: dict[tuple[str, str], list[int]] = {}
    for text, detected in pairs:
        for link, true in labelled(text, detected, further=True):
            for key in (("place", link.place), ("host", host_of(link.reference))):
                sums = counts.setdefault(key, [0, 0, 0, 0])
                right = (link.role == "own") is true
                sums[0 if true else 2] += right
                sums[1 if true else 3] += 1
    for kind, names in (("place", list(Place)), ("host", list(HOSTS))):
        part.show(
            f"full-{kind}",
            (kind, "own", "called own", "others", "not called own"),
            [
                (name, str(row[1]), str(row[0]), str(row[3]), str(row[2]))
                for name in names
                if (row := counts.get((kind, name))) is not None
            ],
        )
