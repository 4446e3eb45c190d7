"""What papers say of each other's artifacts: claims by other authors, and accounts that earlier papers prove.

A role depends on these, so a role that changes queues the papers whose roles depend on it. A claim itself depends on
its own paper alone: whatever the order in which papers arrive, the roles end the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from tracker.domain.mentions import Claim, Rival
from tracker.domain.papers import title_key, without_prose
from tracker.domain.terms import Outcome, Role, Source
from tracker.store.dialect import among
from tracker.store.joined import VERSIONS
from tracker.store.keys import paper_work
from tracker.store.tables.artifact import ARTIFACT, ROLE
from tracker.store.tables.work import VERSION, WORK

SAME_AUTHORS = 2
"""Authors that two papers must share for one to speak for the other's accounts: single names are borne by many."""
SHORTEST_TITLE = 12
"""Letters of a title that others must write alike to name the paper: shorter titles are words of the language."""
BY_OTHERS = frozenset({Source.HUB_RECORD, Source.HUB_LIST, Source.IMPORT})
"""Sources in which others than the authors name an artifact."""
LONG_TITLE = 30
"""Letters from which a title that a README gives, in its heading or in BibTeX, is that of a paper rather than a name."""
_NO_TITLE = re.compile(
    r"official|implementation|repository|pytorch|sourcecode|codefor|coderelease|supplement|readme"
)
"""Words of headings that describe a repository, as `title_key` joins them."""
_NOT_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is compared of two papers."""

    work: str
    place: tuple[datetime, int]
    """Its place in the order of submission."""
    authors: frozenset[str]


def fold_author(name: str) -> str:
    """The letters of a name, without case and accents: `José García` is `josegarcia`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name[:200]) if not unicodedata.combining(c))
    return _NOT_LETTERS.sub("", plain).casefold()


def load_paper_names(connection: Connection, works: Mapping[int, str]) -> dict[int, frozenset[str]]:
    """How others may name each paper: `arxiv:ID` and `title:KEY` of every version."""
    names: dict[int, set[str]] = {key: {work} for key, work in works.items()}
    rows = connection.execute(select(VERSIONS.c.work, VERSIONS.c.title).where(among(VERSIONS.c.work, works)))
    for row in rows:
        if len(title := title_key(row.title)) >= SHORTEST_TITLE:
            names[row.work].add(f"title:{title}")
    return {key: frozenset(of_paper) for key, of_paper in names.items()}


def names_another_paper(named: Collection[str], own: Collection[str]) -> bool:
    """Whether the files of an artifact name a paper, and none of those in `named` is one of `own`."""
    if not named or not frozenset(own).isdisjoint(named):
        return False
    titles = [name.removeprefix("title:") for name in own if name.startswith("title:")]
    return any(
        name.startswith("arxiv:")
        or (
            len(key := name.removeprefix("title:")) >= LONG_TITLE
            and not _NO_TITLE.search(key)
            and not any(key.startswith(title[:SHORTEST_TITLE]) or title in key for title in titles)
        )
        for name in without_prose(named)
    )


def load_rivals(
    connection: Connection, links: Collection[tuple[int, int]], named: Mapping[int, Collection[str]]
) -> dict[tuple[int, int], Rival]:
    """The strongest claim on each artifact by a paper that shares no author with the work, by (work, artifact).

    `links` are pairs of work and artifact; `named` has the papers that the files of each artifact name.
    """
    same = load_branches(connection, {artifact for _, artifact in links})
    stored: dict[int, list[tuple[int, Claim]]] = defaultdict(list)
    for row in connection.execute(
        select(ROLE.c.artifact, ROLE.c.work, ROLE.c.claim).where(
            among(ROLE.c.artifact, {of_same for group in same.values() for of_same in group}), ROLE.c.claim > 0
        )
    ):
        stored[row.artifact].append((row.work, Claim(row.claim)))
    claims = {
        artifact: [claim for of_same in group for claim in stored[of_same]] for artifact, group in same.items()
    }
    contested = [
        (work, artifact) for work, artifact in links if any(other != work for other, _ in claims[artifact])
    ]
    if not contested:
        return {}
    others = {other for _, artifact in contested for other, _ in claims[artifact]}
    papers = _load_papers(connection, others | {work for work, _ in contested})
    names = load_paper_names(connection, {key: paper.work for key, paper in papers.items()})
    rivals = {}
    for work, artifact in contested:
        found = [
            Rival(
                paper=papers[other].work,
                claim=claim,
                earlier=papers[other].place < papers[work].place,
                named=not names[other].isdisjoint(named.get(artifact, ())),
            )
            for other, claim in claims[artifact]
            if other in papers and work in papers and papers[other].authors.isdisjoint(papers[work].authors)
        ]
        if found:
            rivals[work, artifact] = max(
                found, key=lambda rival: (rival.named, rival.claim, rival.earlier, rival.paper)
            )
    return rivals


