"""What a project page links: its artifacts, with the label of each link and the words around it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from lxml import etree, html

from tracker.detect import scan, urls
from tracker.detect.cues import MOST_BEFORE, MOST_EVIDENCE, squeeze
from tracker.domain import Mention, Place, Reference, Source

Resolve = Callable[[str], Reference | None]

MOST_LINKS = 400
"""Links of one page that are looked at."""
MOST_KEPT = 60
_MOST_LABEL = 80
_MOST_AROUND = 240
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_BLOCKS = frozenset(
    [
        "p",
        "li",
        "td",
        "th",
        "dd",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "footer",
        "section",
        "article",
        "div",
        "body",
    ]
)
_ICON = re.compile(
    r"\b(?:fa|bi|ai|icon|icons|mdi|simple-icons)[-: ]{1,2}(?:brands[-: ]{1,2})?(github|gitlab|huggingface|database|file-code|code)\b"
)
_IS_HTML = re.compile(r"<(?:!doctype|html|head|body|a|div|p)\b", re.IGNORECASE)
_ABOUT_ITSELF = re.compile(
    r"\b(?:template|(?:website|page|site)['\u2019]?s? (?:source|code|design)|(?:source )?code (?:of|for) this (?:web ?site|web ?page|page|site)"
    r"|borrow(?:ed)? (?:from|the source)|creative commons|licen[cs]ed under|powered by|built with|hosted on)\b",
    re.IGNORECASE,
)


def page_mentions(body: bytes, page: Reference, page_url: str, resolve: Resolve) -> list[Mention]:
    """The artifacts that a page links, each once, in the order of the page.

    `page` is the page as the paper names it, `page_url` where it was reached in the end. Pages and DOIs are
    left out, and so is what the page says of itself (its template, its licence, its own source). Never raises.
    """
    text = body.decode("utf-8", "replace")
    found: dict[str, Mention] = {}
    links = _of_html(body, page_url) if _IS_HTML.search(text[:50_000]) else _of_text(text)
    for number, (address, label, around) in enumerate(links):
        if number >= MOST_LINKS or len(found) >= MOST_KEPT:
            break
        reference = resolve(address)
        if reference is None or reference.kind in ("page", "doi", "organisation"):
            continue
        if reference.folded in found or reference.folded == page.folded or _ABOUT_ITSELF.search(around):
            continue
        found[reference.folded] = _mention(reference, address, label, around, page)
    return list(found.values())


def _mention(reference: Reference, address: str, label: str, around: str, page: Reference) -> Mention:
    label, around = _clean(label)[:_MOST_LABEL], _clean(around)[:_MOST_AROUND]
    words = around.partition(label)[0].strip() if label else ""
    before = f"{words} {label}: ".lstrip() if label and "://" not in label else words
    evidence = f"{before}{address} (on the project page {page.url})"
    return Mention(
        reference=reference,
        url=address,
        place=Place.PAGE,
        source=Source.PAGE,
        evidence=evidence[:MOST_EVIDENCE],
        before=before[-MOST_BEFORE:],
    )


def _of_html(body: bytes, page_url: str) -> Iterator[tuple[str, str, str]]:
    """(address, label, words around) of each link of a page."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(body, parser=parser)
        anchors = list(root.iter("a"))
    except (etree.LxmlError, ValueError, AssertionError):
        return
    for anchor in anchors:
        try:
            address = urljoin(page_url, (anchor.get("href") or "").strip())
        except ValueError:
            continue
        if address.lower().startswith(("http://", "https://")):
            yield address, _label(anchor), _around(anchor)


def _label(anchor: html.HtmlElement) -> str:
    """What a reader sees of a link: its words, else what stands for its picture."""
    words = squeeze(_text(anchor))
    if words:
        return words
    for element in anchor.iter():
        for name in ("aria-label", "alt", "title"):
            if said := squeeze(element.get(name) or ""):
                return said
        if icon := _ICON.search(element.get("class") or element.get("data-icon") or ""):
            return icon.group(1)
    return ""


def _around(anchor: html.HtmlElement) -> str:
    """The words of the block in which a link stands; of its row where the block holds the link alone."""
    element, words = anchor, ""
    for _ in range(6):
        parent = element.getparent()
        if parent is None:
            break
        element = parent
        if element.tag in _BLOCKS:
            words = squeeze(_text(element))
            if len(words) > len(squeeze(_text(anchor))) + 8:
                break
    return words


def _text(element: html.HtmlElement) -> str:
    try:
        return str(element.text_content())[:4_000]
    except (ValueError, UnicodeError):
        return ""


def _of_text(text: str) -> Iterator[tuple[str, str, str]]:
    """The same of a page without markup, or in Markdown."""
    for link in urls.find(text[: scan.MOST_TEXT], "text"):
        start = text.rfind("\n", 0, link.start) + 1
        end = text.find("\n", link.end)
        line = text[max(start, link.start - _MOST_AROUND) : end if 0 <= end < link.end + 200 else link.end + 200]
        yield link.url, squeeze(text[max(start, link.start - 60) : link.start]).rstrip("([<: "), squeeze(line)


def _clean(text: str) -> str:
    return squeeze(_CONTROL.sub("", text.encode("utf-8", "replace").decode()))
