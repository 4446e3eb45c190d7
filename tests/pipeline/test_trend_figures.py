"""The figures of the trends over a simulated year, against its truth and against the documented queries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks import simulated_store, simulated_year, trend_figures
from tests.new_store import open_new_store
from tracker.domain.trend_figures import TrendFigures
from tracker.pipeline.trend_figures import SMALL, keep_trends
from tracker.store import link_rot
from tracker.store.engine import Store


@pytest.mark.sqlite_only("the queries of the method are in the SQL of SQLite")
def test_every_figure_of_a_year_is_the_truth_and_what_the_method_says(store: Store) -> None:
    settings = trend_figures.simulation_settings()
    made = simulated_year.make_papers(150, seed=8)
    assert {paper.course for paper in made} == set(simulated_year.COURSES)
    simulated_store.write_store(store, made)
    now = simulated_year.END
    figures = keep_trends(store, settings, now, len(made), None)
    site = trend_figures.build_site(figures, settings)
    files = trend_figures.read_files(site)
    assert trend_figures.faults_of(site, files, store.url, made, settings) == []

    # A fault of a file or of a page is found.
    files["open-by-day"][0]["papers"] = "999"
    site["organisation/First lab.html"] = site["organisation/First lab.html"].replace(b" announced code", b"")
    faults = trend_figures.faults_of(site, files, store.url, made, settings)
    assert {"open-by-day, query", "open-by-day, truth", "organisation/First lab.html"} <= {
        fault.split(":")[0] for fault in faults
    }

    later = now + timedelta(hours=18)
    assert keep_trends(store, settings, later, SMALL, figures).counted_at == later, "a small store is counted anew"
    kept = keep_trends(store, settings, later, SMALL + 1, figures)
    assert kept is figures, "a large one is counted once a day"
    tomorrow = now + timedelta(hours=19)
    assert keep_trends(store, settings, tomorrow, SMALL + 1, figures).counted_at == tomorrow

    def count_never_there() -> int:
        _, months = link_rot.count_links(store, now, absences=3, span=timedelta(days=7))
        return sum(month.never_there for month in months)

    assert count_never_there() > 0
    with store.begin() as connection:
        connection.execute(text("UPDATE artifact_check SET times = 2"))
    assert count_never_there() == 0, "an artifact was never there only after enough checks"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_counts_the_figures_of_sqlite(store: Store, tmp_path: Path) -> None:
    settings, made = trend_figures.simulation_settings(), simulated_year.make_papers(60, seed=3)
    with closing(open_new_store(f"sqlite:///{tmp_path}/other.db")) as other:
        counted = []
        for each in (store, other):
            simulated_store.write_store(each, made)
            figures = keep_trends(each, settings, simulated_year.END, len(made), None)
            # Their order says nothing: shares are summed over them.
            counted.append(replace(figures, months=tuple(sorted(figures.months, key=repr))))
    assert counted[0] == counted[1]
    assert counted[0] != TrendFigures(counted_at=simulated_year.END)


def test_an_empty_store_has_no_figures(store: Store) -> None:
    settings = trend_figures.simulation_settings()
    now = simulated_year.END
    assert keep_trends(store, settings, now, 0, None) == TrendFigures(counted_at=now)
