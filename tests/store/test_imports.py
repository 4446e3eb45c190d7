"""Imported lists are evidence: stored with their source, judged like any link, and no proof alone."""

import gzip
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from typer.testing import CliRunner

from tests.store.conftest import Add
from tracker.cli.exchange import app
from tracker.config_files import config_dir
from tracker.detect.roles import decision, role_rules
from tracker.domain.history import Link
from tracker.domain.mentions import ArtifactContext, Mention
from tracker.domain.papers import Paper, Version
from tracker.domain.terms import Cause, Place, Role, Source
from tracker.hosts.resolve import resolve_url
from tracker.judge import licence_rules, lifecycle
from tracker.store import histories, imports, papers, roles, scans
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS

URL = "https://github.com/zhang/stereofield"
PAPER = Paper(arxiv_id="2606.00001", title="StereoField: Learning Depth", authors=("Wei Zhang",))


def theirs(arxiv_id: str | None = "2606.00001", url: str = URL, *, official: bool = True) -> dict[str, object]:
    return {
        "paper_url": "https://example.org/paper/x",
        "paper_title": "StereoField",
        "paper_arxiv_id": arxiv_id,
        "paper_url_abs": "https://arxiv.org/abs/2606.00001v1",
        "paper_url_pdf": "https://arxiv.org/pdf/2606.00001v1.pdf",
        "repo_url": url,
        "is_official": official,
        "mentioned_in_paper": True,
        "mentioned_in_github": True,
        "framework": "pytorch",
    }


@pytest.fixture
def stored(store: Store, now: datetime) -> Store:
    version = Version(
        arxiv_id=PAPER.arxiv_id,
        n=2,
        title=PAPER.title,
        abstract="We learn depth.",
        authors=PAPER.authors,
        categories=("cs.CV",),
        primary_category="cs.CV",
        comment=None,
        submitted_at=now,
        updated_at=now,
    )
    papers.save_versions(store, [version], {}, now)
    return store


def load(store: Store, content: str | bytes, now: datetime, source: str = "a list") -> imports.ImportSummary:
    raw = content.encode() if isinstance(content, str) else content
    return imports.import_links(store, io.BytesIO(raw), resolve_url, source=source, rules="1", now=now)


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_published_list_becomes_mentions_that_name_it(stored: Store, now: datetime, indent: int | None) -> None:
    listed = [
        theirs(),
        theirs(url="https://github.com/other/re.git", official=False),
        theirs("1901.00001"),
        theirs(None),
    ]
    done = load(stored, json.dumps(listed, indent=indent), now)
    assert (done.records, done.new, done.unknown_papers, done.bad) == (4, 2, 2, 0)
    with stored.read() as connection:
        columns = MENTIONS.c
        query = select(columns.reference, columns.source, columns.place, columns.evidence, columns.first_version)
        mentions = [tuple(row) for row in connection.execute(query.order_by(columns.reference))]
    line = 1 if indent is None else 14
    assert mentions == [
        ("github:other/re", "import", "page", f"a list (line {line}): named, not as official", 2),
        ("github:zhang/stereofield", "import", "page", f"a list (line {1 if indent is None else 2}): named as official", 2),
    ]  # fmt: skip
    assert rows(stored, "SELECT count(*) FROM work") == [(1,)], "a list makes no papers"


def test_repeating_an_import_changes_nothing(stored: Store, now: datetime) -> None:
    content = json.dumps([theirs(), theirs()])
    assert load(stored, content, now).new == 1
    with stored.begin() as connection:
        connection.execute(text("UPDATE work SET scan_due = false"))
    before = (
        rows(stored, "SELECT * FROM mention")
        + rows(stored, "SELECT * FROM scan")
        + rows(stored, "SELECT * FROM work")
    )
    again = load(stored, content, now.replace(year=2027), "another name")
    assert (again.new, again.known) == (0, 2)
    assert rows(stored, "SELECT * FROM mention") + rows(stored, "SELECT * FROM scan") + rows(stored, "SELECT * FROM work") == before  # fmt: skip


