"""The statistics of `/trends` and their charts."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from tracker.domain.evidence import LicenceCount, MonthCount
from tracker.domain.terms import State
from tracker.domain.trend_figures import SurvivalStep
from tracker.publish import charts
from tracker.publish.charts import Share


def test_shares_by_month_mark_a_partial_month() -> None:
    counts = [
        MonthCount("2026-04", "", State.OPEN, 1), MonthCount("2026-05", "", State.OPEN, 2), MonthCount("2026-05", "", State.NONE, 6),
        MonthCount("2026-06", "", State.UNKNOWN, 3), MonthCount("2026-05", "cs.LG", State.OPEN, 1),
    ]  # fmt: skip
    assert charts.shares_by_month(counts, now="2026-06", first="2026-04") == [
        Share("2026-04", 1, 1, 0, partial=True), Share("2026-05", 8, 2, 0), Share("2026-06", 3, 0, 3, partial=True),
    ]  # fmt: skip
    assert charts.shares_by_month(counts, "cs.LG", now="2026-06") == [Share("2026-05", 1, 1, 0)]
    assert charts.shares_by_month([], now="2026-06") == []


def test_only_harvested_categories_are_compared() -> None:
    counts = [
        MonthCount("2026-05", "cs.LG", State.OPEN, 1), MonthCount("2026-06", "cs.LG", State.UNKNOWN, 3),
        MonthCount("2026-06", "cs.CL", State.OPEN, 5), MonthCount("2026-06", "math.AG", State.OPEN, 50),
        MonthCount("2026-06", "", State.OPEN, 99),
    ]  # fmt: skip
    shares = charts.shares_by_category(counts, ["cs.LG", "cs.CL", "cs.NE"])
    assert shares == [Share("cs.CL", 5, 5, 0), Share("cs.LG", 4, 1, 3)]
    assert [share.share for share in shares] == [1.0, 0.25]


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0 %"), (0.045, "4.5 %"), (0.5, "50 %"), (1, "100 %"), (0.0004, "0.0 %")]
)
def test_shares_as_percentages(share: float, shown: str) -> None:
    assert charts.format_percent(share) == shown


def test_no_label_of_the_axis_is_clipped() -> None:
    chart = charts.column_chart("c", "Shares", [Share("2026-05", 1, 1, 0)])
    ends = re.findall(r'x="([0-9.]+)" y="[0-9.]+" text-anchor="end">(100 %|0 %)<', chart)
    # A digit of 11 px is about 6 px wide, a percent sign 10.
    assert all(float(x) >= 6 * (len(text) - 1) + 12 for x, text in ends)
    assert "100 %" in [text for _, text in ends]


def test_many_licences_end_in_others() -> None:
    counts = [LicenceCount(f"L-{number}", "osi", 10) for number in range(12)] + [LicenceCount("", "none", 1)]
    rows = charts.licence_rows(counts)
    assert len(rows) == 11
    assert rows[-1] == ("others", 21.0, "21 (17 %; 12–25 %)")
    assert charts.licence_rows([LicenceCount("", "none", 1)]) == [("no licence found", 1.0, "1 (100 %; 21–100 %)")]


HOSTILE = '</title><script>x</script> "\x00& <b>'


def drawings(shares: list[Share]) -> list[str]:
    return [
        charts.column_chart("a", HOSTILE, shares), charts.sparkline("b", HOSTILE, shares),
        charts.bar_chart("c", HOSTILE, [(share.name, share.papers, share.name) for share in shares]),
        charts.step_chart("d", HOSTILE, [SurvivalStep(0, 0), *(SurvivalStep(share.papers, share.share) for share in shares)], 0, None),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 2, 7, 24])
def test_charts_are_described_in_text_and_carry_no_style(count: int) -> None:
    shares = [Share(f"{HOSTILE} {n}", 10 + n, n % 3, 1, partial=n == count - 1) for n in range(count)]
    for picture in drawings(shares):
        svg = etree.fromstring(re.sub("[\x00]", "", picture))
        assert svg.tag == "svg"
        assert [element.tag for element in svg][:2] == ["title", "desc"]
        assert svg[0].text is not None
        assert svg[0].text.startswith("</title>")
        assert svg.get("role") == "img"
        assert not svg.xpath("//@style | //script | //style | //b")
        assert "nan" not in picture


def test_a_partial_month_is_marked_and_hatched() -> None:
    picture = charts.column_chart("a", "t", [Share("2026-05", 10, 5, 0), Share("2026-06", 10, 5, 0, partial=True)])
    assert picture.count("bar part") == 1
    assert "url(#a-hatch)" in picture
    assert "2026-06*" in picture
    assert "2026-05*" not in picture
    assert "incomplete" in picture


def test_columns_are_as_high_as_their_shares() -> None:
    svg = etree.fromstring(charts.column_chart("a", "t", [Share("x", 4, 1, 0), Share("y", 4, 2, 0)]))
    low, high = (float(bar.get("height")) for bar in svg.xpath("//rect[@class='bar']"))
    assert high == pytest.approx(2 * low, abs=0.2)
