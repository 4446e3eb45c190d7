"""Grades and bounds: every combination has one grade, and nothing unknown counts as a yes or a no.

The tables of docs/openness.md are read and checked, so that the document cannot drift from the rules.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from pathlib import Path

import pytest

from tracker.config_files import config_dir
from tracker.domain.errors import SettingsError
from tracker.domain.history import Verdict
from tracker.domain.terms import Fact, LicenceClass, State
from tracker.judge.grade import Grade, GradeRules, definition_bounds, grade_work, load_grade_rules

DOC = Path(__file__).parents[2] / "docs/openness.md"
SURE = {State.OPEN: (LicenceClass.OSI,), State.AVAILABLE: tuple(LicenceClass), State.GATED: tuple(LicenceClass)}
WORDS = [f"{state}:{class_}" for state in State for class_ in SURE.get(state, (LicenceClass.UNKNOWN,))]


@cache
def rules() -> GradeRules:
    return load_grade_rules(config_dir() / "openness.toml")


def verdict(fact: Fact, word: str) -> Verdict:
    """`state` or `state:class`; the class of something open is OSI's where none is given."""
    state, _, class_ = word.partition(":")
    class_ = class_ or ("osi" if state == "open" else "unknown")
    reference = None if state == "unknown" else f"github:lab/{fact}"
    return Verdict(
        fact=fact, state=State(state), licence_class=LicenceClass(class_), reference=reference, reasons=()
    )


def verdicts(**facts: str) -> list[Verdict]:
    return [verdict(Fact(name), word) for name, word in facts.items()]


def graded(**facts: str) -> Grade:
    return grade_work(verdicts(**facts), rules())


# --- grades ---------------------------------------------------------------------------------------------------


def test_every_combination_has_a_grade_that_claims_nothing_unseen() -> None:
    for code, weights, data, demo in itertools.product(WORDS, WORDS, WORDS, ("unknown", "open", "available:none")):
        found = graded(code=code, weights=weights, data=data, demo=demo)
        states = {"code": code, "weights": weights, "data": data, "demo": demo}
        for fact in re.findall("code|weights|data|demo", found.name if found.name.startswith("open ") else ""):
            assert states[fact].startswith("open")
        if found.name == "open":
            assert all(word.startswith("open") for word in (code, weights, data))
        if any(word.startswith("open") for word in states.values()):
            assert found.name.startswith("open")
        if found.name == "restricted":
            assert not any(word == "available:unknown" for word in states.values())
        if found.name == "no code":
            assert code.startswith("none")
        if found.name == "unknown":
            assert {word.partition(":")[0] for word in states.values()} <= {"unknown", "none"}


def test_a_fact_that_is_not_known_is_said_to_be_unknown() -> None:
    found = graded(code="open")
    assert found.name == "open code"
    assert found.reasons == (
        "the code is available under an open licence",
        "the code is open (OSI-approved licence)",
        "whether the weights are available is unknown",
        "whether the data are available is unknown",
        "whether the demo is available is unknown",
    )


def test_order_of_verdicts_does_not_matter_and_no_verdict_is_unknown() -> None:
    facts = verdicts(code="open", weights="gated:restricted", data="gone", demo="none")
    assert grade_work(facts, rules()) == grade_work(facts[::-1], rules())
    assert grade_work([], rules()).name == "unknown"
    assert definition_bounds([], rules()).mof.startswith("cannot be determined")


def test_every_grade_can_be_reached() -> None:
    names = {graded(code=a, weights=b, data=c).name for a, b, c in itertools.product(WORDS, WORDS, WORDS)}
    names.add(graded(demo="open").name)
    assert names == {table.name for table in rules().grade}


# --- bounds ---------------------------------------------------------------------------------------------------


def test_a_bound_is_never_a_grant() -> None:
    for code, weights, data in itertools.product(WORDS, WORDS, WORDS):
        found = definition_bounds(verdicts(code=code, weights=weights, data=data), rules())
        for bound in (found.mof, found.osaid, found.g7):
            assert bound.startswith(("at most ", "ruled out", "cannot be determined: ", "does not apply: "))
            assert bound.startswith("at most ") is (bound.endswith("needs human judgement"))
        if weights.startswith("unknown"):
            assert found.mof.startswith("cannot be determined")
            assert found.osaid.startswith("cannot be determined")
        if not code.startswith("open") or not weights.startswith("open"):
            assert not found.mof.startswith("at most")
            assert not found.osaid.startswith("at most")
        if code == "open:osi" and weights == "open:osi":
            assert found.osaid.startswith("at most Open Source AI: ")