def test_exported_lines_are_imported_and_bad_ones_reported_and_skipped(stored: Store, now: datetime) -> None:
    good = {"arxiv_id": "arXiv:2606.00001v2", "url": f"{URL}/tree/main", "role": "own", "probability": 1.0}
    lines = [
        json.dumps(good),
        "not json",
        '{"arxiv_id": "2606.00001"',
        '{"arxiv_id": 7, "url": "https://github.com/a/b"}',
        '{"arxiv_id": "2606.00001", "url": "javascript:x"}',
        "[1]",
        '{"arxiv_id": "2606.00001", "url": "https://gitlab.com/a/b"}',
    ]
    done = load(stored, "\n".join(lines), now)
    assert done.new == 2
    assert [(record.line, record.reason) for record in done.bad_records] == [
        (2, "is no JSON object"),
        (3, "is no JSON object"),
        (4, "names no arXiv id"),
        (5, "names no http(s) address"),
        (6, "is no JSON object"),
    ]
    assert rows(
        stored,
        "SELECT m.evidence FROM mention m JOIN artifact_name n ON n.id = m.name WHERE n.reference LIKE 'github%'",
    ) == [("a list (line 1): named as own",)]


def mention(source: Source, place: Place = Place.PAGE, evidence: str = "a list: named as official") -> Mention:
    reference = resolve_url(URL)
    assert reference
    return Mention(reference=reference, url=URL, place=place, source=source, evidence=evidence)


def test_an_imported_link_alone_is_never_own_whatever_its_name() -> None:
    rules = role_rules.load_role_rules(config_dir() / "roles.toml")
    alone = decision.decide_roles([mention(Source.IMPORT)], PAPER, rules)[0]
    assert (alone.role, alone.unsettled) == (Role.MENTION, True), "its repository is checked"
    assert alone.probability < rules.publish_threshold
    key = alone.reference.folded
    silent = decision.decide_roles(
        [mention(Source.IMPORT)], PAPER, rules, {key: ArtifactContext(names_paper=False)}
    )[0]
    assert silent.role is Role.MENTION
    named = decision.decide_roles(
        [mention(Source.IMPORT)], PAPER, rules, {key: ArtifactContext(names_paper=True)}
    )[0]
    assert (named.role, named.suggested) == (Role.MENTION, True), "list and README are both words of others"
    proved = decision.decide_roles(
        [mention(Source.IMPORT)], PAPER, rules, {key: ArtifactContext(names_paper=True, proved=True)}
    )[0]
    assert proved.role is Role.OWN, "an earlier paper of the same authors has its own artifact in this account"


@pytest.mark.parametrize("words", ["Our code is available at ", "We compare with the baseline of others at "])
def test_a_list_adds_nothing_to_what_the_paper_itself_says(words: str) -> None:
    rules = role_rules.load_role_rules(config_dir() / "roles.toml")
    statement = mention(Source.METADATA, Place.ABSTRACT, f"{words}{URL}")
    assert decision.decide_roles([statement, mention(Source.IMPORT)], PAPER, rules) == decision.decide_roles(
        [statement], PAPER, rules
    )


def own_link_events(store: Store, now: datetime) -> dict[str, Cause]:
    rules = role_rules.load_role_rules(config_dir() / "roles.toml")
    contexts = {"github:zhang/stereofield": ArtifactContext(names_paper=True, proved=True)}
    decisions = decision.decide_roles(
        roles.load_mentions(store, ["arxiv:2606.00001"])["arxiv:2606.00001"], PAPER, rules, contexts
    )
    roles.save_roles(store, {"arxiv:2606.00001": decisions}, "1", [], now)
    history = histories.load_histories(store, ["arxiv:2606.00001"])[0].history
    day = now - now.replace(day=now.day - 1)
    events = lifecycle.derive_events(history, licence_rules.load_licence_rules(config_dir() / "openness.toml"), window=14 * day, lapse=730 * day, now=now)  # fmt: skip
    return {event.kind.value: event.cause for event in events}


def test_a_link_known_only_from_a_list_is_not_news(stored: Store, now: datetime) -> None:
    load(stored, json.dumps([theirs()]), now)
    assert own_link_events(stored, now) == {"found": Cause.IMPORT}


def test_a_link_that_the_paper_names_too_is_news(stored: Store, now: datetime) -> None:
    load(stored, json.dumps([theirs()]), now)
    statement = mention(Source.METADATA, Place.ABSTRACT, f"Our code is available at {URL}")
    scans.save_scans(stored, [scans.ScanResult(work="arxiv:2606.00001", version=2, source=Source.METADATA, mentions=(statement,))], "1", now)  # fmt: skip
    assert own_link_events(stored, now) == {"found": Cause.WORLD}


@given(
    st.lists(st.one_of(st.text(), st.builds(lambda x: json.dumps({"a": x}), st.text())), max_size=8), st.booleans()
)
def test_any_text_is_read_to_its_end(lines: list[str], array: bool) -> None:
    content = ("[" + ",".join(lines) + "]") if array else "\n".join(lines)
    for line, record in imports.read_records(io.BytesIO(content.encode(errors="replace"))):
        assert line <= content.count("\n") + 1
        assert isinstance(record, dict | imports.BadRecord)


