"""The stage that watches promises: it searches watched owners for what a paper announced and does not link.

A repository found there counts only if it has the name that the paper gives its work and its README or CITATION
names the paper: the name alone may be anybody's.
"""

from __future__ import annotations

from tracker.detect.roles import name_matching
from tracker.domain.artifacts import Check, Reference
from tracker.domain.mentions import Mention
from tracker.domain.papers import title_key
from tracker.domain.terms import Outcome, Place, Source
from tracker.hosts.github import github
from tracker.pipeline.context import Cycle
from tracker.store import paper_queue
from tracker.store.scans import ScanResult, save_scans

PAPERS = 13
"""Papers that one cycle searches for at most; each costs a question for each watched owner and name."""


def search_promised_code(cycle: Cycle) -> None:
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
    with cycle.stage("promises"):
        waiting = paper_queue.works_to_watch(cycle.store, PAPERS, cycle.now)
        candidates = {paper.work: _candidates(paper, owners) for paper in waiting}
        links = {link.folded: link for candidate in candidates.values() for link in candidate}
        checks = {link.folded: check for link, check in github.check_all(list(links.values()), cycle.fetch)}
        scans = [_scan(paper, candidates[paper.work], checks) for paper in waiting]
        save_scans(cycle.store, scans, cycle.rules.roles.version, cycle.now)


def _candidates(paper: paper_queue.PaperToRead, owners: list[str]) -> list[Reference]:
    return [
        github.repository_reference(f"{owner}/{name}")
        for name in name_matching.repository_names(paper.paper)
        for owner in owners
    ]


def _scan(paper: paper_queue.PaperToRead, candidates: list[Reference], checks: dict[str, Check]) -> ScanResult:
    own = [link for link in candidates if _belongs_to(checks[link.folded], paper)]
    return ScanResult(
        work=paper.work,
        version=paper.version,
        source=Source.WATCH,
        mentions=tuple(
            Mention(
                reference=link,
                url=link.url,
                place=Place.PAGE,
                source=Source.WATCH,
                evidence=f"A watched owner has {link.url}: it carries the name of the work, and its README names the paper.",
            )
            for link in own
        ),
        outcome="read" if own else "absent",
    )


def _belongs_to(check: Check, paper: paper_queue.PaperToRead) -> bool:
    """Whether a repository is there and says that it belongs to this paper."""
    keys = {paper.work, f"title:{title_key(paper.paper.title)}"}
    return check.outcome is Outcome.PRESENT and not keys.isdisjoint(check.papers_named or ())
