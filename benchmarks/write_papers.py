"""How fast papers with links are written, as a ratio to plain sqlite3 doing the same rows in the same run.

Run by hand: `make bench`. Figures depend on the machine; the ratio is what counts.
"""

from __future__ import annotations

import json
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
from tracker.store.papers import save_versions
from tracker.store.roles import save_roles
from tracker.store.scans import ScanResult, save_scans
from tracker.store.upgrade import open_store

PAPERS, BATCH, ROUNDS = 10_000, 500, 7
START = datetime(2026, 6, 16, 12, tzinfo=UTC)
TEXT = "We study how well links in abstracts can be followed. " * 25

METADATA, READ = enum_columns.SOURCE.values.index("metadata"), enum_columns.SCAN_OUTCOME.values.index("read")
ABSTRACT = enum_columns.PLACE.values.index("abstract")


def versions() -> list[Version]:
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


def link(number: int) -> Reference:
    """The repository of a paper."""
    name = f"owner{number}/project{number}"
    return Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")


def found(part: list[Version], start: int) -> tuple[list[ScanResult], dict[str, list[RoleDecision]]]:
    """What reading a batch of papers gives."""
    scans, roles = [], {}
    for number, one in enumerate(part, start):
        work, mentions = keys.paper_work(one.arxiv_id), ()
        if number % 4 == 0:
            mentions = (
                Mention(
                    reference=link(number),
                    url=link(number).url,
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
                reference=one.reference,
                url=one.url,
                role=Role.OWN,
                probability=0.99,
                place=one.place,
                source=Source.METADATA,
                evidence=one.evidence,
                reasons=("said so",),
            )
            for one in mentions
        ]
    return scans, roles


def ours(folder: Path) -> float:
    """Seconds to write all papers, their mentions and their roles through the store."""
    papers = versions()
    batches = [
        (papers[start : start + BATCH], *found(papers[start : start + BATCH], start))
        for start in range(0, PAPERS, BATCH)
    ]
    store = open_store(f"sqlite:///{folder / 'ours.db'}")
    begun = time.perf_counter()
    for part, scans, roles in batches:
        save_versions(store, part, {one.arxiv_id: START for one in part}, START)
        save_scans(store, scans, "r1", START)
        save_roles(store, roles, "r1", {("github", "repository")}, START)
    seconds = time.perf_counter() - begun
    store.close()
    return seconds


def plain(folder: Path) -> float:
    """Seconds to write the same rows with plain sqlite3, the same batches, journal and indexes, full text among them."""
    papers = versions()
    made = open_store(f"sqlite:///{folder / 'plain.db'}")
    made.close()
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    at = "2026-06-16T12:00:00Z"
    begun = time.perf_counter()
    for start in range(0, PAPERS, BATCH):
        part = papers[start : start + BATCH]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO work (id, arxiv_id, latest, first_seen, submitted_at, announced_at, scan_due, judge_due, withdrawn, promise,"
            " promise_evidence, code, weights, data, demo) VALUES (?,?,1,?,?,?,0,1,0,'none','','unknown','unknown','unknown','unknown')",
            [(keys.arxiv_number(one.arxiv_id), one.arxiv_id, at, at, at) for one in part],
        )
        connection.executemany(
            "INSERT INTO version (work, n, title, abstract, comment, authors, categories, primary_category, withdrawn)"
            " VALUES (?,1,?,?,?,?,?,?,0)",
            [
                (
                    keys.arxiv_number(one.arxiv_id),
                    one.title,
                    one.abstract,
                    one.comment,
                    json.dumps(one.authors),
                    json.dumps(one.categories),
                    one.primary_category,
                )
                for one in part
            ],
        )
        connection.executemany(
            "INSERT INTO work_category (category, work) VALUES (?,?)",
            [(name, keys.arxiv_number(one.arxiv_id)) for one in part for name in one.categories],
        )
        connection.executemany(
            "INSERT INTO paper_text (id, version, repositories) VALUES (?,1,'')",
            [(keys.arxiv_number(one.arxiv_id),) for one in part],
        )
        connection.executemany(
            "INSERT INTO paper_count (category, fact, month, state, papers) VALUES (?,?,'2026-06','unknown',?)"
            " ON CONFLICT DO UPDATE SET papers = papers + excluded.papers",
            [
                (name, fact, len(part))
                for name in ("all", "cs.CL", "cs.LG")
                for fact in ("code", "weights", "data", "demo")
            ],
        )
        linked = [
            (keys.arxiv_number(one.arxiv_id), number + 1, link(number))
            for number, one in enumerate(part, start)
            if number % 4 == 0
        ]
        connection.executemany(
            "INSERT INTO artifact (id, reference, host, kind, url, reason, holds, licence_source, licence_note, archived,"
            " gated, fork, languages, read_rules, derived_from, licences_beside, newest_at, next_check_at)"
            " VALUES (?,?,?,?,?,'','[]','','',0,0,0,'[]','','[]','[]',?,?)",
            [(number, one.key, one.host, one.kind, one.url, at, at) for _, number, one in linked],
        )
        connection.executemany(
            "INSERT INTO artifact_name (id, folded, artifact, reference, url, written, since) VALUES (?,?,?,?,?,1,?)",
            [(number, one.folded, number, one.key, one.url, at) for _, number, one in linked],
        )
        connection.executemany(
            "INSERT INTO mention (work, name, source, place, evidence, before, first_version, last_version, found_at)"
            f" VALUES (?,?,{METADATA},{ABSTRACT},?,'',1,1,?)",
            [(work, number, "Our code is available at this address.", at) for work, number, _ in linked],
        )
        connection.executemany(
            "INSERT INTO scan (work, version, source, outcome, scanned_at, rules) VALUES"
            f" (?,1,{METADATA},{READ},?,'r1')",
            [(keys.arxiv_number(one.arxiv_id), at) for one in part],
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
            "UPDATE paper_text SET repositories = ? WHERE id = ?", [(one.key, work) for work, _, one in linked]
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def measure(write: Callable[[Path], float]) -> float:
    """Seconds that one write takes in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder))


if __name__ == "__main__":
    # Each way in turn, and the best of each: another program on the machine slows single rounds, never speeds them.
    rounds = [(measure(plain), measure(ours)) for _ in range(ROUNDS)]
    base, store = (min(seconds) for seconds in zip(*rounds, strict=True))
    print(f"plain sqlite3  {PAPERS / base:9.0f} papers/s")
    print(f"tracker.store  {PAPERS / store:9.0f} papers/s   {base / store:.2f} of plain sqlite3")
