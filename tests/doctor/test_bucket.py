"""`tracker doctor` on the bucket of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.s3_server import CREDENTIALS
from tracker.doctor.bucket import check_bucket
from tracker.publish.bucket import Bucket, BucketError, Stored
from tracker.settings import Settings, load_settings


def settings_of(tmp_path: Path, **more: str) -> Settings:
    return load_settings(
        environ={"TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PUBLISH__TARGET": "s3://site/en", **more}
    )


def findings(settings: Settings, environ: dict[str, str]) -> dict[str, Any]:
    return {found.name: found for found in check_bucket(settings, environ, readable=False)}


def test_without_a_target_there_is_nothing_to_check(tmp_path: Path) -> None:
    assert findings(settings_of(tmp_path, TRACKER_PUBLISH__TARGET=""), {}) == {}


@pytest.mark.parametrize(
    ("stored", "mark", "says"),
    [
        (None, "ok", "reachable, and nothing of the site is in it yet"),
        (
            b'{"version": 1, "headers": "", "files": {"about": {"sha256": "", "etag": ""}}, "leaving": []}',
            "ok",
            "objects of the site: 1",
        ),
        (b"<html>", "bad", "the bucket's manifest.json is not a manifest of this version of the program"),
        (BucketError("there is no such bucket; create it"), "bad", "there is no such bucket"),
    ],
)
def test_the_target_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Any, mark: str, says: str
) -> None:
    def read(_bucket: Bucket, _key: str) -> Stored | None:
        if isinstance(stored, Exception):
            raise stored
        return Stored(stored, "") if stored else None

    monkeypatch.setattr(Bucket, "read", read)
    found = findings(settings_of(tmp_path, TRACKER_PUBLIC_URL="https://papers.example"), dict(CREDENTIALS))
    assert found.keys() == {"target"}
    assert (found["target"].mark, found["target"].says) == (mark, says)
    assert bool(found["target"].todo) == (mark == "bad")


def test_credentials_and_an_address_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(settings_of(tmp_path), {})
    assert (found["target"].mark, found["target"].says) == ("bad", "no credentials for the bucket")
    assert found["target"].todo.startswith("Set AWS_ACCESS_KEY_ID")
    monkeypatch.setattr(Bucket, "read", lambda *_: None)
    assert findings(settings_of(tmp_path), dict(CREDENTIALS))["address"].mark == "warn"
