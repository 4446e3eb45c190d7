"""Fetches pages that papers and other pages link: behind the guard, bounded in bytes, time and redirects.

A name is resolved once, the guard judges all its addresses, and the connection goes to one of them. So a name that
changes its address in between (DNS rebinding) gains nothing. TLS still verifies the name.
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
from tracker.fetch.pace import Permit, trace_permit
from tracker.fetch.request_policy import RequestPolicy, user_agent
from tracker.settings import Settings

Resolve = Callable[[str, int], Sequence[str]]
"""A function that returns the addresses of a host name and port; raises OSError where there are none."""

ONCE = httpx.Limits(max_keepalive_connections=0)
"""No connection is used twice: it was verified for one name, and must not serve another name at the same address."""
MOST_REDIRECTS = 5
MOST_ADDRESSES = 16
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "application/json")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THERE_OR_NOT = frozenset({200, 404, 410, 451})
"""Statuses that say plainly whether a page is there. 451 (RFC 7725) means blocked: a host reports `blocked`, and a page
counts as absent."""


def resolve_addresses(host: str, port: int) -> list[str]:
    """The addresses of a name by the system's resolver, at most `MOST_ADDRESSES`. Raises OSError."""
    return [str(entry[4][0]) for entry in getaddrinfo(host, port, proto=IPPROTO_TCP)[:MOST_ADDRESSES]]


