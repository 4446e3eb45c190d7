"""The pages of organisations and their files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import html

from tracker.domain.feeds import Channel
from tracker.domain.organisation_figures import (
    Belonging,
    OrganisationEvent,
    OrganisationFigures,
    OrganisationPromise,
    OrganisationWork,
    PromiseState,
    TermsCount,
)
from tracker.domain.terms import EventKind, Fact, State
from tracker.domain.trend_figures import TrendFigures
from tracker.publish import feed_pages
from tracker.publish.organisation_pages import build_organisation_pages, open_share
from tracker.settings import Settings

AT = datetime(2026, 6, 17, 5, tzinfo=UTC)
Configured = Callable[..., Settings]


def make_lab(name: str) -> OrganisationFigures:
    """An organisation whose every text is hostile."""
    paper = OrganisationWork(
        "2606.00001", "On <script>alert(1)</script>", AT, State.OPEN, State.GATED, State.NONE,
        (
            (Belonging.OWNER, "github:lab/0<b>"), (Belonging.AFFILIATION, "Lab <b>, <script>"),
            *((Belonging.OWNER, f"github:lab/{number}") for number in range(3)),
        ),
    )  # fmt: skip
    return OrganisationFigures(
        name=name,
        by_affiliation=2,
        accounts=(("github.com/lab", "https://github.com/lab"), ("bad", "javascript:alert(1)")),
        terms=(
            TermsCount("2025", Fact.CODE, State.OPEN, "osi", 3, 1), TermsCount("2025", Fact.CODE, State.UNKNOWN, "", 5, 0),
            TermsCount("2025", Fact.WEIGHTS, State.AVAILABLE, "restricted", 2, 0), TermsCount("2026", Fact.WEIGHTS, State.NONE, "", 1, 0),
            TermsCount("2026", Fact.CODE, State.AVAILABLE, "none", 1, 0),
        ),
        promises_by_state={PromiseState.LAPSED: 1},
        licence_changes=1,
        promises=(OrganisationPromise("2606.00001", "On parts", PromiseState.LAPSED, AT, AT),),
        relicensed=(OrganisationEvent("2606.00001", "On parts", "github:lab/x", EventKind.RELICENSED, AT, "MIT <b>"),),
        releases=(OrganisationWork("", "Large <b>", AT, State.OPEN, State.OPEN, State.NONE, ()),),
        newest=(paper,),
    )  # fmt: skip


def build(configured: Configured, status: Any, *labs: OrganisationFigures, **options: Any) -> dict[str, bytes]:
    return build_organisation_pages(
        TrendFigures(counted_at=AT, organisations=labs), configured(), status(), **options
    )


def test_shares_leave_out_what_is_unknown_or_not_there() -> None:
    lab = make_lab("Lab")
    code, weights, data = (open_share(lab, fact) for fact in (Fact.CODE, Fact.WEIGHTS, Fact.DATA))
    assert [(share.papers, share.read, share.open) for share in (code, weights, data)] == [
        (9, 4, 3),
        (3, 2, 0),
        (0, 0, 0),
    ]
    assert [open_share(lab, Fact.CODE, year, "2026").partial for year in lab.years] == [False, True]


def test_each_organisation_has_a_page_and_a_row(configured: Configured, status: Any) -> None:
    channel = Channel(name="org/Lab, <the>", title="Lab", description="", items=())
    pages = build(
        configured, status, make_lab("Lab, <the>"), OrganisationFigures(name="../up"),
        feeds=feed_pages.list_feed_pages([("Organisations", channel)]),
    )  # fmt: skip
    assert set(pages) == {
        "organisations.html", "organisation/Lab, <the>.html", "organisations/comparison.csv", "organisations/terms.csv",
    }  # fmt: skip
    overview = html.fromstring(pages["organisations.html"])
    assert overview.xpath("//tbody//a/@href") == ["./organisation/Lab,%20%3Cthe%3E"]
    cells = [cell.text_content() for cell in overview.xpath("//tbody/tr[1]/td")]
    assert cells[:2] == ["9", "3 of 4 75 % (30–95 %)"]
    assert len(overview.xpath("//tbody/tr")) == 1
    assert "nothing is stored yet: ../up." in overview.text_content()
    assert cells[-3:] == ["0 of 1", "1", "1"]
    page = html.fromstring(pages["organisation/Lab, <the>.html"])
    assert not page.xpath("//script | //main//b"), "texts of strangers are escaped"
    links = page.xpath("//main//a/@href")
    assert {"../feeds/org/Lab,%20%3Cthe%3E.xml", "../paper/2606.00001", "https://github.com/lab"} <= set(links)
    assert not [link for link in links if link.startswith("javascript")]
    text = page.text_content()
    assert "repository owner: github:lab/0<b>" in text
    assert "affiliation: Lab <b>, <script>" in text
    assert "9 papers belong to it" in text
    assert "2 of them by the affiliation alone" in text
    assert "2 more" in text
    assert "available, restricted use" in text
    static = build(configured, status, make_lab("Lab"), papers=set())["organisation/Lab.html"]
    assert "https://arxiv.org/abs/2606.00001" in html.fromstring(static).xpath("//main//a/@href")


def test_the_files_have_what_the_pages_show(configured: Configured, status: Any) -> None:
    pages = build(configured, status, make_lab("Lab, <the>"))
    (row,) = csv.DictReader(io.StringIO(pages["organisations/comparison.csv"].decode(), newline=""))
    assert [row[name] for name in ("organisation", "papers", "by_affiliation", "releases", "code_of", "code_open", "lapsed", "relicensed")] == [
        "Lab, <the>", "9", "2", "1", "4", "3", "1", "1",
    ]  # fmt: skip
    assert (row["code_share"], row["data_share"]) == ("0.750000", "")
    terms = list(csv.DictReader(io.StringIO(pages["organisations/terms.csv"].decode(), newline="")))
    assert list(terms[0].values()) == ["Lab, <the>", "2025", "code", "open", "osi", "3", "1"]
    assert len(terms) == 5
    assert "No organisation is on" in build(configured, status)["organisations.html"].decode()
