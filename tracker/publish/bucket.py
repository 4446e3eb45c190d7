"""A bucket of object storage that speaks S3: the only use of obstore, which is loaded when a bucket is used.

The credentials come from the environment alone. What a bucket refuses becomes one sentence, which repeats nothing that the
bucket says but the name of its error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.domain.errors import TrackerError, how_to_install
from tracker.publish.bucket_manifest import Headers

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
"""Variables that say where credentials are: a key, or the role of a pod or a task. Without any of them obstore would ask the
address of a cloud's metadata."""
REGION = "us-east-1"
"""The region where none is set; stores other than Amazon's ignore it."""
CONNECT_SECONDS, ANSWER_SECONDS, RETRIES, RETRY_SECONDS = 10, 30, 2, 60
"""Bounds of one request, and of its repetitions after a failure of the server or the network."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages name what an operator sets for a bucket, what the bucket must allow, and what comes after a failure."""

    target: str
    region: str
    endpoint: str
    rights: str
    again: str


SITE = Wording(
    "`publish.target`",
    "`publish.region`",
    "`publish.endpoint`",
    "list, read, write and delete below the prefix",
    "the next cycle tries again",
)
NOT_ACCEPTED = "the bucket does not accept the credentials"
REASONS = {
    "NoSuchBucket": "there is no such bucket; create it, or correct {target}",
    "InvalidAccessKeyId": f"{NOT_ACCEPTED}; correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "SignatureDoesNotMatch": f"{NOT_ACCEPTED}; correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the credentials have expired; set new ones in the environment",
    "RequestTimeTooSkewed": "the bucket finds this machine's clock wrong; set it",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set {region} to it",
    "PermanentRedirect": "the bucket is in another region; set {region} to it",
    "IllegalLocationConstraintException": "the bucket is in another region; set {region} to it",
    "NotImplemented": "the storage lacks conditional writes (If-Match), without which two writers could mix; use one "
    "that has them",
}
"""What the errors of S3 mean for an operator (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS = re.compile(r"status code: ([0-9]{3})\b")


class BucketError(TrackerError):
    """The bucket refused or failed; the text is a clause for pages and logs. `passing`: it may work a moment later."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class ManifestReplacedError(BucketError):
    """Another writer replaced the manifest meanwhile."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that was read, with its entity tag."""

    body: bytes
    etag: str