def test_a_label_is_never_above_what_the_weights_and_the_code_allow() -> None:
    for code, weights, data in itertools.product(WORDS, WORDS, WORDS):
        best = definition_bounds(verdicts(code=code, weights=weights, data=data), rules()).g7
        best = best.partition(":")[0].partition(", or ")[0]
        if best == "at most Open Source AI with Open Data":
            assert not data.startswith(("none", "promised", "gone")), (code, weights, data)
            assert "restricted" not in f"{code} {weights} {data}"
        if best.startswith("at most Open Source AI"):
            assert code.startswith(("open", "unknown", "available:unknown", "gated")), (code, weights, data)
        if "restricted" in weights:
            assert best in ("at most Weights Available AI", "cannot be determined"), (code, weights, data)


@pytest.mark.parametrize(
    "word", ["unknown", "available:unknown", "gated:osi", "gated:unknown", "gated:open-content"]
)
@pytest.mark.parametrize("fact", ["code", "weights"])
def test_what_is_not_known_rules_nothing_out(fact: str, word: str) -> None:
    found = definition_bounds(verdicts(**{"code": "open", "weights": "open", fact: word}), rules())
    assert found.mof.startswith("cannot be determined: ")
    assert found.osaid.startswith("cannot be determined: ")


def test_what_is_known_rules_out_even_beside_what_is_not() -> None:
    found = definition_bounds(verdicts(code="unknown", weights="gated:restricted"), rules())
    assert (
        found.mof == "ruled out, because the weights are gated, with access on request (licence with restrictions)"
    )


def test_bounds_by_the_data() -> None:
    def mof(data: str) -> str:
        return definition_bounds(verdicts(code="open", weights="open", data=data), rules()).mof.partition(":")[0]

    assert mof("available:restricted") == "at most class I (open science)"
    assert mof("none") == mof("promised") == "at most class II (open tooling)"
    assert mof("unknown") == (
        "at most class I (open science), or class II (open tooling) if nothing more is found, "
        "since whether the data are available is unknown"
    )


def test_no_model_and_passing_reasons() -> None:
    assert definition_bounds(verdicts(code="open", weights="none"), rules()).mof.startswith(
        "does not apply: no weights were"
    )
    assert definition_bounds(verdicts(code="promised", weights="open"), rules()).osaid.startswith(
        "ruled out for now, because"
    )


# --- rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('needs = { code = ["none"] }', 'needs = { code = ["nothing"] }', "`nothing` is neither a state"),
        ('no = ["available:unknown"]', 'no = ["available:maybe"]', "available:maybe"),
        ('some = ["gone"]', 'any = ["gone"]', "unknown key `any` of `grade.11`"),
        ('says = "too little', 'some = ["none"]\nsays = "too little', "last grade must need nothing"),
        ("[bounds.osaid]", "[bounds.osi]", "bounds.os"),
    ],
)
def test_wrong_rules_are_one_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (config_dir() / "openness.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "openness.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError, match=re.escape(says)) as caught:
        load_grade_rules(path)
    assert str(path) in str(caught.value)


# --- the document ---------------------------------------------------------------------------------------------


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head; marks of code taken away."""
    below = DOC.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows[2:]]


def test_the_document_lists_the_grades_in_their_order() -> None:
    assert [row[:2] for row in table("Grades")] == [[row.name, row.says] for row in rules().grade]


def test_document_grades_its_combinations_as_the_rules_do() -> None:
    rows = table("Combinations")
    assert {row[4] for row in rows} == {row.name for row in rules().grade}
    for code, weights, data, demo, name, *_ in rows:
        assert graded(code=code, weights=weights, data=data, demo=demo).name == name, (code, weights, data, demo)


def test_document_grades_well_known_systems_as_the_rules_do() -> None:
    rows = table("Well-known systems")
    assert len(rows) >= 14
    for system, code, weights, data, demo, name, mof, osaid, g7 in rows:
        facts = verdicts(code=code, weights=weights, data=data, demo=demo)
        found = definition_bounds(facts, rules())
        assert grade_work(facts, rules()).name == name, system
        assert found.mof.startswith(mof), (system, found.mof)
        assert found.osaid.startswith(osaid), (system, found.osaid)
        assert found.g7.startswith(g7), (system, found.g7)


def test_the_document_gives_the_bounds_of_the_rules() -> None:
    for code, weights, data, mof, osaid in table("Bounds"):
        found = definition_bounds(verdicts(code=code, weights=weights, data=data), rules())
        assert found.mof.startswith(mof), (code, weights, data, found)
        assert found.osaid.startswith(osaid), (code, weights, data, found)


def test_the_document_gives_the_labels_of_the_rules() -> None:
    for code, weights, data, label in table("G7 labels"):
        found = definition_bounds(verdicts(code=code, weights=weights, data=data), rules())
        assert found.g7.startswith(label), (code, weights, data, found)


def test_document_names_all_states_and_classes() -> None:
    assert [row[0] for row in table("States")] == [state.value for state in State]
    assert [row[0] for row in table("Licence classes")] == [class_.value for class_ in LicenceClass]
    assert [row[0] for row in table("Facts")] == [fact.value for fact in Fact]
