"""How many promises are kept after how long, while some still wait; pure.

Sources: Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53, with late entry; the
variance by Greenwood (1926), and the interval on the scale of log(-log S) (Kalbfleisch and Prentice 1980, 1.3).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from math import exp, inf, log, sqrt

from tracker.domain.evidence import PromiseWait
from tracker.domain.promise_wording import PromiseWording
from tracker.domain.trend_figures import KeptAfter, PromiseGroup, SurvivalStep
from tracker.publish.intervals import Z_95

AGES = (30, 90, 180, 365)
"""The days after submission at which the share of kept promises is given."""
DRAWN_STEPS = 600
"""Steps of a curve that are drawn: two for each unit of the chart's width."""


def group_promises(promises: Sequence[PromiseWait], categories: Sequence[str]) -> list[PromiseGroup]:
    """The promises of each group that has any: all of them, then by wording, then by category."""
    groups: list[tuple[str, str, list[PromiseWait]]] = [
        ("wording", name, [each for each in promises if each.wording == name]) for name in PromiseWording
    ]
    groups += [
        ("category", name, [each for each in promises if name in each.categories]) for name in sorted(categories)
    ]
    of_all = [_group_of("all", "all", promises, with_curve=True)] if promises else []
    return of_all + [_group_of(kind, name, waiting) for kind, name, waiting in groups if waiting]


def _group_of(kind: str, name: str, promises: Sequence[PromiseWait], *, with_curve: bool = False) -> PromiseGroup:
    steps, until = kept_by_age(promises), max(promise.until for promise in promises)
    return PromiseGroup(
        kind=kind,
        name=name,
        promises=len(promises),
        kept=sum(promise.kept for promise in promises),
        after=tuple(kept_after(promises, steps)),
        curve=tuple(drawn_steps(steps, until)) if with_curve else (),
        median=median_days(steps),
        until=until,
    )


def kept_by_age(waiting: Sequence[PromiseWait]) -> list[SurvivalStep]:
    """The share of promises kept by their age in days; those not kept yet count for as long as they were watched.

    The product-limit estimate with late entry: a promise counts from the age at which it was first seen. The mean or
    median of the kept ones alone would be too short.
    """
    entries, exits = sorted(promise.since for promise in waiting), sorted(promise.until for promise in waiting)
    kept = Counter(promise.until for promise in waiting if promise.kept)
    # A promise that was seen and kept at one moment was watched at that moment.
    at_once = Counter(promise.until for promise in waiting if promise.since == promise.until)
    waits, variance, steps = 1.0, 0.0, [SurvivalStep(0.0, 0.0)]
    for age in sorted(kept):
        at_risk = bisect_left(entries, age) - bisect_left(exits, age) + at_once[age]
        left = at_risk - kept[age]
        waits *= left / at_risk
        variance += kept[age] / (at_risk * left) if left else inf
        steps.append(SurvivalStep(age, 1 - waits, _log_log_interval(waits, variance)))
    return steps


def _log_log_interval(waits: float, variance: float) -> tuple[float, float] | None:
    """The interval of the share kept, from the share that waits and Greenwood's sum."""
    if not 0 < waits < 1 or variance == inf:
        return None
    half = Z_95 * sqrt(variance) / -log(waits)
    middle = log(-log(waits))
    return 1 - exp(-exp(middle - half)), 1 - exp(-exp(middle + half))


def kept_after(
    waiting: Sequence[PromiseWait], steps: Sequence[SurvivalStep], ages: Sequence[int] = AGES
) -> list[KeptAfter]:
    """The share of promises kept after each of these ages; `steps` are those of `kept_by_age`."""
    starts = [step.days for step in steps]
    rows = []
    for days in ages:
        at_risk = sum(promise.since < days <= promise.until for promise in waiting)
        is_reached = any(promise.until >= days for promise in waiting)
        rows.append(
            KeptAfter(
                days,
                len(waiting),
                sum(promise.kept and promise.until <= days for promise in waiting),
                at_risk,
                steps[bisect_right(starts, days) - 1] if is_reached else None,
            )
        )
    return rows


def median_days(steps: Sequence[SurvivalStep]) -> float | None:
    """The age in days by which half of the promises were kept; None if fewer were kept."""
    return next((step.days for step in steps if step.kept >= 0.5), None)


def drawn_steps(steps: Sequence[SurvivalStep], until: float) -> list[SurvivalStep]:
    """The steps that a curve of `until` days needs: of many the last one in each of `DRAWN_STEPS` equal spans of time."""
    if len(steps) <= DRAWN_STEPS:
        return list(steps)
    by_span = {int(step.days * DRAWN_STEPS / until): step for step in steps[1:]}
    return [steps[0], *by_span.values()]
