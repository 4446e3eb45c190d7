"""Which of arXiv's sources carries the harvest: the API and OAI-PMH in turn, RSS where both are down or disagree.

A refusal (403) closes all sources for hours. So that a source which refuses for days does not keep the others
shut, those that are failing are asked last: when the stop is over, the first request goes to one that may answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from functools import partial

from tracker.domain.status import ARXIV_STAGES, describe_outage
from tracker.pipeline import harvest, versions
from tracker.pipeline.announcement_log import OAI
from tracker.pipeline.context import Cycle
from tracker.pipeline.datacite import check_by_datacite
from tracker.pipeline.day_proofs import load_evidence, prove_days, rss_may_help
from tracker.pipeline.harvest import harvest_windows, plan_harvest
from tracker.pipeline.papers_by_id import announced_and_not_stored, store_papers_by_id
from tracker.pipeline.publish import write_site
from tracker.pipeline.rss import RssReading, harvest_rss
from tracker.pipeline.versions import harvest_versions
from tracker.store import upstreams
from tracker.store.day_proofs import has_listings

log = logging.getLogger(__name__)


def harvest_arxiv(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Ask arXiv for new papers and for what changed of others, through whichever source answers.

    Readers of the page learn of trouble at once, not after everything else was tried.
    """
    plan_harvest(cycle, since, until)
    sources: list[Callable[[Cycle], object]] = [
        partial(harvest_windows, since=since, until=until),
        harvest_versions,
    ]
    failing = {state.name for state in upstreams.load_failing_upstreams(cycle.store, (harvest.UPSTREAM, OAI))}
    if harvest.UPSTREAM in failing:
        sources.reverse()
    both_were_down = len(failing) == len(sources)
    for harvest_source in [harvest_rss, *sources] if both_were_down else sources:
        before = len(cycle.troubles)
        harvest_source(cycle)
        if len(cycle.troubles) > before:
            write_site(cycle)
    failed = {outcome.name for outcome in cycle.troubles}
    both_failed = failed >= {harvest.STAGE, versions.STAGE}
    if both_failed:
        # Before RSS, whose cross-listed papers count for a day where another source lists them.
        check_by_datacite(cycle)
    if not both_were_down and both_failed:
        harvest_rss(cycle)
    compare_sources(cycle, rss_was_read=both_were_down or both_failed)
    for sentence in list_troubles(cycle):
        log.warning("%s", sentence, extra={"stage": harvest.STAGE})


def list_troubles(cycle: Cycle) -> list[str]:
    """The troubles of a cycle as sentences: an outage of arXiv is one, with the next harvest as its next try."""
    reasons = {outcome.name: outcome.reason for outcome in cycle.troubles}
    outage = describe_outage(reasons)
    if not outage:
        return [str(outcome) for outcome in cycle.troubles]
    again = cycle.worker.next_harvest()
    others = [str(outcome) for outcome in cycle.troubles if outcome.name not in ARXIV_STAGES]
    return [outage + (f"; next try {again:%Y-%m-%dT%H:%M:%SZ}" if again else ""), *others]


def compare_sources(cycle: Cycle, *, rss_was_read: bool) -> None:
    """Prove days complete by what the sources list; where they disagree ask RSS, and the API for single papers."""
    unproved, by_rss = prove_days(cycle), RssReading()
    if not rss_was_read and rss_may_help(cycle, unproved):
        by_rss = harvest_rss(cycle)
    evidence = load_evidence(cycle.store, cycle.settings, unproved)
    alone = {name for day in evidence.values() for name in day.rss_alone | day.datacite_alone}
    named = announced_and_not_stored(cycle) | alone
    store_papers_by_id(cycle, named)
    papers_are_known = not by_rss.is_empty or has_listings(cycle.store)
    prove_days(cycle, papers_are_known=papers_are_known, rss_is_silent=by_rss.is_silent)
