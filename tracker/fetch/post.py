"""Posts to addresses of the operator, a WebSub hub or a webhook: each request once, bounded in time and bytes."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.fetch.pace import WEBSUB_HUB
from tracker.fetch.page import Deadline
from tracker.fetch.request_policy import RequestPolicy, user_agent
from tracker.settings import Settings, is_loopback

MOST_ANSWER = 65_536
"""Bytes of a response that are read; its status says all that matters."""


class Poster:
    """Posts to addresses of the operator. `context` holds the trusted certificates; `close()` it at the end."""

    def __init__(self, settings: Settings, policy: RequestPolicy, context: ssl.SSLContext) -> None:
        self._settings = settings
        self._policy = policy
        self._context = context
        self._clients: dict[bool, httpx.Client] = {}
        """By whether the address is on this machine."""

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()

    def post(
        self, upstream: str, url: str, content: bytes, headers: Mapping[str, str], seconds: float
    ) -> Response:
        """The response to one request, whatever its status. `upstream` is the name by which stops are kept.

        Raises UpstreamStopped where a stop is in force, and UpstreamError where no response came in `seconds`.
        """
        if self._settings.now is not None and not is_loopback(url):
            raise UpstreamError(
                upstream, "not notified, because the clock is moved: then only addresses on this machine are"
            )
        self._policy.wait_until_allowed(upstream)
        with self._policy.hold_turn(upstream) as permit:
            watch = Deadline(time.monotonic() + seconds, permit)
            try:
                with (
                    watch,
                    self._client(url).stream(
                        "POST",
                        url,
                        content=content,
                        headers=headers,
                        timeout=seconds,
                        extensions={"trace": watch.trace},
                    ) as reply,
                ):
                    body = _read_start(reply)
                    if watch.over:
                        # A body without a length ends with its connection, so a cut one looks complete.
                        raise httpx.ReadTimeout("no response in time")
                    response = Response(reply.status_code, dict(reply.headers), body, url)
            except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL, ssl.SSLError) as error:
                reason = _reason(error, late=watch.over)
                self._policy.judge_page(upstream, None, {}, reason)
                raise UpstreamError(upstream, reason) from None
        self._policy.judge_page(upstream, response.status, response.headers)
        return response

    def post_form(self, url: str, fields: Mapping[str, str], seconds: float) -> Response:
        """The response of the WebSub hub to a form; see `protocols.Fetch.post_form` for the errors."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = self.post(WEBSUB_HUB, url, urlencode(fields).encode(), headers, seconds)
        if response.status == 429 or response.status >= 500:
            raise UpstreamError(WEBSUB_HUB, f"it answered {response.status}")
        return response

    def _client(self, url: str) -> httpx.Client:
        """The httpx client of an address, made when it is first used: most installations have none."""
        is_local = is_loopback(url)
        if is_local not in self._clients:
            self._clients[is_local] = httpx.Client(
                verify=self._context,
                headers={"user-agent": user_agent(self._settings), "accept-encoding": "identity"},
                # Requests to this machine never go through a proxy of the environment.
                trust_env=not is_local,
                # The deadline closes the connection of its own request, so none may be kept for another.
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._clients[is_local]


def _read_start(reply: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in reply.iter_raw():
        body += chunk
        if len(body) >= MOST_ANSWER:
            break
    return bytes(body[:MOST_ANSWER])


def _reason(error: Exception, *, late: bool) -> str:
    """The reason as a short clause. The error's own text is never used, because it may quote what was sent."""
    if late or isinstance(error, httpx.TimeoutException):
        return "no response in time"
    return "no connection" if isinstance(error, httpx.ConnectError) else "the response was cut off or damaged"
