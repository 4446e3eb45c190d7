"""Pages for people, as bytes: server-rendered, without scripts, nothing from elsewhere; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from tracker.publish import latex, render
from tracker.published import Item, Status
from tracker.settings import Settings

CARDS = 100
"""Items shown as cards; what else the feed holds follows in one line each, so that the page stays small."""
ABSTRACTS = 25
"""Cards that carry their abstract, where there are more items than cards."""
STALE = timedelta(days=2)
"""arXiv is read at least once a day: a longer silence is two readings missed."""


def index(
    items: Sequence[Item],
    not_open: Sequence[Item],
    releases: Sequence[Item],
    unlinked: Sequence[Item],
    status: Status,
    settings: Settings,
    *,
    address: str = "",
) -> bytes:
    """The first page: the papers of the feed, what was looked at and is not open, and how the tracker is doing.

    `address` is where the site is reached, without a trailing slash; empty where nobody can know.
    """
    read = status.stages.get("harvest")
    page = render.html(
        "index.html.j2",
        items=items[:CARDS],
        more=items[CARDS:],
        abstracts=CARDS if len(items) <= CARDS else ABSTRACTS,
        read=read,
        stale=read is not None and status.now - read > STALE,
        not_open=not_open,
        releases=releases,
        unlinked=unlinked,
        status=status,
        feed=settings.feed,
        address=address,
        anonymous_per_hour=settings.limits.github_anonymous_per_hour,
    )
    return latex.clean(page).encode()


def not_found(settings: Settings) -> bytes:
    """The page of an address that does not exist."""
    return render.html("404.html.j2", feed=settings.feed, root=_root(settings)).encode()


def _root(settings: Settings) -> str:
    """The path below which the site lies. A page that answers for any address cannot link relatively, and
    whole addresses would break the site's own style policy under a second name."""
    return f"{urlsplit(settings.public_url).path.rstrip('/')}/"


def robots(public_url: str) -> bytes:
    """Robots may read all."""
    return (
        b"User-agent: *\nAllow: /\n" if not public_url else f"User-agent: *\nAllow: /\n# {public_url}\n".encode()
    )


def assets() -> dict[str, bytes]:
    """Style and icon."""
    return {name: render.asset(name) for name in ("style.css", "favicon.svg")}
