"""Pages from a store: which files there are, and what is rendered on demand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from lxml import html

from tracker import settings
from tracker.config_files import Organisation
from tracker.domain.artifacts import Reference
from tracker.domain.feeds import Channel
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.status import Status
from tracker.domain.terms import Place, Role, Source
from tracker.pipeline.site import build_paper_page, build_search_page, build_site, is_stored
from tracker.publish import pages
from tracker.settings import Settings
from tracker.store import items, organisations, roles, scans
from tracker.store.engine import Store
from tracker.store.papers import save_versions

PUBLIC = "https://x.example/t"


@pytest.fixture
def configured() -> Settings:
    return settings.load_settings(environ={"TRACKER_PUBLIC_URL": PUBLIC})


@pytest.fixture
def status(now: datetime) -> Status:
    return Status(
        version="0.1.0", now=now, papers=3, open_papers=1, checks_waiting=0, scans_waiting=0, github_token=True,
        stages={"harvest": now},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def papers(store: Store, now: datetime) -> None:
    """Three papers: two of an organisation's account, one of an old id with a slash."""
    organisations.sync_organisations(
        store, [Organisation(name="Ai2", github=("allenai",), huggingface=("allenai",))]
    )
    for arxiv_id, title, link in (
        ("2606.00001", "Retrieval of things", "allenai/tool"), ("2606.00002", "100% <b>bold</b>", "ann/tool"),
        ("cs/0501001", "Of old", "AllenAI/old"),
    ):  # fmt: skip
        at = now - timedelta(days=1)
        version = Version(
            arxiv_id=arxiv_id, n=1, title=title, abstract="We study.", authors=("Ann",), categories=("cs.LG",),
            primary_category="cs.LG", comment=None, submitted_at=at, updated_at=at,
        )  # fmt: skip
        save_versions(store, [version], {arxiv_id: at}, now)
        work, target = (
            f"arxiv:{arxiv_id}",
            Reference(f"github:{link}", "github", "repository", f"https://github.com/{link}"),
        )
        mention = Mention(
            reference=target, url=target.url, place=Place.ABSTRACT, source=Source.METADATA, evidence="Our code."
        )
        scans.save_scans(
            store,
            [scans.ScanResult(work=work, version=1, source=Source.METADATA, mentions=(mention,))],
            "r1",
            now,
        )
        role = RoleDecision(
            reference=target,
            url=target.url,
            role=Role.OWN,
            probability=0.9,
            place=Place.ABSTRACT,
            source=Source.METADATA,
            evidence="Our code.",
            reasons=("so",),
        )
        roles.save_roles(store, {work: [role]}, "r1", set(), now)


def parse_page(page: bytes | None) -> Any:
    assert page is not None
    return html.fromstring(page)


def test_static_pages_have_their_names(store: Store, configured: Settings, status: Status) -> None:
    newest = [item for key in ("arxiv:2606.00001", "arxiv:cs/0501001") if (item := items.load_item(store, key))]
    (unopened,) = [stored for stored in [items.load_item(store, "arxiv:2606.00002")] if stored]

    def channel(name: str) -> Channel:
        return Channel(name=name, title=name, description="", items=tuple(newest))

    channels = [("Main", channel("")), ("Categories", channel("cs.LG")), ("Licences", channel("licence/MIT")),
                ("Organisations", channel("org/Ai2")), ("What shipped", channel("weights")), ("Events", channel("event/gone"))]  # fmt: skip
    site = build_site(store, configured, status, newest=newest, not_open=[unopened], channels=channels)
    of_documents = {name for name in site if name.startswith("docs")}
    assert {"docs.html", "docs/feed.html", "docs/accuracy.html"} <= of_documents
    assert set(site) - of_documents == {
        "index.html", "archive.html", "not-open.html", "browse.html", "feeds.html", "trends.html", "organisations.html", "about.html", "search.html", "404.html",
        "trends/open-by-day.csv", "trends/open-now.csv", "trends/places.csv", "trends/licences.csv", "trends/promises.csv", "trends/links.csv",
        "trends/never-there.csv", "reports.html", "organisations/comparison.csv", "organisations/terms.csv", "organisation/Ai2.html",
        "robots.txt", "sitemap.xml", "favicon.svg", "favicon.ico", "style.css",
        "userscript.html", "tracker.user.js", "tracker-extension.zip", "api/docs.html", "browse/category/cs.LG.html", "browse/licence/MIT.html",
        "browse/org/Ai2.html", "browse/kind/weights.html", "paper/2606.00001.html", "paper/cs/0501001.html",
        "paper/2606.00002.html",
    }  # fmt: skip
    assert parse_page(site["paper/cs/0501001.html"]).xpath("//link[@rel='stylesheet']/@href") == [
        "../../style.css"
    ]
    assert all(site.values())
    sitemap = site["sitemap.xml"].decode()
    assert f"<loc>{PUBLIC}/</loc>" in sitemap
    assert f"<loc>{PUBLIC}/paper/cs/0501001</loc>" in sitemap
    assert "404" not in sitemap
    second = build_site(store, configured, status, newest=newest, not_open=[unopened], channels=channels)
    assert second == site, "the same to the byte"


