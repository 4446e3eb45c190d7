"""The web application of an installation: the published files, and all that is made from the store on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from tracker.domain.status import Status
from tracker.pipeline.archive import build_selection_page
from tracker.pipeline.composing import build_composed_page
from tracker.pipeline.publisher import Publisher
from tracker.pipeline.replica import Replica
from tracker.pipeline.site import build_paper_page, build_search_page, is_stored
from tracker.publish.badge import render_badge
from tracker.publish.saved_papers import render_saved
from tracker.store.engine import Store
from tracker.store.items import load_item
from tracker.web.api import Api
from tracker.web.app import build_app
from tracker.web.dynamic import StorePages
from tracker.web.metrics import render_metrics
from tracker.web.references import References


def build_installation(
    publisher: Publisher,
    read_status: Callable[[], Status],
    *,
    snapshots: Path,
    require_readable: Callable[[], None] = lambda: None,
    needs_store: bool = True,
) -> Router:
    """The application that serves what `publisher` publishes, and asks its store, which only reads.

    `require_readable` raises StoreError while the store must not be read. `needs_store`: whether the installation is
    ready only while its store answers.
    """
    settings, reader = publisher.settings, publisher.store
    return build_app(
        settings.public_dir,
        read_status,
        publisher.clock,
        ttl_minutes=settings.feed.ttl_minutes,
        public_url=settings.public_url,
        websub_hub=settings.notify.websub_hub,
        needs_store=needs_store,
        pages=StorePages(
            partial(build_paper_page, reader, settings),
            partial(build_search_page, reader, settings),
            partial(is_stored, reader),
        ),
        composer=publisher.composer,
        compose=partial(build_composed_page, publisher.composer, settings),
        archive=partial(build_selection_page, reader, settings),
        api=Api(settings, reader, require_readable),
        references=_references_from(reader),
        saved=partial(render_saved, settings),
        badges=lambda arxiv_id: render_badge(load_item(reader, f"arxiv:{arxiv_id}")),
        snapshots=snapshots,
        next_harvest=publisher.next_harvest,
        metrics=lambda with_store: render_metrics(publisher, with_store=with_store),
    )


class ReplicaApp:
    """The application of a replica, which is another one after a publish with other settings."""

    def __init__(self, replica: Replica) -> None:
        self._replica, self._publisher = replica, replica.publisher
        self._router = self._build()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI 3)."""
        if self._replica.publisher is not self._publisher:
            self._publisher = self._replica.publisher
            self._router = self._build()
        await self._router(scope, receive, send)

    def _build(self) -> Router:
        replica = self._replica
        return build_installation(
            self._publisher,
            replica.read_status,
            snapshots=replica.snapshots,
            require_readable=replica.require_readable,
            needs_store=False,
        )


def _references_from(reader: Store) -> References:
    """The functions that write references; what they use is loaded with the first one that is asked for."""

    def by_ids(ending: str, arxiv_ids: Sequence[str]) -> bytes | None:
        from tracker.pipeline.references import build_references  # noqa: PLC0415 # loaded when it is asked for

        return build_references(reader, ending, arxiv_ids)

    def search(ending: str, words: str) -> bytes:
        from tracker.pipeline.references import build_search_references  # noqa: PLC0415 # as above

        return build_search_references(reader, ending, words)

    def feed_papers(json_feed: bytes) -> list[str]:
        from tracker.pipeline.references import list_feed_papers  # noqa: PLC0415 # as above

        return list_feed_papers(json_feed)

    return References(by_ids, search, feed_papers)