class Bucket:
    """The objects below the prefix of a target; keys lead from there. Raises BucketError for whatever fails."""

    def __init__(
        self,
        target: str,
        *,
        endpoint: str,
        region: str,
        environ: Mapping[str, str],
        wording: Wording = SITE,
        requester_pays: bool = False,
    ) -> None:
        if not any(environ.get(name) for name in CREDENTIALS):
            raise BucketError(
                "no credentials for the bucket; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
            )
        name, _, prefix = target.removeprefix("s3://").partition("/")
        self.path = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        """The path of the prefix below the bucket."""
        self._name, self._prefix = name, prefix.strip("/")
        self._wording, self._requester_pays = wording, requester_pays
        self._endpoint = endpoint or environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
        self._region = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or REGION

    def read(self, key: str) -> Stored | None:
        """An object, None where there is none."""
        import obstore  # noqa: PLC0415 # an optional extra

        try:
            with _explained(self._wording):
                answer = obstore.get(self._store(), key)
                return Stored(bytes(answer.bytes()), answer.meta["e_tag"] or "")
        except FileNotFoundError:
            return None

    def read_range(self, key: str, start: int, length: int) -> bytes | None:
        """These bytes of an object, fewer where it ends before; None where there is no such object."""
        import obstore  # noqa: PLC0415 # an optional extra

        try:
            with _explained(self._wording):
                return bytes(obstore.get_range(self._store(), key, start=start, length=length))
        except FileNotFoundError:
            return None

    def write(self, key: str, body: bytes, headers: Headers) -> str:
        """Write an object; returns its entity tag."""
        import obstore  # noqa: PLC0415 # an optional extra

        with _explained(self._wording):
            result = obstore.put(
                self._store(headers.location), key, body, attributes=_attributes(headers), use_multipart=False
            )
        return result["e_tag"] or ""

    def replace(self, key: str, body: bytes, headers: Headers, etag: str | None) -> str:
        """Write an object only where its entity tag is still this one, or where there is none and `etag` is None.
        Returns the new one. ManifestReplacedError where somebody else wrote it."""
        import obstore  # noqa: PLC0415 # an optional extra

        with _explained(self._wording):
            result = obstore.put(
                self._store(),
                key,
                body,
                attributes=_attributes(headers),
                mode="create" if etag is None else {"e_tag": etag},
                use_multipart=False,
            )
        return result["e_tag"] or ""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is not there is no error."""
        import obstore  # noqa: PLC0415 # an optional extra

        with _explained(self._wording):
            obstore.delete(self._store(), keys)

    def list_etags(self) -> dict[str, str]:
        """The entity tags of all objects, by key."""
        import obstore  # noqa: PLC0415 # an optional extra

        with _explained(self._wording):
            return {entry["path"]: entry["e_tag"] or "" for page in obstore.list(self._store()) for entry in page}

    def _store(self, location: str = "") -> S3Store:
        return _open_store(
            self._name,
            self._prefix,
            self._endpoint,
            self._region,
            location,
            wording=self._wording,
            requester_pays=self._requester_pays,
        )


@lru_cache(maxsize=16)
def _open_store(
    name: str, prefix: str, endpoint: str, region: str, location: str, *, wording: Wording, requester_pays: bool
) -> S3Store:
    """The store of one target. An object's metadata for redirects (docs.aws.amazon.com/AmazonS3/latest/userguide,
    "Configuring a webpage redirect") is a header that obstore sends, and signs, only as one of all requests."""
    try:
        from obstore.store import S3Store  # noqa: PLC0415 # an optional extra
    except ModuleNotFoundError:
        raise BucketError(
            f"{wording.target} needs obstore, which is not installed; {how_to_install('s3')}"
        ) from None
    config: S3Config = {"region": region, "virtual_hosted_style_request": False, "disable_bulk_delete": True}
    if requester_pays:
        config["request_payer"] = True
    if endpoint:
        config["endpoint"] = endpoint
    with _explained(wording):
        return S3Store(
            name,
            prefix=prefix or None,
            config=config,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=ANSWER_SECONDS),
                **({"default_headers": {"x-amz-website-redirect-location": location}} if location else {}),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        )


def _attributes(headers: Headers) -> dict[str, str]:
    return {"Content-Type": headers.content_type, "Cache-Control": headers.cache_control}


@contextmanager
def _explained(wording: Wording) -> Iterator[None]:
    """Whatever obstore raises becomes a BucketError; FileNotFoundError stays where the bucket itself is there."""
    try:
        yield
    except (TrackerError, FileNotFoundError) as error:
        if isinstance(error, TrackerError) or "<Code>NoSuchBucket" not in str(error):
            raise
        raise explain_failure("", "<Code>NoSuchBucket</Code>", wording) from None
    except Exception as error:  # noqa: BLE001 # obstore raises what Python and its own module have
        raise explain_failure(type(error).__name__, str(error), wording) from None


def explain_failure(kind: str, text: str, wording: Wording = SITE) -> BucketError:
    """What an error of obstore means, by the name of its class and its text, which may quote the server."""
    code = match[1] if (match := _CODE.search(text)) else ""
    status = match[1] if (match := _STATUS.search(text)) else ""
    if kind in ("PreconditionError", "AlreadyExistsError") or code == "ConditionalRequestConflict":
        return ManifestReplacedError(
            "another writer replaced the bucket's manifest meanwhile; nothing is lost, and the next cycle writes again; "
            "if this comes again, two installations publish to one target: give each a prefix of its own"
        )
    if "configured region" in text:
        code = "PermanentRedirect"
    if code in REASONS:
        return BucketError(REASONS[code].format(target=wording.target, region=wording.region))
    if kind in ("PermissionDeniedError", "UnauthenticatedError") or status in ("401", "403"):
        return BucketError(
            f"the bucket refuses access ({code or status}); allow the owner of the credentials to {wording.rights}"
        )
    if status:
        return BucketError(
            f"the bucket's server fails ({code or status}); {wording.again}", passing=status >= "429"
        )
    if "error sending request" in text or "timed out" in text:
        return BucketError(
            f"the bucket's server does not answer; check {wording.endpoint} and the network; {wording.again}",
            passing=True,
        )
    return BucketError(
        f"the bucket cannot be used ({kind}); check {wording.target}, {wording.region} and {wording.endpoint}"
    )
