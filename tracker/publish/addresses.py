"""Addresses as feeds and pages may show them: URIs, links of the web, paths of the site; pure."""

from __future__ import annotations

import re
from urllib.parse import quote

from tracker.publish.readable_text import clean_text
from tracker.settings import Settings

PRODUCT_NAME = "arxiv-code-tracker"
"""The scheme of the product's own URIs, the same for every installation, and its name in feeds."""
OWN_ADDRESS = "<!--site-->"
"""In a page, the place of the site's address where no public one is set: the server knows it from the request, and in a
static copy the address is relative."""
MOVED = {"rss": "feed.xml", "rss.xml": "feed.xml", "atom.xml": "feed.atom", "index": "", "index.html": ""}
"""Addresses that moved for ever. The address of a feed that is given up is added here."""
WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 # compared, not bound
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]|$)")
_RESERVED = "/:?=&%#+,;@!$'()*~"
"""What a URI may hold beside letters, digits and `-._` (RFC 3986), without the brackets of IPv6."""
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def escape_uri(text: str) -> str:
    """Text as a URI: characters that a URI may not hold are percent-encoded, encoded ones stay."""
    return quote(_BARE_PERCENT.sub("%25", clean_text(text)), safe=_RESERVED)


def product_uri(*parts: str) -> str:
    """A URI in the product's own scheme, from parts that are not URIs; without parts the product's name."""
    return quote(clean_text(":".join((PRODUCT_NAME, *parts))), safe=_RESERVED.replace("%", "").replace("#", ""))


def is_web_url(url: str) -> bool:
    """Whether an address may become a link on a page: http and https only."""
    return url.startswith(("https://", "http://"))


def web_address(url: str) -> str | None:
    """An absolute http(s) address escaped for a feed; None if `url` is not such an address."""
    clean = clean_text(url).strip()
    return escape_uri(clean) if _WEB_ADDRESS.match(clean) else None


def site_address(settings: Settings) -> str:
    """The address of the site without a trailing slash: the public one, else that of the built-in server if it
    listens on one address only, else empty."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host, port = settings.web.host, settings.web.port
    if not port or host in WILDCARDS:
        return ""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def page_href(root: str, path: str) -> str:
    """A path of the site below `root`, with characters escaped that an address may not hold."""
    return root + quote(clean_text(path), safe="/:@,+?=&")


def is_safe_path(path: str) -> bool:
    """Whether a path stays below the site's folder and can be the name of a file."""
    parts = path.split("/")
    return (
        "\\" not in path
        and path.isprintable()
        and all(part and not part.startswith(".") and len(part.encode()) <= 200 for part in parts)
    )
