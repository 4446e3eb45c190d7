"""The rows of the synthetic stores of `benchmarks.store`, as long and as many as those of a real year."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from tracker.config_files import load_watchlist
from tracker.store import enum_columns, shared_texts
from tracker.store.dialect import encode_json
from tracker.store.keys import arxiv_number

BATCH = 5000
START, NOW = datetime(2007, 5, 1, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)
CATEGORIES = (
    "cs.LG",
    "cs.CL",
    "cs.CV",
    "cs.AI",
    "stat.ML",
    "cs.RO",
    "cs.IR",
    "eess.AS",
    "cs.SD",
    "cs.HC",
    "q-bio.QM",
)
RARE = "q-bio.QM"
PROMISES = ("upon acceptance", "soon", "no date")
DUE = 500
"""Artifacts that are due at one moment: what a pace of some requests a second leaves, whatever the store holds."""


CHUNK, CHUNKS = 10, 30_000
"""Words of one piece of text, and how many pieces there are: drawing words one by one takes as long as storing them."""


@cache
def watched_accounts() -> list[str]:
    """The accounts on GitHub of the organisations that are watched."""
    return [account for each in load_watchlist().organisation for account in each.github]


def owner_of(index: int) -> str:
    """The owner of a repository: of every twentieth paper an account that is watched, the first ones most often."""
    accounts = watched_accounts()
    return f"Owner{index}" if index % 20 else accounts[(index // 20 * 7919 % len(accounts)) ** 2 // len(accounts)]


@cache
def make_chunks() -> list[str]:
    """Pieces of text, of which papers are made."""
    chance, (words, sums) = random.Random(2), make_vocabulary(1)  # made-up text
    return [" ".join(chance.choices(words, cum_weights=sums, k=CHUNK)) for _ in range(CHUNKS)]


@cache
def make_vocabulary(seed: int) -> tuple[list[str], list[float]]:
    """A vocabulary in which few words are common, as in prose."""
    chance = random.Random(seed)  # made-up text
    words = [
        "".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(chance.randint(1, 5)))
        for _ in range(40_000)
    ]
    words[:5] = ["learning", "model", "diffusion", "retrieval", "benchmark"]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return words, sums


def format_time(at: datetime) -> str:
    """A time as the store writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def rows(size: int) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """The rows of each table, batch by batch, oldest paper first."""
    chance = random.Random(size)  # made-up text
    step, month, number = (NOW - START) / size, "", 0
    grading_reasons = '["as it is said of each fact","of code","of weights","of data","of the demo"]'
    batch: dict[str, list[tuple[Any, ...]]] = {
        "grading": [(number, grade, grading_reasons, "", "") for grade, number in _GRADINGS.items()],
        "shared_text": [
            (shared_texts.shared_text_id(sentences), encode_json(sentences))
            for sentences in (_OWN, _OPEN, _NOT_OPEN, _NO_TEXT)
        ],
    }
    for index in range(size):
        at = START + step * index
        if month != f"{at:%y%m}":
            month, number = f"{at:%y%m}", 0
        number += 1
        _paper(batch, chance, index, size, f"{month}.{number:05}", at)
        if index % BATCH == BATCH - 1 or index == size - 1:
            yield batch
            batch = {}