def test_good_records_survive_bad_ones_around_them_in_any_layout() -> None:
    good = [{"n": number, "text": "é" * (number % 700) + '{"},\\'} for number in range(3000)]
    for layout in (
        json.dumps(good, ensure_ascii=False),
        json.dumps(good, indent=2),
        "\n".join(map(json.dumps, good)),
    ):
        assert [record for _, record in imports.read_records(io.BytesIO(layout.encode()))] == good
    array = '[{"n": 1}, {"n": oops, "x": 2}, {"n": 3},\n{"n": "cut},\n{"n": 5}]'
    records = [(line, record) for line, record in imports.read_records(io.BytesIO(array.encode()))]
    assert [record for record in records if isinstance(record[1], dict)] == [
        (1, {"n": 1}),
        (1, {"n": 3}),
        (3, {"n": 5}),
    ]
    assert [line for line, record in records if isinstance(record, imports.BadRecord)] == [1, 2]


@pytest.mark.parametrize(
    "hostile",
    [b'{"a":' + b"[" * 3_000_000, b'{"' + b"x" * 3_000_000, b"{" * 1_000_000, b"\n" * 3_000_000, b"}{" * 300_000],
)
def test_hostile_content_is_bounded(hostile: bytes) -> None:
    stream = io.BytesIO(hostile + b'\n{"ok": 1}\n')
    assert list(imports.read_records(stream))[-1][1] == {"ok": 1}


def test_the_command_reads_packed_lists_and_reports_its_counts(
    stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    file = tmp_path / "links.json.gz"
    file.write_bytes(gzip.compress(json.dumps([theirs()]).encode()))
    done = CliRunner().invoke(app, ["import", str(file), "--source", "Papers with Code, 2025-07"])
    assert done.exit_code == 0, done.output
    assert "1 new links" in done.output
    assert (
        rows(stored, "SELECT evidence FROM mention")[0][0]
        == "Papers with Code, 2025-07 (line 1): named as official"
    )
    missing = CliRunner().invoke(app, ["import", str(tmp_path / "none.json")])
    assert missing.exit_code == 1


def test_a_list_name_that_is_not_valid_text_is_stored_as_text(stored: Store, now: datetime) -> None:
    for source in ("\udcff.json", "\ud800\0", "\0", ""):
        assert load(stored, json.dumps([theirs()]), now, source).records == 1


def test_an_imported_link_does_not_hide_that_the_paper_dropped_it(stored: Store, now: datetime) -> None:
    """The list names it when version 2 is the newest; the paper itself named it in version 1 alone."""
    work, earlier = "arxiv:2606.00001", now.replace(day=now.day - 3)
    said = mention(Source.METADATA, Place.ABSTRACT, f"Our code is available at {URL}")
    for version, mentions in ((1, (said,)), (2, ())):
        scan = scans.ScanResult(work=work, version=version, source=Source.METADATA, mentions=mentions)
        scans.save_scans(stored, [scan], "1", earlier)
    rules = role_rules.load_role_rules(config_dir() / "roles.toml")

    def link() -> Link:
        decisions = decision.decide_roles(roles.load_mentions(stored, [work])[work], PAPER, rules)
        roles.save_roles(stored, {work: decisions}, "1", [], now)
        (found,) = histories.load_histories(stored, [work])[0].history.links
        return found

    before = link()
    assert (before.first_version, before.last_version, before.found_at) == (1, 1, earlier)
    load(stored, json.dumps([theirs()]), now)
    assert link() == before


def test_an_imported_link_proves_no_account_for_other_links(store: Store, add: Add, now: datetime) -> None:
    authors = ("Ann Author", "Bob Builder")
    add("2606.00001", authors=authors, at=now.replace(day=now.day - 3))
    with store.begin() as connection:
        connection.execute(text("UPDATE role SET claim = 1, account = 'github/ann'"))
    later = add("2606.00002", link="ann/base", authors=authors)
    with store.begin() as connection:
        connection.execute(text("UPDATE artifact SET names = '[]'"))
    load(store, json.dumps([theirs("2606.00002", url="https://github.com/ann/lie")]), now)
    load(store, json.dumps([theirs("2606.00002", url="https://github.com/ann/base")]), now)
    contexts = roles.load_artifact_contexts(store, [later])[later]
    assert {key: context.proved for key, context in contexts.items()} == {
        "github:ann/base": False,
        "github:ann/lie": True,
    }
