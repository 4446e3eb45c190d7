"""Papers of curated lists: is the repository named in title, abstract or comment, and is it then called own."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.accuracy import baselines
from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.detections import Detected
from benchmarks.accuracy.labels import CODE_HOSTS, Listed
from benchmarks.accuracy.part import Part, number
from benchmarks.accuracy.scoring import ratio

Pair = tuple[Listed, Detected]
_PARTS = ("named", "recall", "own_of_named", "agreement")


def measure(papers: Sequence[Listed], detected: Sequence[Detected], *, against: bool = True) -> Part:
    """Recall at paper level; `against` compares with the baselines too."""
    part = Part()
    pairs = list(zip(papers, detected, strict=True))
    official = [pair for pair in pairs if pair[0].label == "official"]
    counts = [_counts(*pair) for pair in official]
    part.put("lists", _figures([sum(column) for column in zip(*counts, strict=True)]), _PARTS)
    part.put_intervals("lists", intervals(counts, _figures), _PARTS)
    _own_table(part, official, against=against)
    _other_labels(part, pairs)
    part.errors["list-named-not-own"] = sum(row[1] - row[2] for row in counts)
    part.errors["list-not-named"] = sum(row[0] - row[1] for row in counts)
    return part


def _counts(paper: Listed, detected: Detected) -> tuple[int, int, int, int, int]:
    """(papers, named, called own, listed code repositories claimed, code repositories claimed)."""
    claimed = {key for key in detected.own() if key.startswith(CODE_HOSTS)}
    named = any(link.reference in paper.own for link in detected.links)
    return 1, int(named), int(bool(detected.own() & paper.own)), len(claimed & paper.own), len(claimed)


def _figures(sums: Sequence[int]) -> tuple[float, ...]:
    papers, named, own, listed, claimed = sums
    return ratio(named, papers), ratio(own, papers), ratio(own, named), ratio(listed, claimed)


def _own_table(part: Part, official: Sequence[Pair], *, against: bool) -> None:
    rows = [("**the product**", *(part.cell(f"lists.{figure}") for figure in _PARTS))]
    for name, way in baselines.SHORT.items() if against else ():
        found = agreed = claimed = 0
        for paper, _ in official:
            keys = {
                key for text in (paper.abstract, paper.comment) for key in way(text) if key.startswith(CODE_HOSTS)
            }
            found, agreed, claimed = (
                found + bool(keys & paper.own),
                agreed + len(keys & paper.own),
                claimed + len(keys),
            )
        share = ratio(found, len(official))
        rows.append((name, number(share), number(share), number(1.0), number(ratio(agreed, claimed))))
    part.show(
        "lists",
        ("way", "named at all", "called own (recall)", "own, of those named", "claims that are listed"),
        rows,
    )


def _other_labels(part: Part, pairs: Sequence[Pair]) -> None:
    """What is predicted for papers that only promise, or only mention."""
    rows = []
    for label in ("promise-only", "mention-only"):
        chosen = [detected for paper, detected in pairs if paper.label == label]
        promised = sum(detected.promise == "promised" for detected in chosen)
        claimed = sum(any(key.startswith(CODE_HOSTS) for key in detected.own()) for detected in chosen)
        rows.append((label, str(len(chosen)), str(promised), str(claimed)))
        if label == "promise-only":
            part.figures["lists.promised"] = ratio(promised, len(chosen))
            part.figures["lists.promise_without_claim"] = ratio(len(chosen) - claimed, len(chosen))
            part.errors["list-promise"] = len(chosen) - promised
    part.show("lists-others", ("label", "papers", "predicted as promised", "own repository claimed"), rows)
