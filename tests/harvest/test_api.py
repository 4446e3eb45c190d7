from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.errors import UpstreamStopped

SINCE, UNTIL = datetime(2026, 6, 16, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)


@pytest.fixture
def ten(arxiv, paper):
    arxiv.papers = [paper(f"2606.{n:05}", SINCE + timedelta(hours=1, minutes=n)) for n in range(1, 11)]
    return arxiv


def read(api, since=SINCE, until=UNTIL):
    """(pages, result) of one window."""
    reading, pages = api.read_window(since, until), []
    while True:
        try:
            pages.append(next(reading))
        except StopIteration as end:
            return pages, end.value


def response(status, body=b"", headers=None):
    return lambda found, start, size: (status, headers or {}, body)


def test_a_window_is_read_page_by_page_and_proved(api, ten):
    pages, result = read(api)
    assert [len(page) for page in pages] == [4, 4, 2]
    assert (result.expected, result.got, result.complete, result.reason) == (10, 10, True, "")
    assert (result.since, result.until) == (SINCE, UNTIL)
    assert [asked["start"] for asked in ten.asked] == ["0", "4", "8"]
    assert (
        ten.asked[0]["search_query"] == "(cat:cs.CL OR cat:cs.LG) AND submittedDate:[202606160000 TO 202606170000]"
    )
    assert (ten.asked[0]["sortBy"], ten.asked[0]["sortOrder"]) == ("submittedDate", "ascending")


def test_requests_keep_the_pace_and_name_the_program(api, ten, ticks):
    read(api)
    assert len(ticks.slept) == 2
    assert all(2.5 < seconds <= 3.0 for seconds in ticks.slept)
    assert all(agent.startswith("arxiv-code-tracker/") for agent in ten.agents)


def test_an_empty_window_needs_as_many_empty_responses_as_the_settings_say(api, arxiv):
    pages, result = read(api)
    assert (pages, result.expected, result.complete) == ([], 0, True)
    assert len(arxiv.asked) == 3


def test_a_falsely_empty_first_page_hides_nothing(api, ten, as_feed):
    ten.faults = [response(200, as_feed([], 0))] * 2
    pages, result = read(api)
    assert sum(map(len, pages)) == 10
    assert result.complete


