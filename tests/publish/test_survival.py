"""How many promises are kept after how long."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.evidence import PromiseWait
from tracker.domain.trend_figures import KeptAfter, SurvivalStep
from tracker.publish import survival
from tracker.publish.survival import DRAWN_STEPS, drawn_steps, kept_by_age, median_days

FREIREICH = [
    *((days, True) for days in (6, 6, 6, 7, 10, 13, 16, 22, 23)),
    *((days, False) for days in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)),
]
"""Weeks of remission under 6-mercaptopurine (Freireich et al. 1963), the textbooks' example; False: censored."""


def kept_after(waits: list[PromiseWait], *ages: Sequence[int]) -> list[KeptAfter]:
    return survival.kept_after(waits, kept_by_age(waits), *ages)


def test_the_textbook_example_has_the_values_of_the_textbooks() -> None:
    # R: summary(survfit(Surv(weeks, relapse) ~ 1, conf.type = "log-log")).
    expected = {
        6: (0.857, 0.620, 0.952), 7: (0.807, 0.563, 0.923), 10: (0.753, 0.503, 0.889), 13: (0.690, 0.432, 0.849),
        16: (0.627, 0.368, 0.805), 22: (0.538, 0.268, 0.747), 23: (0.448, 0.188, 0.680),
    }  # fmt: skip
    steps = kept_by_age([PromiseWait(0, days, kept) for days, kept in FREIREICH])[1:]
    assert [step.days for step in steps] == list(expected)
    for step in steps:
        assert step.interval is not None
        waits = (1 - step.kept, 1 - step.interval[1], 1 - step.interval[0])
        assert waits == pytest.approx(expected[int(step.days)], abs=6e-4)


@pytest.mark.parametrize("late", [False, True])
def test_lifelines_gives_the_same(late: bool) -> None:
    """`pip install --group survival` brings it; it takes longer to import than all other tests of this file."""
    lifelines = pytest.importorskip("lifelines", reason="lifelines, of the group survival, is not installed")
    chance = random.Random(5)
    waits = []
    for _ in range(400):
        since = chance.uniform(0.001, 40) if late else 0.0
        waits.append(PromiseWait(since, since + chance.expovariate(1 / 90), chance.random() < 0.6))
    fitter = lifelines.KaplanMeierFitter()
    fitter.fit(
        [wait.until for wait in waits],
        [wait.kept for wait in waits],
        entry=[wait.since for wait in waits] if late else None,
    )
    table, ends = fitter.survival_function_, fitter.confidence_interval_
    for step in kept_by_age(waits)[1:]:
        assert 1 - step.kept == pytest.approx(table.loc[step.days].iloc[0], abs=1e-9)
        if step.interval is not None:
            low, high = ends.loc[step.days]
            assert (1 - step.interval[1], 1 - step.interval[0]) == pytest.approx((low, high), abs=1e-9)


def test_promises_that_still_wait_count_for_as_long_as_they_were_watched() -> None:
    waiting = [
        PromiseWait(0, 10, True),
        PromiseWait(0, 20, False),
        PromiseWait(0, 30, True),
        PromiseWait(0, 40, False),
    ]
    steps = kept_by_age(waiting)
    assert [step.days for step in steps] == [0, 10, 30]
    assert [step.kept for step in steps] == pytest.approx([0, 1 / 4, 1 - 3 / 4 * 1 / 2])
    assert median_days(steps) == 30
    assert median_days(kept_by_age(waiting[1:2])) is None


def test_a_promise_counts_from_when_it_was_first_seen() -> None:
    early, late = PromiseWait(0, 10, True), PromiseWait(50, 60, True)
    assert kept_by_age([early, late])[1] == SurvivalStep(10, 1.0), "nobody else was watched at that age"
    step = kept_by_age([early, PromiseWait(5, 60, True)])[1]
    assert (step.days, step.kept) == (10, 0.5)


def test_the_share_after_an_age_is_given_only_where_a_promise_was_watched_so_long() -> None:
    rows = kept_after([PromiseWait(0, 20, True), PromiseWait(0, 100, False), PromiseWait(0, 100, False)])
    assert [(row.days, row.kept, row.at_risk, row.step and round(row.step.kept, 3)) for row in rows] == [
        (30, 1, 2, 0.333), (90, 1, 2, 0.333), (180, 1, 0, None), (365, 1, 0, None),
    ]  # fmt: skip
    assert [row.step for row in kept_after([])] == [None] * 4


def test_a_promise_is_at_risk_after_the_day_on_which_it_was_first_seen() -> None:
    first_seen = PromiseWait(30, 90, True)
    assert [row.at_risk for row in kept_after([first_seen], (30, 31, 90, 91))] == [0, 1, 1, 0]


def test_an_interval_that_cannot_be_estimated_is_none() -> None:
    assert [step.interval for step in kept_by_age([PromiseWait(0, 10, True)])] == [None, None]


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900), st.booleans()), max_size=30))
def test_shares_of_kept_promises_only_rise(drawn: list[tuple[float, float, bool]]) -> None:
    steps = kept_by_age([PromiseWait(min(a, b), max(a, b), kept) for a, b, kept in drawn])
    shares = [step.kept for step in steps]
    assert shares == sorted(shares)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares)
    for step in steps:
        assert step.interval is None or step.interval[0] <= step.kept <= step.interval[1]


def test_intervals_cover_the_truth_at_their_level() -> None:
    chance, drawn, covered = random.Random(11), 400, 0
    truth = 1 - exp(-90 / 120)
    for _ in range(drawn):
        waits = []
        for _ in range(80):
            wait, watched = chance.expovariate(1 / 120), chance.uniform(30, 300)
            waits.append(PromiseWait(0, min(wait, watched), wait <= watched))
        step = kept_after(waits, (90,))[0].step
        assert step is not None
        assert step.interval is not None
        covered += step.interval[0] <= truth <= step.interval[1]
    assert covered / drawn == pytest.approx(0.95, abs=0.03)


def test_a_curve_of_many_promises_is_drawn_by_few_steps() -> None:
    waits = [PromiseWait(0, 0.5 + number / 100, True) for number in range(5 * DRAWN_STEPS)]
    steps, until = kept_by_age(waits), waits[-1].until
    drawn = drawn_steps(steps, until)
    assert len(drawn) <= DRAWN_STEPS + 2
    assert (drawn[0], drawn[-1]) == (steps[0], steps[-1])
    assert set(drawn) <= set(steps), "each is a value of the estimate"
    gaps = [later.days - earlier.days for earlier, later in pairwise(drawn[1:])]
    assert max(gaps) <= 2 * until / DRAWN_STEPS
    assert drawn_steps(steps[:9], until) == steps[:9]
