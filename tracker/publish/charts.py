"""Charts as inline SVG without styles, and the numbers that they show; pure.

Every chart has a title, a description and classes that `style.css` colours, and a table of the same
numbers beside it, so that no information is in the picture only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from tracker.domain.evidence import LicenceCount, MonthCount
from tracker.domain.terms import Fact, LicenceClass, State
from tracker.domain.trend_figures import SurvivalStep
from tracker.publish import wording
from tracker.publish.intervals import wilson_interval
from tracker.publish.readable_text import clean_text

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 22, 26
"""Room for the axes, in units of the view box, in which letters are 11 high."""
BAR_ROW = 32


@dataclass(frozen=True, slots=True)
class Share:
    """Papers of one month (or category) with open code. `partial`: the month is not over, or was
    not read from its beginning."""

    name: str
    papers: int
    open: int
    unknown: int
    """Papers of the others whose state is not known yet."""
    partial: bool = False
    unread: int = 0
    """Papers whose full text was not read: neither a yes nor a no."""

    @property
    def read(self) -> int:
        """The papers that were read as far as is needed."""
        return self.papers - self.unread

    @property
    def share(self) -> float:
        """The share of open ones among those that were read, from 0 to 1."""
        return self.open / self.read if self.read else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 % for the share."""
        return wilson_interval(self.open, self.read)

    @property
    def bounds(self) -> tuple[float, float]:
        """The share if none of the papers that were not read is open, and if all are."""
        total = self.papers or 1
        return self.open / total, (self.open + self.unread) / total


def shares_by_month(
    counts: Iterable[MonthCount], category: str = "", *, now: str, first: str = "", fact: Fact = Fact.CODE
) -> list[Share]:
    """Shares of one category (empty: of all papers) by month; `now` is the month that is not over, `first` the month in
    which reading began: that one and those before it are partial too."""
    papers: dict[str, int] = defaultdict(int)
    opened: dict[str, int] = defaultdict(int)
    unknown: dict[str, int] = defaultdict(int)
    unread: dict[str, int] = defaultdict(int)
    for count in counts:
        if count.category == category and count.fact is fact:
            papers[count.month] += count.papers
            opened[count.month] += count.papers if count.state is State.OPEN else 0
            unknown[count.month] += count.papers - count.unread if count.state is State.UNKNOWN else 0
            unread[count.month] += count.unread
    return [
        Share(
            month,
            papers[month],
            opened[month],
            unknown[month],
            partial=month >= now or month <= first,
            unread=unread[month],
        )
        for month in sorted(papers)
    ]


def shares_by_category(counts: Iterable[MonthCount], categories: Sequence[str]) -> list[Share]:
    """Shares of each category over all months, most papers first."""
    by_category = defaultdict(list)
    for count in counts:
        if count.fact is Fact.CODE:
            by_category[count.category].append(count)
    shares = []
    for category in categories:
        months = by_category[category]
        if total := sum(count.papers for count in months):
            opened = sum(count.papers for count in months if count.state is State.OPEN)
            unknown = sum(count.papers - count.unread for count in months if count.state is State.UNKNOWN)
            unread = sum(count.unread for count in months)
            shares.append(Share(category, total, opened, unknown, unread=unread))
    return sorted(shares, key=lambda share: (-share.papers, share.name))


def format_percent(share: float) -> str:
    """A share as `12 %`, below 10 % with one more digit."""
    value = share * 100
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"


def format_interval(interval: tuple[float, float]) -> str:
    """An interval of shares as `28–34 %`."""
    low, high = (format_percent(end).removesuffix(" %") for end in interval)
    return f"{low}–{high} %"


def share_bars(shares: Iterable[tuple[str, Share]]) -> list[tuple[str, float, str]]:
    """Shares as rows of `bar_chart`, each with its interval."""
    return [
        (label, share.share, f"{format_percent(share.share)} ({format_interval(share.interval)})")
        for label, share in shares
    ]