FAULTS = {
    "empty body": response(200, b""),
    "html": response(200, b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"),
    "xhtml": response(200, b"<html><body>Down for maintenance</body></html>"),
    "503": response(503, b"busy"),
    "503 with Retry-After": response(503, b"busy", {"Retry-After": "5"}),
    "429": response(429, b"Rate exceeded.", {"Retry-After": "5"}),
    "429 without Retry-After": response(429, b"Rate exceeded."),
    "cut body": response(200, b"<feed", {"Content-Length": "5000"}),
    "truncated": lambda found, start, size: (200, {}, b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>"),
    "error feed with 200": response(
        200,
        b"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>"
        b"<o:totalResults>1</o:totalResults><entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>"
        b"<summary>it failed</summary></entry></feed>",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_passing_fault_on_any_page_costs_time_and_nothing_else(api, ten, name, page):
    ten.faults = [None] * page + [FAULTS[name]]
    pages, result = read(api)
    assert sorted(version.arxiv_id for page in pages for version in page) == [paper.id for paper in ten.papers]
    assert result.complete
    assert len(ten.asked) == 4


STOPPING = {"429", "429 without Retry-After", "503 with Retry-After"}


@pytest.mark.parametrize("name", sorted(set(FAULTS) - STOPPING))
def test_a_lasting_fault_leaves_the_window_open_with_its_reason(api, ten, name):
    ten.faults = [None] + [FAULTS[name]] * 40
    pages, result = read(api)
    assert [len(page) for page in pages] == [4]
    assert not result.complete
    assert result.reason
    assert result.got == 4
    assert len(ten.asked) == 5


@pytest.mark.parametrize("name", sorted(STOPPING))
def test_a_lasting_refusal_stops_and_the_pages_read_before_it_stay(api, ten, name):
    ten.faults = [None] + [FAULTS[name]] * 40
    reading = api.read_window(SINCE, UNTIL)
    assert len(next(reading)) == 4
    with pytest.raises(UpstreamStopped):
        next(reading)
    assert len(ten.asked) <= 5


def test_a_refusal_without_a_time_is_retried_with_backoff_and_then_stops(api, ten, ticks):
    ten.faults = [response(429, b"Rate exceeded.")] * 10
    with pytest.raises(UpstreamStopped, match="429"):
        read(api)
    assert len(ten.asked) == 2
    assert max(ticks.slept) == pytest.approx(60.0)


def test_a_403_stops_at_once_for_hours(api, ten, memory, ticks):
    ten.faults = [None, response(403, b"<html>Access Denied</html>")]
    with pytest.raises(UpstreamStopped, match="403"):
        read(api)
    assert len(ten.asked) == 2
    assert memory.stops["arxiv_api"][0] == ticks.now() + timedelta(hours=6)
    with pytest.raises(UpstreamStopped):
        read(api)
    assert len(ten.asked) == 2


def test_a_bad_query_is_not_retried(api, ten, as_feed):
    ten.faults = [
        response(
            400, as_feed(["<entry><id>https://arxiv.org/api/errors#x</id><summary>incorrect</summary></entry>"], 1)
        )
    ]
    _, result = read(api)
    assert not result.complete
    assert "400" in result.reason
    assert "incorrect" in result.reason
    assert len(ten.asked) == 1


def test_a_short_page_is_not_taken_for_the_last_one(api, ten, as_feed):
    ten.faults = [lambda found, start, size: (200, {}, as_feed([found[0].entry()], len(found)))]
    pages, result = read(api)
    assert sum(map(len, pages)) == 10
    assert result.complete


def test_an_unsorted_page_is_asked_again_and_counted_if_it_stays_so(api, ten, as_feed):
    def unsorted(found, start, size):
        return 200, {}, as_feed([p.entry() for p in reversed(found[start : start + size])], len(found), start)

    ten.faults = [unsorted] * 30
    pages, result = read(api)
    assert sum(map(len, pages)) == 10
    assert result.complete
    assert len(ten.asked) == 6


def test_a_paper_that_moves_between_pages_is_found_in_the_next_walk(api, ten, as_feed):
    def moved(found, start, size):
        # The first paper reappears on the second page, so that the fifth is seen on none.
        page = [found[0], *found[5:8]]
        return 200, {}, as_feed([p.entry() for p in page], len(found), start)

    ten.faults = [None, moved, moved]
    pages, result = read(api)
    ids = [version.arxiv_id for page in pages for version in page]
    assert sorted(ids) == [paper.id for paper in ten.papers]
    assert result.complete


def test_a_total_that_changes_while_paging_is_read_again(api, ten, paper):
    def grow(found, start, size):
        ten.papers.append(paper("2606.00099", SINCE + timedelta(hours=20)))

    ten.faults = [grow]
    pages, result = read(api)
    ids = [version.arxiv_id for page in pages for version in page]
    assert len(ids) == len(set(ids)) == 11
    assert (result.expected, result.complete) == (11, True)


def test_a_total_that_keeps_changing_leaves_the_window_open(api, ten, as_feed):
    totals = iter(range(11, 1000))

    def drift(found, start, size):
        total = next(totals)
        return 200, {}, as_feed([p.entry() for p in found[start : start + size]], total, start)

    ten.faults = [drift] * 100
    _, result = read(api)
    assert not result.complete
    assert "total changed" in result.reason


def test_a_window_too_full_to_page_through_is_halved(api, ten, monkeypatch):
    monkeypatch.setattr("tracker.harvest.api.MOST_PAGED", 6)
    pages, result = read(api)
    ids = [version.arxiv_id for page in pages for version in page]
    assert sorted(ids) == [paper.id for paper in ten.papers]
    assert (result.expected, result.complete) == (10, True)
    windows = {asked["search_query"].partition("[")[2] for asked in ten.asked}
    assert len(windows) > 2


def test_a_minute_too_full_is_left_open(api, arxiv, paper, monkeypatch):
    monkeypatch.setattr("tracker.harvest.api.MOST_PAGED", 6)
    arxiv.papers = [paper(f"2606.{n:05}", SINCE) for n in range(10)]
    _, result = read(api, SINCE, SINCE + timedelta(minutes=1))
    assert not result.complete
    assert "one minute" in result.reason


def test_redirects_elsewhere_are_refused(api, ten):
    ten.faults = [response(301, b"", {"Location": "https://evil.example/api/query"})]
    _, result = read(api)
    assert "another address" in result.reason
    assert not result.complete


def test_the_fields_of_a_version(api, arxiv, paper):
    arxiv.papers = [
        paper(
            "astro-ph/0601001",
            SINCE + timedelta(minutes=1),
            title="Two\n lines",
            abstract=" First\nsecond \u202eline",
            comment="Code: https://github.com/a/b",
            categories=("cs.CL", "I.2.6", "35J20, 68T07", "hep-th", "cond-mat.mtrl-sci"),
            authors=("Ada  Lovelace", "Aurora Ramírez <a.ramirez@example.org>", "b@example.org"),
            version=3,
            doi="10.1/x",
        ),
        paper("2606.00001", SINCE + timedelta(minutes=2), comment="This paper has been withdrawn by the author"),
    ]
    [[first, second]], _ = read(api)
    assert (first.arxiv_id, first.n, first.title) == ("astro-ph/0601001", 3, "Two lines")
    assert first.abstract == "First\nsecond line"
    assert first.categories == ("cs.CL", "hep-th", "cond-mat.mtrl-sci")
    assert (first.primary_category, first.doi) == ("cs.CL", "10.1/x")
    assert first.authors == ("Ada Lovelace", "Aurora Ramírez")
    assert first.submitted_at == first.updated_at == SINCE + timedelta(minutes=1)
    assert (first.comment, first.withdrawn) == ("Code: https://github.com/a/b", False)
    assert (second.withdrawn, second.comment) == (True, "This paper has been withdrawn by the author")


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors due to an error", True),
        ("This submission has been withdrawn by arXiv administrators", True),
        ("Withdrawn by the author", True),
        ("The manuscript was temporarily withdrawn.", True),
        ("Withdrawn from ICML 2024 to add results", False),
        ("This paper has been withdrawn from the workshop", False),
        ("We study money withdrawn by customers", False),
    ],
)
def test_a_withdrawal_is_stated_at_the_start(api, arxiv, paper, text, withdrawn):
    arxiv.papers = [paper("2606.00001", SINCE, comment=text)]
    [[version]], _ = read(api)
    assert version.withdrawn is withdrawn


def test_a_probe_is_one_request_for_the_newest_paper(api, ten):
    assert api.probe_window(SINCE, UNTIL) == (10, SINCE + timedelta(hours=1, minutes=10))
    (asked,) = ten.asked
    assert (asked["sortBy"], asked["sortOrder"], asked["max_results"]) == ("submittedDate", "descending", "1")
    read(api)
    assert ten.asked[1]["max_results"] == "4", "later pages are as large as before"


def test_a_probe_of_an_empty_window_asks_once(api, arxiv):
    assert api.probe_window(SINCE, UNTIL) == (0, None)
    assert len(arxiv.asked) == 1
