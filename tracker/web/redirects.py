"""Other forms of the addresses of published files, each leading to the canonical form for ever."""

from __future__ import annotations

from collections.abc import Coroutine
from time import monotonic
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from tracker.publish.addresses import MOVED
from tracker.web.addresses import PAPER, meaningful_query
from tracker.web.files import NotFound
from tracker.web.published import PublishedFiles
from tracker.web.responses import moved_permanently

LISTED_SECONDS = 30.0
"""How long a list of the published names is used."""
NOT_LISTED = frozenset({"paper", "snapshot"})
"""Folders of many names without capital letters."""


class Redirects:
    """The endpoints of other forms of an address. Each leads to the canonical form."""

    def __init__(self, files: PublishedFiles, not_found: NotFound) -> None:
        self._files, self._not_found = files, not_found

    async def moved(self, request: Request) -> Response:
        """From an address that moved for ever."""
        return moved_permanently(request.scope, MOVED[request.scope["route_path"][1:]])

    async def without_ending(self, request: Request) -> Response:
        """From the name of a page's file to the page."""
        name: str = request.path_params["name"]
        is_page = name != "404" and self._files.by_name(f"{name}.html")
        return moved_permanently(request.scope, quote(name)) if is_page else self._not_found.response()

    async def without_slash(self, request: Request) -> Response:
        """From an address with a slash at its end to the same without it."""
        name: str = request.path_params["name"]
        is_paper = name.startswith("paper/") and PAPER.fullmatch(name.removeprefix("paper/"))
        if not name.endswith("/") and (
            is_paper or self._files.by_name(name) or self._files.by_name(f"{name}.html")
        ):
            return moved_permanently(request.scope, quote(name))
        return self._not_found.response()


class FoldedRoute(BaseRoute):
    """Matches addresses that are those of published files but for their case, and leads to the files' own."""

    def __init__(self, files: PublishedFiles) -> None:
        self._files = files
        self._names: dict[str, str] = {}
        self._listed_until = 0.0

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match where such a file has another case."""
        address = scope["route_path"][1:].rstrip("/").removesuffix(".html")
        if not address or self._files.at_address(address) is not None:
            return Match.NONE, {}
        name = self._folded_names().get(address.casefold())
        return (Match.FULL, {"canonical_name": name}) if name else (Match.NONE, {})

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Redirect, with the query."""
        query = meaningful_query(scope)
        location = quote(scope["canonical_name"]) + (f"?{query}" if query else "")
        return moved_permanently(scope, location)(scope, receive, send)

    def _folded_names(self) -> dict[str, str]:
        """The addresses of the published files by their folded form."""
        moment = monotonic()
        if moment >= self._listed_until:
            self._names = {name.casefold(): name for name in self._files.addresses(NOT_LISTED)}
            self._listed_until = moment + LISTED_SECONDS
        return self._names
