"""The command of a backfill, as its users call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.new_store import open_new_store, store_address
from tracker.pipeline.worker_lock import hold_backfill_lock

Call = Callable[..., tuple[int, str, str]]
PAPER = {
    "id": "hep-th/0701001",
    "title": "On strings",
    "abstract": "x",
    "categories": "hep-th",
    "versions": [{"version": "v1", "created": "Mon, 1 Jan 2007 19:18:42 GMT"}],
}


def test_a_snapshot_is_brought_and_what_is_broken_is_named(call: Call, data: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "arxiv.json"
    snapshot.write_text(json.dumps(PAPER) + "\nbroken\n")
    arguments = ("backfill", "--from", "2007-01", "--to", "2007-01", "--source", f"snapshot:{snapshot}")
    code, out, err = call(*arguments)
    assert (code, out.startswith("2007-01 to 2007-01: 1 papers or versions are new, 0 were")) == (1, True)
    assert "arxiv.json, line 2: it is not JSON; skipped" in err
    assert "0 papers or versions are new, 1 were stored before" in call(*arguments)[1]


def test_after_a_change_of_rules_stored_texts_are_read_and_judged_again_without_a_request(
    call: Call, data: Path, tmp_path: Path
) -> None:
    snapshot = tmp_path / "arxiv.json"
    snapshot.write_text(json.dumps(PAPER))
    call("backfill", "--from", "2007-01", "--to", "2007-01", "--source", f"snapshot:{snapshot}")
    with closing(open_new_store(store_address(data / "tracker.db"))) as store, store.begin() as connection:
        connection.execute(text("UPDATE scan SET rules = 'older'"))
    code, out, _ = call("judge", "--all")
    assert (code, out.splitlines()[0].split("; ")[1:5:3]) == (0, ["1 read, 0 in full", "1 judged"])
    with closing(open_new_store(store_address(data / "tracker.db"))) as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM scan WHERE rules = 'older'")).scalar_one() == 0


@pytest.mark.parametrize(
    ("source", "first", "says"),
    [
        ("kaggle:x", "2007-01", "is not a source"),
        ("snapshot:", "2007-01", "is not a source"),
        ("snapshot:missing.json", "2007-01", "missing.json: cannot be read"),
        ("snapshot:missing.json", "2007", "is not a month"),
        ("snapshot:/dev/null", "2007-01", "it is a device, not a file"),
        ("bulk:missing", "2007-01", "missing: has no arXiv_src_manifest.xml"),
        ("bulk:s3://arxiv/src", "2007-01", "set AWS_ACCESS_KEY_ID"),
        ("oai:x", "2007-01", "is not a source"),
        ("oai", "2107-01", "--from 2107-01 is in the future"),
    ],
)
def test_a_wrong_request_is_one_sentence(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch, source: str, first: str, says: str
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    code, _, err = call("backfill", "--from", first, "--to", f"{first[:4]}-02", "--source", source)
    assert code == 1
    assert says in err.splitlines()[-1]


def test_two_backfills_do_not_share_a_data_folder(call: Call, data: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "arxiv.json"
    snapshot.write_text(json.dumps(PAPER))
    arguments = ("backfill", "--from", "2007-01", "--to", "2007-01", "--source", f"snapshot:{snapshot}")
    with hold_backfill_lock(data):
        code, _, err = call(*arguments)
    assert (code, err.splitlines()[-1]) == (
        1,
        f"tracker: {data}: another backfill uses this data folder; wait until it has ended.",
    )
    assert call(*arguments)[0] == 0


def test_an_empty_snapshot_and_an_unknown_category_are_errors(call: Call, data: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()
    months = (
        "backfill",
        "--from",
        "2007-01",
        "--to",
        "2007-02",
        "--source",
        f"snapshot:{tmp_path / 'empty.json'}",
    )
    assert "is empty; give a snapshot" in call(*months)[2]
    code, _, err = call(*months, "--category", "cs.ML")
    assert (code, err) == (1, "tracker: --category 'cs.ML' is not a category of arXiv; write it like cs.LG.\n")
