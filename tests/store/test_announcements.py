"""The record of announcements: a version is announced first, stored later and scanned last."""

from dataclasses import replace
from datetime import UTC, date, datetime

from tracker.domain.papers import Version
from tracker.store import announcements, papers
from tracker.store.announcements import AnnouncedVersion, Announcement
from tracker.store.engine import Store

DAY = date(2026, 6, 15)
AT = datetime(2026, 6, 16, tzinfo=UTC)
PAPER = Version(
    arxiv_id="2606.00001",
    n=1,
    title="T",
    abstract="A",
    authors=("Ada B",),
    categories=("cs.LG",),
    primary_category="cs.LG",
    comment=None,
    submitted_at=datetime(2026, 6, 15, 14, tzinfo=UTC),
    updated_at=datetime(2026, 6, 15, 14, tzinfo=UTC),
)


def test_an_announced_version_is_missing_until_it_is_stored(store: Store, now: datetime) -> None:
    announced = [
        Announcement("2606.00001", n, DAY, kind, "arxiv_api") for n, kind in ((1, "new"), (2, "replaced"))
    ]
    announcements.save_announcements(store, announced)
    announcements.save_announcements(store, [replace(announced[0], day=date(2026, 6, 17), source="arxiv_oai")])
    first = AnnouncedVersion("2606.00001", 1, DAY, "new", "arxiv_api", stored=False, scanned=False)
    second = replace(first, n=2, kind="replaced")
    assert announcements.load_announced_versions(store, DAY, DAY) == [first, second]
    assert papers.load_stored_papers(store, ["2606.00001"]) == {}
    papers.save_versions(store, [PAPER], {"2606.00001": AT}, now)
    assert announcements.load_announced_versions(store, DAY, DAY) == [replace(first, stored=True), second]
    assert papers.load_stored_papers(store, ["2606.00001", "2606.00009"]) == {
        "2606.00001": papers.StoredPaper(1, AT, now, None)
    }
    papers.save_versions(store, [replace(PAPER, n=2)], {"2606.00001": AT}, now)
    assert [version.stored for version in announcements.load_announced_versions(store, DAY, DAY)] == [True, True]
    announcements.save_announcements(
        store, [replace(announcement, kind="withdrawn") for announcement in announced]
    )
    assert [version.kind for version in announcements.load_announced_versions(store, DAY, DAY)] == [
        "new",
        "withdrawn",
    ]
    assert announcements.load_announced_versions(store, date(2026, 6, 16), date(2026, 6, 30)) == []


def test_the_lowest_number_is_of_papers_submitted_since(store: Store, now: datetime) -> None:
    assert papers.lowest_arxiv_id(store, AT) is None
    old = replace(PAPER, arxiv_id="2605.00009", submitted_at=datetime(2026, 5, 1, tzinfo=UTC))
    physics = replace(PAPER, arxiv_id="hep-th/9901001")
    versions = [PAPER, old, physics]
    papers.save_versions(store, versions, {version.arxiv_id: AT for version in versions}, now)
    assert papers.lowest_arxiv_id(store, datetime(2026, 6, 1, tzinfo=UTC)) == "2606.00001"
