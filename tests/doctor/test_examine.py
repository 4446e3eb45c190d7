"""What `tracker doctor` finds: each fault is a finding with what to do, and never a traceback or a secret."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.new_store import open_new_store, store_address
from tracker.cli import app
from tracker.doctor.examine import examine
from tracker.doctor.findings import OK, Finding, any_bad, findings_as_json
from tracker.doctor.upstreams import CHEAP_REQUESTS
from tracker.sandbox.server import DEMO_WORLD, Sandbox
from tracker.store import webhooks as stored
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ArtifactRow
from tracker.store.upgrade import open_store
from tracker.store.upstreams import StoredUpstreams

SECRET = "a-token-that-must-not-be-shown"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(data: Path) -> dict[str, str]:
    return {"TRACKER_DATA_DIR": str(data)}


@pytest.fixture
def store(data: Path, database: str) -> Iterator[Store]:
    """The store of the installation."""
    made = open_new_store(store_address(data / "tracker.db"))
    yield made
    made.close()


@pytest.fixture
def upstreams(store: Store) -> StoredUpstreams:
    return StoredUpstreams(store)


def findings(environ: dict[str, str], file: Path | None = None) -> dict[str, Finding]:
    lines = examine(file, environ)
    assert all(line.todo for line in lines if line.mark != OK), "every trouble says what to do"
    return {f"{line.section}: {line.name}": line for line in lines}


def test_a_new_installation_is_not_bad_and_says_what_is_next(environ: dict[str, str]) -> None:
    report = findings(environ)
    assert not any_bad(report.values())
    assert report["database: file"].mark == "warn"
    assert "tracker once" in report["database: file"].todo
    assert not list(Path(environ["TRACKER_DATA_DIR"]).iterdir()), "it only reads"


def test_the_store_is_examined(environ: dict[str, str], store: Store, database: str) -> None:
    report = findings(environ)
    examined = {"sqlite": ("quick_check", "version"), "postgresql": ("server", "leader")}
    assert [report[f"database: {name}"].mark for name in examined[database]] == ["ok", "ok"]
    assert report["waiting: artifacts"].says == "no artifact is due"
    assert not any_bad(report.values())


def test_an_upstream_is_shown_with_pace_budget_stop_and_trouble(
    environ: dict[str, str], upstreams: StoredUpstreams
) -> None:
    now = datetime.now(UTC)
    upstreams.record("arxiv_api", now - timedelta(days=2), "server error (503)")
    upstreams.stop("zenodo", now + timedelta(minutes=30), "too many requests (429)")
    upstreams.spend("bitbucket", 60, 3600, now)
    upstreams.record("gitlab", now, None)
    upstreams.record("web:ann.example.net", now, "no connection")
    report = findings(environ)
    arxiv = report["upstreams: arxiv_api"]
    assert (arxiv.mark, "3 s apart" in arxiv.says, "server error (503)" in arxiv.says) == ("bad", True, True)
    assert (report["upstreams: zenodo"].mark, "(429)" in report["upstreams: zenodo"].says) == ("warn", True)
    assert "60 an hour, 1 used, refills" in report["upstreams: bitbucket"].says
    assert "last good answer" in report["upstreams: gitlab"].says
    assert report["upstreams: web:ann.example.net"].mark == "warn"


def test_what_waits_is_counted_with_the_hours_that_the_budget_needs(environ: dict[str, str], store: Store) -> None:
    due = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        ArtifactRow(
            id=number, reference=f"github:a/{number}", host="github", kind="repository", url="", next_check_at=due
        ).model_dump()
        for number in range(600)
    ]
    with store.begin() as connection:
        connection.execute(insert(ARTIFACT), rows)
    waiting = findings(environ)["waiting: github"]
    assert (waiting.mark, waiting.todo) == ("warn", "Set GITHUB_TOKEN.")
    assert waiting.says == "600 artifacts due; about 29.0 h at most"
    assert (
        findings(environ | {"GITHUB_TOKEN": SECRET})["waiting: github"].says
        == "600 artifacts due; about 1 min at most"
    )


def test_tokens_are_described_by_what_they_change_and_never_shown(environ: dict[str, str]) -> None:
    without = findings(environ)
    assert "5,000" in without["tokens: GITHUB_TOKEN"].todo
    assert "1,000" in without["tokens: HF_TOKEN"].todo
    given = environ | {"GITHUB_TOKEN": SECRET, "HF_TOKEN": SECRET}
    given["TRACKER_UPSTREAMS__ZENODO"] = f"http://user:{SECRET}@127.0.0.1:1/api?key={SECRET}"
    given["TRACKER_DATABASE_URL"] = f"postgresql://user:{SECRET}@127.0.0.1:1/x"
    lines = examine(None, given)
    assert SECRET not in json.dumps(findings_as_json(lines))


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_database_is_a_finding(environ: dict[str, str], data: Path, content: bytes) -> None:
    (data / "tracker.db").write_bytes(content)
    report = findings(environ)
    assert report["database: quick_check"].mark == "bad"
    assert (data / "tracker.db").read_bytes() == content


def test_a_database_with_damaged_pages_is_a_finding(environ: dict[str, str], data: Path) -> None:
    open_store(f"sqlite:///{data / 'tracker.db'}").close()
    whole = (data / "tracker.db").read_bytes()
    (data / "tracker.db").write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    assert any_bad(findings(environ).values())


@pytest.mark.parametrize(("pragma", "says"), [("application_id", "another program"), ("user_version", "views 99")])
def test_a_foreign_or_newer_database_is_a_finding(
    environ: dict[str, str], data: Path, pragma: str, says: str
) -> None:
    open_store(f"sqlite:///{data / 'tracker.db'}").close()
    with sqlite3.connect(data / "tracker.db") as connection:
        connection.execute(f"PRAGMA {pragma} = 99")
    connection.close()
    version = findings(environ)["database: version"]
    assert version.mark == "bad"
    assert says in version.says


@pytest.mark.parametrize("text", ["not toml", "[pace]\nspeed = 1\n", "[pace]\narxiv = 'fast'\n", None])
def test_a_configuration_that_cannot_be_used_is_a_finding(
    tmp_path: Path, environ: dict[str, str], text: str | None
) -> None:
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_text(text)
    report = findings(environ, file)
    assert report["configuration: settings"].mark == "bad"
    assert "mine.toml" in report["configuration: settings"].says


def test_corrections_that_cannot_be_read_are_a_finding(tmp_path: Path, environ: dict[str, str]) -> None:
    assert (
        findings(environ | {"TRACKER_CORRECTIONS": str(tmp_path / "none.toml")})["configuration: rules"].mark
        == "bad"
    )


def test_a_data_folder_that_is_a_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = findings({"TRACKER_DATA_DIR": str(tmp_path / "file" / "data")})
    assert report["configuration: settings"].mark == "bad"
    assert "(TRACKER_DATA_DIR): the key `data_dir` needs a folder" in report["configuration: settings"].says


def test_a_clock_earlier_than_what_is_stored_is_bad(environ: dict[str, str], upstreams: StoredUpstreams) -> None:
    upstreams.record("gitlab", datetime.now(UTC) + timedelta(days=3), None)
    assert findings(environ)["clock: system clock"].mark == "bad"


def test_an_unknown_time_zone_is_bad(environ: dict[str, str]) -> None:
    report = findings(environ | {"TRACKER_SCHEDULE__TIMEZONE": "Moon/Sea"})
    assert "`schedule.timezone` is not a time zone" in report["configuration: settings"].says


def test_online_asks_each_upstream_once_and_reports_who_does_not_answer(environ: dict[str, str]) -> None:
    with Sandbox(DEMO_WORLD) as sandbox:
        given = environ | {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
        given |= {"TRACKER_PACE__ARXIV": "0", "GITHUB_TOKEN": "any"}
        lines = [line for line in examine(None, given, online=True) if line.section == "online"]
    assert {line.name for line in lines} == set(CHEAP_REQUESTS)
    assert {line.mark for line in lines} == {"ok"}, lines


def test_the_command_prints_lines_or_json_and_sets_its_exit_code(
    environ: dict[str, str], data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert app.run(["doctor"]) == 0
    assert "  ok    data_dir" in capsys.readouterr().out
    (data / "tracker.db").write_bytes(b"x" * 5000)
    assert app.run(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["bad"] is True


def test_a_contact_is_asked_for_before_anything_else(environ: dict[str, str]) -> None:
    first, *_ = examine(None, environ)
    assert (first.name, first.mark) == ("contact", "warn")
    assert "TRACKER_CONTACT" in first.todo
    first, *_ = examine(None, {**environ, "TRACKER_CONTACT": "ann@x.example"})
    assert (first.name, first.mark, first.says) == ("contact", "ok", "ann@x.example")


def test_webhooks_are_shown_with_their_trouble(environ: dict[str, str], store: Store, data: Path) -> None:
    tables = [f'[[notify.webhook]]\nname = "{name}"\nurl = "https://x.example/{SECRET}"\n' for name in "abcd"]
    file = data / "hooks.toml"
    file.write_text("".join([*tables, 'query = "cat=cs.XX"\n']))
    secret = "whsec_" + "A" * 43 + "="
    environ |= {"TRACKER_WEBHOOK_SECRETS": f"a={secret} b={secret} d={secret}"}
    now = datetime(2026, 6, 17, 5, tzinfo=UTC)
    stored.sync_webhooks(store, {"a": "1", "b": "2"}, now)
    stored.save_health(store, "b", now, reason="it answered 500", ended=2)
    report = findings(environ, file)
    assert {name: report[f"webhooks: {name}"].mark for name in "abcd"} == {
        "a": "ok", "b": "warn", "c": "bad", "d": "bad",
    }  # fmt: skip
    says = report["webhooks: b"].says
    assert says == "failing since 2026-06-17T05:00:00Z: it answered 500; 0 events wait, 2 never arrived"
    assert "no secret" in report["webhooks: c"].says
    assert 'cat has no value "cs.xx"' in report["webhooks: d"].says
    assert not any(SECRET in finding.says or secret in finding.says for finding in report.values())
