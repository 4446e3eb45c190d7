"""The endpoint of `/saved`: a form without scripts that makes feeds of a pasted list of papers, and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tracker.publish.file_headers import HTML
from tracker.web.dynamic import WorkerThreads
from tracker.web.own_address import fill_page
from tracker.web.responses import SECURITY, generated, momentary, plain_text

LONGEST_BODY = 1_500_000
"""Bytes of a pasted text, as a form encodes it."""
SavedPage = Callable[[str | None], bytes]
"""The page for a text; the form alone for None."""


class SavedEndpoint:
    """Answers GET with the form and POST with the feeds."""

    def __init__(self, page: SavedPage, threads: WorkerThreads) -> None:
        self._page, self._threads = page, threads

    async def respond(self, request: Request) -> Response:
        """The page."""
        if request.method != "POST":
            body = await self._threads.run(partial(self._page, None))
            return generated(request, body, HTML, {"cache-control": "public, max-age=300", **SECURITY})
        form = bytearray()
        async for chunk in request.stream():
            form += chunk
            if len(form) > LONGEST_BODY:
                return plain_text(413, "The text is too long; split it.\n", {"connection": "close"})
        try:
            fields = dict(parse_qsl(form.decode("utf-8", "replace"), errors="replace", max_num_fields=5))
        except ValueError:
            return plain_text(400, "This is not the form of the page.\n")
        page = await self._threads.run(partial(self._page, fields.get("text", "")))
        response = momentary(HTML, fill_page(request.scope, page))
        response.headers.update(SECURITY)
        return response
