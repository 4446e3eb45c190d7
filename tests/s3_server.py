"""A server that speaks S3, in this process and on loopback, which notes what it is asked."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock
from urllib.parse import unquote

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries of the stand-in, which are not ours
    from moto.core.base_backend import BackendDict
    from moto.s3.models import S3Backend, s3_backends
    from moto.server import ThreadedMotoServer
    from werkzeug.serving import WSGIRequestHandler

ACCOUNT = "123456789012"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-not-a-real-secret",
}


@dataclass
class S3Server:
    """The server, and the requests it got since `forget()`."""

    url: str
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, path without its leading slash, and status."""
    payers: set[str] = field(default_factory=set)
    """Who pays for the transfer, by the header of each request; empty where it has none."""

    def forget(self) -> None:
        self.requests.clear()

    def keys(self, method: str, bucket: str) -> list[str]:
        """The keys that were named by requests of this method, in their order."""
        paths = [path.partition("?")[0] for asked, path, _ in self.requests if asked == method]
        return [unquote(path.removeprefix(f"{bucket}/")) for path in paths]

    @property
    def backend(self) -> S3Backend:
        backends: BackendDict[S3Backend] = s3_backends
        return backends[ACCOUNT]["aws"]

    def create_bucket(self, name: str) -> None:
        self.backend.create_bucket(name, "us-east-1")

    def objects(self, bucket: str) -> dict[str, bytes]:
        return {name: key.value for name, key in self.backend.buckets[bucket].keys.items()}

    def headers(self, bucket: str, key: str) -> dict[str, str]:
        """The headers that an object was written with, by their names in lower case."""
        return {header.lower(): value for header, value in self.backend.buckets[bucket].keys[key].metadata.items()}


@contextmanager
def run_s3_server() -> Iterator[S3Server]:
    """Run the server; its port is its own."""
    running = S3Server("")

    def note(handler: WSGIRequestHandler, code: int | str = "-", size: int | str = "-") -> None:
        running.payers.add(handler.headers.get("x-amz-request-payer", ""))
        running.requests.append((handler.command, handler.path.lstrip("/"), int(code)))

    with mock.patch.object(WSGIRequestHandler, "log_request", note):
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            running.url = f"http://{host}:{port}"
            yield running
        finally:
            server.stop()
