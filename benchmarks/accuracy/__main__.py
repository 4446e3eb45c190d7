"""`python -m benchmarks.accuracy [FOLDER]`: measure, write docs/accuracy.md, and say what fell."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.accuracy import baselines, floors, labels, report
from benchmarks.accuracy.measure import measure
from benchmarks.accuracy.part import number

DOCUMENT = labels.ROOT / "docs/accuracy.md"
PAGE = labels.ROOT / "tracker/publish/html/accuracy.json"


def main() -> int:
    """Exit 0 when all figures keep their floors or the texts are absent, 1 when one fell, 2 without urlextract."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("TRACKER_LABELS", labels.DEFAULT))
    parser.add_argument("--to", type=Path, default=DOCUMENT, help="where the report is written")
    options = parser.parse_args()
    folder = Path(options.folder)
    if not labels.are_present(folder):
        print(
            f"The labelled texts are not at {folder}: nothing was measured, and {options.to.name} stays as it is. "
            "`make accuracy FETCH=1` asks arXiv for the abstracts."
        )
        return 0
    if not baselines.has_url_extract():
        print("The baseline `urlextract` is not installed: pip install --group accuracy.")
        return 2
    measured = measure(labels.load_labels(folder))
    bounds = floors.load_floors()
    options.to.write_text(report.render_report(measured, bounds), encoding="utf-8")
    if options.to == DOCUMENT:
        PAGE.write_text(report.render_figures(measured.part.figures), encoding="utf-8")
    for name, value in measured.part.figures.items():
        print(f"{name:45}{number(value)}")
    fallen = floors.find_fallen(bounds, measured.part.figures)
    for sentence in fallen:
        print(f"FELL: {sentence}")
    return 1 if fallen else 0


if __name__ == "__main__":
    raise SystemExit(main())
