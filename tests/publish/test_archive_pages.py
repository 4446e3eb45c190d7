"""The pages of the archive: months, days and selections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from tracker.domain.archive import ArchiveDay, Order, Selection
from tracker.domain.terms import Fact, State
from tracker.publish import archive_pages
from tracker.publish.overview import Choices, Overview
from tracker.settings import Settings

Configured = Callable[..., Settings]
DAYS = [
    ArchiveDay(day=day, papers=papers, closed=0, opened={Fact.CODE: papers, Fact.WEIGHTS: 1})
    for day, papers in (("2026-07-01", 2), ("2026-06-17", 3), ("2026-06-16", 1), ("2025-12-31", 5))
]


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_archive_leads_to_months_by_year(configured: Configured) -> None:
    made = archive_pages.render_archive(Overview(days=DAYS), configured())
    assert set(made) == {"archive.html", "2026.html", "2025.html"}
    assert html.fromstring(made["2025.html"]).xpath("//main//a/@href") == ["./archive", "./2025/12"]
    parsed = html.fromstring(made["archive.html"])
    assert [text(heading) for heading in parsed.iter("h2")] == ["2026", "2025"]
    assert parsed.xpath("//main//li/a/@href") == ["./2026/07", "./2026/06", "./2025/12"]
    assert "June 2026 4" in text(parsed)
    assert "11 papers with open code" in text(parsed)
    (empty,) = archive_pages.render_archive(Overview(), configured()).values()
    assert "No papers yet." in text(html.fromstring(empty))


def test_a_month_leads_to_its_days_and_to_other_months(configured: Configured) -> None:
    parsed = html.fromstring(archive_pages.render_month("2026-06", DAYS, configured()))
    rows = [" ".join(text(cell) for cell in row) for row in parsed.iter("tr")]
    assert rows[1:] == ["Wednesday, 17 3 1 0 0", "Tuesday, 16 1 1 0 0"]
    assert parsed.xpath("//tbody//a/@href") == ["../2026/06/17", "../2026/06/16"]
    assert parsed.xpath("//a[@rel='prev']/@href") == ["../2025/12"]
    assert parsed.xpath("//a[@rel='next']/@href") == ["../2026/07"]


def test_a_day_shows_all_its_papers_and_leads_to_the_days_beside_it(
    item: Any, verdict: Any, configured: Configured
) -> None:
    gone = item(3, verdicts=(verdict(Fact.CODE, State.GONE, "absent since 2026-06-20"),))
    ((name, page),) = archive_pages.render_day(DAYS[1], DAYS, [gone, item(1), item(2)], configured()).items()
    parsed = html.fromstring(page)
    assert name == "2026/06/17.html"
    assert "3 papers with open code." in text(parsed)
    assert parsed.xpath("//article//h3/a/@href") == [f"../../paper/2606.0000{number}" for number in (1, 2, 3)]
    assert "No longer open" in text(parsed)
    assert parsed.xpath("//a[@rel='prev']/@href") == ["../../2026/06/16"]
    assert parsed.xpath("//a[@rel='next']/@href") == ["../../2026/07/01"]


def test_a_long_day_has_further_pages(item: Any, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_pages, "PER_DAY", 2)
    made = archive_pages.render_day(DAYS[3], DAYS, [item(number) for number in range(5)], configured())
    assert list(made) == ["2025/12/31.html", "2025/12/31/2.html", "2025/12/31/3.html"]
    assert archive_pages.count_pages(DAYS[3]) == 3
    second = html.fromstring(made["2025/12/31/2.html"])
    assert len(second.findall(".//article")) == 2
    assert second.xpath("//nav[@aria-label='Pages of this day']/a/@href") == [
        f"../../../2025/12/31{end}" for end in ("", "/2", "/3")
    ]


def test_a_selection_says_what_it_is_and_leads_on(item: Any, configured: Configured) -> None:
    selection = Selection(
        categories=("cs.CL",), facts=(Fact.WEIGHTS,), licences=("mit",), order=Order.SUBMITTED, page=2
    )
    choices = Choices(("cs.CL", "cs.LG"), ("MIT",))
    page = archive_pages.render_selection(selection, [item(1)], 101, choices, configured())
    parsed = html.fromstring(page)
    assert text(parsed.find(".//h1")) == "Open weights in Computation and language (cs.CL) under MIT"
    assert "101 papers, 51 to 51 shown, sorted by date of submission (newest)." in text(parsed)
    assert parsed.xpath("//option[@selected]/@value") == ["cs.CL", "weights", "MIT", "submitted"]
    wanted = "./archive?cat=cs.CL&has=weights&licence=mit&sort=submitted"
    assert parsed.xpath("//a[@rel='prev']/@href") == [wanted]
    assert parsed.xpath("//a[@rel='next']/@href") == [f"{wanted}&page=3"]
    assert parsed.xpath("//link[@rel='alternate']/@href")[0] == "./feed.xml?cat=cs.CL&has=weights&licence=mit"
    empty = html.fromstring(archive_pages.render_selection(Selection(), [], 0, choices, configured()))
    assert "No papers match." in text(empty)


def test_hostile_values_stay_text(configured: Configured) -> None:
    selection = Selection(licences=("<script>alert(1)</script>", '" onmouseover="x'))
    page = archive_pages.render_selection(selection, [], 0, Choices((), ("<b>",)), configured())
    parsed = html.fromstring(page)
    assert not list(parsed.iter("script", "b"))
    assert not parsed.xpath("//@*[starts-with(name(), 'on')]")
