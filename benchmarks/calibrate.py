"""Fits the number that stretches the log-odds of full-text links (`[calibration]` of config/roles.toml).

By likelihood over the labelled links of the development texts, the first and the fresh ones together, and checked by five folds of papers: each fold is
scored with the factor that the other four gave. Run by hand: `python -m benchmarks.calibrate [FOLDER]`; the factor
is then written into the file by a person, rounded.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy import detections, fresh, full, labels, scoring
from tracker.detect.roles import role_rules

FOLDS = 5
FACTORS = [step / 20 for step in range(10, 101)]
Pairs = Sequence[tuple[float, bool]]


def stretched(chance: float, factor: float, threshold: float) -> float:
    """A probability whose log-odds are stretched away from the threshold's."""
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    odds = threshold + factor * (math.log(chance / (1 - chance)) - threshold)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def fit(pairs: Pairs, threshold: float) -> float:
    """The factor under which the labels are likeliest; no probability counts as surer than 99 %."""

    def surprise(factor: float) -> float:
        chances = ((min(max(stretched(chance, factor, threshold), 0.01), 0.99), true) for chance, true in pairs)
        return -sum(math.log(chance if true else 1 - chance) for chance, true in chances)

    return min(FACTORS, key=surprise)


def main(folder: Path) -> int:
    """Print the factor, and how well it holds on papers that it was not fitted on."""
    if not labels.are_present(folder):
        print(f"{folder}: no labelled texts are there; nothing is fitted.")
        return 0
    labelled = labels.load_labels(folder)
    rules = role_rules.load_role_rules()
    threshold = math.log(rules.publish_threshold / (1 - rules.publish_threshold))
    detected = detections.detect_labelled(labelled)
    first = [
        [(link.probability, true) for link, true in full.labelled(text, answer, further=True)]
        for text, answer in zip(labelled.full_texts, detected.full_texts, strict=True)
    ]
    # Renderings stay out: they would count the papers of TeX twice.
    later = [
        fresh.predictions([pair]) for pair in zip(labelled.fresh.full_texts, detected.fresh_texts, strict=True)
    ]
    predicted = [
        [(stretched(chance, 1 / rules.sharpness, threshold), true) for chance, true in paper]
        for paper in (*first, *later)
    ]
    everything = [pair for paper in predicted for pair in paper]
    held_out: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        factor = fit(
            [pair for number, paper in enumerate(predicted) if number % FOLDS != fold for pair in paper], threshold
        )
        rest = [pair for paper in predicted[fold::FOLDS] for pair in paper]
        held_out += [(stretched(chance, factor, threshold), true) for chance, true in rest]
        print(f"fold {fold + 1}: {len(rest)} links, factor {factor:.2f} from the others")
    print(f"factor of all {len(everything)} links: {fit(everything, threshold):.2f}")
    for name, pairs in (("unstretched", everything), ("by folds", held_out)):
        width = scoring.calibration_error(scoring.equal_width(pairs))
        mass = scoring.calibration_error(scoring.equal_mass(pairs))
        print(f"{name}: ECE {width:.3f} by width, {mass:.3f} by mass; Brier {scoring.brier(pairs):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else labels.DEFAULT))
