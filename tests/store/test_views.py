"""The public views: their columns stay, the document describes each, and their rows are right."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tracker.config_files import Organisation
from tracker.domain.artifacts import Reference  # fmt: skip
from tracker.domain.history import Event, Verdict
from tracker.domain.mentions import (
    Mention,  # fmt: skip
    RoleDecision,  # fmt: skip
)
from tracker.domain.papers import Version  # fmt: skip
from tracker.domain.terms import (
    Cause,  # fmt: skip
    EventKind,  # fmt: skip
    Fact,  # fmt: skip
    LicenceClass,  # fmt: skip
    Place,  # fmt: skip
    Promise,  # fmt: skip
    Role,  # fmt: skip
    Source,  # fmt: skip
    State,  # fmt: skip
)
from tracker.store import judgements, organisations, paper_queue, papers, releases, roles, scans, statistics, views
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store
from tracker.store.judgements import Judgement
from tracker.store.roles import save_roles
from tracker.store.scans import ScanResult

DOCUMENT = Path(__file__).parents[2] / "docs" / "schema.md"
JUNE = datetime(2026, 6, 3, 12, tzinfo=UTC)
COLUMNS = {
    "papers": "arxiv_id version title abstract authors categories primary_category submitted_at updated_at announced_at comment"
    " licence withdrawn code weights data demo grade grade_reasons mof osaid read_depth read_at paper_licence code_licence",
    "links": "arxiv_id reference artifact url role probability place evidence first_version last_version lifecycle reasons path",
    "artifacts": "reference host kind url outcome content licence_spdx licence_class archived gated created_at checked_at"
    " next_check_at reason licence_source licence_note commit_id licence_claimed licences_beside names archived_copy path readiness",
    "checks": "reference outcome reason content licence_spdx licence_class licence_source licence_note archived gated answered"
    " commit_id first_seen last_seen times licence_claimed licences_beside names path",
    "events": "id arxiv_id reference kind cause happened_at observed_at detail",
    "open_papers": "arxiv_id title reference licence_spdx opened_at url primary_category categories authors submitted_at code_licence",
    "open_by_category": "category opened_at arxiv_id title reference licence_spdx url authors submitted_at code_licence",
    "openness_by_month": "month category fact papers open available gated promised gone none unknown unread",
    "promises": "arxiv_id title evidence submitted_at promised_at state kept_at lapsed_at code",
    "organisations": "name github huggingface artifacts papers open_papers open_weights open_data affiliations",
    "affiliations": "arxiv_id affiliation organisation",
    "readings": "arxiv_id version source outcome read_at",
    "releases": "reference name first_seen code weights data demo grade grade_reasons mof osaid opened_at judged_at links",
    "searchable": "id arxiv_id title abstract authors repositories",
}
"""The views of version 4. A column may be added; one that goes or changes needs another version."""


def columns(store: Store) -> dict[str, list[str]]:
    with store.read() as connection:
        names = inspect(connection).get_view_names()
        return {name: list(connection.execute(text(f"SELECT * FROM {name} LIMIT 0")).keys()) for name in names}


def stored_views(store: Store) -> list[str]:
    """The views that a store has: `searchable` is of FTS5."""
    return [name for name in COLUMNS if name != "searchable" or store.engine.dialect.name == "sqlite"]


def test_a_column_of_a_view_goes_only_with_the_version(store: Store) -> None:
    actual = columns(store)
    assert views.VERSION == 4, "list the columns of the new version here"
    here = {name: expected.split() for name, expected in COLUMNS.items() if name in stored_views(store)}
    assert here == {name: actual[name][: len(expected)] for name, expected in here.items()}


def test_the_document_describes_every_column_of_every_view_and_no_other(store: Store) -> None:
    documented: dict[str, list[str]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## `(\w+)`", line):
            documented[heading[1]] = []
        elif row := re.fullmatch(r"\| `(\w+)` \| (.+) \|", line):
            assert row[2].strip(), line
            list(documented.values())[-1].append(row[1])
    assert {name: documented[name] for name in stored_views(store)} == columns(store)
    assert set(documented) == set(COLUMNS)
    assert f"(now **{views.VERSION}**)" in DOCUMENT.read_text(encoding="utf-8")


def test_the_queries_of_the_document_run(store: Store) -> None:
    (block,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    with store.read() as connection:
        for statement in filter(str.strip, block.split(";")):
            if " MATCH " in statement and connection.dialect.name != "sqlite":
                continue
            assert connection.exec_driver_sql(statement).all() == []


def paper(store: Store, number: int, *, promise: Promise = Promise.NONE, link: str = "") -> str:
    work = f"arxiv:2606.{number:05}"
    version = Version(
        arxiv_id=work[6:], n=1, title=f"Paper {number}", abstract="A", authors=("Ann",), categories=("cs.LG",),
        primary_category="cs.LG", comment=None, submitted_at=JUNE, updated_at=JUNE,
    )  # fmt: skip
    papers.save_versions(store, [version], {}, JUNE)
    references = (
        [Reference(f"github:{link}", "github", "repository", f"https://github.com/{link}")] if link else []
    )
    mentions = tuple(
        Mention(reference=reference, url=reference.url, place=Place.ABSTRACT, source=Source.METADATA, evidence="")
        for reference in references
    )
    evidence = "We will release it." if promise is Promise.PROMISED else ""
    scan = ScanResult(
        work=work, version=1, source=Source.METADATA, mentions=mentions, promise=promise, promise_evidence=evidence
    )
    scans.save_scans(store, [scan], "r1", JUNE)
    roles = [
        RoleDecision(
            reference=reference,
            url=reference.url,
            role=Role.OWN,
            probability=0.9,
            place=Place.ABSTRACT,
            source=Source.METADATA,
            evidence="",
            reasons=(),
        )
        for reference in references
    ]
    save_roles(store, {work: roles}, "r1", (), JUNE)
    return work


def judge(store: Store, work: str, code: State, reference: str | None, *kinds: EventKind) -> None:
    verdict = Verdict(fact=Fact.CODE, state=code, licence_class=LicenceClass.OSI, reference=reference, reasons=())
    events = [
        Event(work=work, reference=None, kind=kind, cause=Cause.WORLD, happened_at=at, observed_at=at, detail="")
        for at, kind in ((JUNE + timedelta(days=days), kind) for days, kind in enumerate(kinds))
    ]
    judgements.save_judgements(store, {work: Judgement(verdicts=[verdict], events=events)}, "r1", JUNE)


def rows(store: Store, statement: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in fetch_stored(connection, statement)]


def test_a_link_is_shown_as_each_paper_writes_it(store: Store) -> None:
    """A name is stored once whatever its case; the address stays as each paper writes it."""
    first, second = paper(store, 1, link="Ann/Tool"), paper(store, 2, link="ann/tool")
    assert rows(store, "SELECT arxiv_id, url FROM links ORDER BY 1") == [
        ("2606.00001", "https://github.com/Ann/Tool"),
        ("2606.00002", "https://github.com/ann/tool"),
    ]
    assert rows(store, "SELECT DISTINCT reference, artifact FROM links") == [
        ("github:Ann/Tool", "github:Ann/Tool")
    ]
    judge(store, second, State.OPEN, "github:ann/tool", EventKind.OPENED)
    assert rows(store, "SELECT arxiv_id, reference FROM open_papers") == [("2606.00002", "github:Ann/Tool")]
    mentions = roles.load_mentions(store, [first, second])
    assert [mention.url for work in (first, second) for mention in mentions[work]] == [
        "https://github.com/Ann/Tool",
        "https://github.com/ann/tool",
    ]


def test_promises_say_what_became_of_them(store: Store) -> None:
    cases = {
        1: (State.PROMISED, (EventKind.PROMISED,)),
        2: (State.OPEN, (EventKind.PROMISED, EventKind.SHIPPED, EventKind.OPENED)),
        3: (State.NONE, (EventKind.PROMISED, EventKind.LAPSED)),
        4: (State.OPEN, (EventKind.SHIPPED, EventKind.OPENED)),
    }
    for number, (state, kinds) in cases.items():
        work = paper(store, number, promise=Promise.NONE if number == 4 else Promise.PROMISED)
        judge(store, work, state, None, *kinds)
    promises = rows(
        store, "SELECT arxiv_id, state, promised_at, kept_at, lapsed_at, code FROM promises ORDER BY 1"
    )
    first, second = "2026-06-03T12:00:00Z", "2026-06-04T12:00:00Z"
    assert promises == [
        ("2606.00001", "waiting", first, None, None, "promised"),
        ("2606.00002", "kept", first, second, None, "open"),
        ("2606.00003", "lapsed", first, None, second, "none"),
    ]
    assert rows(store, "SELECT DISTINCT evidence FROM promises") == [("We will release it.",)]


def test_organisations_count_the_works_under_their_accounts(store: Store) -> None:
    watched = [
        Organisation(name="Acme", github=("Acme", "acme-labs"), huggingface=("acme",)),
        Organisation(name="Nobody", github=("nobody",)),
    ]
    organisations.sync_organisations(store, watched)
    for number, link in enumerate(("Acme/one", "acme-labs/two", "acmeology/three", "ACME/four"), 1):
        work = paper(store, number, link=link)
        judge(store, work, State.OPEN if number == 1 else State.AVAILABLE, f"github:{link}")
    counts = rows(store, "SELECT name, artifacts, papers, open_papers FROM organisations ORDER BY name")
    assert counts == [("Acme", 3, 3, 1), ("Nobody", 0, 0, 0)]
    organisations.sync_organisations(store, watched[:1])
    assert rows(store, "SELECT name, papers, github FROM organisations") == [("Acme", 3, '["Acme","acme-labs"]')]


def test_releases_have_their_own_view(store: Store) -> None:
    link = Reference("github:acme/model", "github", "repository", "https://github.com/acme/model")
    releases.save_release(store, "Model-1", [link], "listed", "r1", (), JUNE)
    judge(store, "release:github:acme/model", State.OPEN, link.key, EventKind.OPENED)
    shown = rows(store, "SELECT reference, name, first_seen, code, weights, opened_at, links FROM releases")
    at = "2026-06-03T12:00:00Z"
    assert shown == [("github:acme/model", "Model-1", at, "open", "unknown", at, 1)]
    assert rows(store, "SELECT * FROM papers") == []
    assert rows(store, "SELECT * FROM openness_by_month") == [], "no paper, no month"


def test_a_release_never_waits_to_be_read(store: Store) -> None:
    """A check of its artifacts marks it due, but it has no text to read: the status would show "1 waits" for ever."""
    link = Reference("github:acme/model", "github", "repository", "https://github.com/acme/model")
    releases.save_release(store, "Model-1", [link], "listed", "r1", (), JUNE)
    with store.begin() as connection:
        connection.execute(text("UPDATE work SET scan_due = true"))
    assert statistics.load_counts(store, JUNE)["scans_waiting"] == 0
    assert paper_queue.papers_to_scan(store, 9) == []


PLANS = {
    "SELECT arxiv_id FROM open_papers ORDER BY opened_at DESC LIMIT 100": "work_open",
    "SELECT arxiv_id FROM open_by_category WHERE category = 'cs.CL' ORDER BY opened_at DESC LIMIT 100": "work_category_open",
    "SELECT id FROM artifact WHERE host = 'github' AND next_check_at <= '2026' ORDER BY next_check_at": "artifact_due",
    "SELECT id FROM work WHERE judge_due = 1 ORDER BY id LIMIT 9": "work_judge_due",
    "SELECT id FROM work WHERE scan_due = 1 ORDER BY submitted_at DESC, id LIMIT 9": "work_scan_due",
    "SELECT id FROM work WHERE next_judgement_at <= '2026' ORDER BY next_judgement_at LIMIT 9": "work_next_judgement",
}


@pytest.mark.parametrize(("statement", "index"), PLANS.items())
def test_a_frequent_query_uses_an_index(store: Store, statement: str, index: str) -> None:
    with store.read() as connection:
        if connection.dialect.name != "sqlite":
            # The tables are empty, so that reading them whole would cost nothing.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            words = statement.replace("_due = 1", "_due")
            plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {words}")]
            assert any(f" {index} " in step for step in plan), plan
            return
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert any(f"INDEX {index}" in step for step in plan), plan
    assert not any(step.startswith(("SCAN v", "SCAN a", "SCAN d")) for step in plan), plan


def test_the_text_of_a_grade_is_stored_once_for_all_works_that_have_it(store: Store) -> None:
    works = [paper(store, number) for number in (1, 2, 3)]
    common = Judgement(
        verdicts=(),
        events=(),
        grade="unknown",
        grade_reasons=("too little is known",),
        mof="cannot be told",
        osaid="é",
    )
    different = replace(common, osaid="ruled out")
    for judged, expected in ((common, 1), (different, 2)):
        judgements.save_judgements(store, {works[0]: common, works[1]: common, works[2]: judged}, "j1", JUNE)
        with store.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM grading WHERE id > 0")).scalar_one() == expected
        shown = rows(store, "SELECT grade_reasons, mof, osaid FROM papers ORDER BY arxiv_id")
        assert shown == [
            ('["too little is known"]', "cannot be told", each.osaid) for each in (common, common, judged)
        ]
