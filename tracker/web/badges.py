"""The endpoint of badges for READMEs: `/badge/ID.svg`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from tracker.web.addresses import PAPER
from tracker.web.dynamic import WorkerThreads
from tracker.web.files import NotFound
from tracker.web.responses import ANY_ORIGIN, NOSNIFF, generated, moved_permanently

CACHE_SECONDS = 3600
"""A badge is asked for with every view of a README; a state changes seldom."""
HEADERS = {
    "cache-control": f"public, max-age={CACHE_SECONDS}",
    "content-security-policy": "default-src 'none'",
    "cross-origin-resource-policy": "cross-origin",
    **ANY_ORIGIN,
    **NOSNIFF,
}
Badges = Callable[[str], bytes]
"""The badge of a paper by its arXiv id, stored or not."""


class BadgeEndpoint:
    """Answers `/badge/ID.svg`. A paper that is not stored has a badge too: it is unknown, and no picture is broken."""

    def __init__(self, badges: Badges, threads: WorkerThreads, not_found: NotFound) -> None:
        self._badges, self._threads, self._not_found = badges, threads, not_found

    async def respond(self, request: Request) -> Response:
        """The badge at this address."""
        match = PAPER.fullmatch(request.path_params["name"])
        if match is None:
            return self._not_found.response()
        if match[2]:
            return moved_permanently(request.scope, f"badge/{match[1]}.svg")
        body = await self._threads.run(partial(self._badges, match[1]))
        return generated(request, body, "image/svg+xml", HEADERS)
