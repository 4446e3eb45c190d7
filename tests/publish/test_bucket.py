"""What the failures of a bucket mean, and what its settings may say."""

from __future__ import annotations

import pytest

from tests.s3_server import CREDENTIALS
from tracker.domain.errors import SettingsError
from tracker.logs import secrets_of
from tracker.publish.bucket import Bucket, BucketError, ManifestReplacedError, explain_failure
from tracker.settings import load_settings


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("PermissionDeniedError", "status code: 403 Forbidden: <Code>AccessDenied</Code>", "refuses access (AccessDenied); allow"),
        ("PermissionDeniedError", "status code: 403 Forbidden: ", "refuses access (403); allow"),
        ("PermissionDeniedError", "403 <Code>InvalidAccessKeyId</Code>", "does not accept the credentials; correct"),
        ("PermissionDeniedError", "403 <Code>SignatureDoesNotMatch</Code>", "does not accept the credentials; correct"),
        ("GenericError", "400 <Code>ExpiredToken</Code>", "have expired; set new ones"),
        ("UnauthenticatedError", "status code: 401 Unauthorized: ", "refuses access (401); allow"),
        ("GenericError", "<Code>NoSuchBucket</Code>", "no such bucket; create it"),
        ("GenericError", "400 <Code>AuthorizationHeaderMalformed</Code>", "in another region; set `publish.region`"),
        ("GenericError", "Received redirect without LOCATION, an incorrectly configured region", "in another region; set"),
        ("GenericError", "status code: 503: <Code>SlowDown</Code>", "server fails (SlowDown); the next cycle tries again"),
        ("GenericError", "status code: 500 Internal Server Error: oops", "server fails (500); the next"),
        ("GenericError", "HTTP error: error sending request", "does not answer; check `publish.endpoint`"),
        ("GenericError", "status code: 501: <Code>NotImplemented</Code>", "lacks conditional writes"),
        ("JoinError", "anything", "cannot be used (JoinError); check"),
    ],
)  # fmt: skip
def test_each_failure_is_one_sentence_with_what_to_do(kind: str, text: str, says: str) -> None:
    error = explain_failure(kind, f"{text} https://AKIA:secret@host/key <b>hostile</b>")
    assert says in str(error)
    assert type(error) is BucketError
    assert not {"secret", "hostile", "https"} & set(str(error).replace("/", " ").split())


@pytest.mark.parametrize(
    ("kind", "text"),
    [("PreconditionError", "412"), ("AlreadyExistsError", "412"), ("GenericError", "<Code>ConditionalRequestConflict</Code>")],
)  # fmt: skip
def test_a_lost_race_is_told_from_a_failure(kind: str, text: str) -> None:
    assert isinstance(explain_failure(kind, text), ManifestReplacedError)


def test_credentials_come_from_the_environment_and_nothing_is_asked_without_them() -> None:
    with pytest.raises(BucketError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        Bucket("s3://site", endpoint="", region="", environ={"AWS_ACCESS_KEY_ID": ""})


def test_no_log_line_shows_credentials() -> None:
    environ = {**CREDENTIALS, "AWS_SESSION_TOKEN": "a-token-of-a-session"}
    assert set(environ.values()) <= secrets_of(load_settings(environ={}), environ)


def test_a_server_that_is_down_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket("s3://site/en/", endpoint="http://127.0.0.1:1", region="", environ=CREDENTIALS)
    assert bucket.path == "/en"
    with pytest.raises(BucketError, match="does not answer"):
        bucket.read("manifest.json")


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("s3://papers", True), ("s3://papers.example.org/", True), ("s3://papers/en/v1", True), ("", True),
        ("papers", False), ("s3://", False), ("s3://Papers", False), ("https://papers", False), ("s3://papers//en", False),
        ("s3://papers/../other", False), ("s3://KEY:SECRET@papers", False), ("s3://papers/a b", False),
    ],
)  # fmt: skip
def test_a_target_is_a_bucket_with_a_prefix(value: str, is_right: bool) -> None:
    if is_right:
        assert load_settings(environ={"TRACKER_PUBLISH__TARGET": value}).publish.target == value
        return
    with pytest.raises(SettingsError, match=r"publish\.target.* is not the address of a bucket") as caught:
        load_settings(environ={"TRACKER_PUBLISH__TARGET": value})
    assert "SECRET" not in str(caught.value)


def test_an_endpoint_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError, match="set AWS_ACCESS_KEY_ID") as caught:
        load_settings(environ={"TRACKER_PUBLISH__ENDPOINT": "https://key:hunter2@s3.example"})
    assert "hunter2" not in str(caught.value)
