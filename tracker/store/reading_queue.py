"""Papers that wait to be read further, source by source. When a source is due is a column, derived from what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.reading import FURTHER, TEXT_SOURCES, ReadDepth, ReadingPlan, Scan, list_depths, plan_reading
from tracker.domain.terms import Promise, Role, Source
from tracker.store import statistics
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import VERSIONS
from tracker.store.keys import paper_key, work_key
from tracker.store.paper_queue import PaperToRead, load_papers
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME, ROLE
from tracker.store.tables.work import SCAN, WORK

_DUE = {
    ReadDepth.RECORD: WORK.c.record_due_at,
    ReadDepth.TEXT: WORK.c.text_due_at,
    ReadDepth.PAGE: WORK.c.page_due_at,
}
_COLUMNS = (*(column.name for column in _DUE.values()), "read_depth", "read_at")
OLDEST_OF = 5
"""Of so many papers that are read next, one is the oldest that waits, so that nothing waits for ever."""


def papers_to_read(
    store: Store, source: ReadDepth, limit: int, now: datetime, after: Collection[ReadDepth] = ()
) -> list[PaperToRead]:
    """Papers of which a source is to be read, the newest announcements first, and of every five the oldest one.

    Left out are those of which one of the sources `after` is to be read before.
    """
    due = [WORK.c.scan_due.is_(False), _DUE[source].is_not(None), _DUE[source] <= now]
    due += [_DUE[earlier].is_(None) | (_DUE[earlier] > now) for earlier in after]
    oldest = limit // OLDEST_OF
    with store.read() as connection:
        waiting = select(WORK.c.id).where(*due)
        new = connection.execute(
            waiting.order_by(WORK.c.announced_at.desc().nulls_last(), WORK.c.id.desc()).limit(limit)
        ).scalars()
        old = connection.execute(
            waiting.order_by(WORK.c.announced_at.asc().nulls_first(), WORK.c.id.asc()).limit(oldest)
        ).scalars()
        return load_papers(connection, _mix(list(new), list(old))[:limit])


def _mix(new: Sequence[int], old: Sequence[int]) -> list[int]:
    """Both lists as one, an old one after every four new ones, each once."""
    step = OLDEST_OF - 1
    groups = [new[start : start + step] for start in range(0, len(new), step)]
    mixed = chain.from_iterable((*(group or ()), *((oldest,) if oldest is not None else ()))
                                for group, oldest in zip_longest(groups, old))  # fmt: skip
    return list(dict.fromkeys(mixed))


def load_own_pages(store: Store, work: str) -> list[Reference]:
    """The authors' project pages of a paper, the likeliest first."""
    pages = (
        select(ARTIFACT_NAME.c.reference, ARTIFACT.c.host, ARTIFACT.c.kind, ARTIFACT_NAME.c.url)
        .join(ROLE, ROLE.c.artifact == ARTIFACT_NAME.c.artifact)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(
            ROLE.c.work == work_key(work),
            ROLE.c.role == Role.OWN_PAGE.value,
            ARTIFACT.c.kind == "page",
            ARTIFACT_NAME.c.until.is_(None),
        )
        .order_by(ROLE.c.probability.desc(), ARTIFACT_NAME.c.reference)
    )
    with store.read() as connection:
        return [Reference(row.reference, row.host, row.kind, row.url) for row in connection.execute(pages)]


def load_absent_sources(store: Store, paper: PaperToRead) -> frozenset[Source]:
    """The forms of the full text of this version that arXiv was found not to have."""
    absent = select(SCAN.c.source).where(
        SCAN.c.work == work_key(paper.work), SCAN.c.version == paper.version, SCAN.c.outcome == "absent"
    )
    with store.read() as connection:
        return frozenset(Source(source) for source in connection.execute(absent).scalars())


@dataclass(frozen=True, slots=True)
class TextState:
    """What is known of a paper's full text: its newest version, when that was submitted and seen, and whether a text
    of it is still to be read."""

    paper: Paper
    version: int
    since: datetime
    seen_at: datetime
    is_backfilled: bool
    is_settled: bool
    """Whether a text of this version was read, or the paper shows a repository of its own without."""


def load_text_states(store: Store, arxiv_ids: Iterable[str]) -> dict[str, TextState]:
    """What is known of the full texts of these papers, by arXiv id; those that are not stored are left out."""
    keys = [paper_key(arxiv_id) for arxiv_id in arxiv_ids]
    times = (
        select(WORK.c.arxiv_id, VERSIONS.c.updated_at, VERSIONS.c.seen_at, WORK.c.backfilled)
        .join(WORK, (WORK.c.id == VERSIONS.c.work) & (WORK.c.latest == VERSIONS.c.n))
        .where(among(VERSIONS.c.work, keys))
    )
    read = select(SCAN.c.work, SCAN.c.version).where(
        among(SCAN.c.work, keys),
        SCAN.c.source.in_([source.value for source in TEXT_SOURCES]),
        SCAN.c.outcome == "read",
    )
    with store.read() as connection:
        known = {row.arxiv_id: row for row in connection.execute(times)}
        texts = {(row.work, row.version) for row in connection.execute(read)}
        shows_code, _ = load_own(connection, keys)
        papers = load_papers(connection, keys)
    states = {}
    for to_read in papers:
        arxiv_id, key = to_read.paper.arxiv_id, work_key(to_read.work)
        row = known[arxiv_id]
        states[arxiv_id] = TextState(
            paper=to_read.paper,
            version=to_read.version,
            since=row.updated_at,
            seen_at=row.seen_at,
            is_backfilled=row.backfilled == to_read.version,
            is_settled=(key, to_read.version) in texts or key in shows_code,
        )
    return states