class Deadline:
    """Closes the connection of one request at `deadline` (in `time.monotonic` seconds), whatever it waits for then.

    The timeouts of httpx start again with each byte, so that a slow stream of headers, or a slow handshake, would
    never end. Pass `trace` to the request as its extension of that name (httpcore's documentation, "trace"); it asks
    for the `permit` just before the request leaves.
    """

    def __init__(self, deadline: float, permit: Permit) -> None:
        self._trace_permit = trace_permit(permit)
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
        """Whether the deadline has passed."""
        return self._over

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Take the socket of a new connection; httpcore calls this for every step of a request."""
        self._trace_permit(name, info)
        if name != "connection.connect_tcp.complete":
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._lock:
            # A duplicate descriptor, because TLS takes over the first one. `os.dup` is used because a socket that
            # already speaks TLS, to a proxy, refuses `dup()`.
            self._socket = socket.socket(fileno=os.dup(connected.fileno()))
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
    """Fetches pages with GET. `context` holds the trusted certificates; `resolve` is for tests. `close()` it at the end."""

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
        self._http = self._make_client(httpx.HTTPTransport(verify=context, limits=ONCE))

    def _make_client(self, transport: httpx.HTTPTransport) -> httpx.Client:
        limits, settings = self._settings.limits, self._settings
        return httpx.Client(
            transport=transport,
            headers={"user-agent": user_agent(settings), "accept": ", ".join(READABLE), "accept-encoding": "gzip"},
            timeout=httpx.Timeout(limits.page_seconds / 2, connect=limits.connect_seconds),
            # An ordinary proxy would resolve the name itself, past the guard; see `tracker.fetch.proxy`.
            trust_env=False,
        )

    def _client_for(self, target: Target) -> httpx.Client:
        """The client for a direct connection, or for the proxy that the environment names for the target."""
        address = None if self._base else proxy.find_proxy(target.scheme, target.host)
        if address is None:
            return self._http
        if address not in self._through:
            self._through[address] = self._make_client(proxy.make_transport(address, self._context))
        return self._through[address]

    def close(self) -> None:
        """Close all connections."""
        for client in (self._http, *self._through.values()):
            client.close()

    def get(self, url: str) -> Response:
        """The page at `url`, with the address that was finally reached; see `protocols.Fetch.page` for the errors."""
        if not self._settings.may_ask(UPSTREAM):
            raise UpstreamError(
                UPSTREAM, "not asked, because the clock is moved: then only upstreams on this machine are asked"
            )
        left = self._settings.limits.page_seconds
        for _ in range(MOST_REDIRECTS + 1):
            if left <= 0:
                raise UpstreamError(UPSTREAM, "no response in time")
            target = guard.check_url(url)
            response, took = self._fetch_once(target, left)
            left -= took
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or not location:
                return _require_usable(response)
            url = self._redirect(target, location)
        raise UpstreamError(UPSTREAM, f"redirects more than {MOST_REDIRECTS} times")

    def _redirect(self, target: Target, location: str) -> str:
        """The address to which a redirect leads; an address of a stand-in becomes the one that it plays."""
        if self._base and location.startswith(f"{self._base}/"):
            location = f"{target.scheme}://{location.removeprefix(f'{self._base}/')}"
        try:
            return urljoin(target.url, location)
        except ValueError:
            raise guard.refusal("it redirects to an invalid address") from None

    def _fetch_once(self, target: Target, seconds: float) -> tuple[Response, float]:
        """One response and the seconds that it took, without the wait for the host's turn."""
        name = f"{UPSTREAM}:{target.host}"
        try:
            self._policy.wait_until_allowed(name)
        except UpstreamStopped as stopped:
            # Only this host is stopped; as UpstreamStopped it would end the work at all other hosts.
            raise UpstreamError(UPSTREAM, f"{target.host} is not asked now: {stopped.reason}") from None
        with self._policy.hold_turn(name) as permit:
            began = time.monotonic()
            address, headers, extensions = self._route(target, seconds)
            client = self._client_for(target)
            watch = Deadline(began + seconds, permit)
            extensions["trace"] = watch.trace
            try:
                with watch, client.stream("GET", address, headers=headers, extensions=extensions) as reply:
                    client.cookies.clear()
                    body = self._read_body(reply, began + seconds) if reply.status_code == 200 else b""
                    if watch.over:
                        # A body without a length ends with its connection, so a cut one looks complete.
                        raise httpx.ReadTimeout("no response in time")
                    response = Response(reply.status_code, dict(reply.headers), body, target.url)
            except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL, ssl.SSLError) as error:
                reason = "no response in time" if watch.over else _reason(error)
                self._policy.judge_page(name, None, {}, reason)
                raise UpstreamError(UPSTREAM, reason) from None
        self._policy.judge_page(name, response.status, response.headers)
        return response, time.monotonic() - began

    def _route(self, target: Target, seconds: float) -> tuple[str, Mapping[str, str], dict[str, Any]]:
        """(address to connect to, headers, extensions of the request)."""
        if self._base:
            return f"{self._base}/{target.authority}{target.path}", {}, {}
        resolved = self._resolve_in_time(target, min(seconds, self._settings.limits.connect_seconds))
        first = guard.check_addresses(resolved)[0]
        literal = f"[{first}]" if ":" in first else first
        return (
            f"{target.scheme}://{literal}:{target.port}{target.path}",
            {"host": target.authority},
            {"sni_hostname": target.host},
        )

    def _resolve_in_time(self, target: Target, seconds: float) -> Sequence[str]:
        """The addresses of a name, within `seconds`.

        The system's resolver takes no time limit, and the owner of a name can make it wait. Then its thread is left
        behind and ends by itself.
        """
        results: list[Sequence[str]] = []

        def resolve() -> None:
            with contextlib.suppress(OSError, UnicodeError):
                results.append(self._resolve(target.host, target.port))

        thread = threading.Thread(target=resolve, name="resolver", daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            self._policy.judge_page(
                f"{UPSTREAM}:{target.host}", None, {}, "the host name was not resolved in time"
            )
            raise UpstreamError(UPSTREAM, "the host name was not resolved in time")
        if not results:
            raise UpstreamError(UPSTREAM, "the host name is unknown")
        return results[0]

    def _read_body(self, reply: httpx.Response, deadline: float) -> bytes:
        """The first `limits.page_bytes` bytes of a page. The rest is cut off, because links come early."""
        kind = reply.headers.get("content-type", READABLE[0]).partition(";")[0].strip().lower()
        if kind not in READABLE:
            raise UpstreamError(UPSTREAM, "it is not a page")
        most = self._settings.limits.page_bytes
        encoding = reply.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            raise UpstreamError(UPSTREAM, "it is packed in a way that was not asked for")
        raw = bytearray()
        for chunk in reply.iter_raw():
            raw += chunk
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("no response in time")
            if len(raw) >= most:
                break
        return bytes(raw[:most]) if "gzip" not in encoding else _decompress(bytes(raw), most)


def _decompress(raw: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, most)
    except zlib.error:
        raise UpstreamError(UPSTREAM, "the response was cut off or damaged") from None


def _require_usable(response: Response) -> Response:
    """The response where it shows that a page is there or is not there. Raises UpstreamError for any other status."""
    if response.status in _THERE_OR_NOT:
        return response
    raise UpstreamError(UPSTREAM, f"it answered {response.status}")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no response in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the response was cut off or damaged"
