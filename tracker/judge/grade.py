"""One grade of a work from its four facts, and the most that three definitions of open AI would allow.

Pure but for `load_grade_rules`. The grades and the bounds are tables of `config/openness.toml`. What is not known
counts neither as yes nor as no: a grade names only what was seen, and its reasons say of every fact whether it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from tracker.config_files import ConfigTable, check_table, read_toml
from tracker.domain.history import Verdict
from tracker.domain.terms import Fact, LicenceClass, State

_STATES = frozenset(state.value for state in State)
_CLASSES = frozenset(class_.value for class_ in LicenceClass)
_SUBJECTS = {
    Fact.CODE: ("the code", "is", "was"),
    Fact.WEIGHTS: ("the weights", "are", "were"),
    Fact.DATA: ("the data", "are", "were"),
    Fact.DEMO: ("the demo", "is", "was"),
}
_TERMS = {
    LicenceClass.OSI: "OSI-approved licence",
    LicenceClass.OPEN_CONTENT: "open licence for content",
    LicenceClass.RESTRICTED: "licence with restrictions",
    LicenceClass.NONE: "no licence",
    LicenceClass.UNKNOWN: "terms not known",
}
_TEMPORARY = (State.PROMISED, State.GONE)
"""States that rule something out only for as long as they last."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One or a few words for the whole work; `reasons` says what the grade means, then the state of each fact.

    The reasons name no artifact, as the verdicts do: so similar works share them, and the store has each text once.
    """

    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that three definitions would allow, each as one sentence without a full stop.

    It begins with `at most`, `ruled out`, `cannot be determined` or `does not apply`. None is ever granted: all
    ask for things that only a person can judge.
    """

    mof: str
    """Model Openness Framework 1.0, arXiv:2403.13784."""
    osaid: str
    """Open Source AI Definition 1.0, opensource.org/ai/open-source-ai-definition."""
    g7: str
    """The labels of the G7's digital ministers, of 2026-05-29."""


def _check_state_name(word: str) -> str:
    state, colon, class_ = word.partition(":")
    if state not in _STATES or (colon and class_ not in _CLASSES):
        raise ValueError(f"`{word}` is neither a state nor a state with a licence class, as `available:none`")
    return word


_StateNames = frozenset[Annotated[str, AfterValidator(_check_state_name)]]
"""States (`open`), and states with a licence class (`available:none`)."""


class _GradeRow(ConfigTable):
    name: str = Field(min_length=1)
    says: str = Field(min_length=1)
    needs: dict[Fact, _StateNames] = Field(default_factory=dict)
    some: _StateNames | None = None
    no: _StateNames = frozenset()


class _LevelRow(ConfigTable):
    name: str
    needs: dict[Fact, _StateNames] = Field(min_length=1)


class _DefinitionTable(ConfigTable):
    rest: str
    levels: tuple[_LevelRow, ...] = Field(min_length=1)


class _BoundsTable(ConfigTable):
    unsure: _StateNames
    no_model: _StateNames
    mof: _DefinitionTable
    osaid: _DefinitionTable
    g7: _DefinitionTable


class GradeRules(ConfigTable):
    """The grades in their order, and the definitions, as in `config/openness.toml`."""

    grade: tuple[_GradeRow, ...] = Field(min_length=1)
    bounds: _BoundsTable

    @model_validator(mode="after")
    def _always_a_grade(self) -> GradeRules:
        last = self.grade[-1]
        if last.needs or last.some is not None or last.no:
            raise ValueError("the last grade must need nothing, so that every work has one")
        return self


def load_grade_rules(path: Path) -> GradeRules:
    """Read `[[grade]]` and `[bounds]` of a file. Raises SettingsError, with the key, where one is wrong."""
    file = read_toml(path)
    return check_table({key: file[key] for key in ("grade", "bounds") if key in file}, GradeRules, path)


def grade_work(verdicts: Sequence[Verdict], rules: GradeRules) -> Grade:
    """The first grade whose needs are met. A fact without a verdict counts as unknown."""
    by_fact = _verdicts_by_fact(verdicts)
    first = next(table for table in rules.grade if _grade_fits(table, by_fact))
    return Grade(first.name, (first.says, *(_describe_fact(by_fact[fact]) for fact in Fact)))


