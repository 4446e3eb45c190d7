"""What is to be read further of a paper, and how deep it was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.reading import ReadDepth, ReadingPlan, Scan, list_depths, plan_reading
from tracker.domain.terms import Source

SEEN = datetime(2026, 6, 16, 5, tzinfo=UTC)
DAY = timedelta(days=1)
METADATA = Scan(Source.METADATA, 1, "read", SEEN)
RECORD = Scan(Source.HUB_RECORD, 1, "absent", SEEN)


def plan(*scans: Scan, latest: int = 1, **known: bool) -> ReadingPlan:
    facts = {"shows_code": False, "has_page": False, "promised": False, **known}
    return plan_reading(scans, latest=latest, first_seen=SEEN, **facts)


def test_nothing_is_planned_before_the_metadata_are_read() -> None:
    assert plan() == ReadingPlan()
    assert plan(METADATA, latest=2) == ReadingPlan(), "of the newest version"


def test_all_sources_are_due_of_a_paper_that_shows_nothing() -> None:
    assert plan(METADATA, has_page=True) == ReadingPlan(SEEN, SEEN, SEEN, ReadDepth.METADATA, SEEN)
    assert plan(METADATA).page_due_at is None, "it has no page"


def test_a_paper_that_shows_its_code_is_read_no_further() -> None:
    assert plan(METADATA, RECORD, shows_code=True, has_page=True) == ReadingPlan(
        depth=ReadDepth.RECORD, read_at=SEEN
    )


def test_a_backfilled_version_is_read_no_further() -> None:
    assert plan(METADATA, has_page=True, backfilled=True) == ReadingPlan(depth=ReadDepth.METADATA, read_at=SEEN)


@pytest.mark.parametrize(
    ("outcomes", "due"),
    [
        ({Source.HTML: "read"}, None),
        ({Source.HTML: "absent", Source.TEX: "read"}, None),
        ({Source.HTML: "absent", Source.TEX: "absent", Source.PDF: "absent"}, None),
        ({Source.PDF: "absent"}, None),
        ({Source.HTML: "absent", Source.TEX: "unknown"}, SEEN + DAY),
        ({Source.HTML: "unknown", Source.TEX: "absent", Source.PDF: "absent"}, SEEN + DAY),
    ],
)
def test_a_text_is_due_until_it_is_read_or_known_to_be_absent(
    outcomes: dict[Source, str], due: datetime | None
) -> None:
    assert (
        plan(METADATA, *(Scan(source, 1, outcome, SEEN) for source, outcome in outcomes.items())).text_due_at
        == due
    )


def test_a_text_that_cannot_be_had_is_tried_each_day_for_a_month() -> None:
    late = Scan(Source.PDF, 1, "unknown", SEEN + 29 * DAY)
    assert plan(METADATA, late).text_due_at == SEEN + 30 * DAY
    assert plan(METADATA, Scan(Source.PDF, 1, "unknown", SEEN + 30 * DAY)).text_due_at is None


def test_a_new_version_is_read_again_and_its_record_is_not() -> None:
    newest = Scan(Source.METADATA, 2, "read", SEEN + DAY)
    again = plan(METADATA, RECORD, Scan(Source.HTML, 1, "read", SEEN), newest, latest=2)
    assert again == ReadingPlan(None, SEEN + DAY, None, ReadDepth.RECORD, SEEN + DAY)


def test_the_record_of_a_promise_is_read_each_month_for_two_years() -> None:
    assert plan(METADATA, RECORD).record_due_at is None
    assert plan(METADATA, RECORD, promised=True).record_due_at == SEEN + 30 * DAY
    last = Scan(Source.HUB_RECORD, 1, "absent", SEEN + 720 * DAY)
    assert plan(METADATA, last, promised=True).record_due_at is None


def test_what_is_absent_was_not_read_but_the_hubs_record() -> None:
    texts = [Scan(source, 1, "absent", SEEN) for source in (Source.HTML, Source.TEX, Source.PDF)]
    assert list_depths([METADATA, RECORD, *texts], 1) == (ReadDepth.METADATA, ReadDepth.RECORD)
    page = Scan(Source.PAGE, 1, "read", SEEN)
    assert list_depths([METADATA, *texts, page], 1) == (ReadDepth.METADATA, ReadDepth.PAGE)
