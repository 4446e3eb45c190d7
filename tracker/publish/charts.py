"""Charts as inline SVG without styles, and the figures behind them; pure.

Every chart has a title, a description and classes that `style.css` colours, and stands beside a table of the same
figures, so that nothing is told by the picture alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from tracker.domain.evidence import LicenceCount, MonthCount, PromiseWait
from tracker.domain.terms import LicenceClass, State
from tracker.publish import wording
from tracker.publish.readable_text import clean_text

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 22, 26
"""Room for the axes; units of the view box, in which letters are 11 high."""
BAR_ROW = 32


@dataclass(frozen=True, slots=True)
class Share:
    """Papers of one month (or category) with open code. `partial`: the month is not over, or was not read whole."""

    name: str
    papers: int
    open: int
    unknown: int
    """Of the rest those of which nobody knows yet."""
    partial: bool = False

    @property
    def share(self) -> float:
        """Open of all, from 0 to 1."""
        return self.open / self.papers if self.papers else 0.0


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """After `days` from submission `kept` of the promises (0 to 1) had been kept."""

    days: float
    kept: float


def shares_by_month(counts: Iterable[MonthCount], category: str = "", *, now: str, first: str = "") -> list[Share]:
    """Shares of one category (empty: of all papers) by month; `now` is the month that is not over, `first` the one in
    which reading began: it is not whole either, and of those before it there is what the operator asked for."""
    papers: dict[str, int] = defaultdict(int)
    opened: dict[str, int] = defaultdict(int)
    unknown: dict[str, int] = defaultdict(int)
    for one in counts:
        if one.category == category:
            papers[one.month] += one.papers
            opened[one.month] += one.papers if one.state is State.OPEN else 0
            unknown[one.month] += one.papers if one.state is State.UNKNOWN else 0
    return [
        Share(month, papers[month], opened[month], unknown[month], partial=month >= now or month <= first)
        for month in sorted(papers)
    ]


def shares_by_category(counts: Iterable[MonthCount], known: Sequence[str]) -> list[Share]:
    """Shares of the categories that are harvested over all months, most papers first."""
    listed = [one for one in counts if one.category in known]
    shares = []
    for category in known:
        mine = [one for one in listed if one.category == category]
        if total := sum(one.papers for one in mine):
            opened = sum(one.papers for one in mine if one.state is State.OPEN)
            unknown = sum(one.papers for one in mine if one.state is State.UNKNOWN)
            shares.append(Share(category, total, opened, unknown))
    return sorted(shares, key=lambda share: (-share.papers, share.name))


def kept_by_age(waiting: Sequence[PromiseWait]) -> list[SurvivalStep]:
    """The share of promises kept by their age in days, those not kept yet counted for as long as they were watched.

    The product-limit estimate (Kaplan and Meier 1958) with late entry: a promise counts from the age at which we
    first knew of it. The mean or median of the kept ones alone would tell too short a time.
    """
    left, steps = 1.0, [SurvivalStep(0.0, 0.0)]
    for age in sorted({one.until for one in waiting if one.kept}):
        at_risk = sum(one.since < age <= one.until or one.until == age for one in waiting)
        left *= 1 - sum(one.kept and one.until == age for one in waiting) / at_risk
        steps.append(SurvivalStep(age, 1 - left))
    return steps


def median_days(steps: Sequence[SurvivalStep]) -> float | None:
    """The age by which half of the promises were kept; None where fewer were."""
    return next((step.days for step in steps if step.kept >= 0.5), None)


def format_percent(share: float) -> str:
    """`12 %`; below 10 with one digit more."""
    value = share * 100
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"


def column_chart(name: str, title: str, shares: Sequence[Share]) -> Markup:
    """Shares by month as columns. A month that is not whole is hatched and bears an asterisk."""
    top = _ceiling(max((one.share for one in shares), default=0.0))
    inner = WIDTH - LEFT - RIGHT
    room = inner / max(len(shares), 1)
    wide, every = min(room * 0.7, 36), math.ceil(len(shares) / 6)
    parts = [_hatch(name), *_grid(top)]
    for number, one in enumerate(shares):
        middle, high = LEFT + room * (number + 0.5), _y(one.share, top)
        parts.append(
            Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}/>').format(
                "bar part" if one.partial else "bar", middle - wide / 2, high, wide, HEIGHT - BOTTOM - high,
                Markup(' fill="url(#{}-hatch)"').format(name) if one.partial else "",
            )
        )  # fmt: skip
        if len(shares) <= 8:
            parts.append(_text(middle, high - 4, format_percent(one.share), "value", "middle"))
        if (len(shares) - 1 - number) % every == 0:
            last = number == len(shares) - 1 and len(shares) > 6
            at, anchor = (WIDTH - 1, "end") if last else (middle, "middle")
            parts.append(_text(at, HEIGHT - 9, f"{one.name}{'*' if one.partial else ''}", "label", anchor))
    whole = [one for one in shares if not one.partial] or list(shares)
    told = f"{len(shares)} months"
    if whole:
        told += f", from {format_percent(whole[0].share)} in {whole[0].name} to {format_percent(whole[-1].share)} in {whole[-1].name}"
    return _svg(name, title, f"{told}. Months marked with an asterisk are not whole.", parts)


def sparkline(name: str, title: str, shares: Sequence[Share]) -> Markup:
    """A small line of shares by month, from zero; the last points are hollow where the month is not whole."""
    wide, high, top = 96, 24, max((one.share for one in shares), default=0.0) or 1.0
    step = (wide - 8) / max(len(shares) - 1, 1)
    points = [(4 + step * number, high - 4 - (high - 8) * one.share / top) for number, one in enumerate(shares)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts = [Markup('<polyline class="line" points="{}"/>').format(line)] if len(points) > 1 else []
    for (x, y), one in list(zip(points, shares, strict=True))[-1:]:
        style = "dot part" if one.partial else "dot"
        parts.append(Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(style, x, y))
    told = ", ".join(f"{one.name} {format_percent(one.share)}" for one in shares[-6:])
    return _svg(name, title, told, parts, wide, high, "spark")


def bar_chart(name: str, title: str, rows: Sequence[tuple[str, float, str]], kind: str = "") -> Markup:
    """Rows of (label, size, words at the bar's end) as bars from the left, each under its label."""
    most = max((size for _, size, _ in rows), default=0.0) or 1.0
    inner, parts = WIDTH - 90, []
    for number, (label, size, told) in enumerate(rows):
        at = number * BAR_ROW
        long = max(inner * size / most, 1.0)
        parts += [
            _text(0, at + 11, _short(label), "label", "start"),
            Markup('<rect class="bar {}" x="0" y="{}" width="{:.1f}" height="8" rx="2"/>').format(
                kind, at + 15, long
            ),
            _text(long + 5, at + 23, told, "value", "start"),
        ]
    told = "; ".join(f"{label}: {end}" for label, _, end in rows[:8])
    return _svg(name, title, told, parts, WIDTH, max(len(rows), 1) * BAR_ROW)


def step_chart(name: str, title: str, steps: Sequence[SurvivalStep], until: float) -> Markup:
    """The share of promises kept by their age, as a line of steps up to `until` days."""
    last = max(until, steps[-1].days, 1.0)
    inner = WIDTH - LEFT - RIGHT

    def x(days: float) -> float:
        return LEFT + inner * days / last

    path = [f"M{x(0):.1f},{_y(0, 1):.1f}"]
    path += [f"H{x(step.days):.1f}V{_y(step.kept, 1):.1f}" for step in steps[1:]]
    path.append(f"H{x(last):.1f}")
    parts = [*_grid(1.0), Markup('<path class="line" d="{}"/>').format("".join(path))]
    for days in (0, last / 2, last):
        anchor = "start" if days == 0 else "end" if days == last else "middle"
        parts.append(_text(x(days), HEIGHT - 9, f"{days:.0f} days", "label", anchor))
    middle = median_days(steps)
    told = (
        f"Half were kept after {middle:.0f} days." if middle is not None else "Fewer than half were kept so far."
    )
    return _svg(name, title, told, parts)


def licence_rows(counts: Sequence[LicenceCount], most: int = 10) -> list[tuple[str, float, str]]:
    """The commonest licences as rows for `bars`, the others in one."""
    total = sum(one.papers for one in counts) or 1
    named = [(one.spdx or wording.CLASS[LicenceClass(one.class_)], one.papers) for one in counts]
    rows = named[:most] + ([("others", sum(papers for _, papers in named[most:]))] if named[most:] else [])
    return [(name, float(papers), f"{papers} ({format_percent(papers / total)})") for name, papers in rows]


def _ceiling(share: float) -> float:
    """The next round share above."""
    return next((top for top in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if share <= top * 0.95), 1.0)


def _y(share: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(share / top, 1.0)


def _grid(top: float) -> list[Markup]:
    lines = []
    for part in (0.0, 0.5, 1.0):
        y = _y(top * part, top)
        lines.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
        lines.append(_text(LEFT - 5, y + 4, format_percent(top * part), "label", "end"))
    return lines


def _hatch(name: str) -> Markup:
    return Markup(
        '<defs><pattern id="{}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatch-back" width="5" height="5"/><line class="hatch" y2="5"/></pattern></defs>'
    ).format(name)


def _short(text: str) -> str:
    cleaned = clean_text(text)
    return cleaned if len(cleaned) <= 48 else f"{cleaned[:47]}…"


def _text(x: float, y: float, text: str, class_: str, anchor: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        class_, x, y, anchor, text
    )


def _svg(
    name: str,
    title: str,
    told: str,
    parts: Iterable[Markup],
    wide: int = WIDTH,
    high: int = HEIGHT,
    class_: str = "",
) -> Markup:
    """`name` is unique on the page; it names title and description."""
    return Markup(
        '<svg class="chart {}" role="img" viewBox="0 0 {} {}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(
        class_, wide, high, name, name, name, clean_text(title), name, clean_text(told),
        Markup("").join(escape(part) for part in parts),
    )  # fmt: skip
