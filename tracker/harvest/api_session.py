"""The adapter below the arxiv library's `requests` session: paces, times out, obeys, and distrusts every page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tracker.domain.errors import UpstreamError
from tracker.fetch.request_policy import RETRIES, WHOLE_ANSWER, RequestPolicy, user_agent
from tracker.harvest import api_pages
from tracker.settings import Settings, is_loopback

UPSTREAM = "arxiv_api"
_CHUNK = 65_536


class PolicyAdapter(HTTPAdapter):
    """The adapter below the library's session: every request passes the policy, every answer the guard."""

    def __init__(self, settings: Settings, policy: RequestPolicy) -> None:
        super().__init__(max_retries=0)
        self._settings = settings
        self._policy = policy
        self._agent = user_agent(settings)
        self.page: api_pages.ApiPage | None = None
        """The last sound page."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002  the body is always read here, bounded
        timeout: object = None,  # noqa: ARG002  the library passes none; the settings' apply
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Ask, again where that may help, until a sound page is there. Raises UpstreamError and UpstreamStopped."""
        self.page = None
        url = self._own(request.url or "")
        request.headers["User-Agent"] = self._agent
        request.headers["Accept-Encoding"] = "gzip"
        tried = 0
        while True:
            self._policy.wait_until_allowed(UPSTREAM)
            try:
                with self._policy.hold_turn(UPSTREAM):
                    answer, body = self._once(request, verify=verify, cert=cert, proxies=proxies)
            except requests.RequestException as error:
                reason = (
                    "no answer in time" if isinstance(error, requests.Timeout) else "no connection, or one cut off"
                )
                self._policy.record_failure(UPSTREAM, reason)
                wait = self._policy.backoff_seconds(UPSTREAM, reason, tried, RETRIES)
            else:
                asked = self._judge(answer, body, url, tried)
                if asked is None:
                    return answer
                wait = asked
            tried += 1
            self._policy.sleep(wait)

    def _judge(self, answer: requests.Response, body: bytes, url: str, tried: int) -> float | None:
        """None when the answer is good, else the seconds until the next try."""
        headers = {name.lower(): value for name, value in answer.headers.items()}
        asked = self._policy.judge_response(
            UPSTREAM, answer.status_code, headers, body, tried=tried, retries=RETRIES
        )
        if asked is not None or answer.is_redirect:
            return asked
        page = api_pages.parse_page(body, *_slice(url))
        if answer.status_code != 200:
            said = f": {page}" if isinstance(page, str) and page.startswith("an error") else ""
            raise UpstreamError(UPSTREAM, f"answered {answer.status_code}{said}")
        if isinstance(page, api_pages.ApiPage) and (page.ordered or tried):
            # What stays unsorted is taken: whether all was seen is proved by counting.
            self.page = page
            return None
        reason = page if isinstance(page, str) else "a page that is not sorted as asked"
        self._policy.record_failure(UPSTREAM, reason)
        return self._policy.backoff_seconds(UPSTREAM, reason, tried, RETRIES)

    def _once(
        self,
        request: requests.PreparedRequest,
        *,
        verify: bool | str,
        cert: Any,
        proxies: Mapping[str, str] | None,
    ) -> tuple[requests.Response, bytes]:
        limits = self._settings.limits
        local = is_loopback(self._settings.upstreams.arxiv_api)
        answer = super().send(
            request,
            stream=True,
            timeout=(limits.connect_seconds, limits.read_seconds),
            verify=verify,
            cert=cert,
            proxies=None if local else proxies,
        )
        packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip", "x-gzip", ""):
            # What other encodings, or one within another, expand a few bytes to has no bound worth the name.
            answer.close()
            raise UpstreamError(UPSTREAM, "packed in a way that was not asked for")
        deadline = time.monotonic() + WHOLE_ANSWER * limits.read_seconds
        body = bytearray()
        try:
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > limits.answer_bytes:
                    raise UpstreamError(UPSTREAM, f"an answer of more than {limits.answer_bytes} bytes")
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout("the whole answer took too long")
        finally:
            answer.close()
        # The session reads the body from here, as if it had been read by itself.
        answer._content = bytes(body)
        return answer, bytes(body)

    def _own(self, url: str) -> str:
        """The address, if it is at the operator's upstream: redirects elsewhere are refused."""
        asked, base = urlsplit(url), urlsplit(self._settings.upstreams.arxiv_api)
        if (asked.scheme, asked.netloc.lower()) != (base.scheme, base.netloc.lower()):
            raise UpstreamError(UPSTREAM, "redirects to another address, which is not followed")
        return url


def _slice(url: str) -> tuple[int, int]:
    asked = parse_qs(urlsplit(url).query)
    return int(asked.get("start", ["0"])[0]), int(asked.get("max_results", ["0"])[0])
