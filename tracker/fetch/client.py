"""The HTTP client: every request leaves here, but for those of the arxiv library.

`httpx` is imported in this folder only. What is allowed when is decided in `request_policy`, what a response means in
`response_policy`.
"""

from __future__ import annotations

import logging
import random
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from urllib.parse import urljoin, urlsplit

# httpx's own command line imports rich and pygments, 4 MB of memory that a service does not need.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None makes Python raise ImportError
import httpx

from tracker.domain.errors import SettingsError, TurnEnded, UpstreamError, UpstreamStopped
from tracker.domain.protocols import Clock, Response, UpstreamMemory
from tracker.fetch.pace import Permit, Sleep, trace_permit
from tracker.fetch.page import PageFetcher, Resolve, resolve_addresses
from tracker.fetch.post import Poster
from tracker.fetch.request_policy import RETRIES, WHOLE_ANSWER, RequestPolicy, user_agent
from tracker.fetch.response_policy import TOKEN_REFUSED
from tracker.settings import Settings, is_loopback

log = logging.getLogger(__name__)

MOST_REDIRECTS = 5
TOKEN_RETRY = timedelta(hours=1)
"""After so long a refused token is tried again: an upstream's own trouble can look like a wrong token."""
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
    """Implements `protocols.Fetch` with httpx. Use it as a context manager, or `close()` it.

    `memory` keeps stops and budgets; `clock` is the product's; when `cancel` is set, every wait ends with Cancelled.
    `sleep`, `jitter` and `resolve` (of host names) are for tests. Raises SettingsError for a proxy of the environment
    that cannot be used.
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
        self._clock = clock
        self._refused: dict[str, tuple[datetime, str]] = {}
        """Upstreams that refuse the token of the settings: since when, and the sentence."""
        self._policy = RequestPolicy(settings, memory, clock, cancel, sleep=sleep, jitter=jitter)
        context = httpx.create_ssl_context()
        self._pages = PageFetcher(settings, self._policy, context, resolve)
        self._poster = Poster(settings, self._policy, context)
        limits = settings.limits
        upstreams = {name: url for name, url in settings.upstreams.model_dump().items() if url}
        try:
            self._http = httpx.Client(
                verify=context,
                # Only gzip, because other encodings can expand a few bytes without a useful bound.
                headers={"user-agent": user_agent(settings), "accept-encoding": "gzip"},
                timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
                # Requests to this machine never go through a proxy of the environment.
                mounts={f"all://{urlsplit(url).hostname}": None for url in upstreams.values() if is_loopback(url)},
            )
        except (httpx.InvalidURL, ValueError, ImportError):
            # The error's text may hold a password.
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
        self._poster.close()

    def page(self, url: str) -> Response:
        """GET an address found in a paper or a page; see `protocols.Fetch` for the errors."""
        return self._pages.get(url)

    def post_form(self, url: str, fields: Mapping[str, str], *, seconds: float) -> Response:
        """POST a form to an address of the operator; see `protocols.Fetch` for the errors."""
        return self._poster.post_form(url, fields, seconds)

    def post_body(
        self, upstream: str, url: str, content: bytes, headers: Mapping[str, str], *, seconds: float
    ) -> Response:
        """POST bytes to an address of the operator; see `protocols.Fetch` for the errors."""
        return self._poster.post(upstream, url, content, headers, seconds)

    def has_token(self, upstream: str) -> bool:
        """Whether requests to `upstream` carry the token of an account."""
        return self._token(upstream) is not None

    def refused_tokens(self) -> tuple[str, ...]:
        """A sentence for each token that an upstream refuses; requests go without it."""
        return tuple(reason for _, reason in self._refused.values())

    def _drop_token(self, upstream: str, reason: str) -> None:
        if upstream not in self._refused:
            log.warning("%s", reason)
        self._refused[upstream] = (self._clock.now(), reason)
        self._policy.anonymous.add(upstream)

    def get(
        self,
        upstream: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET `path` below the upstream's base address; see `protocols.Fetch` for the errors."""
        request = _Request("GET", upstream, self._base(upstream) + path, params, headers or {})
        try:
            return self._follow_redirects(request)
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            raise self._policy.lost_request(upstream, error.reason) from None

    def post(self, upstream: str, path: str, *, json: object) -> Response:
        """POST a JSON body; see `protocols.Fetch` for the errors."""
        return self._follow_redirects(_Request("POST", upstream, self._base(upstream) + path, json=json))

    def _base(self, upstream: str) -> str:
        base = getattr(self._settings.upstreams, upstream, "")
        if not base:
            raise UpstreamError(upstream, "has no address in the settings")
        if not self._settings.may_ask(upstream):
            raise UpstreamError(
                upstream, "not asked, because the clock is moved: then only upstreams on this machine are asked"
            )
        return str(base).rstrip("/")

    def _token(self, upstream: str) -> str | None:
        if upstream in self._refused:
            if self._clock.now() - self._refused[upstream][0] < TOKEN_RETRY:
                return None
            self._policy.anonymous.discard(upstream)
        secret = {"github_api": self._settings.github_token, "huggingface": self._settings.hf_token}.get(upstream)
        return secret.get_secret_value() if secret else None

    def _follow_redirects(self, request: _Request) -> Response:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._send(request)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or not location:
                return response
            request = self._redirect(request, response.url, location)
        raise UpstreamError(request.upstream, f"redirects more than {MOST_REDIRECTS} times")

    def _redirect(self, request: _Request, from_url: str, location: str) -> _Request:
        try:
            url = urljoin(from_url, location)
            same_origin = _origin(url) == _origin(self._base(request.upstream))
        except ValueError:
            same_origin = False
        if not same_origin or request.method != "GET":
            raise UpstreamError(request.upstream, "redirects to another address, which is not followed")
        return _Request("GET", request.upstream, url, None, request.headers)

    def _send(self, request: _Request) -> Response:
        """The response to one request after its retries, accepted by the policy."""
        upstream = request.upstream
        # A POST asks many questions at once; after a failure its caller had better ask fewer.
        retries = RETRIES if request.method == "GET" else 1
        tried = 0
        while True:
            self._policy.wait_until_allowed(upstream)
            token = self._token(upstream)
            try:
                with self._policy.hold_turn(upstream) as permit:
                    response = self._send_once(request, token, permit)
            except TurnEnded:
                continue
            except (httpx.TransportError, httpx.StreamError) as error:
                reason = _reason(error)
                self._policy.record_failure(upstream, reason)
                wait = self._policy.backoff_seconds(upstream, reason, tried, retries)
            except (httpx.DecodingError, httpx.InvalidURL) as error:
                self._policy.record_failure(upstream, _reason(error))
                raise UpstreamError(upstream, _reason(error)) from None
            else:
                try:
                    retry_in = self._policy.judge_response(
                        upstream, response.status, response.headers, response.body, tried=tried, retries=retries
                    )
                except UpstreamError as error:
                    if token is None or TOKEN_REFUSED not in error.reason:
                        raise
                    self._drop_token(upstream, error.reason)
                    if request.method != "GET":
                        raise  # GraphQL needs a token; its caller asks otherwise
                    continue
                if token is not None:
                    self._refused.pop(upstream, None)
                if retry_in is None:
                    return response
                wait = retry_in
            tried += 1
            self._policy.sleep(wait)

    def _send_once(self, request: _Request, token: str | None, permit: Permit) -> Response:
        headers = {**_HEADERS.get(request.upstream, {}), **request.headers}
        if token:
            headers["authorization"] = f"Bearer {token}"
        with self._http.stream(
            request.method,
            request.url,
            params=request.params,
            headers=headers,
            json=request.json,
            extensions={"trace": trace_permit(permit)},
        ) as reply:
            body = self._read_body(request.upstream, reply)
            return Response(reply.status_code, dict(reply.headers), body, str(reply.url))

    def _read_body(self, upstream: str, reply: httpx.Response) -> bytes:
        """The whole body, decompressed here.

        httpx's own decompression would let a bomb, or a slow stream that decompresses to nothing, pass the bounds.
        """
        limit = self._settings.limits.answer_bytes
        deadline = time.monotonic() + WHOLE_ANSWER * self._settings.limits.read_seconds
        encoding = reply.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            raise httpx.DecodingError("packed in a way that was not asked for")
        unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        body = bytearray()
        for chunk in reply.iter_raw():
            body += chunk if unpack is None else _decompress(unpack, chunk, limit + 1 - len(body))
            if len(body) > limit:
                self._policy.record_failure(upstream, f"a response of more than {limit} bytes")
                raise UpstreamError(upstream, f"a response of more than {limit} bytes")
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the whole response took too long")
        if unpack is not None and body and not unpack.eof:
            raise httpx.DecodingError("cut off")
        return bytes(body)


def _decompress(unpack: zlib._Decompress, chunk: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(unpack.unconsumed_tail + chunk, most)
    except zlib.error:
        raise httpx.DecodingError("damaged") from None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _reason(error: Exception) -> str:
    """The reason as a short clause. The error's own text is never used, because it may quote what was sent."""
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return "no connection"
        case httpx.TimeoutException():
            return "no response in time"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.DecodingError():
            return "the response was cut off or damaged"
        case _:
            return f"the request failed ({type(error).__name__})"