def _paper(
    batch: dict[str, list[tuple[Any, ...]]],
    chance: random.Random,
    index: int,
    size: int,
    arxiv_id: str,
    at: datetime,
) -> None:
    def add(name: str, *row: Any) -> None:
        batch.setdefault(name, []).append(row)

    work, when = arxiv_number(arxiv_id), format_time(at)
    is_open = index % 7 == 0
    linked = is_open or index % 4 == 0
    code = "open" if is_open else "available" if linked else "unknown"
    opened = format_time(at + timedelta(days=index % 90)) if is_open else None
    drawn = chance.choices(make_chunks(), k=19)
    people = drawn[1].split()
    has_promise = index % 10 == 0
    promise = " ".join(drawn[2:6]) if has_promise else ""
    add("work", work, arxiv_id, 1, when, when, when, 0, index > size - 20, "promised" if has_promise else "none", promise, code, opened,
        _GRADINGS[code], when, _RULES)  # fmt: skip
    names = [f"{first.title()} {last.title()}" for first, last in zip(people[:5], people[5:], strict=True)]
    categories = list(dict.fromkeys(chance.choices(CATEGORIES[:-1], weights=range(20, 0, -2), k=2)))
    if index % 500 == 0:
        categories.append(RARE)
    add("version", work, 1, f"{drawn[0]} {people[0]} {people[1]}", " ".join(drawn), f"{people[2]}, 12 pages, 4 figures", encode_json(names),
        encode_json(categories), categories[0], "by")  # fmt: skip
    for category in sorted(categories):
        add("work_category", work, category, opened)
    add("announcement", arxiv_id, 1, int(when[:10].replace("-", "")), _NEW, _OAI)
    add("paper_text", work, 1, f"github:{owner_of(index)}/Project{index}" if linked else "")
    add("scan", work, 1, _METADATA, _READ, None, when, _RULES)
    if has_promise:
        add(
            "event", work, _event_id(index, "promised"), None, "promised", "world", when, when, PROMISES[index % 3]
        )
    if linked:
        _link(batch, index, size, work, when, opened)
    else:
        # A paper without links has no verdict, but its full text was searched.
        add("scan", work, 1, _RECORD, _ABSENT, None, when, _RULES)
        why = shared_texts.shared_text_id(_NO_TEXT) if index % 3 else None
        add("scan", work, 1, _PDF if why else _HTML, _ABSENT if why else _READ, why, when, _RULES)


def _link(
    batch: dict[str, list[tuple[Any, ...]]], index: int, size: int, work: int, when: str, opened: str | None
) -> None:
    def add(name: str, *row: Any) -> None:
        batch.setdefault(name, []).append(row)

    name = f"{owner_of(index)}/Project{index}"
    reference, url = f"github:{name}", f"https://github.com/{name}"
    number, sentence = index + 1, f"Our code is available at {url}."
    before = "We find that it does as well as what is larger, and that this holds on data that were not seen. Our code is available at "
    state, class_ = ("open", "osi") if opened else ("available", "unknown")
    add(
        "verdict", work, "code", state, class_, number, shared_texts.shared_text_id(_OPEN if opened else _NOT_OPEN)
    )
    next_check = (
        NOW - timedelta(hours=1) if index > size - 4 * DUE else NOW + timedelta(minutes=1 + index % 50_000)
    )
    add("artifact", number, reference, "github", "repository", url, str(index), "present", "code", '["code"]', "MIT", "osi",
        "LICENSE", when, _commit(index), when, when, when, format_time(next_check))  # fmt: skip
    add("artifact_name", number, reference.lower(), number, reference, url, 1, when)
    # Two in three write the address as the reference has it.
    written = f"{url}.git" if index % 3 == 0 else None
    add(
        "mention",
        work,
        number,
        _METADATA,
        _ABSTRACT,
        written,
        sentence,
        shared_texts.shorten_before(before, sentence, url),
        1,
        1,
        when,
    )
    add(
        "role",
        work,
        number,
        number,
        _METADATA,
        _ABSTRACT,
        "own",
        0.98,
        shared_texts.shared_text_id(_OWN),
        _RULES,
        "shipped",
    )
    add("artifact_check", number, when, when, 9, f"{index:016x}", "present", "code", '["code"]', "MIT", "osi", "LICENSE",
        _commit(index))  # fmt: skip
    rare = ("relicensed",) if index % 400 == 0 else ()
    for kind in ("linked", "shipped", *(("opened",) if opened else ()), *rare):
        event = _event_id(index, kind)
        add("event", work, event, number, kind, "world", opened or when, opened or when, "")
        if kind == "opened":
            add("feed_entry", "main", work, event, format_time(START + timedelta(seconds=index)))


