"""Full texts and project pages over real HTTP: read where the metadata do not say where the code is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.pipeline import cycle
from tracker.store import enum_columns

pytestmark = pytest.mark.usefixtures("without_site")

SILENT = "We study a thing and say nothing of where it is."
FILLER = "<p>We study a thing at length, as papers do, with many words and few links.</p>" * 40
OURS = 'Our code is available at <a href="https://github.com/ann/deep">https://github.com/ann/deep</a>.'
HTML = f'<h1>Deep things</h1><section><h2>1 Introduction</h2>{FILLER}<p class="ltx_p">{OURS}</p></section>'
TEX = (
    r"""\documentclass{article}\title{Deep things}\begin{document}\maketitle
\section{Introduction} """
    + ("Words and words of a paper, as many as it takes. " * 60)
    + r"""
Our code is available at \url{https://github.com/ann/deep}.
\end{document}"""
)


SOURCE, OUTCOME = enum_columns.SOURCE.sql("source"), enum_columns.SCAN_OUTCOME.sql("outcome")


@pytest.fixture
def deep(world: World) -> World:
    world.repository("ann/deep", {"train.py": "print()", "LICENSE": "MIT"})
    return world


def links(run: Any, arxiv_id: str) -> set[tuple[str, str, str]]:
    rows = run.rows(f"SELECT reference, role, place FROM links WHERE arxiv_id = '{arxiv_id}'")
    return {(reference, role, place) for reference, role, place in rows}


def test_html_shows_whose_code_it_is(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, SILENT, title="Deep things")
    deep.html(paper, HTML)
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == {("github:ann/deep", "own", "section")}
        assert run.rows(f"SELECT {SOURCE}, {OUTCOME} FROM scan WHERE {SOURCE} = 'html'") == [("html", "read")]
        assert run.rows("SELECT outcome FROM artifacts WHERE reference = 'github:ann/deep'") == [("present",)]
        assert len(run.requests("arxiv_site")) == 1


def test_the_source_is_read_where_there_is_no_html(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, SILENT, title="Deep things")
    deep.tex(paper, TEX)
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == {("github:ann/deep", "own", "section")}
        assert [request["path"] for request in run.requests("arxiv_site")] == [
            f"/html/{paper}",
            f"/src/{paper}",
        ]


def test_a_project_page_of_the_authors_is_followed(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, "We study a thing. Project page: https://ann.github.io/deep/", title="Deep things")
    deep.page("ann.github.io", "deep", '<h1>Deep things</h1><a href="https://github.com/ann/deep">Code</a>')
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == {
            ("page:https://ann.github.io/deep", "own-page", "abstract"),
            ("github:ann/deep", "own", "page"),
        }
        evidence = run.rows("SELECT evidence FROM links WHERE reference = 'github:ann/deep'")[0][0]
        assert "https://ann.github.io/deep" in evidence


def test_no_text_is_fetched_where_the_metadata_decide(deep: World, start_run: StartRun) -> None:
    deep.paper(1, "Our code is available at https://github.com/ann/deep.")
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.requests("arxiv_site") == []
        assert run.requests("web") == []


WILL = "We will release our code and models upon acceptance."
STATED = "SELECT promise, promise_evidence, code FROM work WHERE promise <> 'none'"
EVENTS = "SELECT kind, cause FROM events WHERE kind = 'promised'"


def test_a_promise_in_the_body_counts_where_nothing_else_is_said(world: World, start_run: StartRun) -> None:
    paper = world.paper(1, SILENT, title="Deep things")
    world.html(paper, f"<h1>Deep things</h1><section><h2>1 Introduction</h2>{FILLER}<p>{WILL}</p></section>")
    with start_run() as run:
        cycle.run_cycle(run.worker)
        found = [("promised", WILL, "promised")]
        assert (run.rows(STATED), run.rows(EVENTS)) == (found, [("promised", "world")])
        cycle.run_cycle(run.worker)
        assert (run.rows(STATED), run.rows(EVENTS)) == (found, [("promised", "world")])


def test_a_button_of_the_project_page_that_announces_code_is_a_promise(world: World, start_run: StartRun) -> None:
    world.paper(1, "We study a thing. Project page: https://ann.github.io/deep/", title="Deep things")
    world.page("ann.github.io", "deep", '<h1>Deep things</h1><a class="button">Code (coming soon)</a>')
    with start_run() as run:
        cycle.run_cycle(run.worker)
        said = "Code (coming soon) (on the project page https://ann.github.io/deep)"
        assert run.rows(STATED) == [("promised", said, "promised")]


def test_the_abstract_counts_before_the_body(world: World, start_run: StartRun) -> None:
    said = "The code will be released."
    paper = world.paper(1, f"We study a thing. {said}", title="Deep things")
    world.html(paper, f"<h1>Deep things</h1><section><h2>1 Introduction</h2>{FILLER}<p>{WILL}</p></section>")
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.rows(STATED) == [("promised", said, "promised")]


READ = f"SELECT arxiv_id FROM scan JOIN work ON id = work WHERE {SOURCE} = 'html' ORDER BY 1 DESC"


def test_new_papers_come_first_within_the_bound_of_a_day(world: World, start_run: StartRun) -> None:
    papers = [world.paper(number, SILENT, hour=number) for number in range(1, 8)]
    limited = {"TRACKER_LIMITS__FULL_TEXTS_PER_DAY": "3"}
    for paper in papers:
        world.html(paper, FILLER)
    with start_run(**limited) as run:
        cycle.run_cycle(run.worker)
        cycle.run_cycle(run.worker)
        assert run.rows(READ) == [(paper,) for paper in papers[:3:-1]]
        assert len(run.requests("arxiv_site")) == 3
        backlog = run.health()["backlog"]
        assert backlog["papers"] == 4
        assert backlog["slowed_by"] == "limits.full_texts_per_day allows 3 full texts in 24 hours"
    with start_run(TRACKER_NOW="2026-06-17T20:00:00Z", **limited) as run:
        cycle.run_due_work(run.worker)
        assert len(run.rows(READ)) == 3
    with start_run(TRACKER_NOW="2026-06-18T06:00:00Z", **limited) as run:
        cycle.run_due_work(run.worker)
        assert len(run.rows(READ)) == 6


def test_a_cycle_reads_all_that_waits(world: World, start_run: StartRun) -> None:
    for number in range(1, 41):
        world.html(world.paper(number, SILENT, hour=number), FILLER)
    with start_run() as run:
        done = cycle.run_cycle(run.worker)
        assert (done.counts.further["text"], done.is_unfinished) == (40, False)
        assert run.health()["backlog"]["papers"] == 0


def test_what_arxiv_does_not_have_is_remembered(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, SILENT, title="Deep things")
    deep.tex(paper, TEX)
    with start_run() as run:
        run.misbehave("arxiv_site", "500", path="/src/", times=9)
        cycle.run_cycle(run.worker)
        assert run.rows(
            f"SELECT {SOURCE}, {OUTCOME} FROM scan WHERE {SOURCE} IN ('html', 'tex', 'pdf') ORDER BY 1"
        ) == [
            ("html", "absent"),
            ("pdf", "absent"),
            ("tex", "unknown"),
        ]
    with start_run(TRACKER_NOW="2026-06-18T06:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert [request["path"] for request in run.requests("arxiv_site")] == [f"/src/{paper}"]
        assert links(run, paper) == {("github:ann/deep", "own", "section")}


def test_a_new_version_is_read_again(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, SILENT, title="Deep things")
    deep.html(paper, FILLER)
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == set()
    deep.paper(1, SILENT + " Now in more words.", title="Deep things", version=2)
    deep.html(paper, HTML)
    with start_run(TRACKER_NOW="2026-06-18T05:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == {("github:ann/deep", "own", "section")}


@pytest.mark.parametrize("kind", ["503", "empty"])
def test_a_page_that_cannot_be_fetched_is_unknown_and_fetched_again(
    deep: World, start_run: StartRun, kind: str
) -> None:
    paper = deep.paper(1, "We study a thing. Project page: https://ann.github.io/deep/", title="Deep things")
    deep.page("ann.github.io", "deep", '<h1>Deep things</h1><a href="https://github.com/ann/deep">Code</a>')
    query = f"SELECT {OUTCOME} FROM scan WHERE {SOURCE} = 'page'"
    with start_run() as run:
        run.misbehave("web", kind, times=20)
        summary = cycle.run_cycle(run.worker)
        assert run.rows(query) == [("unknown",)]
        assert summary.troubles == []
    with start_run(TRACKER_NOW="2026-06-17T09:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.rows(query) == [("unknown",)], "not within a day"
    with start_run(TRACKER_NOW="2026-06-18T06:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.rows(query) == [("read",)]
        assert ("github:ann/deep", "own", "page") in links(run, paper)


def test_a_403_of_the_texts_stops_all_of_arxiv_and_loses_nothing(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, SILENT, title="Deep things")
    deep.html(paper, HTML)
    with start_run() as run:
        run.misbehave("arxiv_site", "403", times=1)
        summary = cycle.run_cycle(run.worker)
        assert any(trouble.name == "full_text" for trouble in summary.troubles)
        request_count = len(run.requests("arxiv_api"))
        cycle.run_cycle(run.worker)
        assert len(run.requests("arxiv_api")) == request_count, "one stop for all sources of arXiv"
    with start_run(TRACKER_NOW="2026-06-17T12:30:00Z") as run:
        cycle.run_cycle(run.worker)
        assert links(run, paper) == {("github:ann/deep", "own", "section")}


def test_a_moved_clock_sends_no_request_to_public_hosts(deep: World, start_run: StartRun) -> None:
    paper = deep.paper(1, "We study a thing. Project page: https://ann.github.io/deep/")
    deep.html(paper, HTML)
    with start_run(TRACKER_UPSTREAMS__ARXIV_SITE="https://arxiv.example", TRACKER_UPSTREAMS__WEB="") as run:
        summary = cycle.run_cycle(run.worker)
        assert (sum(summary.counts.further.values()) - summary.counts.further["record"], summary.troubles) == (
            0,
            [],
        )
