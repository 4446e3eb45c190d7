"""What the texts of one paper say of its release, put together over its versions."""

from datetime import UTC, datetime

from sqlalchemy import text

from tracker.domain.papers import Version
from tracker.domain.terms import Promise, Source
from tracker.store import papers
from tracker.store.engine import Store
from tracker.store.scans import ScanResult, save_scans

START = datetime(2026, 6, 16, 1, tzinfo=UTC)
WORK = "arxiv:2606.00001"
PAPER = Version(
    arxiv_id="2606.00001",
    n=1,
    title="On tools",
    abstract="We study tools.",
    authors=("Ann Author",),
    categories=("cs.LG",),
    primary_category="cs.LG",
    comment="",
    submitted_at=START,
    updated_at=START,
)


def read(
    store: Store, source: Source, promise: Promise, evidence: str, now: datetime, version: int = 1
) -> tuple[str, str, bool]:
    """(promise, sentence, whether the paper waits to be read anew) after one reading."""
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE work SET scan_due = false")
    scan = ScanResult(work=WORK, version=version, source=source, promise=promise, promise_evidence=evidence)
    save_scans(store, [scan], "1", now)
    with store.read() as connection:
        row = connection.execute(text("SELECT promise, promise_evidence, scan_due FROM work")).one()
    return row[0], row[1], bool(row[2])


def test_the_body_counts_where_the_metadata_say_nothing(store: Store, now: datetime) -> None:
    papers.save_versions(store, [PAPER], {PAPER.arxiv_id: START}, now)
    none, promised = Promise.NONE, Promise.PROMISED
    assert read(store, Source.METADATA, none, "", now) == ("none", "", False)
    assert read(store, Source.HTML, promised, "Soon.", now) == ("none", "", True), "it waits for its metadata"
    assert read(store, Source.METADATA, none, "", now) == ("promised", "Soon.", False)
    assert read(store, Source.METADATA, promised, "Later.", now) == ("promised", "Later.", False)
    assert read(store, Source.METADATA, none, "", now, version=2) == ("promised", "Soon.", False), (
        "until it is read"
    )
    assert read(store, Source.TEX, none, "", now, version=2) == ("promised", "Soon.", True)
    assert read(store, Source.METADATA, none, "", now, version=2) == ("none", "", False)


def test_a_silent_body_changes_nothing(store: Store, now: datetime) -> None:
    papers.save_versions(store, [PAPER], {PAPER.arxiv_id: START}, now)
    assert read(store, Source.METADATA, Promise.NONE, "", now) == ("none", "", False)
    assert read(store, Source.PDF, Promise.NONE, "", now) == ("none", "", False)


def test_the_project_page_counts_where_the_body_says_nothing(store: Store, now: datetime) -> None:
    papers.save_versions(store, [PAPER], {PAPER.arxiv_id: START}, now)
    read(store, Source.HTML, Promise.NONE, "", now)
    assert read(store, Source.PAGE, Promise.PROMISED, "Code (soon)", now)[2]
    assert read(store, Source.METADATA, Promise.NONE, "", now) == ("promised", "Code (soon)", False)
    read(store, Source.HTML, Promise.PROMISED, "We will.", now)
    assert read(store, Source.METADATA, Promise.NONE, "", now) == ("promised", "We will.", False)
