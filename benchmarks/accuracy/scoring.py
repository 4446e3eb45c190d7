"""Figures from counts: pure, and the only place where they are computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of what was found against what was expected."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the found ones that were expected; 1 where nothing was found."""
        return ratio(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the expected ones that were found; 1 where nothing was expected."""
        return ratio(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)

    @property
    def counts(self) -> tuple[int, int, int]:
        """The three counts, for adding up."""
        return self.right, self.wrong, self.missed


def ratio(part: float, whole: float) -> float:
    """Part of a whole; 1 of nothing."""
    return part / whole if whole else 1.0


def compare(expected: Set[Hashable], found: Set[Hashable]) -> Score:
    """Score of one set against another."""
    return Score(len(expected & found), len(found - expected), len(expected - found))


def add(scores: Iterable[Score]) -> Score:
    """Sum of scores."""
    rows = [score.counts for score in scores]
    return Score(*(sum(column) for column in zip(*rows, strict=True))) if rows else Score(0, 0, 0)


def three(counts: Sequence[int]) -> tuple[float, float, float]:
    """(precision, recall, F1) of the counts right, wrong, missed."""
    score = Score(*counts)
    return score.precision, score.recall, score.f1


def by_paper(papers: Iterable[str], rows: Iterable[Sequence[int]]) -> list[tuple[int, ...]]:
    """Rows of counts summed by the paper they belong to."""
    sums: dict[str, tuple[int, ...]] = {}
    for paper, row in zip(papers, rows, strict=True):
        before = sums.get(paper)
        sums[paper] = tuple(row) if before is None else tuple(map(sum, zip(before, row, strict=True)))
    return list(sums.values())


def class_f1(pairs: Mapping[tuple[str, str], int], classes: Sequence[str]) -> dict[str, float]:
    """F1 of each class from counts of (true, predicted)."""
    return {
        name: Score(
            pairs.get((name, name), 0),
            sum(count for (true, predicted), count in pairs.items() if predicted == name != true),
            sum(count for (true, predicted), count in pairs.items() if true == name != predicted),
        ).f1
        for name in classes
    }


def macro_f1(pairs: Mapping[tuple[str, str], int], classes: Sequence[str]) -> float:
    """Mean of the classes' F1."""
    scores = class_f1(pairs, classes)
    return sum(scores.values()) / len(scores)


def balanced_accuracy(counts: Sequence[int]) -> float:
    """Mean of the shares right among own and among others, of counts (own right, own, others right, others)."""
    own_right, own, others_right, others = counts
    return (ratio(own_right, own) + ratio(others_right, others)) / 2


@dataclass(frozen=True, slots=True)
class Bin:
    """Links of similar probability: how many, the mean predicted probability, and the share that was own."""

    low: float
    high: float
    count: int
    predicted: float
    true: float


def equal_width(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """Reliability over equal parts of 0 to 1; parts without a link are left out. `pairs` is (P(own), own)."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        groups.setdefault(min(int(pair[0] * bins), bins - 1), []).append(pair)
    return [_bin(groups[at], at / bins, (at + 1) / bins) for at in sorted(groups)]


def equal_mass(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """Reliability over parts of as many links each; equal probabilities stay in one part."""
    ordered = sorted(pairs)
    groups: list[list[tuple[float, bool]]] = []
    for at, pair in enumerate(ordered):
        due = at * bins // len(ordered) >= len(groups)
        if due and not (groups and groups[-1][-1][0] == pair[0]):
            groups.append([])
        groups[-1].append(pair)
    return [_bin(group, group[0][0], group[-1][0]) for group in groups]


def _bin(pairs: Sequence[tuple[float, bool]], low: float, high: float) -> Bin:
    count = len(pairs)
    return Bin(
        low, high, count, sum(predicted for predicted, _ in pairs) / count, sum(own for _, own in pairs) / count
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: distance of the predicted share from the true one, weighted by the bins' links."""
    total = sum(part.count for part in bins)
    return sum(part.count * abs(part.predicted - part.true) for part in bins) / total if total else 0.0


def brier(pairs: Sequence[tuple[float, bool]]) -> float:
    """Mean squared distance of the probability from what is true."""
    return sum((predicted - own) ** 2 for predicted, own in pairs) / len(pairs) if pairs else 0.0


def base_rate_brier(pairs: Sequence[tuple[float, bool]]) -> float:
    """The Brier score of always saying the share that is own."""
    share = sum(own for _, own in pairs) / len(pairs) if pairs else 0.0
    return share * (1 - share)


def confusion(pairs: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Counts of (true, predicted)."""
    return Counter(pairs)