@dataclass(frozen=True, slots=True)
class WaitingPapers:
    """How many papers wait to be read further, and since when the one that waits longest does."""

    papers: int = 0
    """All of them; one may wait for several sources."""
    by_source: Mapping[ReadDepth, int] = field(default_factory=dict)
    oldest: datetime | None = None


def count_waiting(store: Store, now: datetime, sources: Collection[ReadDepth] = FURTHER) -> WaitingPapers:
    """How many papers wait for any of these sources."""
    counts, oldest = {}, []
    with store.read() as connection:
        for source, column in _DUE.items():
            counted = select(func.count(), func.min(column, type_=column.type)).where(
                column.is_not(None), column <= now, WORK.c.scan_due.is_(False)
            )
            number, since = connection.execute(counted).one() if source in sources else (0, None)
            counts[source] = int(number)
            oldest += [since] if since else []
        waiting = [column.is_not(None) & (column <= now) for source, column in _DUE.items() if source in sources]
        papers = select(func.count()).where(WORK.c.scan_due.is_(False), or_(*waiting))
        count = int(connection.execute(papers).scalar_one()) if any(counts.values()) else 0
    return WaitingPapers(count, counts, min(oldest, default=None))


def update_reading(connection: Connection, works: Collection[int]) -> None:
    """Derive anew what is to be read further of these works, from what was read of them and what it showed."""
    known = (WORK.c.id, WORK.c.latest, WORK.c.first_seen, WORK.c.promise, WORK.c.backfilled)
    columns = (*known, *(WORK.c[name] for name in _COLUMNS))
    papers = connection.execute(select(*columns).where(among(WORK.c.id, works), WORK.c.latest > 0)).all()
    scans, (shows_code, has_page) = _load_scans(connection, works), load_own(connection, works)
    changed: dict[ReadingPlan, list[int]] = defaultdict(list)
    for row in papers:
        plan = plan_reading(
            scans[row.id],
            latest=row.latest,
            first_seen=row.first_seen,
            shows_code=row.id in shows_code,
            has_page=row.id in has_page,
            promised=row.promise == Promise.PROMISED.value,
            backfilled=row.backfilled == row.latest,
        )
        if any(getattr(row, name) != value for name, value in _values(plan).items()):
            changed[plan].append(row.id)
    if changed:
        with statistics.updating(connection, list(chain.from_iterable(changed.values()))):
            # Papers that were read together have one plan: a statement for each plan, not for each paper.
            for plan, same in changed.items():
                connection.execute(update(WORK).where(among(WORK.c.id, same)).values(_values(plan)))


def load_depths(connection: Connection, works: Collection[int]) -> dict[int, tuple[ReadDepth, ...]]:
    """The sources that were read of the newest version of each of these works, cheapest first."""
    scans = _load_scans(connection, works)
    latest = connection.execute(select(WORK.c.id, WORK.c.latest).where(among(WORK.c.id, works)))
    return {row.id: list_depths(scans[row.id], row.latest) for row in latest}


def _values(plan: ReadingPlan) -> dict[str, Any]:
    return {
        "record_due_at": plan.record_due_at,
        "text_due_at": plan.text_due_at,
        "page_due_at": plan.page_due_at,
        "read_depth": plan.depth.value if plan.depth else None,
        "read_at": plan.read_at,
    }


def _load_scans(connection: Connection, works: Collection[int]) -> dict[int, list[Scan]]:
    scans: dict[int, list[Scan]] = defaultdict(list)
    columns = (SCAN.c.work, SCAN.c.source, SCAN.c.version, SCAN.c.outcome, SCAN.c.scanned_at)
    for row in connection.execute(select(*columns).where(among(SCAN.c.work, works))):
        scans[row.work].append(Scan(Source(row.source), row.version, row.outcome, row.scanned_at))
    return scans


def load_own(connection: Connection, works: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Which of the works show a repository of their own, and which a project page of their authors."""
    rows = connection.execute(
        select(ROLE.c.work, ROLE.c.role, ARTIFACT.c.kind)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(among(ROLE.c.work, works), ROLE.c.role.in_([Role.OWN.value, Role.OWN_PAGE.value]))
    ).all()
    return (
        frozenset(row.work for row in rows if row.role == Role.OWN.value and row.kind == "repository"),
        frozenset(row.work for row in rows if row.role == Role.OWN_PAGE.value and row.kind == "page"),
    )