def _event_id(index: int, kind: str) -> bytes:
    """An id as long as a stored event's."""
    return sha256(f"{index}{kind}".encode()).digest()[:8]


def _commit(index: int) -> bytes:
    """An id as long as a stored commit id."""
    return index.to_bytes(20)


_METADATA, _RECORD, _HTML, _PDF = map(enum_columns.SOURCE.values.index, ("metadata", "hub-record", "html", "pdf"))
_READ, _ABSENT = (enum_columns.SCAN_OUTCOME.values.index(word) for word in ("read", "absent"))
_NEW, _OAI = (
    enum_columns.ANNOUNCEMENT_KIND.values.index("new"),
    enum_columns.ARXIV_SOURCE.values.index("arxiv_oai"),
)
_ABSTRACT = enum_columns.PLACE.values.index("abstract")
_OWN = [
    "it is linked in the abstract",
    "the sentence says that it is available there",
    "title, abstract and comment name no other artifact",
]
_OPEN = [
    "\x1f is the authors' own (probability 1.00)",
    "it holds code",
    "under an OSI-approved licence (MIT)",
    "licence found in LICENSE",
]
_NOT_OPEN = [
    "\x1f is the authors' own (probability 1.00)",
    "it holds code",
    "under no licence",
    "no licence found",
]
_NO_TEXT = ["no HTML; arXiv has no files of it: it is withdrawn or never existed"]
_RULES = "2.1fffebd7"
_GRADINGS = {"open": 0x5A17C0DE0001, "available": 0x5A17C0DE0002, "unknown": 0x5A17C0DE0003}
"""Ids as long as those of real ones."""

FILL = {
    "grading": "id, grade, reasons, mof, osaid",
    "work": "id, arxiv_id, latest, first_seen, submitted_at, announced_at, scan_due, judge_due, promise, promise_evidence, code, opened_at,"
    " grading, judged_at, judged_rules",
    "version": "work, n, title, abstract, comment, authors, categories, primary_category, licence",
    "announcement": "arxiv_id, n, day, kind, source",
    "work_category": "work, category, opened_at",
    "paper_text": "id, version, repositories",
    "shared_text": "id, sentences",
    "scan": "work, version, source, outcome, shared_text, scanned_at, rules",
    "verdict": "work, fact, state, licence_class, name, shared_text",
    "artifact": "id, reference, host, kind, url, host_id, outcome, content, holds, licence_spdx, licence_class, licence_source,"
    " newest_at, commit_id, created_at, first_checked_at, checked_at, next_check_at",
    "artifact_name": "id, folded, artifact, reference, url, written, since",
    "mention": "work, name, source, place, url, evidence, before, first_version, last_version, found_at",
    "role": "work, artifact, name, source, place, role, probability, shared_text, rules, lifecycle",
    "artifact_check": "artifact, first_seen, last_seen, times, digest, outcome, content, holds, licence_spdx, licence_class,"
    " licence_source, commit_id",
    "event": "work, id, name, kind, cause, happened_at, observed_at, detail",
    "feed_entry": "feed, work, event, entered_at",
}
CONSTANT = {
    "work": {
        "withdrawn": 0,
        "weights": "none",
        "data": "none",
        "demo": "none",
    },
    "version": {"withdrawn": 0},
    "artifact": {
        "reason": "",
        "licence_note": "",
        "archived": 0,
        "gated": 0,
        "fork": 0,
        "languages": '["Python"]',
        "read_rules": "2.999b391c",
        "derived_from": "[]",
        "licences_beside": "[]",
    },
    "artifact_check": {"reason": "", "licence_note": "", "archived": 0, "gated": 0, "licences_beside": "[]"},
}
