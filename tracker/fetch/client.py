"""The only httpx: every request but those of the arxiv library goes out here."""

from __future__ import annotations

import random
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urljoin, urlsplit

# httpx's own command line draws in rich and pygments, 4 MB that a service would keep for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None is Python's word for "not to be had"
import httpx

from tracker.domain.errors import SettingsError, UpstreamError, UpstreamStopped
from tracker.domain.protocols import Clock, Response, UpstreamMemory
from tracker.fetch.pace import Sleep
from tracker.fetch.page import PageFetcher, Resolve, resolve_addresses
from tracker.fetch.post_form import FormPoster
from tracker.fetch.request_policy import RETRIES, WHOLE_ANSWER, RequestPolicy, user_agent
from tracker.settings import Settings, is_loopback

MOST_REDIRECTS = 5
PROXIES = "The proxy of the environment cannot be used; HTTP_PROXY, HTTPS_PROXY and ALL_PROXY are written http://HOST:PORT."
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "github_api": {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"},
    "huggingface": {"accept": "application/json"},
}


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    upstream: str
    url: str
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    json: object = None


class Client:
    """Fulfils `protocols.Fetch` with httpx.

    `memory` keeps stops and budgets, `clock` is the product's; `cancel` ends every wait with Cancelled.
    `sleep`, `jitter` and `resolve` (of host names) are for tests. Use as a context manager, or `close()` it.
    """

    def __init__(
        self,
        settings: Settings,
        memory: UpstreamMemory,
        clock: Clock,
        cancel: threading.Event | None = None,
        *,
        sleep: Sleep | None = None,
        jitter: Callable[[], float] = random.random,
        resolve: Resolve = resolve_addresses,
    ) -> None:
        self._settings = settings
        self._policy = RequestPolicy(settings, memory, clock, cancel, sleep=sleep, jitter=jitter)
        context = httpx.create_ssl_context()
        self._pages = PageFetcher(settings, self._policy, context, resolve)
        self._forms = FormPoster(settings, self._policy, context)
        limits = settings.limits
        upstreams = {name: url for name, url in settings.upstreams.model_dump().items() if url}
        try:
            self._http = httpx.Client(
                verify=context,
                # gzip alone: what other encodings can expand a few bytes to has no bound worth the name.
                headers={"user-agent": user_agent(settings), "accept-encoding": "gzip"},
                timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
                # A proxy of the environment is never asked for what is on this machine.
                mounts={f"all://{urlsplit(url).hostname}": None for url in upstreams.values() if is_loopback(url)},
            )
        except (httpx.InvalidURL, ValueError, ImportError):
            # Its text may hold a password.
            raise SettingsError(PROXIES) from None

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._pages.close()
        self._forms.close()

    def page(self, url: str) -> Response:
        """GET an address that stands in a paper or a page; see `protocols.Fetch` for what is raised."""
        return self._pages.get(url)

    def post_form(self, url: str, fields: Mapping[str, str], *, seconds: float) -> Response:
        """POST a form to an address of the operator's; see `protocols.Fetch` for what is raised."""
        return self._forms.post(url, fields, seconds)

    def has_token(self, upstream: str) -> bool:
        """Whether requests to it carry an account's token."""
        return self._token(upstream) is not None

    def get(
        self,
        upstream: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET `path` below the upstream's base address; see `protocols.Fetch` for what is raised."""
        request = _Request("GET", upstream, self._base(upstream) + path, params, headers or {})
        try:
            return self._followed(request)
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            raise self._policy.lost_request(upstream, error.reason) from None

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        """POST a JSON body; see `protocols.Fetch` for what is raised."""
        return self._followed(_Request("POST", upstream, self._base(upstream) + path, json=json))

    def _base(self, upstream: str) -> str:
        base = getattr(self._settings.upstreams, upstream, "")
        if not base:
            raise UpstreamError(upstream, "has no address in the settings")
        if not self._settings.may_ask(upstream):
            raise UpstreamError(upstream, "not asked: the clock is moved, so nothing outside this machine is")
        return str(base).rstrip("/")

    def _token(self, upstream: str) -> str | None:
        secret = {"github_api": self._settings.github_token, "huggingface": self._settings.hf_token}.get(upstream)
        return secret.get_secret_value() if secret else None

    def _followed(self, request: _Request) -> Response:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._answer(request)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or not location:
                return response
            request = self._redirected(request, response.url, location)
        raise UpstreamError(request.upstream, f"redirects more than {MOST_REDIRECTS} times")

    def _redirected(self, request: _Request, asked: str, location: str) -> _Request:
        try:
            url = urljoin(asked, location)
            same = _origin(url) == _origin(self._base(request.upstream))
        except ValueError:
            same = False
        if not same or request.method != "GET":
            raise UpstreamError(request.upstream, "redirects to another address, which is not followed")
        return _Request("GET", request.upstream, url, None, request.headers)

    def _answer(self, request: _Request) -> Response:
        """One answer after retries, judged."""
        upstream = request.upstream
        # A question of many parts that fails is better asked again in smaller parts, by the caller.
        retries = RETRIES if request.method == "GET" else 1
        tried = 0
        while True:
            self._policy.wait_until_allowed(upstream)
            try:
                with self._policy.hold_turn(upstream):
                    response = self._once(request)
            except (httpx.TransportError, httpx.StreamError) as error:
                reason = _reason(error)
                self._policy.record_failure(upstream, reason)
                wait = self._policy.backoff_seconds(upstream, reason, tried, retries)
            except (httpx.DecodingError, httpx.InvalidURL) as error:
                self._policy.record_failure(upstream, _reason(error))
                raise UpstreamError(upstream, _reason(error)) from None
            else:
                asked = self._policy.judge_response(
                    upstream, response.status, response.headers, response.body, tried=tried, retries=retries
                )
                if asked is None:
                    return response
                wait = asked
            tried += 1
            self._policy.sleep(wait)

    def _once(self, request: _Request) -> Response:
        token = self._token(request.upstream)
        headers = {**_HEADERS.get(request.upstream, {}), **request.headers}
        if token:
            headers["authorization"] = f"Bearer {token}"
        with self._http.stream(
            request.method, request.url, params=request.params, headers=headers, json=request.json
        ) as answer:
            body = self._bounded(request.upstream, answer)
            return Response(answer.status_code, dict(answer.headers), body, str(answer.url))

    def _bounded(self, upstream: str, answer: httpx.Response) -> bytes:
        """The whole body, unpacked here: a drip that unpacks to nothing, or a bomb, would pass by other bounds."""
        limit = self._settings.limits.answer_bytes
        deadline = time.monotonic() + WHOLE_ANSWER * self._settings.limits.read_seconds
        packed = answer.headers.get("content-encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip", "x-gzip", ""):
            raise httpx.DecodingError("packed in a way that was not asked for")
        unpack = zlib.decompressobj(wbits=31) if "gzip" in packed else None
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk if unpack is None else _unpacked(unpack, chunk, limit + 1 - len(body))
            if len(body) > limit:
                self._policy.record_failure(upstream, f"an answer of more than {limit} bytes")
                raise UpstreamError(upstream, f"an answer of more than {limit} bytes")
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the whole answer took too long")
        if unpack is not None and body and not unpack.eof:
            raise httpx.DecodingError("cut off")
        return bytes(body)


def _unpacked(unpack: zlib._Decompress, chunk: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(unpack.unconsumed_tail + chunk, most)
    except zlib.error:
        raise httpx.DecodingError("damaged") from None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _reason(error: Exception) -> str:
    """A short clause; never the error's own text, which may quote what was sent."""
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return "no connection"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.DecodingError():
            return "the answer was cut off or damaged"
        case _:
            return f"the request failed ({type(error).__name__})"
