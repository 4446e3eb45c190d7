"""Readers of responses: arXiv's API through its library, OAI-PMH, GitHub, the Hub and all other hosts, rate limits."""

from __future__ import annotations

import io
import itertools
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from benchmarks.fuzz.mutate import text
from benchmarks.fuzz.target import Run, Target
from tracker.domain.artifacts import Check, Reference
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.fetch import response_policy
from tracker.fetch.clock import SystemClock
from tracker.harvest import full_text, oai_records, rss
from tracker.harvest.api import ArxivApi
from tracker.hosts.github import github
from tracker.hosts.huggingface import lists
from tracker.hosts.resolve import HOSTS, resolve_url
from tracker.settings import load_settings

_PACES = tempfile.TemporaryDirectory(prefix="fuzz-")
"""The time that upstreams send."""
NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
_ALIAS = re.compile(r"\b(r[0-9]+)\s*:\s*repository")


class Answers:
    """Returns the same bytes for every request, for GraphQL in the form of its responses."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._headers = {"content-type": "application/json", "link": f'<{text(body[:60])}>; rel="next"'}
        self._count = itertools.count()

    def get(
        self,
        upstream: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The bytes. Raises AssertionError after so many requests that something must be asking without end."""
        assert next(self._count) < 400, "asks without end"
        assert not set(path) & set("\r\n\0 "), f"{path!r} would break a request"
        return Response(200, self._headers, self._body, "https://example.org/")

    def page(self, url: str) -> Response:
        """The bytes, like `get`."""
        return self.get("web", "")

    def post(self, upstream: str, path: str, *, json: Any) -> Response:
        """The bytes as the node of every question."""
        names = _ALIAS.findall(json["query"])
        body = self._body
        if names and self._body.startswith(b"{") and not self._body.startswith(b'{"data"'):
            body = b'{"data":{' + b",".join(b'"%s":%s' % (name.encode(), self._body) for name in names) + b"}}"
        return self.get(upstream, "") if body is self._body else Response(200, self._headers, body, "")

    def has_token(self, upstream: str) -> bool:
        """True, because GraphQL needs a token."""
        return True


class _Bare(Answers):
    def has_token(self, upstream: str) -> bool:
        return False


def _host(name: str) -> Callable[[], Run]:
    def make() -> Run:
        host = next(host for host in HOSTS if host.name == name)
        asked = [
            found
            for url, _ in host.examples
            if (found := resolve_url(url)) is not None and found.kind in host.checked_kinds
        ]
        one_of_each = list({found.kind: found for found in asked}.values())

        def run(data: bytes) -> None:
            for fetch in (Answers(data), _Bare(data)) if name == "huggingface" else (Answers(data),):
                try:
                    for _, check in host.check_references(one_of_each, fetch):  # type: ignore[arg-type] # as much of a Fetch as is asked
                        _sound(check)
                except (UpstreamError, UpstreamStopped):
                    pass

        return run

    return make


def _sound(check: Check) -> None:
    assert isinstance(check, Check)
    words = [
        check.reason,
        check.licence_claimed or "",
        check.host_id or "",
        *(file.path for file in check.licence_files),
    ]
    if check.reference is not None:
        words += [check.reference.key, check.reference.url]
        assert not set(check.reference.url) & set(' \r\n<>"\\'), check.reference.url
    for word in words:
        assert "\0" not in word
        word.encode()


def _github_rest() -> Run:
    target = resolve_url("https://github.com/ann/deep")
    assert isinstance(target, Reference)

    def run(data: bytes) -> None:
        with suppress(UpstreamError, UpstreamStopped):
            _sound(github.check(target, _Bare(data)))  # type: ignore[arg-type] # as above

    return run


def _hub_lists() -> Run:
    def run(data: bytes) -> None:
        for body in (data, b"[" + data + b"]"):
            fetch = Answers(body)
            try:
                lists.read_record("2606.00001", fetch)  # type: ignore[arg-type] # as above
                for kind in ("models", "datasets", "spaces"):
                    for _ in lists.list_newest(kind, NOW, fetch, 2):  # type: ignore[arg-type] # as above
                        pass
            except (UpstreamError, UpstreamStopped):
                continue

    return run


