"""Where an element of a web page leads: by its address, by a script of its own, or by a data attribute; pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import html

from tracker.detect.links.known_domains import is_link_host
from tracker.detect.links.urls import find_links

_MAX_ADDRESS = 4_000
_WEB = ("http://", "https://")
_DATA = ("data-href", "data-url", "data-link", "data-target-url", "data-external", "formaction")
_LINKS = frozenset({"a", "area"})
_GOES = re.compile(
    r"(?:location(?:\.href)?\s{0,3}=|\b(?:open|assign|replace|push|navigate|goto)\s{0,3}\()\s{0,3}[\"'`]([^\"'`\s<>]{1,2000})[\"'`]",
    re.IGNORECASE,
)
_STRING = re.compile(r"[\"'`]((?:https?:)?//[^\"'`\s<>]{4,2000})[\"'`]", re.IGNORECASE)
_DOUBLED = re.compile(r"(?:https?:/{0,3}){1,4}(?=https?://)", re.IGNORECASE)
_HOST = re.compile(r"/{0,2}([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})(?=/)")
_SLIP = re.compile(r"h{0,2}t{1,3}p{1,2}s?\s?[:;/]", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s{0,9}[\d.]{0,9}\s{0,9}[;,]\s{0,9}(?:url\s{0,3}=\s{0,3})?[\"']?([^\"'\s]{1,2000})", re.IGNORECASE
)


def find_base(root: html.HtmlElement, page_url: str) -> str:
    """The address that relative links of a page begin at: that of its first `<base>`, else its own."""
    written = next((element.get("href") or "" for element in root.iter("base")), "")
    return _join(page_url, written.strip()[:_MAX_ADDRESS]) or page_url


def redirection_target(meta: html.HtmlElement, base: str) -> str:
    """Where a `<meta http-equiv="refresh">` leads; empty for any other element."""
    if meta.get("http-equiv", "").strip().lower() != "refresh":
        return ""
    found = _REFRESH.match(meta.get("content", "")[:_MAX_ADDRESS])
    return resolve_written(found[1], base) if found else ""


def element_address(element: html.HtmlElement, base: str) -> str:
    """The absolute http(s) address that an element leads to; empty where it leads nowhere, or within its page."""
    if not element.attrib:
        return ""
    if element.tag in _LINKS or element.tag == "form":
        written = (
            element.get("action") if element.tag == "form" else element.get("href") or element.get("xlink:href")
        )
        written = (written or "").strip()
        if written.lower().startswith("javascript:"):
            return _script_address(written, base)
        if written and not written.startswith("#") and (address := resolve_written(written, base)):
            return address
    if element.get("onclick") and (address := _script_address(element.get("onclick", ""), base)):
        return address
    for name in _DATA:
        written = (element.get(name) or "").strip()
        if (written.startswith(("//", *_WEB)) or _known_host(written)) and element.tag not in (
            "img",
            "script",
            "link",
        ):
            return resolve_written(written, base)
    return ""


def resolve_written(written: str, base: str) -> str:
    """The absolute http(s) address of what an attribute holds, with the slips of authors undone; else empty.

    `github.com/a/b` is taken for an address, though a browser would look for it below the page.
    """
    written = "".join(written[:_MAX_ADDRESS].split("\n")).strip()
    if doubled := _DOUBLED.match(written):
        written = written[doubled.end() :]
    if written.lower().startswith(_WEB):
        return written
    if _known_host(written):
        return f"https://{written.lstrip('/')}"
    if _SLIP.match(written) and (links := find_links(written)) and links[0].start == 0:
        return links[0].url
    return _join(base, written)


def _known_host(written: str) -> bool:
    host = _HOST.match(written[:300])
    return host is not None and is_link_host(host[1].lower())


def _script_address(script: str, base: str) -> str:
    script = script[:_MAX_ADDRESS]
    found = _GOES.search(script) or _STRING.search(script)
    return resolve_written(found[1], base) if found and not found[1].startswith("#") else ""


def _join(base: str, written: str) -> str:
    try:
        address = urljoin(base, written)
    except ValueError:
        return ""
    return address if address.lower().startswith(_WEB) else ""