def load_branches(connection: Connection, artifacts: Collection[int]) -> dict[int, frozenset[int]]:
    """The artifacts that are the same repository as each of these, whole or a branch of it; each with itself.

    Two folders of one repository are two artifacts, as two papers may well have them.
    """
    same = {artifact: frozenset({artifact}) for artifact in artifacts}
    columns = (ARTIFACT.c.id, ARTIFACT.c.host, ARTIFACT.c.kind, ARTIFACT.c.host_id, ARTIFACT.c.path)
    known: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(
        select(*columns).where(among(ARTIFACT.c.id, same), ARTIFACT.c.host_id.is_not(None))
    ):
        if "/" not in row.path:
            known[row.host, row.kind][row.host_id].append(row.id)
    for (host, kind), by_id in known.items():
        whole: dict[str, set[int]] = defaultdict(set)
        for row in connection.execute(
            select(*columns).where(
                ARTIFACT.c.host == host, ARTIFACT.c.kind == kind, among(ARTIFACT.c.host_id, by_id)
            )
        ):
            if "/" not in row.path:
                whole[row.host_id].add(row.id)
        same |= {artifact: frozenset(whole[host_id]) for host_id, of_id in by_id.items() for artifact in of_id}
    return same


def load_proved_accounts(
    connection: Connection, accounts: Mapping[int, Collection[str]]
) -> dict[int, frozenset[str]]:
    """Which accounts of each work hold an artifact that is there and that an earlier paper of the same authors calls
    its own; `accounts` has those in question, by work."""
    holders = defaultdict(set)
    for row in connection.execute(
        select(ROLE.c.account, ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(
            among(ROLE.c.account, {account for of_work in accounts.values() for account in of_work}),
            ROLE.c.claim > 0,
            ROLE.c.role == Role.OWN.value,
            ARTIFACT.c.outcome == Outcome.PRESENT.value,
        )
    ):
        holders[row.account].add(row.work)
    asking = {work for work, of_work in accounts.items() if any(account in holders for account in of_work)}
    papers = _load_papers(connection, asking.union(*holders.values())) if asking else {}
    return {
        work: frozenset(
            account
            for account in accounts[work]
            if any(_speaks_for(papers.get(other), papers.get(work)) for other in holders.get(account, ()))
        )
        for work in asking
    }


def _speaks_for(earlier: _Paper | None, later: _Paper | None) -> bool:
    return (
        earlier is not None
        and later is not None
        and earlier.place < later.place
        and len(earlier.authors & later.authors) >= SAME_AUTHORS
    )


def _load_papers(connection: Connection, works: Iterable[int]) -> dict[int, _Paper]:
    rows = connection.execute(
        select(WORK.c.id, WORK.c.arxiv_id, WORK.c.submitted_at, VERSION.c.authors)
        .join(VERSION, (VERSION.c.work == WORK.c.id) & (VERSION.c.n == WORK.c.latest))
        .where(among(WORK.c.id, set(works)), WORK.c.submitted_at.is_not(None), WORK.c.arxiv_id.is_not(None))
    )
    return {
        row.id: _Paper(
            paper_work(row.arxiv_id),
            (row.submitted_at, row.id),
            frozenset(folded for author in row.authors if (folded := fold_author(author))),
        )
        for row in rows
    }


def load_claims(connection: Connection, works: Collection[int]) -> dict[tuple[int, int], int]:
    """The claims of works, by (work, artifact), without those that are none."""
    rows = connection.execute(
        select(ROLE.c.work, ROLE.c.artifact, ROLE.c.claim).where(among(ROLE.c.work, works), ROLE.c.claim > 0)
    )
    return {(row.work, row.artifact): row.claim for row in rows}


def queue_dependent_works(
    connection: Connection, works: Collection[int], before: Mapping[tuple[int, int], int]
) -> None:
    """Queue the works whose roles depend on those of `works`, which were just written; `before` are their claims
    until then.

    These are the other claimants of an artifact where a claim changed, and later papers of the same authors to which
    others ascribe something in an account that one of `works` proves.
    """
    after = load_claims(connection, works)
    changed = {pair[1] for pair in before.keys() | after.keys() if before.get(pair) != after.get(pair)}
    branches = {of_same for group in load_branches(connection, changed).values() for of_same in group}
    rivals = select(ROLE.c.work).where(among(ROLE.c.artifact, branches), ROLE.c.claim > 0)
    due = set(connection.execute(rivals).scalars()) - set(works)
    due |= _later_works_of_authors(connection, works)
    connection.execute(update(WORK).where(among(WORK.c.id, due), WORK.c.latest > 0).values(scan_due=True))


def _later_works_of_authors(connection: Connection, works: Collection[int]) -> set[int]:
    provers: dict[str, set[int]] = defaultdict(set)
    for row in connection.execute(
        select(ROLE.c.account, ROLE.c.work).where(
            among(ROLE.c.work, works), ROLE.c.claim > 0, ROLE.c.account.is_not(None)
        )
    ):
        provers[row.account].add(row.work)
    waiting: dict[str, set[int]] = defaultdict(set)
    for row in connection.execute(
        select(ROLE.c.account, ROLE.c.work).where(among(ROLE.c.account, provers), ROLE.c.claim == 0)
    ):
        waiting[row.account].add(row.work)
    if not waiting:
        return set()
    papers = _load_papers(connection, set().union(*provers.values(), *waiting.values()))
    return {
        later
        for account, of_account in waiting.items()
        for later in of_account
        if any(_speaks_for(papers.get(prover), papers.get(later)) for prover in provers[account])
    }
