"""The stage that waits for promises: looks under watched owners for what a paper announced and does not link.

A repository found there counts only if it carries the name that the paper gives its work and its README or CITATION
names the paper: the name alone may be anybody's.
"""

from __future__ import annotations

from tracker.detect.roles import name_matching
from tracker.domain.artifacts import Check, Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.mentions import Mention
from tracker.domain.papers import title_key
from tracker.domain.terms import Outcome, Place, Source
from tracker.hosts.github import github
from tracker.pipeline.context import Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.store import paper_queue, scans

PAPERS = 25
"""Papers that one cycle waits for at most; each costs a question for each watched owner and name."""


@timed("promises")
def watch(cycle: Cycle) -> None:
    """Ask GitHub for repositories named after promised work, under the owners of `watch.toml`; each paper once a
    week. Only with a token: without one it would cost a request for each name and owner."""
    owners = sorted(
        {
            owner
            for accounts in cycle.rules.roles.organisations
            for host, owner in accounts
            if host == github.HOST.name
        }
    )
    if not owners or not cycle.fetch.has_token(github.UPSTREAM):
        return
    waiting = paper_queue.works_to_watch(cycle.store, PAPERS, cycle.now)
    reason, next_try = "", None
    try:
        wanted = {one.work: _candidates(one, owners) for one in waiting}
        asked = {link.folded: link for links in wanted.values() for link in links}
        found = {link.folded: check for link, check in github.check_all(list(asked.values()), cycle.fetch)}
        scans.save_scans(
            cycle.store,
            [_scanned(one, wanted[one.work], found) for one in waiting],
            cycle.rules.roles.version,
            cycle.now,
        )
    except UpstreamError as error:
        reason, next_try = str(error), getattr(error, "until", None)
    close_stage(cycle, "promises", reason, next_try)


def _candidates(one: paper_queue.PaperToRead, owners: list[str]) -> list[Reference]:
    return [
        github.repository_reference(f"{owner}/{name}")
        for name in name_matching.repository_names(one.paper)
        for owner in owners
    ]


def _scanned(one: paper_queue.PaperToRead, links: list[Reference], found: dict[str, Check]) -> scans.ScanResult:
    ours = [link for link in links if _names(found[link.folded], one)]
    return scans.ScanResult(
        work=one.work,
        version=one.version,
        source=Source.WATCH,
        mentions=tuple(
            Mention(
                reference=link,
                url=link.url,
                place=Place.PAGE,
                source=Source.WATCH,
                evidence=f"A watched owner has {link.url}: it carries the name of the work, and its README names the paper.",
            )
            for link in ours
        ),
        outcome="read" if ours else "absent",
    )


def _names(check: Check, one: paper_queue.PaperToRead) -> bool:
    """Whether what was found is there and says that it belongs to this paper."""
    named = {one.work, f"title:{title_key(one.paper.title)}"}
    return check.outcome is Outcome.PRESENT and not named.isdisjoint(check.papers_named or ())
