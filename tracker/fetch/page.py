"""Fetching pages that papers and other pages name: behind the guard, bounded in bytes, time and redirects.

A name is resolved once, all its addresses are judged, and the connection goes to one of those that were
judged: a name that changes its address in between (DNS rebinding) changes nothing. TLS still verifies the name.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from socket import IPPROTO_TCP, getaddrinfo
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.fetch import guard, proxy
from tracker.fetch.guard import UPSTREAM, Target
from tracker.fetch.request_policy import RequestPolicy, user_agent
from tracker.settings import Settings

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host name and port; OSError when there are none."""

ONCE = httpx.Limits(max_keepalive_connections=0)
"""A kept connection was verified for one name and must not serve another at the same address."""
MOST_REDIRECTS = 5
MOST_ADDRESSES = 16
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "application/json")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THERE_OR_NOT = frozenset({200, 404, 410, 451})
"""451 (RFC 7725): the page is blocked, which is an answer; a host makes `blocked` of it, a page is not there."""


def resolve_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver says of a name."""
    return [str(found[4][0]) for found in getaddrinfo(host, port, proto=IPPROTO_TCP)[:MOST_ADDRESSES]]


class Deadline:
    """Ends the connection of one request when its time is up, whatever it waits for then.

    The timeouts of httpx begin again with each byte: headers or a handshake that drip would never end. Hand
    `trace` to the request as its extension of that name (httpcore's documentation, "trace").
    """

    def __init__(self, deadline: float) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    @property
    def over(self) -> bool:
        """Whether the time was up."""
        return self._over

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Told by httpcore what it does."""
        if name != "connection.connect_tcp.complete":
            return
        found = info["return_value"].get_extra_info("socket")
        with self._lock:
            # A descriptor of its own: TLS takes the first one over. Where a proxy speaks TLS it already did, and such
            # a socket refuses `dup()`.
            self._socket = socket.socket(fileno=os.dup(found.fileno()))
            if self._over:
                self._shut()

    def _cut(self) -> None:
        with self._lock:
            self._over = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class PageFetcher:
    """GETs pages. `context` holds the certificates to trust; `resolve` is for tests. `close()` it at the end."""

    def __init__(
        self,
        settings: Settings,
        policy: RequestPolicy,
        context: ssl.SSLContext,
        resolve: Resolve = resolve_addresses,
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._resolve = resolve
        self._base = settings.upstreams.web.rstrip("/")
        self._context = context
        self._through: dict[str, httpx.Client] = {}
        self._http = self._client(httpx.HTTPTransport(verify=context, limits=ONCE))

    def _client(self, transport: httpx.HTTPTransport) -> httpx.Client:
        limits, settings = self._settings.limits, self._settings
        return httpx.Client(
            transport=transport,
            headers={"user-agent": user_agent(settings), "accept": ", ".join(READABLE), "accept-encoding": "gzip"},
            timeout=httpx.Timeout(limits.page_seconds / 2, connect=limits.connect_seconds),
            # A proxy that is asked for a name would look it up itself, past the guard: see `tracker.fetch.proxy`.
            trust_env=False,
        )

    def _way(self, target: Target) -> httpx.Client:
        """Directly, or through the proxy that the environment names for it."""
        found = None if self._base else proxy.find_proxy(target.scheme, target.host)
        if found is None:
            return self._http
        if found not in self._through:
            self._through[found] = self._client(proxy.make_transport(found, self._context))
        return self._through[found]

    def close(self) -> None:
        """Close all connections."""
        for one in (self._http, *self._through.values()):
            one.close()

    def get(self, url: str) -> Response:
        """The page at `url`, with the address finally reached; see `protocols.Fetch.page`."""
        if not self._settings.may_ask(UPSTREAM):
            raise UpstreamError(UPSTREAM, "not asked: the clock is moved, so nothing outside this machine is")
        left = self._settings.limits.page_seconds
        for _ in range(MOST_REDIRECTS + 1):
            if left <= 0:
                raise UpstreamError(UPSTREAM, "no answer in time")
            target = guard.check_url(url)
            response, took = self._once(target, left)
            left -= took
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or not location:
                return _judged(response)
            url = self._redirected(target, location)
        raise UpstreamError(UPSTREAM, f"redirects more than {MOST_REDIRECTS} times")

    def _redirected(self, target: Target, location: str) -> str:
        """Where a redirect leads, in the web's own addresses also where a stand-in plays them."""
        if self._base and location.startswith(f"{self._base}/"):
            location = f"{target.scheme}://{location.removeprefix(f'{self._base}/')}"
        try:
            return urljoin(target.url, location)
        except ValueError:
            raise guard.refusal("it redirects to no address") from None

    def _once(self, target: Target, seconds: float) -> tuple[Response, float]:
        """One answer and the seconds that it took, the wait for the host's turn not among them."""
        name = f"{UPSTREAM}:{target.host}"
        try:
            self._policy.wait_until_allowed(name)
        except UpstreamStopped as stopped:
            # This host's trouble alone: as a stop it would end the work at all others.
            raise UpstreamError(UPSTREAM, f"{target.host} is not asked now: {stopped.reason}") from None
        with self._policy.hold_turn(name):
            began = time.monotonic()
            address, headers, extensions = self._route(target, seconds)
            way = self._way(target)
            watch = Deadline(began + seconds)
            extensions["trace"] = watch.trace
            try:
                with watch, way.stream("GET", address, headers=headers, extensions=extensions) as answer:
                    way.cookies.clear()
                    body = self._body(answer, began + seconds) if answer.status_code == 200 else b""
                    if watch.over:
                        # A body without a length ends with its connection, cut or not.
                        raise httpx.ReadTimeout("no answer in time")
                    response = Response(answer.status_code, dict(answer.headers), body, target.url)
            except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL, ssl.SSLError) as error:
                reason = "no answer in time" if watch.over else _reason(error)
                self._policy.judge_page(name, None, {}, reason)
                raise UpstreamError(UPSTREAM, reason) from None
        self._policy.judge_page(name, response.status, response.headers)
        return response, time.monotonic() - began

    def _route(self, target: Target, seconds: float) -> tuple[str, Mapping[str, str], dict[str, Any]]:
        """(address to connect to, headers, what the connection needs to know)."""
        if self._base:
            return f"{self._base}/{target.authority}{target.path}", {}, {}
        found = self._resolved(target, min(seconds, self._settings.limits.connect_seconds))
        first = guard.check_addresses(found)[0]
        literal = f"[{first}]" if ":" in first else first
        return (
            f"{target.scheme}://{literal}:{target.port}{target.path}",
            {"host": target.authority},
            {"sni_hostname": target.host},
        )

    def _resolved(self, target: Target, seconds: float) -> Sequence[str]:
        """The addresses of a name. Whoever owns it may let the system's resolver wait, which takes no time limit: it
        is left behind then, to end by itself."""
        found: list[Sequence[str]] = []

        def ask() -> None:
            with contextlib.suppress(OSError, UnicodeError):
                found.append(self._resolve(target.host, target.port))

        asking = threading.Thread(target=ask, name="resolver", daemon=True)
        asking.start()
        asking.join(seconds)
        if asking.is_alive():
            self._policy.judge_page(f"{UPSTREAM}:{target.host}", None, {}, "the name was not told in time")
            raise UpstreamError(UPSTREAM, "the name was not told in time")
        if not found:
            raise UpstreamError(UPSTREAM, "the name is not known")
        return found[0]

    def _body(self, answer: httpx.Response, deadline: float) -> bytes:
        """The first `limits.page_bytes` bytes of a page: what is longer is cut, links stand early."""
        kind = answer.headers.get("content-type", READABLE[0]).partition(";")[0].strip().lower()
        if kind not in READABLE:
            raise UpstreamError(UPSTREAM, "it is no page")
        most = self._settings.limits.page_bytes
        packed = answer.headers.get("content-encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip", "x-gzip", ""):
            raise UpstreamError(UPSTREAM, "it is packed in a way that was not asked for")
        raw = bytearray()
        for chunk in answer.iter_raw():
            raw += chunk
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("no answer in time")
            if len(raw) >= most:
                break
        return bytes(raw[:most]) if "gzip" not in packed else _unpacked(bytes(raw), most)


def _unpacked(raw: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, most)
    except zlib.error:
        raise UpstreamError(UPSTREAM, "the answer was cut off or damaged") from None


def _judged(response: Response) -> Response:
    """A page that is there, or plainly not there; everything else tells nothing."""
    if response.status in _THERE_OR_NOT:
        return response
    raise UpstreamError(UPSTREAM, f"it answered {response.status}")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the answer was cut off or damaged"