class _Forgetful:
    """A memory of stops and budgets that holds nothing."""

    turns = None

    def stopped(self, upstream: str, now: datetime) -> None:
        """No stop is in force."""

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        """Nothing is kept."""

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> None:
        """Every request is granted."""

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        """Nothing is kept."""


def _arxiv() -> Run:
    """The whole way from the session's adapter through the library to versions, without the connection."""
    body = b""

    def answer(request: requests.PreparedRequest, **_: object) -> tuple[requests.Response, bytes]:
        made = requests.Response()
        made.status_code, made.url, made._content, made.request = 200, request.url or "", body, request
        made.raw = io.BytesIO()
        return made, body

    made = ArxivApi(
        load_settings(environ={"TRACKER_DATA_DIR": _PACES.name}), _Forgetful(), SystemClock(), sleep=lambda _: None
    )
    made._adapter._send_once = answer  # type: ignore[method-assign] # the connection is what is left out

    def run(data: bytes) -> None:
        nonlocal body
        body = data
        try:
            for versions in made.read_window(NOW, NOW + timedelta(hours=1)):
                for version in versions:
                    "".join(
                        [
                            version.title,
                            version.abstract,
                            *version.authors,
                            version.comment or "",
                            version.doi or "",
                        ]
                    ).encode()
        except (UpstreamError, UpstreamStopped):
            pass

    return run


def _oai() -> Run:
    def run(data: bytes) -> None:
        found = oai_records.parse_response(data)
        if isinstance(found, oai_records.OaiResponse):
            for record in found.records:
                oai_records.newest_version(record)
                assert isinstance(record.withdrawn, bool)
        given = text(data)
        oai_records.parse_authors(given)
        oai_records.parse_time(given)

    return run


def _rss() -> Run:
    holidays = frozenset({NOW.date()})

    def run(data: bytes) -> None:
        found = rss.parse_channel(data, holidays)
        if isinstance(found, rss.RssChannel):
            for item in found.items:
                version = item.version
                "".join([version.title, version.abstract, *version.authors, version.licence or ""]).encode()
                assert "\0" not in version.title
                assert version.submitted_at.tzinfo

    return run


def _fulltexts() -> Run:
    class Fetch(Answers):
        def get(self, upstream: str, path: str, **_: Any) -> Response:
            super().get(upstream, path)
            return Response(200, {"content-type": "text/html"}, b"" if path.startswith("/pdf") else self._body, "")

    def run(data: bytes) -> None:
        with suppress(UpstreamError, UpstreamStopped):
            full_text.read_full_text(Fetch(data), "2606.00001")  # type: ignore[arg-type] # as above

    return run


def _rules() -> Run:
    names = (
        "retry-after",
        "date",
        "ratelimit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "content-type",
        "ratelimit-reset",
    )

    def run(data: bytes) -> None:
        lines = text(data).split("\n")
        headers = dict(zip(names, itertools.cycle(lines), strict=False)) | {
            name.strip().lower(): value for line in lines for name, colon, value in [line.partition(":")] if colon
        }
        for upstream in ("arxiv_api", "github_api", "huggingface", "web:example.org"):
            for status in (200, 403, 429, 503):
                ruling = response_policy.rule_on_response(upstream, status, headers, data)
                assert (
                    ruling.seconds is None
                    or 0 <= ruling.seconds <= 10 * response_policy.LONGEST_RETRY_AFTER_SECONDS
                )

    return run


_ASKED = tuple(host.name for host in HOSTS if host.checked_kinds and host.name not in ("github", "page", "kaggle"))

TARGETS = (
    Target("arxiv-api", _arxiv, ("atom_*",), 2),
    Target("oai-pmh", _oai, ("oai_*",), 6),
    Target("arxiv-rss", _rss, ("rss_*",), 2),
    Target("arxiv-full-texts", _fulltexts, ("html_*", "tex_*", "archive_*"), 1),
    Target("github-graphql", _host("github"), ("json_github*",), 4, "json"),
    Target("github-rest", _github_rest, ("json_github_rest*",), 4, "json"),
    Target("hub-lists", _hub_lists, ("json_hub*",), 4, "json"),
    *(
        Target(f"host-{name}", _host(name), ("json_hub*" if name == "huggingface" else "json_forge*",), 3, "json")
        for name in _ASKED
    ),
    Target("rate-limits", _rules, ("headers_*",), 6),
)