def test_an_empty_store_has_pages_too(store: Store, configured: Settings, status: Status) -> None:
    site = build_site(store, configured, status, newest=[])
    assert "No papers yet" in parse_page(site["index.html"]).text_content()
    assert all(
        len(parse_page(page).findall(".//h1")) == 1 for name, page in site.items() if name.endswith(".html")
    )


def test_any_stored_paper_has_a_page(store: Store, configured: Settings) -> None:
    assert "100% bold" in parse_page(build_paper_page(store, configured, "2606.00002")).findtext(".//h1")
    assert "Of old" in parse_page(build_paper_page(store, configured, "cs/0501001")).findtext(".//h1")
    for unknown in ("2606.99999", "", "../x", "\ud800", "\0", "' OR 1=1", "%"):
        assert build_paper_page(store, configured, unknown) is None


def list_titles(page: bytes) -> list[str]:
    return [" ".join(heading.text_content().split()) for heading in parse_page(page).iter("h3")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("retrieval", ["Retrieval of things"]),
        ("arXiv:2606.00001", ["Retrieval of things"]),
        ("Ai2", ["Retrieval of things", "Of old"]),
        ("ai2 things", ["Retrieval of things"]),
        ("100%", ["100% bold"]),
        ("1_0", []),
        ("'", []),
        ("", []),
    ],
)
def test_search_covers_titles_and_organisations(
    store: Store, configured: Settings, query: str, expected: list[str]
) -> None:
    assert sorted(list_titles(build_search_page(store, configured, query, 1))) == sorted(expected)


def test_a_search_can_be_narrowed_and_subscribed_to(store: Store, configured: Settings) -> None:
    page = parse_page(
        build_search_page(store, configured, "we study -old", 1, asked={"has": "joy", "sort": "date"})
    )
    assert page.xpath("//a[@class='button']/@href") == ["./feeds?keyword=we&keyword=study&keyword=-old"]
    assert page.xpath("//option[@selected]/@value") == ["date"], "what is no fact narrows nothing"
    assert list_titles(build_search_page(store, configured, "study", 1, asked={"has": "demo"})) == []
    assert (is_stored(store, "2606.00001"), is_stored(store, "2606.99999")) == (True, False)
    missing = build_search_page(store, configured, "https://arxiv.org/abs/2606.99999v2", 1)
    assert b"2606.99999 is not in this tracker" in missing


@pytest.mark.parametrize("page", [-1, 0, 1, 2, 10**30])
def test_pages_beyond_the_results_are_the_nearest_one(store: Store, configured: Settings, page: int) -> None:
    assert len(list_titles(build_search_page(store, configured, "we study", page))) == 3


def test_results_come_page_by_page(store: Store, configured: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_SEARCH", 2)
    first, second = (list_titles(build_search_page(store, configured, "study", page)) for page in (1, 2))
    assert (len(first), len(second)) == (2, 1)
    assert set(first).isdisjoint(second)


@budget(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=250))
def test_any_search_has_a_page(store: Store, configured: Settings, words: str) -> None:
    page = parse_page(build_search_page(store, configured, words, 1))
    assert len(page.findall(".//h1")) == 1
    assert not list(page.iter("script"))


def test_organisations_are_counted_by_their_accounts(store: Store, configured: Settings, status: Status) -> None:
    page = parse_page(build_site(store, configured, status, newest=[])["organisations.html"])
    assert [cell.text for cell in page.xpath("//tbody/tr[1]/td")][:2] == ["2", "–"]
