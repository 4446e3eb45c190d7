"""Measures how fast papers with links are written, as a ratio to plain sqlite3 that writes the same rows in the same run.

Part of `make bench`. The speeds depend on the machine; the ratio is what counts.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import Place, Promise, Role, Source
from tracker.store import enum_columns, keys, shared_texts
from tracker.store.dialect import encode_json
from tracker.store.papers import save_versions
from tracker.store.roles import save_roles
from tracker.store.scans import ScanResult, save_scans
from tracker.store.times import format_utc
from tracker.store.upgrade import open_store

PAPERS, BATCH, ROUNDS = 10_000, 500, 7
START = datetime(2026, 6, 16, 12, tzinfo=UTC)
AT = "2026-06-16T12:00:00Z"
"""`START` as the database holds it."""
TEXT = "We study how well links in abstracts can be followed. " * 25

METADATA, READ = enum_columns.SOURCE.values.index("metadata"), enum_columns.SCAN_OUTCOME.values.index("read")
ABSTRACT = enum_columns.PLACE.values.index("abstract")
READ_DEPTH = enum_columns.READ_DEPTH.values.index("metadata")


def make_versions() -> list[Version]:
    """Papers of realistic size, one in four with a link."""
    return [
        Version(
            arxiv_id=f"2606.{number:05}",
            n=1,
            title=f"On the following of links, part {number}",
            abstract=TEXT,
            authors=("Ann Author", "Bob Builder", "Cleo Coder"),
            categories=("cs.LG", "cs.CL"),
            primary_category="cs.LG",
            comment="12 pages",
            submitted_at=START + timedelta(seconds=number),
            updated_at=START + timedelta(seconds=number),
        )
        for number in range(PAPERS)
    ]


def repository_of(number: int) -> Reference:
    """The repository of a paper."""
    name = f"owner{number}/project{number}"
    return Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")


def read_batch(part: list[Version], start: int) -> tuple[list[ScanResult], dict[str, list[RoleDecision]]]:
    """The scans and roles of a batch whose first paper has the number `start`."""
    scans, roles = [], {}
    for number, version in enumerate(part, start):
        work, mentions = keys.paper_work(version.arxiv_id), ()
        if number % 4 == 0:
            mentions = (
                Mention(
                    reference=repository_of(number),
                    url=repository_of(number).url,
                    place=Place.ABSTRACT,
                    source=Source.METADATA,
                    evidence="Our code is available at this address.",
                ),
            )
        scans.append(
            ScanResult(work=work, version=1, source=Source.METADATA, mentions=mentions, promise=Promise.NONE)
        )
        roles[work] = [
            RoleDecision(
                reference=mention.reference,
                url=mention.url,
                role=Role.OWN,
                probability=0.99,
                place=mention.place,
                source=Source.METADATA,
                evidence=mention.evidence,
                reasons=("said so",),
            )
            for mention in mentions
        ]
    return scans, roles


def write_by_store(folder: Path) -> float:
    """Seconds to write all papers, their mentions and their roles through the store."""
    papers = make_versions()
    batches = [
        (papers[start : start + BATCH], *read_batch(papers[start : start + BATCH], start))
        for start in range(0, PAPERS, BATCH)
    ]
    store = open_store(f"sqlite:///{folder / 'ours.db'}")
    begun = time.perf_counter()
    for part, scans, roles in batches:
        save_versions(store, part, {version.arxiv_id: START for version in part}, START)
        save_scans(store, scans, "r1", START)
        save_roles(store, roles, "r1", {("github", "repository")}, START)
    seconds = time.perf_counter() - begun
    store.close()
    return seconds


def write_by_sqlite(folder: Path) -> float:
    """Seconds to write the same rows with plain sqlite3, the same batches, journal and indexes, full text among them."""
    papers = make_versions()
    open_store(f"sqlite:///{folder / 'plain.db'}").close()
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    begun = time.perf_counter()
    for start in range(0, PAPERS, BATCH):
        part = papers[start : start + BATCH]
        connection.execute("BEGIN IMMEDIATE")
        _write_part(connection, part, start)
        _write_links(connection, part, start)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def _due_times(start: int) -> list[tuple[str | None, str | None]]:
    """When the Hub's record and the full text of each paper of a batch are to be read: not at all where code is linked."""
    return [(None, None) if number % 4 == 0 else (AT, AT) for number in range(start, start + BATCH)]


