"""Pages for people, as bytes: server-rendered, without scripts, nothing from elsewhere; pure."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain import Item, Status
from tracker.publish import latex, render
from tracker.settings import Settings


def index(
    items: Sequence[Item],
    not_open: Sequence[Item],
    releases: Sequence[Item],
    unlinked: Sequence[Item],
    status: Status,
    settings: Settings,
) -> bytes:
    """The first page: the papers of the feed, what was looked at and is not open, and how the tracker is doing."""
    page = render.html(
        "index.html.j2",
        items=items,
        not_open=not_open,
        releases=releases,
        unlinked=unlinked,
        status=status,
        feed=settings.feed,
        public_url=settings.public_url.rstrip("/"),
        anonymous_per_hour=settings.limits.github_anonymous_per_hour,
    )
    return latex.clean(page).encode()


def not_found(settings: Settings) -> bytes:
    """The page of an address that does not exist."""
    return render.html("404.html.j2", feed=settings.feed, root=_root(settings)).encode()


def _root(settings: Settings) -> str:
    """Where the site begins: the public address, else the server's root."""
    return f"{settings.public_url.rstrip('/')}/" if settings.public_url else "/"


def robots(public_url: str) -> bytes:
    """Robots may read all."""
    return (
        b"User-agent: *\nAllow: /\n" if not public_url else f"User-agent: *\nAllow: /\n# {public_url}\n".encode()
    )


def assets() -> dict[str, bytes]:
    """Style and icon."""
    return {name: render.asset(name) for name in ("style.css", "favicon.svg")}
