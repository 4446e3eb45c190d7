"""Fetches pages through the proxy of the environment, without leaving the guard.

An ordinary proxy would resolve a name itself, where the guard does not see the addresses. So the proxy opens a tunnel
(CONNECT, RFC 9110, 9.3.6) to the address that the guard checked, for both schemes, and the name appears only within the
tunnel. With a proxy that opens tunnels to port 443 only, pages of plain http stay unknown.
"""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from tracker.domain.errors import UpstreamError
from tracker.fetch.guard import UPSTREAM

LONGEST_HEAD = 16_384
"""The most bytes of a proxy's response to CONNECT."""
_GRANTED = re.compile(rb"HTTP/1\.[01] 2\d\d[ \r]")
"""Any 2xx (RFC 9110, 9.3.6), with or without a phrase."""


def find_proxy(scheme: str, host: str) -> str | None:
    """The address of the proxy that the environment names for a page's scheme and host, None for a direct connection.

    The environment names it by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    """
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if proxy and not proxy_bypass(host) else None


def make_transport(proxy: str, context: ssl.SSLContext) -> httpx.HTTPTransport:
    """A transport whose connections are all tunnels through `proxy`. Raises UpstreamError where it is not http(s)."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        (host or "").encode("idna")  # an invalid name fails here, not at the first page
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme not in ("http", "https"):
        raise UpstreamError(UPSTREAM, "not asked: the proxy of the environment is neither http:// nor https://")
    transport = httpx.HTTPTransport(verify=context)
    # httpx offers no way to choose the network backend, so its pool is replaced; the rest of the transport stays.
    transport._pool.close()
    transport._pool = httpcore.ConnectionPool(
        ssl_context=context,
        max_keepalive_connections=0,
        network_backend=_Tunnels(
            host, port, _credentials(parts.username, parts.password), parts.scheme == "https"
        ),
    )
    return transport


def _credentials(user: str | None, password: str | None) -> bytes:
    if user is None:
        return b""
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return b"Proxy-Authorization: Basic " + base64.b64encode(pair) + b"\r\n"


class _Tunnels(httpcore.NetworkBackend):
    """A network backend that connects to an address through a tunnel of a proxy."""

    def __init__(self, host: str, port: int, credentials: bytes, is_tls: bool) -> None:
        self._host, self._port, self._credentials, self._is_tls = host, port, credentials, is_tls
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to `host` and `port`, positioned after the proxy's response."""
        deadline = time.monotonic() + (timeout or 30.0)
        stream = self._plain.connect_tcp(
            self._host, self._port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )
        try:
            if self._is_tls:
                stream = stream.start_tls(
                    ssl.create_default_context(), server_hostname=self._host, timeout=timeout
                )
            authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            request = (
                f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n".encode() + self._credentials + b"\r\n"
            )
            stream.write(request, timeout=timeout)
            _read_grant(stream, deadline)
        except BaseException:
            stream.close()
            raise
        return stream


def _read_grant(stream: httpcore.NetworkStream, deadline: float) -> None:
    """Read the proxy's response to its end, and not a byte of what follows. Raises httpcore's connection errors."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ConnectTimeout("the proxy did not answer in time")
        byte = stream.read(1, timeout=left)
        head += byte
        if not byte or len(head) > LONGEST_HEAD:
            raise httpcore.ConnectError("the proxy broke off")
    if not _GRANTED.match(head):
        raise httpcore.ConnectError("the proxy grants no tunnel")