def _write_part(connection: sqlite3.Connection, part: list[Version], start: int) -> None:
    """Write the papers of a batch, their categories, texts and counts."""
    connection.executemany(
        "INSERT INTO work (id, arxiv_id, latest, first_seen, submitted_at, announced_at, scan_due, judge_due, withdrawn, promise,"
        " promise_evidence, code, weights, data, demo, record_due_at, text_due_at, read_depth, read_at)"
        f" VALUES (?,?,1,?,?,?,0,1,0,'none','','unknown','unknown','unknown','unknown',?,?,{READ_DEPTH},?)",
        [
            (
                keys.arxiv_number(version.arxiv_id),
                version.arxiv_id,
                AT,
                format_utc(version.submitted_at),
                AT,
                *due,
                AT,
            )
            for version, due in zip(part, _due_times(start), strict=True)
        ],
    )
    connection.executemany(
        "INSERT INTO version (work, n, title, abstract, comment, authors, categories, primary_category, withdrawn)"
        " VALUES (?,1,?,?,?,?,?,?,0)",
        [
            (
                keys.arxiv_number(version.arxiv_id),
                version.title,
                version.abstract,
                version.comment,
                encode_json(version.authors),
                encode_json(version.categories),
                version.primary_category,
            )
            for version in part
        ],
    )
    connection.executemany(
        "INSERT INTO work_category (category, work) VALUES (?,?)",
        [(name, keys.arxiv_number(version.arxiv_id)) for version in part for name in version.categories],
    )
    connection.executemany(
        "INSERT INTO paper_text (id, version, repositories) VALUES (?,1,'')",
        [(keys.arxiv_number(version.arxiv_id),) for version in part],
    )
    connection.executemany(
        "INSERT INTO paper_count (category, fact, month, state, papers, unread) VALUES (?,?,'2026-06','unknown',?,?)"
        " ON CONFLICT DO UPDATE SET papers = papers + excluded.papers, unread = unread + excluded.unread",
        [
            (name, fact, len(part), len(part))
            for name in ("all", "cs.CL", "cs.LG")
            for fact in ("code", "weights", "data", "demo")
        ],
    )


def _write_links(connection: sqlite3.Connection, part: list[Version], start: int) -> None:
    """Write the artifacts, mentions, scans and roles of a batch whose first paper has the number `start`."""
    linked = [
        (keys.arxiv_number(version.arxiv_id), number + 1, repository_of(number))
        for number, version in enumerate(part, start)
        if number % 4 == 0
    ]
    connection.executemany(
        "INSERT INTO artifact (id, reference, host, kind, url, reason, holds, licence_source, licence_note, archived,"
        " gated, fork, languages, read_rules, derived_from, licences_beside, newest_at, next_check_at)"
        " VALUES (?,?,?,?,?,'','[]','','',0,0,0,'[]','','[]','[]',?,?)",
        [
            (number, repository.key, repository.host, repository.kind, repository.url, AT, AT)
            for _, number, repository in linked
        ],
    )
    connection.executemany(
        "INSERT INTO artifact_name (id, folded, artifact, reference, url, written, since) VALUES (?,?,?,?,?,1,?)",
        [
            (number, repository.folded, number, repository.key, repository.url, AT)
            for _, number, repository in linked
        ],
    )
    connection.executemany(
        "INSERT INTO mention (work, name, source, place, evidence, before, first_version, last_version, found_at)"
        f" VALUES (?,?,{METADATA},{ABSTRACT},?,'',1,1,?)",
        [(work, number, "Our code is available at this address.", AT) for work, number, _ in linked],
    )
    connection.executemany(
        "INSERT INTO scan (work, version, source, outcome, scanned_at, rules) VALUES"
        f" (?,1,{METADATA},{READ},?,'r1')",
        [(keys.arxiv_number(version.arxiv_id), AT) for version in part],
    )
    connection.execute(
        "INSERT INTO shared_text (id, sentences) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (shared_texts.shared_text_id(["said so"]), '["said so"]'),
    )
    connection.executemany(
        "INSERT INTO role (work, artifact, name, source, place, role, probability, shared_text, rules) VALUES"
        f" (?,?,?,{METADATA},{ABSTRACT},'own',0.99,{shared_texts.shared_text_id(['said so'])},'r1')",
        [(work, number, number) for work, number, _ in linked],
    )
    connection.executemany(
        "UPDATE paper_text SET repositories = ? WHERE id = ?",
        [(repository.key, work) for work, _, repository in linked],
    )


def measure(write: Callable[[Path], float]) -> float:
    """Seconds that one write takes in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder))


if __name__ == "__main__":
    # Each way in turn, and the best of each: another program on the machine slows single rounds, never speeds them.
    rounds = [(measure(write_by_sqlite), measure(write_by_store)) for _ in range(ROUNDS)]
    base, store = (min(seconds) for seconds in zip(*rounds, strict=True))
    print(f"plain sqlite3  {PAPERS / base:9.0f} papers/s")
    print(f"tracker.store  {PAPERS / store:9.0f} papers/s   {base / store:.2f} of plain sqlite3")
