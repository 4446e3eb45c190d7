"""The files of the figures against the queries of `docs/method.md`, over random histories of events and checks.

    python -m benchmarks.random_histories [SEED...]

Histories that no course of the simulated year has: several openings and closings, causes of every kind, events of links
that are not the paper's own, checks in any order. Names that a stranger took over are left out, as the method says.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import replace
from unittest.mock import patch

from benchmarks import simulated_store
from benchmarks.figure_tables import faults_of_pages
from benchmarks.simulated_year import DAY, END, HOUR, Paper, make_papers
from benchmarks.trend_figures import build_site, faults_of_queries, read_files, simulation_settings
from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import SHIPPED_AT_FIRST, Event
from tracker.domain.terms import Cause, EventKind, Lifecycle, Outcome
from tracker.pipeline.trend_figures import count_trends
from tracker.store.judgements import Judgement
from tracker.store.upgrade import open_store

PAPERS = 120
_OF_PAPER = (EventKind.PROMISED, EventKind.LAPSED)
_KINDS = (
    *_OF_PAPER, EventKind.OPENED, EventKind.OPENED, EventKind.CLOSED, EventKind.CLOSED, EventKind.SHIPPED, EventKind.SHIPPED,
    EventKind.LINKED, EventKind.PLACEHOLDER, EventKind.GONE, EventKind.RELICENSED, EventKind.REWRITTEN,
)  # fmt: skip
_judge, _check = simulated_store.judgement_of, simulated_store.check_of


def _random_event(paper: Paper, chance: random.Random) -> Event | None:
    kind = chance.choice(_KINDS)
    references = [reference.key for reference, *_ in paper.links] + ([paper.cited.key] if paper.cited else [])
    at = paper.seen_at + chance.choice((0, 1, 1, 5, 30, 90, 200)) * DAY + chance.choice((0, 0, 3, 7)) * HOUR
    if at > END or (not paper.links and kind not in _OF_PAPER):
        return None
    at = paper.seen_at if kind is EventKind.PROMISED else at
    return Event(
        work=paper.work,
        reference=None if kind in _OF_PAPER else chance.choice(references),
        kind=kind,
        cause=chance.choice((Cause.WORLD, Cause.WORLD, Cause.WORLD, *Cause)),
        happened_at=at,
        observed_at=at,
        detail=SHIPPED_AT_FIRST if kind is EventKind.SHIPPED and chance.random() < 0.3 else "",
    )


def _random_check(found: Check, reference: Reference, chance: random.Random) -> Check:
    if chance.random() < 0.25:
        outcome = chance.choice((Outcome.ABSENT, Outcome.ABSENT, Outcome.UNKNOWN, Outcome.BLOCKED))
        return Check(outcome=outcome, reason="not found")
    if reference.host == "github" and found.outcome is Outcome.PRESENT and chance.random() < 0.1:
        name = chance.choice(
            (reference.key.swapcase().replace("GITHUB:", "github:"), f"github:second/x{reference.key[-9:]}")
        )
        answered = replace(reference, key=name, url=f"https://{name}")
        return replace(found, reference=answered, archived=chance.random() < 0.3)
    return found


def faults_of_seed(seed: int) -> list[str]:
    """Every figure that differs in one random store."""
    chance, settings = random.Random(seed), simulation_settings()

    def judge(paper: Paper) -> Judgement:
        events = (_random_event(paper, chance) for _ in range(chance.choice((0, 1, 2, 3, 5, 8))))
        judged = _judge(paper)
        lifecycles = {
            key: chance.choice((state, Lifecycle.GONE, Lifecycle.SHIPPED))
            for key, state in judged.lifecycles.items()
        }
        return replace(judged, events=[event for event in events if event], lifecycles=lifecycles)

    def check(paper: Paper, reference: Reference, number: int) -> Check:
        return _random_check(_check(paper, reference, number), reference, chance)

    with (
        tempfile.TemporaryDirectory() as folder,
        patch.multiple(simulated_store, judgement_of=judge, check_of=check),
    ):
        url = f"sqlite:///{folder}/tracker.db"
        store = open_store(url)
        simulated_store.write_store(store, make_papers(PAPERS, seed))
        site = build_site(count_trends(store, settings, END), settings)
        store.close()
        files = read_files(site)
        return [*faults_of_queries(files, url), *faults_of_pages(site, files, settings)]


if __name__ == "__main__":
    for seed in [int(text) for text in sys.argv[1:]] or range(1, 11):
        print(f"seed {seed}:", "\n".join(faults_of_seed(seed)) or "no figure differs", flush=True)
