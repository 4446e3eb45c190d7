"""What other installations reported: imported from their files of evidence, and loaded to be shown.

A report proposes and proves nothing. Where it names a link that is new to a paper, the link becomes a mention whose source
is an import (`tracker.store.imports`), so that our own check and the rules of roles decide. Its text, its states and its
dates stay in a table of their own, which no judgement, count or feed reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any

from sqlalchemy import Connection, delete, func, select

from tracker.domain.artifacts import Reference
from tracker.domain.evidence import ForeignReport
from tracker.domain.mentions import Mention
from tracker.domain.terms import Content, Outcome, Place, Role, Source
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.evidence_file import EvidenceRecord, Header, Resolve, read_evidence
from tracker.store.joined import MENTIONS
from tracker.store.keys import paper_key, paper_work
from tracker.store.scans import ScanResult, add_scans
from tracker.store.tables.artifact import FOREIGN_REPORT
from tracker.store.tables.work import WORK

BATCH = 500
"""Records of one transaction."""
MOST_PROPOSED, DAY = 1_000, timedelta(days=1)
"""New references that imports may add to the work list in a day, each of which costs a check. GitHub answers 1,440 anonymous
requests in a day, so the checks of our own papers still fit in."""
MOST_OF_IMPORT = 500
"""The same for one import: a second file of the day is not shut out by a first that lies."""

_Line = tuple[int, Header, EvidenceRecord, Reference]


@dataclass(slots=True)
class EvidenceSummary:
    """What an import of evidence came to, in records of the file."""

    records: int = 0
    reported: int = 0
    """Reports that are new, or newer than the stored one."""
    known: int = 0
    """Reports that were imported before."""
    proposed: int = 0
    """References that joined the work list."""
    waiting: int = 0
    """References beyond the bound: a later import of the same file takes them."""
    unchecked: int = 0
    """New references of kinds that cannot be checked, which are left out."""
    unknown_papers: int = 0


@dataclass(frozen=True, slots=True)
class _Importing:
    """What one import is given."""

    source: str
    checkable: Collection[tuple[str, str]]
    rules: str
    now: datetime


def import_evidence(
    store: Store,
    stream: IO[bytes],
    resolve: Resolve,
    checkable: Collection[tuple[str, str]],
    *,
    source: str,
    rules: str,
    now: datetime,
) -> EvidenceSummary:
    """Import a file of evidence, which is read twice: a wrong line is found before anything is stored. EvidenceError.

    Then each batch is one transaction; a killed import is resumed by repeating it. `checkable` has the (host, kind) pairs
    that can be checked, `source` names the other installation.
    """
    for _ in read_evidence(stream, resolve, now):
        pass
    stream.seek(0)
    summary, importing = EvidenceSummary(), _Importing(source, checkable, rules, now)
    lines = read_evidence(stream, resolve, now)
    while batch := list(islice(lines, BATCH)):
        summary.records += len(batch)
        with store.begin() as connection:
            _import_batch(connection, batch, importing, summary)
    return summary


def _import_batch(
    connection: Connection, batch: Sequence[_Line], importing: _Importing, summary: EvidenceSummary
) -> None:
    keys = {paper_key(record.arxiv_id) for _, _, record, _ in batch}
    latest = {
        row.id: row.latest
        for row in connection.execute(
            select(WORK.c.id, WORK.c.latest).where(among(WORK.c.id, keys), WORK.c.latest > 0)
        )
    }
    mentioned, stored = _load_mentioned(connection, keys), _load_made_at(connection, keys, importing.source)
    budget = min(MOST_PROPOSED - _count_proposed(connection, importing.now), MOST_OF_IMPORT - summary.proposed)
    reports: list[dict[str, Any]] = []
    proposals: dict[str, list[Mention]] = defaultdict(list)
    proposed = 0
    for line, header, record, reference in batch:
        link = (paper_key(record.arxiv_id), reference.folded)
        is_new = link not in mentioned
        if link[0] not in latest:
            summary.unknown_papers += 1
        elif link in stored and stored[link] >= header.made_at:
            summary.known += 1
        elif is_new and (reference.host, reference.kind) not in importing.checkable:
            summary.unchecked += 1
        elif is_new and proposed >= budget:
            summary.waiting += 1
        else:
            if is_new:
                mentioned.add(link)
                proposals[record.arxiv_id].append(_propose(line, record, reference, importing.source))
                proposed += 1
            stored[link] = header.made_at
            reports.append(_report_row(link, header, record, importing, is_new=is_new))
    if proposals:
        scans = [
            ScanResult(
                work=paper_work(arxiv_id),
                version=latest[paper_key(arxiv_id)],
                source=Source.IMPORT,
                mentions=tuple(mentions),
            )
            for arxiv_id, mentions in proposals.items()
        ]
        add_scans(connection, scans, importing.rules, importing.now)
    _save_reports(connection, reports)
    summary.proposed += proposed
    summary.reported += len(reports)


def _load_mentioned(connection: Connection, keys: Collection[int]) -> set[tuple[int, str]]:
    """The links of these works that anything named before, as (work, folded reference)."""
    rows = connection.execute(select(MENTIONS.c.work, MENTIONS.c.folded).where(among(MENTIONS.c.work, keys)))
    return {(row.work, row.folded) for row in rows}


def _load_made_at(connection: Connection, keys: Collection[int], source: str) -> dict[tuple[int, str], datetime]:
    """When the file was made from which each report of a source is."""
    columns = (FOREIGN_REPORT.c.work, FOREIGN_REPORT.c.folded, FOREIGN_REPORT.c.made_at)
    rows = connection.execute(
        select(*columns).where(among(FOREIGN_REPORT.c.work, keys), FOREIGN_REPORT.c.source == source)
    )
    return {(row.work, row.folded): row.made_at for row in rows}


def _count_proposed(connection: Connection, now: datetime) -> int:
    """How many references imports of the last day added to the work list."""
    recent = select(func.count()).where(FOREIGN_REPORT.c.proposed_at > now - DAY)
    return int(connection.execute(recent).scalar_one())


def _propose(line: int, record: EvidenceRecord, reference: Reference, source: str) -> Mention:
    """The mention that a record becomes; the sentence of strangers is not part of it, so that no rule reads it."""
    evidence = f"{source} (line {line}): named as {record.role}"
    return Mention(
        reference=reference, url=reference.url, place=Place.PAGE, source=Source.IMPORT, evidence=evidence
    )


def _report_row(
    link: tuple[int, str], header: Header, record: EvidenceRecord, importing: _Importing, *, is_new: bool
) -> dict[str, Any]:
    seen = record.seen
    return {
        "work": link[0],
        "source": importing.source,
        "folded": link[1],
        "url": record.url,
        "role": record.role.value,
        "place": record.place.value,
        "evidence": record.evidence,
        "found_at": record.found_at,
        "rules": record.rules,
        "outcome": seen.outcome.value if seen else None,
        "content": seen.content.value if seen else None,
        "licence": seen.licence if seen else "",
        "seen_since": seen.since if seen else None,
        "seen_until": seen.until if seen else None,
        "read_rules": seen.rules if seen else "",
        "made_at": header.made_at,
        "imported_at": importing.now,
        "proposed_at": importing.now if is_new else None,
    }


def _save_reports(connection: Connection, reports: Sequence[Mapping[str, Any]]) -> None:
    # When it was proposed stays, whatever a later file of the same source says of it.
    kept = ("work", "source", "folded", "proposed_at")
    updated = [column.name for column in FOREIGN_REPORT.c if column.name not in kept]
    upsert(connection, FOREIGN_REPORT, reports, updated)


def remove_reports(store: Store, source: str) -> int:
    """Remove what the installation of this name reported; how many reports there were.

    The mentions that it proposed stay: our own check has decided them since, or will.
    """
    with store.begin() as connection:
        return int(connection.execute(delete(FOREIGN_REPORT).where(FOREIGN_REPORT.c.source == source)).rowcount)


def load_sources(store: Store) -> list[str]:
    """The names of the installations whose reports are stored."""
    names = select(FOREIGN_REPORT.c.source).distinct().order_by(FOREIGN_REPORT.c.source)
    with store.read() as connection:
        return list(connection.execute(names).scalars())


def load_foreign_reports(connection: Connection, keys: Collection[int]) -> dict[int, list[ForeignReport]]:
    """What other installations reported of these works, by work, source and reference."""
    reports: dict[int, list[ForeignReport]] = defaultdict(list)
    for row in connection.execute(
        select(FOREIGN_REPORT)
        .where(among(FOREIGN_REPORT.c.work, keys))
        .order_by(FOREIGN_REPORT.c.work, FOREIGN_REPORT.c.source, FOREIGN_REPORT.c.folded)
    ):
        reports[row.work].append(
            ForeignReport(
                source=row.source,
                url=row.url,
                role=Role(row.role),
                place=Place(row.place),
                evidence=row.evidence,
                found_at=row.found_at,
                rules=row.rules,
                outcome=Outcome(row.outcome) if row.outcome else None,
                content=Content(row.content) if row.content else None,
                licence=row.licence,
                seen_since=row.seen_since,
                seen_until=row.seen_until,
                read_rules=row.read_rules,
            )
        )
    return reports
