"""The adapter below the arxiv library's `requests` session: it paces, bounds and checks every request."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tracker.domain.errors import TurnEnded, UpstreamError
from tracker.fetch.pace import Permit
from tracker.fetch.request_policy import RETRIES, WHOLE_ANSWER, RequestPolicy, user_agent
from tracker.harvest import api_pages
from tracker.settings import Settings, is_loopback

UPSTREAM = "arxiv_api"
_CHUNK = 65_536


class _PermittedConnection:
    """Put before a connection's class: connects first, which may take long, and asks the permit just before it sends."""

    sock: Any
    connect: Any
    permit: Any

    def send(self, data: Any) -> None:
        """Send data, as `http.client.HTTPConnection` does."""
        if self.sock is None:
            self.connect()
        self.permit()
        super().send(data)  # type: ignore[misc] # that of the class behind


class PolicyAdapter(HTTPAdapter):
    """The adapter of the library's session: every request follows the policy, and every page is checked."""

    def __init__(self, settings: Settings, policy: RequestPolicy, retries: int = RETRIES) -> None:
        super().__init__(max_retries=0)
        self._retries = retries
        self._settings = settings
        self._policy = policy
        self._agent = user_agent(settings)
        self._permit: Permit = lambda: None
        self.page: api_pages.ApiPage | None = None
        """The last valid page, None while a request is under way."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002  the body is always read here, bounded
        timeout: object = None,  # noqa: ARG002  the library passes none; those of the settings apply
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send the request, with retries where they may help, until the response holds a valid page.

        Raises UpstreamError and UpstreamStopped.
        """
        self.page = None
        url = self._require_upstream(request.url or "")
        request.headers["User-Agent"] = self._agent
        request.headers["Accept-Encoding"] = "gzip"
        tried = 0
        while True:
            self._policy.wait_until_allowed(UPSTREAM)
            try:
                with self._policy.hold_turn(UPSTREAM) as self._permit:
                    response, body = self._send_once(request, verify=verify, cert=cert, proxies=proxies)
            except TurnEnded:
                continue
            except requests.RequestException as error:
                reason = (
                    "no response in time"
                    if isinstance(error, requests.Timeout)
                    else "no connection, or it was cut off"
                )
                self._policy.record_failure(UPSTREAM, reason)
                wait = self._policy.backoff_seconds(UPSTREAM, reason, tried, self._retries)
            else:
                retry_in = self._judge(response, body, url, tried)
                if retry_in is None:
                    return response
                wait = retry_in
            tried += 1
            self._policy.sleep(wait)

    def get_connection_with_tls_context(self, *given: Any, **options: Any) -> Any:
        """The library's pool of connections, each of which asks for the permit before it sends anything."""
        pool: Any = super().get_connection_with_tls_context(*given, **options)
        if not issubclass(pool.ConnectionCls, _PermittedConnection):
            parents = (_PermittedConnection, pool.ConnectionCls)
            pool.ConnectionCls = type("Permitted", parents, {"permit": self._ask_permit})
        return pool

    def _ask_permit(self) -> None:
        self._permit()

    def _judge(self, response: requests.Response, body: bytes, url: str, tried: int) -> float | None:
        """None where the response is good, else the seconds until the next try."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        retry_in = self._policy.judge_response(
            UPSTREAM, response.status_code, headers, body, tried=tried, retries=self._retries
        )
        if retry_in is not None or response.is_redirect:
            return retry_in
        page = api_pages.parse_page(body, *_slice(url))
        if response.status_code != 200:
            message = f": {page}" if isinstance(page, str) and page.startswith("an error") else ""
            raise UpstreamError(UPSTREAM, f"answered {response.status_code}{message}")
        if isinstance(page, api_pages.ApiPage) and (page.ordered or tried):
            # A page that is unsorted again is accepted: counting proves whether all papers were seen.
            self.page = page
            return None
        reason = page if isinstance(page, str) else "a page that is not sorted as asked"
        self._policy.record_failure(UPSTREAM, reason)
        return self._policy.backoff_seconds(UPSTREAM, reason, tried, self._retries)

    def _send_once(
        self,
        request: requests.PreparedRequest,
        *,
        verify: bool | str,
        cert: Any,
        proxies: Mapping[str, str] | None,
    ) -> tuple[requests.Response, bytes]:
        limits = self._settings.limits
        local = is_loopback(self._settings.upstreams.arxiv_api)
        response = super().send(
            request,
            stream=True,
            timeout=(limits.connect_seconds, limits.read_seconds),
            verify=verify,
            cert=cert,
            proxies=None if local else proxies,
        )
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            # Other encodings, or one within another, can expand a few bytes without a useful bound.
            response.close()
            raise UpstreamError(UPSTREAM, "packed in a way that was not asked for")
        deadline = time.monotonic() + WHOLE_ANSWER * limits.read_seconds
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > limits.answer_bytes:
                    raise UpstreamError(UPSTREAM, f"a response of more than {limits.answer_bytes} bytes")
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout("the whole response took too long")
        finally:
            response.close()
        return _with_body(response, bytes(body)), bytes(body)

    def _require_upstream(self, url: str) -> str:
        """The address, if it is at the configured upstream. Raises UpstreamError for one elsewhere (a redirect)."""
        target, base = urlsplit(url), urlsplit(self._settings.upstreams.arxiv_api)
        if (target.scheme, target.netloc.lower()) != (base.scheme, base.netloc.lower()):
            raise UpstreamError(UPSTREAM, "redirects to another address, which is not followed")
        return url


def _with_body(response: requests.Response, body: bytes) -> requests.Response:
    """A response like this one, whose body was read already: the session reads it from memory."""
    copy = requests.Response()
    copy.status_code, copy.reason, copy.url = response.status_code, response.reason, response.url
    copy.headers, copy.encoding, copy.request = response.headers, response.encoding, response.request
    copy.raw = io.BytesIO(body)
    return copy


def _slice(url: str) -> tuple[int, int]:
    """(start, size) of the page that a query asks for."""
    params = parse_qs(urlsplit(url).query)
    return int(params.get("start", ["0"])[0]), int(params.get("max_results", ["0"])[0])
