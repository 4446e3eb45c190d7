"""Every link of a text, however it was written or broken; in time linear in the text.

Only two short patterns run over the whole text: every link has a slash or the dot of a bare host, so these are the
anchors, and bounded windows around an anchor decide. Plain text, which is nearly all of it, costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tracker.detect.links.broken_links import MAX_LENGTH, read_address
from tracker.detect.links.link_cleanup import CHARACTER_MAP, clean_address, ends_in_next_sentence, undo_tex
from tracker.detect.links.link_starts import find_start_at_dot, find_start_at_slash


class FoundLink(NamedTuple):
    """One link: `raw` is `text[start:end]`, `url` the address it means, with a scheme."""

    start: int
    end: int
    raw: str
    url: str


_SLASH = re.compile("/")
_LINK_BEFORE = re.compile(r"[.:]")
# The dot of a host without any slash: after `www.`, or before one of the few top-level domains that sentences
# rarely contain otherwise.
_BARE = re.compile(
    r"\.(?=[A-Za-z0-9])(?:(?<=www\.)|(?:com|org|net|edu|io|ai|dev|app|space)(?![A-Za-z0-9_@/-]|\.[A-Za-z0-9]))"
)
# An address as most are: without odd characters, and followed by nothing that could belong to it. The end of a text,
# and an address that ends in a slash before a gap, are left to `read_address`.
_AFTER = r"[).,;:!?]{0,3}(?:[\]}>\"'<]|\s{0,20}\Z)"
_AFTER_GAP = r"\s{1,20}[^\s/].{160}"
_CLEAN = re.compile(
    r"//(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z0-9-]{1,62}[A-Za-z0-9](?:/[A-Za-z0-9._/~%+=?&#-]{0,300}"
    rf"(?:(?<=[A-Za-z0-9])(?={_AFTER}|[).,;:!?]{{0,3}}{_AFTER_GAP})|(?<=/)(?={_AFTER}|[).,;:!?]{{1,3}}{_AFTER_GAP}))"
    rf"|(?={_AFTER}))",
    re.DOTALL,
)
_WEB = re.compile(r"(?:https?://)*?(https?)://(?!https?://)", re.IGNORECASE)
_SPACE_LIKE = re.compile(r"[\x00-\x20\x7f<>\"]")
# DOIs of archives, which papers give without a resolver as often as with one.
_ARCHIVE_DOI = re.compile(r"(?:10\.5281/zenodo\.\d+|10\.6084/m9\.figshare\.[\dcv.]*\d)", re.IGNORECASE)
# An identifier of Software Heritage outside any address (its documentation, "SWHIDs").
_SWH = re.compile(r"(?<![/\w])swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}(?![0-9a-f])")
# The address of a clone over SSH.
_SSH = re.compile(
    r"(?<![\w.@-])git@([A-Za-z0-9-]{1,60}\.[A-Za-z0-9.-]{2,60}):([\w-]{1,60}/[\w./-]{1,200})", re.ASCII
)


def find_links(text: str, text_format: str = "text") -> list[FoundLink]:
    """All links of `text` in order, none overlapping.

    `text_format` is `html`, `tex`, `pdf-text` or `text`; `pdf-text` allows more line ends inside a link.
    The same characters mean the same link whatever surrounds them. Never raises.
    """
    links: list[FoundLink] = []
    end = 0
    # The search for one character is many times quicker than that for a word.
    if ":" in text and ("@" in text or "swh:1:" in text) and (identifiers := _find_identifiers(text)):
        return find_links_between(text, identifiers, text_format)
    dots = [dot.start() for dot in _BARE.finditer(text)] if _BARE.search(text) else []
    if not dots and "/" not in text:
        return links
    broken_lines = text_format == "pdf-text"
    slashes = [slash.start() for slash in _SLASH.finditer(text)]
    for anchor in sorted(dots + slashes) if dots else slashes:
        if anchor < end:
            continue
        link = _clean_link_at(text, anchor, end) if not broken_lines and text[anchor - 1] == ":" else None
        if link is None:
            link = _link_at(text, anchor, end, broken_lines)
        if link is not None:
            links.append(link)
            end = link.end
    return links


def find_links_between(text: str, known: Sequence[FoundLink], text_format: str) -> list[FoundLink]:
    """The `known` links and those found between them, in order; `known` is in order and without overlaps."""
    links: list[FoundLink] = []
    at = 0
    for link in known:
        links += _shift(find_links(text[at : link.start], text_format), at)
        links.append(link)
        at = link.end
    return links + _shift(find_links(text[at:], text_format), at)


def _shift(links: list[FoundLink], by: int) -> list[FoundLink]:
    return [FoundLink(link.start + by, link.end + by, link.raw, link.url) for link in links] if by else links


def parse_address(written: str) -> str:
    """The web address that an attribute or an argument consists of; empty where it is not one.

    White space in it means nothing; TeX's escapes are undone.
    """
    text = "".join(undo_tex(written[: 2 * MAX_LENGTH]).split()).translate(CHARACTER_MAP)
    scheme = _WEB.match(text)
    if scheme is None:
        links = find_links(text)
        return links[0].url if links and links[0].start == 0 else ""
    rest = clean_address(_SPACE_LIKE.sub("", text[scheme.end() : scheme.end() + MAX_LENGTH]), "")[0]
    host = rest.split("/", 1)[0]
    return f"{scheme[1].lower()}://{rest}" if "." in host or ":" in host else ""


def _clean_link_at(text: str, anchor: int, floor: int) -> FoundLink | None:
    """What `_link_at` returns for a link with a scheme and without odd characters, in a fraction of the time."""
    start = anchor - 6 if text.startswith("https:", anchor - 6) else anchor - 5
    if start < floor or not text.startswith(("https:", "http:"), start) or text[start - 1 : start] in ("h", "H"):
        return None
    address = _CLEAN.match(text, anchor)
    if address is None or ends_in_next_sentence(text, address.end()):
        return None
    url = text[start : address.end()]
    return FoundLink(start, address.end(), url, url)


def _link_at(text: str, anchor: int, floor: int, broken_lines: bool) -> FoundLink | None:
    """The link to which the slash or dot at `anchor` belongs, if it starts at or after `floor`."""
    if text[anchor] == "/":
        if text[anchor + 1 : anchor + 2] != "/" and not _LINK_BEFORE.search(text, max(0, anchor - 16), anchor):
            return None
        if (doi := _archive_doi_at(text, anchor, floor)) is not None:
            return doi
        found = find_start_at_slash(text, anchor, floor)
    else:
        found = find_start_at_dot(text, anchor, floor)
    if found is None:
        return None
    start, host_at = found
    end, body = read_address(text, host_at, broken_lines)
    bare = start == host_at
    url, dropped = clean_address(body, text[start - 1] if start else "")
    if "." not in url or (bare and "." not in url.split("/", 1)[0]):
        return None
    end = max(end - dropped, host_at)
    scheme = "http" if text[start:host_at].lower().startswith(("http:", "ttp:", "http ")) else "https"
    return FoundLink(start, end, text[start:end], f"{scheme}://{url}")


def _archive_doi_at(text: str, slash: int, floor: int) -> FoundLink | None:
    start = slash - 7
    if start < floor or text[start:slash] not in ("10.5281", "10.6084"):
        return None
    doi = _ARCHIVE_DOI.match(text, start)
    if doi is None or text[start - 1 : start].isdigit():
        return None
    return FoundLink(start, doi.end(), doi.group(), f"https://doi.org/{doi.group()}")


def _find_identifiers(text: str) -> list[FoundLink]:
    """Identifiers of Software Heritage and clone addresses (`git@HOST:OWNER/NAME`), which are not web addresses."""
    links = [
        FoundLink(*swhid.span(), swhid[0], f"https://archive.softwareheritage.org/{swhid[0]}")
        for swhid in (_SWH.finditer(text) if "swh:1:" in text else ())
    ]
    for clone in _SSH.finditer(text) if "@" in text else ():
        path, dropped = clean_address(clone[2], "")
        end = clone.end() - dropped
        links.append(FoundLink(clone.start(), end, text[clone.start() : end], f"https://{clone[1]}/{path}"))
    return sorted(links)
