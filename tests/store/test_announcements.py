"""The record of announcements: told first, stored later, read last."""

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


def test_what_was_told_is_missing_until_it_is_stored(store: Store, now: datetime) -> None:
    told = [Announcement("2606.00001", n, DAY, kind, "arxiv_api") for n, kind in ((1, "new"), (2, "replaced"))]
    announcements.save_announcements(store, told)
    announcements.save_announcements(store, [replace(told[0], day=date(2026, 6, 17), source="arxiv_oai")])
    fate = AnnouncedVersion("2606.00001", 1, DAY, "new", "arxiv_api", stored=False, scanned=False)
    second = replace(fate, n=2, kind="replaced")
    assert announcements.load_announced_versions(store, DAY, DAY) == [fate, second]
    assert papers.load_stored_papers(store, ["2606.00001"]) == {}
    papers.save_versions(store, [PAPER], {"2606.00001": AT}, now)
    assert announcements.load_announced_versions(store, DAY, DAY) == [replace(fate, stored=True), second]
    assert papers.load_stored_papers(store, ["2606.00001", "2606.00009"]) == {
        "2606.00001": papers.StoredPaper(1, AT, now)
    }
    papers.save_versions(store, [replace(PAPER, n=2)], {"2606.00001": AT}, now)
    assert [version.stored for version in announcements.load_announced_versions(store, DAY, DAY)] == [True, True]
    announcements.save_announcements(store, [replace(announcement, kind="withdrawn") for announcement in told])
    assert [version.kind for version in announcements.load_announced_versions(store, DAY, DAY)] == [
        "new",
        "withdrawn",
    ]
    assert announcements.load_announced_versions(store, date(2026, 6, 16), date(2026, 6, 30)) == []


def test_the_lowest_number_is_of_papers_submitted_since(store: Store, now: datetime) -> None:
    assert papers.lowest_arxiv_id(store, AT) is None
    old = replace(PAPER, arxiv_id="2605.00009", submitted_at=datetime(2026, 5, 1, tzinfo=UTC))
    physics = replace(PAPER, arxiv_id="hep-th/9901001")
    found = [PAPER, old, physics]
    papers.save_versions(store, found, {version.arxiv_id: AT for version in found}, now)
    assert papers.lowest_arxiv_id(store, datetime(2026, 6, 1, tzinfo=UTC)) == "2606.00001"
