"""One page from its template, with what every page shares: its links to the rest of the site, its feeds, the status line."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from markupsafe import Markup

from tracker.domain.feeds import DAILY_FEED, FEED_FORMATS, RSS, WEEKLY_FEED, Channel
from tracker.domain.status import Status
from tracker.publish import render
from tracker.publish.addresses import OWN_ADDRESS, page_href
from tracker.publish.readable_text import clean_text
from tracker.settings import Settings

STALE = timedelta(days=2)
"""arXiv is harvested at least once a day: after two days without, the page says that it is stale."""
MAIN_CHANNEL = Channel(name="", title="", description="", items=())
DIGEST_LINKS = tuple(
    (f"feeds/{name}.{RSS.ending}", label)
    for name, label in ((DAILY_FEED, "Daily digest"), (WEEKLY_FEED, "Weekly digest"))
)
"""The paths of the digests' feeds and their labels, for every page that offers the main feed."""


def render_page(
    name: str,
    settings: Settings,
    *,
    root: str | None = None,
    status: Status | None = None,
    template: str = "",
    **values: object,
) -> bytes:
    """The page of a file name. `root` leads to the site's root; by default it is relative to the page. `status` fills the
    status line. `template` is the page's own by default."""
    harvested_at = status.stages.get("harvest") if status else None
    context: dict[str, object] = {
        "feed": settings.feed,
        "name": name,
        "root": _up(name) if root is None else root,
        "status": status,
        "harvested_at": harvested_at,
        "stale": bool(status and harvested_at and status.now - harvested_at > STALE),
        "channel": MAIN_CHANNEL,
        "formats": FEED_FORMATS,
        "digests": DIGEST_LINKS,
        "address": "",
        "own_address": Markup(OWN_ADDRESS),  # noqa: S704 # a constant of ours
        "paged": True,
        "wanted": "",
        "served": settings.served,
        "href": page_href,
    }
    page = render.render_template(template or f"{name}.j2", **{**context, **values})
    return clean_text(page).encode()


def absolute_root(settings: Settings) -> str:
    """The path prefix of the site. A page that is served for any address cannot link relatively, and absolute
    addresses would break the site's own style policy under a second host name."""
    return f"{urlsplit(settings.public_url).path.rstrip('/')}/"


def canonical_address(settings: Settings, path: str) -> str:
    """The one address of a page, empty where the site has no public address."""
    base = settings.public_url.rstrip("/")
    return page_href(f"{base}/", path) if base else ""


def _up(name: str) -> str:
    """The relative path from a page to the site's root; the first page may be requested without its name."""
    return "../" * name.count("/") or "./"