def column_chart(name: str, title: str, shares: Sequence[Share]) -> Markup:
    """Shares by month as columns, with their intervals. A partial month is hatched and has an asterisk."""
    top = _ceiling(max((share.interval[1] for share in shares if share.read), default=0.0))
    inner = WIDTH - LEFT - RIGHT
    room = inner / max(len(shares), 1)
    wide, every = min(room * 0.7, 36), math.ceil(len(shares) / 5)
    parts = [_hatch(name), *_grid(top)]
    for number, share in enumerate(shares):
        middle, high = LEFT + room * (number + 0.5), _y(share.share, top)
        parts.append(
            Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}/>').format(
                "bar part" if share.partial else "bar", middle - wide / 2, high, wide, HEIGHT - BOTTOM - high,
                Markup(' fill="url(#{}-hatch)"').format(name) if share.partial else "",
            )
        )  # fmt: skip
        upper = high
        if share.read:
            lower, upper = (_y(end, top) for end in share.interval)
            parts.append(Markup('<path class="whisker" d="M{:.1f},{:.1f}V{:.1f}"/>').format(middle, lower, upper))
        if len(shares) <= 8:
            parts.append(_text(middle, upper - 4, format_percent(share.share), "value", "middle"))
        if (len(shares) - 1 - number) % every == 0:
            last = number == len(shares) - 1 and len(shares) > 6
            at, anchor = (WIDTH - 1, "end") if last else (middle, "middle")
            parts.append(_text(at, HEIGHT - 9, f"{share.name}{'*' if share.partial else ''}", "label", anchor))
    whole = [share for share in shares if not share.partial] or list(shares)
    description = f"{len(shares)} months"
    if whole:
        description += f", from {format_percent(whole[0].share)} in {whole[0].name} to {format_percent(whole[-1].share)} in {whole[-1].name}"
    return _svg(
        name,
        title,
        f"{description}. Lines show intervals of 95 %. Months marked with an asterisk are incomplete.",
        parts,
    )


def sparkline(name: str, title: str, shares: Sequence[Share]) -> Markup:
    """A small line of shares by month, from zero; the last point is hollow if its month is partial."""
    wide, high, top = 96, 24, max((share.share for share in shares), default=0.0) or 1.0
    step = (wide - 8) / max(len(shares) - 1, 1)
    points = [
        (4 + step * number, high - 4 - (high - 8) * share.share / top) for number, share in enumerate(shares)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts = [Markup('<polyline class="line" points="{}"/>').format(line)] if len(points) > 1 else []
    for (x, y), share in list(zip(points, shares, strict=True))[-1:]:
        style = "dot part" if share.partial else "dot"
        parts.append(Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(style, x, y))
    description = ", ".join(f"{share.name} {format_percent(share.share)}" for share in shares[-6:])
    return _svg(name, title, description, parts, wide, high, "spark")


def bar_chart(name: str, title: str, rows: Sequence[tuple[str, float, str]], kind: str = "") -> Markup:
    """Rows of (label, size, text at the bar's end) as bars from the left, each under its label."""
    most = max((size for _, size, _ in rows), default=0.0) or 1.0
    # A letter of the text at a bar's end is about 6 wide.
    room = max((len(value) for _, _, value in rows), default=0) * 6.5 + 8
    inner, parts = WIDTH - max(room, 90), []
    for number, (label, size, value) in enumerate(rows):
        at = number * BAR_ROW
        long = max(inner * size / most, 1.0)
        parts += [
            _text(0, at + 11, _short(label), "label", "start"),
            Markup('<rect class="bar {}" x="0" y="{}" width="{:.1f}" height="8" rx="2"/>').format(
                kind, at + 15, long
            ),
            _text(long + 5, at + 23, value, "value", "start"),
        ]
    description = "; ".join(f"{label}: {value}" for label, _, value in rows[:8])
    return _svg(name, title, description, parts, WIDTH, max(len(rows), 1) * BAR_ROW)


def step_chart(name: str, title: str, steps: Sequence[SurvivalStep], until: float, median: float | None) -> Markup:
    """The share of promises kept by their age, as a line of steps up to `until` days; half were kept after `median`
    days."""
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
    description = (
        f"Half were kept after {median:.0f} days." if median is not None else "Fewer than half were kept so far."
    )
    return _svg(name, title, description, parts)


def licence_rows(counts: Sequence[LicenceCount], most: int = 10) -> list[tuple[str, float, str]]:
    """The commonest licences as rows of `bar_chart`, the others in one row."""
    total = sum(count.papers for count in counts) or 1
    named = [(count.spdx or wording.CLASS[LicenceClass(count.class_)], count.papers) for count in counts]
    rows = named[:most] + ([("others", sum(papers for _, papers in named[most:]))] if named[most:] else [])
    return [
        (
            name,
            float(papers),
            f"{papers} ({format_percent(papers / total)}; {format_interval(wilson_interval(papers, total))})",
        )
        for name, papers in rows
    ]


def _ceiling(share: float) -> float:
    """The end of the axis: the next round share above `share`."""
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
    description: str,
    parts: Iterable[Markup],
    wide: int = WIDTH,
    high: int = HEIGHT,
    class_: str = "",
) -> Markup:
    """A chart; `name` is unique on the page and makes the ids of title and description."""
    return Markup(
        '<svg class="chart {}" role="img" viewBox="0 0 {} {}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(
        class_, wide, high, name, name, name, clean_text(title), name, clean_text(description),
        Markup("").join(escape(part) for part in parts),
    )  # fmt: skip
