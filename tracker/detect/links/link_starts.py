"""Where a link begins, given its slash or the dot of its host; most links in papers have no scheme or a broken one.

`floor` is always the first position that may belong to the link: the end of the link before it.
"""

from __future__ import annotations

import re

from tracker.detect.links.broken_links import GAP
from tracker.detect.links.known_domains import LINK_HOSTS, TLDS, is_link_host

# The words before a host without any slash when it is meant as a link.
_LEADS = re.compile(
    r"(?:\b(?:at|via|from|visit|on|see|link|website|webpage|homepage|page|demo|code|online|url|site)|:)"
    r"[\s:({\[]{1,4}(?:\\(?:url|href|texttt|path)\{)?\Z",
    re.IGNORECASE,
)
# A scheme at the end of a stretch of text, with the slips of authors and of PDF conversions.
_SCHEME = re.compile(
    r"(?:h{1,2}t{1,3}p{1,2}s?|htpps?|(?<![A-Za-z])t{1,2}ps?|ssh|git)[^\S\n]?[:;\uff1a][^\S\n]{0,2}\n?[^\S\n]{0,2}\Z|\bhttps?[^\S\n]?\Z",
    re.IGNORECASE,
)
_SCHEME_SLIP = re.compile(r"https?[^\S\n]?:[^\S\n]?\Z", re.IGNORECASE)
_HOST_END = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.?\Z")
# A word that lost the space before a host: `available atgithub.com/…`.
_GLUED = re.compile(r"(?:at|on|in|is|via|from|here|link|code|see|\d{1,2})(?=(?:github|gitlab|huggingface)\Z)")
_HOST_START = re.compile(r"(?:[A-Za-z0-9-]{1,63}[^\S\n]?\.[^\S\n]?\n?){1,5}[A-Za-z]{2,12}(?![A-Za-z])")


def find_start_at_slash(text: str, slash: int, floor: int) -> tuple[int, int] | None:
    """(start of the link, start of its host) of the link to which the slash belongs, if there is one."""
    left = text[max(floor, slash - 12) : slash]
    if text.startswith("//", slash):
        scheme = _SCHEME.search(left)
        if scheme is None:
            return None
        after = slash + 2 + text.startswith(":", slash + 2)
        gap = GAP.match(text, after)
        skip = gap.end() if gap else after
        if skip > after and not _HOST_START.match(text, skip):
            return None
        return slash - (len(left) - scheme.start()), skip
    slip = _SCHEME_SLIP.search(left)
    if slip is not None:
        gap = GAP.match(text, slash + 1)
        skip = gap.end() if gap else slash + 1
        if text.startswith("/", skip):
            gap = GAP.match(text, skip + 1)
            skip = gap.end() if gap else skip + 1
        return (slash - len(left) + slip.start(), skip) if _HOST_START.match(text, skip) else None
    return _bare_host_start(text, slash, floor)


def find_start_at_dot(text: str, dot: int, floor: int) -> tuple[int, int] | None:
    """(start, start) of the bare host with this dot: `www.…`, a well-known page host, or one called a link before it."""
    start = _host_start(text, dot, floor)
    if start is None or text[dot - 1].isspace():
        return None
    end = _HOST_START.match(text, start)
    host = text[start : end.end()] if end else ""
    if host[:4] == "www." or (is_link_host(host) and host not in LINK_HOSTS):
        return start, start
    called_link = host and host.islower() and _LEADS.search(text[max(0, start - 24) : start])
    return (start, start) if called_link else None


def _bare_host_start(text: str, slash: int, floor: int) -> tuple[int, int] | None:
    """(start, start) of a host without a scheme that ends at this slash; only well-known ones may contain spaces."""
    dot = text.rfind(".", max(floor, slash - 14), slash)
    if dot <= floor - 1 or dot < 1:
        return None
    last = text[dot + 1 : slash]
    tld = last.strip()
    if tld.lower() not in TLDS and not (tld.isalpha() and "www." in text[max(floor, dot - 64) : dot]):
        return None
    start = _host_start(text, dot, floor)
    if start is None:
        return None
    host = text[start:dot].lower() + "." + tld.lower()
    if is_link_host(host) or host.startswith("www."):
        return start, start
    if tld != last or not tld.islower() or not text[slash + 1 : slash + 2].strip():
        return None
    return start, start


def _host_start(text: str, dot: int, floor: int) -> int | None:
    """The start of the host whose last dot is at `dot`."""
    low = max(floor, dot - 100)
    window = text[low:dot].rstrip() if text[max(low, dot - 1) : dot].isspace() else text[low:dot]
    host = _HOST_END.search(window[-80:])
    if host is None:
        return None
    start = low + max(0, len(window) - 80) + host.start()
    before = text[start - 1] if start else ""
    glued = _GLUED.match(text, start, dot)
    if glued is not None:
        return glued.end()
    # `name@host` is an address of mail, and a name that goes on to the left is not a host.
    return None if before in ("@", "_", "/") or before.isalnum() else start
