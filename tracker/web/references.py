"""The endpoints of references: `/paper/ID.bib`, `/search.bib?q=`, `/feed.bib`, `/feeds/NAME.bib`, `/papers.bib?ids=`,
and the same as `.ris` and `.csl.json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tracker.publish.composed_feeds import Composer
from tracker.web.addresses import PAPER, meaningful_query
from tracker.web.dynamic import CACHE_SECONDS, MOST_FIELDS, WorkerThreads
from tracker.web.files import NotFound
from tracker.web.published import PublishedFiles
from tracker.web.responses import ANY_ORIGIN, NOSNIFF, generated, moved_permanently, plain_text

TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl.json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
"""The media types of the formats, by the ending of the address."""
MOST_IDS = 200
"""Papers in one list of ids."""


@dataclass(frozen=True, slots=True)
class References:
    """Functions that write references from the store, read-only. The first argument is an ending of TYPES."""

    by_ids: Callable[[str, Sequence[str]], bytes | None]
    """The references to these papers; None where none is stored."""
    search: Callable[[str, str], bytes]
    """The references to the papers that a search for these words finds."""
    feed_papers: Callable[[bytes], list[str]]
    """The arXiv ids of a feed, given as JSON Feed."""


class ReferenceEndpoint:
    """Answers the addresses that end with one of TYPES."""

    def __init__(
        self,
        references: References,
        *,
        files: PublishedFiles,
        composer: Composer | None,
        threads: WorkerThreads,
        not_found: NotFound,
    ) -> None:
        self._references, self._files, self._composer = references, files, composer
        self._threads, self._not_found = threads, not_found

    async def respond(self, request: Request) -> Response:
        """The file of references at this address."""
        address: str = request.scope["route_path"][1:]
        ending = next(ending for ending in TYPES if address.endswith(f".{ending}"))
        name, query = address.removesuffix(f".{ending}"), meaningful_query(request.scope)
        try:
            fields = dict(parse_qsl(query, max_num_fields=MOST_FIELDS, errors="replace"))
        except ValueError:
            return plain_text(400, "Too many parameters.\n")
        if name == "search":
            body: bytes | None = await self._threads.run(
                partial(self._references.search, ending, fields.get("q", ""))
            )
        elif name == "papers":
            ids = fields.get("ids", "").split(",")
            if len(ids) > MOST_IDS:
                return plain_text(400, f"At most {MOST_IDS} ids; ask for the others apart.\n")
            body = await self._threads.run(partial(self._references.by_ids, ending, ids))
        elif match := PAPER.fullmatch(name.removeprefix("paper/")):
            if match[2]:
                return moved_permanently(request.scope, f"paper/{match[1]}.{ending}")
            body = await self._threads.run(partial(self._references.by_ids, ending, [match[1]]))
        else:
            return await self._of_feed(request, name, query, ending)
        return self._response(request, ending, body)

    async def _of_feed(self, request: Request, name: str, query: str, ending: str) -> Response:
        """The references to the papers of a feed, which is read as JSON Feed."""
        file = None if query else self._files.by_name(f"{name}.json")
        if file:
            feed: bytes | None = file.plain.body or file.path.read_bytes()
        elif self._composer:
            composed = await self._threads.run(partial(self._composer.answer, f"{name}.json", query))
            if composed.location is not None:
                path, _, rest = composed.location.partition("?")
                location = f"{path.removesuffix('.json')}.{ending}" + (f"?{rest}" if rest else "")
                return moved_permanently(request.scope, location)
            feed = composed.body
        else:
            feed = None
        if feed is None or not name.startswith("feed"):
            return self._not_found.response()
        ids = self._references.feed_papers(feed)
        body = await self._threads.run(partial(self._references.by_ids, ending, ids))
        return self._response(request, ending, b"" if body is None else body)

    def _response(self, request: Request, ending: str, body: bytes | None) -> Response:
        if body is None:
            return self._not_found.response()
        headers = {"cache-control": f"public, max-age={CACHE_SECONDS}", **ANY_ORIGIN, **NOSNIFF}
        return generated(request, body, TYPES[ending], headers)
