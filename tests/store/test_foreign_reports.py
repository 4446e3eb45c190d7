"""Evidence from one store to another: it proposes links within a bound, is shown with its source, and judges nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect

from tests.new_store import open_new_store, store_address
from tests.store.conftest import fetch_rows
from tracker.domain.errors import EvidenceError
from tracker.domain.papers import Version
from tracker.domain.terms import Content, Outcome, Place, Role
from tracker.hosts.resolve import resolve_url
from tracker.store import evidence, evidence_file, foreign_reports, papers
from tracker.store.engine import Store

Add = Callable[..., str]
CHECKABLE = frozenset({("github", "repository")})
NOW = datetime.fromisoformat("2026-06-17T05:00:00Z")
MADE = {"format": evidence_file.FORMAT, "version": 1, "made_at": "2026-06-17T05:00:00Z", "program": "0.1.0"}


def record(**changes: Any) -> dict[str, Any]:
    seen = {
        "outcome": "present", "content": "code", "licence": "MIT", "since": "2026-06-16T00:00:00Z",
        "until": "2026-06-17T00:00:00Z", "rules": "3",
    }  # fmt: skip
    return {
        "arxiv_id": "2606.00001", "url": "https://github.com/ann/other", "role": "own", "place": "footnote",
        "evidence": "Our code is there.", "found_at": "2026-06-16T00:00:00Z", "rules": "7", "seen": seen, **changes,
    }  # fmt: skip


def lines(*records: object, header: object = MADE, end: bool = True) -> bytes:
    last = [{"records": len(records)}] if end else []
    return "".join(f"{json.dumps(line)}\n" for line in (header, *records, *last)).encode()


def load(store: Store, content: bytes, now: datetime = NOW, source: str = "the other") -> Any:
    return foreign_reports.import_evidence(
        store, io.BytesIO(content), resolve_url, CHECKABLE, source=source, rules="r1", now=now
    )


def everything(store: Store) -> list[Any]:
    tables = inspect(store.engine).get_table_names()
    return [(name, sorted(fetch_rows(store, f'SELECT * FROM "{name}"'), key=repr)) for name in sorted(tables)]


@pytest.fixture
def bare(tmp_path: Path, database: str) -> Any:
    """Another store, which has read nothing of the same paper yet."""
    store = open_new_store(store_address(tmp_path / "bare.db"))
    version = Version(
        arxiv_id="2606.00001", n=1, title="On tools", abstract="A", authors=("Ann Author",), categories=("cs.LG",),
        primary_category="cs.LG", comment=None, submitted_at=NOW, updated_at=NOW,
    )  # fmt: skip
    papers.save_versions(store, [version], {}, NOW)
    yield store
    store.close()


def written(store: Store) -> bytes:
    out = io.BytesIO()
    evidence_file.write_evidence(store, out, resolve_url, program="0.1.0", now=NOW)
    return out.getvalue()


def test_what_one_store_saw_is_proposed_to_another_and_shown_with_its_source(
    store: Store, add: Add, bare: Store
) -> None:
    work = add("2606.00001")
    add("2606.00002", link="bob/other")
    done = load(bare, written(store))
    assert (done.records, done.reported, done.proposed, done.unknown_papers) == (2, 1, 1, 1)
    (report,) = evidence.load_evidence(bare, [work])[work].foreign
    assert (report.source, report.url, report.role) == ("the other", "https://github.com/ann/tool", Role.OWN)
    assert (report.place, report.evidence, report.rules) == (Place.ABSTRACT, "Our code.", "r1")
    assert (report.outcome, report.content, report.licence) == (Outcome.PRESENT, Content.CODE, "MIT")
    assert fetch_rows(bare, "SELECT evidence FROM mention") == [("the other (line 2): named as own",)]
    assert fetch_rows(bare, "SELECT count(*) FROM role") == [(0,)], "its role is decided by the next cycle"
    assert evidence.load_stored_rows(bare, work)["foreign"][0]["place"] == "abstract"


def test_repeating_an_import_changes_nothing_and_only_newer_files_replace(bare: Store) -> None:
    load(bare, lines(record(), record()))
    before = everything(bare)
    again = load(bare, lines(record(), record()), NOW + timedelta(days=3))
    assert (again.reported, again.known, again.proposed) == (0, 2, 0)
    older = {**MADE, "made_at": "2026-06-16T05:00:00Z"}
    assert load(bare, lines(record(role="mention"), header=older)).known == 1
    assert everything(bare) == before
    newer = {**MADE, "made_at": "2026-06-17T06:00:00Z"}
    assert load(bare, lines(record(role="mention"), header=newer)).reported == 1
    assert fetch_rows(bare, "SELECT role, proposed_at FROM foreign_report") == [
        ("mention", "2026-06-17T05:00:00Z")
    ]


def test_the_reports_of_one_source_are_removed_and_its_proposals_stay(bare: Store) -> None:
    load(bare, lines(record()))
    load(bare, lines(record(url="https://github.com/bob/third")), source="another")
    assert foreign_reports.remove_reports(bare, "nobody") == 0
    assert foreign_reports.remove_reports(bare, "the other") == 1
    assert foreign_reports.load_sources(bare) == ["another"]
    assert fetch_rows(bare, "SELECT count(*) FROM mention") == [(2,)]
    assert load(bare, lines(record())).proposed == 0, "its reference is known"


def test_new_references_are_bounded_for_an_import_and_for_a_day(
    bare: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_reports, "MOST_OF_IMPORT", 4)
    monkeypatch.setattr(foreign_reports, "MOST_PROPOSED", 6)
    monkeypatch.setattr(foreign_reports, "BATCH", 3)
    content = lines(*(record(url=f"https://github.com/liar/r{number}") for number in range(20)))
    counts = []
    for hours in (0, 1, 2, 25):
        done = load(bare, content, NOW + timedelta(hours=hours), source=f"source {hours % 2}")
        counts.append((done.proposed, done.waiting))
    assert counts == [(4, 16), (2, 14), (0, 14), (4, 10)]
    assert fetch_rows(bare, "SELECT count(*) FROM artifact") == [(10,)]


def test_a_link_that_the_paper_names_itself_costs_nothing(store: Store, add: Add) -> None:
    add("2606.00001")
    before = [rows for rows in everything(store) if rows[0] != "foreign_report"]
    lie = record(url="https://github.com/Ann/Tool/tree/evil", role="mention", evidence="It is not ours.")
    done = load(store, lines(lie, record(url="https://example.org/page")))
    assert (done.reported, done.proposed, done.unchecked) == (1, 0, 1)
    assert [rows for rows in everything(store) if rows[0] != "foreign_report"] == before


def test_a_link_of_a_list_alone_is_not_handed_on(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.store.test_imports import own_link_events, theirs  # noqa: PLC0415 # beside the test that uses it
    from tracker.store import imports  # noqa: PLC0415 # as above

    content = io.BytesIO(json.dumps([theirs()]).encode())
    imports.import_links(bare, content, resolve_url, source="a list", rules="1", now=NOW)
    own_link_events(bare, NOW)
    assert fetch_rows(bare, "SELECT count(*) FROM role") == [(1,)]
    assert json.loads(written(bare).splitlines()[-1]) == {"records": 0}


GOOD = record()
WRONG: list[tuple[bytes, int, str]] = [
    (b"", 1, "not the header"),
    (b"[" * 100_000, 1, "longer than"),
    (b"\x1f\x8bnot gzip\n", 1, "not the header"),
    (lines(GOOD, header=GOOD), 1, "not the header"),
    (lines(GOOD, header={**MADE, "version": 2}), 1, "another version"),
    (lines(GOOD, header={**MADE, "version": "1"}), 1, "another version"),
    (lines(GOOD, header={**MADE, "made_at": "2999-01-01T00:00:00Z"}), 1, "wrong `made_at`"),
    (lines(GOOD, header={**MADE, "made_at": "2026-07-17T00:00:00Z"}), 1, "a time in the future"),
    (lines(GOOD, end=False), 3, "cut off"),
    (lines(GOOD)[:-40], 2, "no JSON object"),
    (lines(GOOD, GOOD).replace(b'"records": 2', b'"records": 9'), 4, "counts 9 records"),
    (lines(GOOD) + b"{}\n", 4, "follows the last line"),
    (lines(GOOD, "x" * 20_000), 3, "longer than"),
    (lines(GOOD, [1]), 3, "no JSON object"),
    (lines(GOOD, {**GOOD, "evidence": "x" * 401}), 3, "wrong `evidence`"),
    (lines(GOOD, {**GOOD, "evidence": "a\x1b[31mred"}), 3, "a control character"),
    (lines(GOOD, {**GOOD, "evidence": "a\u202eb"}), 3, "a control character"),
    (lines(GOOD, {**GOOD, "rules": "a\nb"}), 3, "wrong `rules`"),
    (lines(GOOD, {**GOOD, "evidence": 7}), 3, "wrong `evidence`"),
    (lines(GOOD, {**GOOD, "role": "owner"}), 3, "wrong `role`"),
    (lines(GOOD, {**GOOD, "place": None}), 3, "wrong `place`"),
    (lines(GOOD, {**GOOD, "found_at": 1_750_000_000}), 3, "wrong `found_at`"),
    (lines(GOOD, {**GOOD, "found_at": "2026-06-16T00:00:00"}), 3, "wrong `found_at`"),
    (lines(GOOD, {**GOOD, "found_at": "0001-01-01T00:00:00+14:00"}), 3, "wrong `found_at`"),
    (lines(GOOD, {**GOOD, "found_at": "2026-08-01T00:00:00Z"}), 3, "a time in the future"),
    (lines(GOOD, {**GOOD, "seen": {**GOOD["seen"], "until": "2027-01-01T00:00:00Z"}}), 3, "a time in the future"),
    (lines(GOOD, {**GOOD, "seen": {**GOOD["seen"], "outcome": "yes"}}), 3, "wrong `seen.outcome`"),
    (lines(GOOD, {**GOOD, "url": "javascript:alert(1)"}), 3, "wrong `url`"),
    (lines(GOOD, {**GOOD, "url": "https://x.example/" + "a" * 2_000}), 3, "wrong `url`"),
    *((lines(GOOD, {**GOOD, "arxiv_id": name}), 3, "wrong `arxiv_id`")
      for name in ("2606.00001v2", "arXiv:2606.00001", "../../etc", "2613.00001", "2606.00001\n", 7, None)),
    (lines(GOOD) [: lines(GOOD).index(b"\n") + 1] + b'{"arxiv_id": "\xff"}\n', 2, "no JSON object"),
    (lines(GOOD)[: lines(GOOD).index(b"\n") + 1] + b'{"seen":' * 2_000 + b"\n", 2, "no JSON object"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "says"), WRONG, ids=range(len(WRONG)))
def test_a_file_with_a_wrong_line_is_refused_by_its_number(content: bytes, line: int, says: str) -> None:
    with pytest.raises(EvidenceError) as error:
        list(evidence_file.read_evidence(io.BytesIO(content), resolve_url, NOW))
    sentence = str(error.value)
    assert sentence.startswith(f"line {line} ")
    assert says in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300, "nothing of a stranger's text is repeated"
    assert "\x1b" not in sentence


def test_a_file_with_a_wrong_line_stores_nothing(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_reports, "BATCH", 1)
    before = everything(bare)
    for content, _, _ in WRONG:
        with pytest.raises(EvidenceError):
            load(bare, content)
    assert everything(bare) == before


def test_a_killed_import_is_resumed_by_repeating_it(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    content = lines(*(record(url=f"https://github.com/o/r{number}") for number in range(9)))
    monkeypatch.setattr(foreign_reports, "BATCH", 2)
    save, left = foreign_reports._save_reports, iter([True, True, False])

    def killed(*arguments: Any) -> None:
        save(*arguments)
        if not next(left):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(foreign_reports, "_save_reports", killed)
        with pytest.raises(KeyboardInterrupt):
            load(bare, content)
    assert fetch_rows(bare, "SELECT count(*) FROM foreign_report") == [(4,)]
    assert load(bare, content).proposed == 5
    assert fetch_rows(bare, "SELECT count(*) FROM mention") == [(9,)]


def test_a_file_is_read_line_by_line() -> None:
    class Endless(io.RawIOBase):
        """Lines without end, made as they are read."""

        taken = 0

        def readline(self, _size: int | None = -1, /) -> bytes:
            self.taken += 1
            return f"{json.dumps(MADE if self.taken == 1 else GOOD)}\n".encode()

    stream = Endless()
    reading = evidence_file.read_evidence(stream, resolve_url, NOW)  # type: ignore[arg-type] # it only reads lines
    for number in range(2, 500):
        assert next(reading)[0] == number
        assert stream.taken == number


@given(st.lists(st.one_of(st.binary(max_size=80), st.text(max_size=40).map(str.encode)), max_size=6))
def test_any_bytes_are_refused_in_one_sentence(pieces: list[bytes]) -> None:
    content = lines(end=False) + b"\n".join(pieces)
    with pytest.raises(EvidenceError, match=r"^line \d+ [^\n]{5,200}; nothing was imported, ask for a new file$"):
        list(evidence_file.read_evidence(io.BytesIO(content), resolve_url, NOW))


@given(st.text(max_size=500), st.text(max_size=30))
def test_whatever_a_sentence_holds_it_can_be_handed_on(sentence: str, rules: str) -> None:
    class Row:
        arxiv_id, url, canonical = "2606.00001", "https://github.com/a/b", "https://github.com/a/b"
        role, place, evidence, found_at = "own", "abstract", sentence, NOW
        outcome = None

    Row.rules = rules  # type: ignore[attr-defined] # a row as the database gives it
    made = evidence_file._make_record(Row, resolve_url)
    if made is None:
        assert evidence_file._UNPRINTABLE.search(rules), "only rules of ours may be left out"
        return
    out = io.BytesIO()
    for line in (evidence_file.Header.model_validate_json(json.dumps(MADE)), made, evidence_file._End(records=1)):
        evidence_file._write(out, line)
    out.seek(0)
    [(_, _, read, _)] = evidence_file.read_evidence(out, resolve_url, NOW)
    assert read == made