def definition_bounds(verdicts: Sequence[Verdict], rules: GradeRules) -> Bounds:
    """The most that the Model Openness Framework 1.0, OSAID 1.0 and the labels of the G7 would allow."""
    by_fact = _verdicts_by_fact(verdicts)
    return Bounds(
        _definition_bound(by_fact, rules.bounds.mof, rules.bounds),
        _definition_bound(by_fact, rules.bounds.osaid, rules.bounds),
        _definition_bound(by_fact, rules.bounds.g7, rules.bounds),
    )


def _verdicts_by_fact(verdicts: Sequence[Verdict]) -> Mapping[Fact, Verdict]:
    by_fact = {verdict.fact: verdict for verdict in verdicts}
    return {fact: by_fact.get(fact) or _not_judged(fact) for fact in Fact}


def _not_judged(fact: Fact) -> Verdict:
    return Verdict(fact=fact, state=State.UNKNOWN, licence_class=LicenceClass.UNKNOWN, reference=None, reasons=())


def _matches(verdict: Verdict, words: _StateNames) -> bool:
    return verdict.state in words or f"{verdict.state}:{verdict.licence_class}" in words


def _grade_fits(table: _GradeRow, by_fact: Mapping[Fact, Verdict]) -> bool:
    return (
        all(_matches(by_fact[fact], words) for fact, words in table.needs.items())
        and (table.some is None or any(_matches(verdict, table.some) for verdict in by_fact.values()))
        and not any(_matches(verdict, table.no) for verdict in by_fact.values())
    )


def _definition_bound(by_fact: Mapping[Fact, Verdict], definition: _DefinitionTable, rules: _BoundsTable) -> str:
    """The best level that no fact rules out; levels are in order, the best first."""
    weights = by_fact[Fact.WEIGHTS]
    if _matches(weights, rules.no_model):
        return f"does not apply: {_describe_fact(weights)}"
    if weights.state is State.UNKNOWN:
        return f"cannot be determined: {_describe_fact(weights)}"
    possible = [level for level in definition.levels if not _failed_facts(level, by_fact, rules)]
    if not possible:
        against = _failed_facts(definition.levels[-1], by_fact, rules)
        now = " for now" if all(verdict.state in _TEMPORARY for verdict in against) else ""
        return f"ruled out{now}, because {' and '.join(map(_describe_fact, against))}"
    best = possible[0]
    sure = next((level for level in possible if not _unsure_facts(level, by_fact, rules)), None)
    if sure is None:
        return f"cannot be determined: {' and '.join(map(_describe_fact, _unsure_facts(possible[-1], by_fact, rules)))}"
    facts = " and ".join(_describe_fact(by_fact[fact]) for fact in sure.needs)
    if sure is best:
        return f"at most {best.name}: {facts}; {definition.rest}"
    doubt = " and ".join(map(_describe_fact, _unsure_facts(best, by_fact, rules)))
    return (
        f"at most {best.name}, or {sure.name} if nothing more is found, since {doubt}: {facts}; {definition.rest}"
    )


def _failed_facts(level: _LevelRow, by_fact: Mapping[Fact, Verdict], rules: _BoundsTable) -> list[Verdict]:
    """The facts that certainly do not meet the needs of a level."""
    facts = [(by_fact[fact], words) for fact, words in level.needs.items()]
    return [
        verdict for verdict, words in facts if not _matches(verdict, words) and not _matches(verdict, rules.unsure)
    ]


def _unsure_facts(level: _LevelRow, by_fact: Mapping[Fact, Verdict], rules: _BoundsTable) -> list[Verdict]:
    """The facts of which it is not known whether they meet the needs of a level."""
    facts = [(by_fact[fact], words) for fact, words in level.needs.items()]
    return [
        verdict for verdict, words in facts if not _matches(verdict, words) and _matches(verdict, rules.unsure)
    ]


def _describe_fact(verdict: Verdict) -> str:
    the, be, been = _SUBJECTS[verdict.fact]
    terms = _TERMS[verdict.licence_class]
    match verdict.state:
        case State.OPEN:
            return f"{the} {be} open ({terms})"
        case State.AVAILABLE:
            return f"{the} {be} available ({terms})"
        case State.GATED:
            return f"{the} {be} gated, with access on request ({terms})"
        case State.PROMISED:
            return f"{the} {be} announced but not released yet"
        case State.GONE:
            return f"{the} {be} gone"
        case State.NONE:
            return f"no {verdict.fact} {been} found at the authors' own links"
        case State.UNKNOWN:
            return f"whether {the} {be} available is unknown"
