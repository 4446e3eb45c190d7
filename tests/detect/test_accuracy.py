"""The figures of docs/accuracy.md keep their floors; where the labelled texts are absent, skipped: `test_corpus.py`
guards the rules in every clone. In CI, one of the two must run."""

import os
from pathlib import Path

import pytest

from benchmarks.accuracy import floors, labels, report
from benchmarks.accuracy.measure import Measured, measure
from benchmarks.accuracy.part import number
from tests.detect import corpus

pytestmark = pytest.mark.data
FLOORS = floors.load_floors()
PAGE = Path(__file__).parents[2] / "tracker/publish/html/accuracy.json"
DOCUMENT = Path(__file__).parents[2] / "docs/accuracy.md"


@pytest.fixture(scope="module")
def measured() -> Measured:
    if not labels.are_present(labels.DEFAULT):
        pytest.skip("the shared development data are absent: accuracy is not measured")
    return measure(labels.load_labels(labels.DEFAULT), against=False)


@pytest.mark.skipif(not os.environ.get("CI"), reason="CI alone must have a guard")
def test_ci_has_a_guard_of_the_rules() -> None:
    assert labels.are_present(labels.DEFAULT) or len(corpus.load_examples()) >= 400


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.figure)
def test_floor(measured: Measured, floor: floors.Floor) -> None:
    assert floors.find_fallen((floor,), measured.part.figures) == []


def test_the_document_states_what_is_measured(measured: Measured) -> None:
    stated = report.figures_of(DOCUMENT.read_text(encoding="utf-8"))
    fresh = {name: number(value) for name, value in measured.part.figures.items()}
    assert stated == fresh, "docs/accuracy.md is out of date: run `make accuracy`"


def test_the_page_about_the_site_states_the_same(measured: Measured) -> None:
    assert PAGE.read_text(encoding="utf-8") == report.render_figures(measured.part.figures), "run `make accuracy`"


def test_the_document_names_the_rules_that_were_measured(measured: Measured) -> None:
    assert f"Rules {measured.rules};" in DOCUMENT.read_text(encoding="utf-8")
