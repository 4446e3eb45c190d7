"""What a project page links: its artifacts, with the label of each link and the words around it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from itertools import count
from urllib.parse import urljoin

from lxml import etree, html

from tracker.detect import detect
from tracker.detect.links import urls
from tracker.detect.links.link_context import MOST_BEFORE, MOST_EVIDENCE, squeeze
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source

Resolve = Callable[[str], Reference | None]

MOST_LINKS = 400
"""Links of one page that are looked at."""
MOST_KEPT = 60
_MOST_LABEL = 80
_MOST_AROUND = 240
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ue000\ue001]"
)
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
    r"\b(?:(?:web ?site|web ?page|page|site)(?: \w{1,20}){0,2} template|template (?:of|for) th(?:is|e) (?:web ?site|web ?page|page|site)"
    r"|(?:website|page|site)['\u2019]?s? (?:source|code|design)|(?:source )?code (?:of|for) this (?:web ?site|web ?page|page|site)"
    r"|borrow(?:ed)? (?:from|the source)|(?:web ?site|web ?page|page|site) is (?:powered|hosted|built|licen[cs]ed|adapted|based)"
    r"|powered by|built (?:with|using|from) the)\b",
    re.IGNORECASE,
)
_MOST_NEAR = 120
_MOST_AFTER = 100
_MOST_TEXT = 4_000
_SIGN = re.compile("\ue000[0-9]{1,8}\ue001")
_MARKUP = re.compile(
    r"""<(?P<raw>script|style)\b[^<]*+(?:<(?!/(?P=raw)\b)[^<]*+)*+(?:</(?P=raw)[^<>]*+>)?|<!--|<[!?][^<>]*+>?"""
    r"""|<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?P<rest>(?:[^<>"']|"[^"]*+"|'[^']*+')*+)>?|<""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(href|class|title|alt|aria-label|data-icon)\s?=\s?(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'<>]{1,2000}))""",
    re.IGNORECASE,
)


def page_mentions(body: bytes, page: Reference, page_url: str, resolve: Resolve) -> list[Mention]:
    """The artifacts that a page links, each once, in the order of the page.

    `page` is the page as the paper names it, `page_url` where it was reached in the end. Pages and DOIs are
    left out, and so is what the page says of itself (its template, its licence, its own source). Never raises.
    """
    text = body.decode("utf-8", "replace")
    found: dict[str, Mention] = {}
    links = _of_html(text, page_url) if _IS_HTML.search(text[:50_000]) else _of_text(text)
    for number, (address, label, before, near) in enumerate(links):
        if number >= MOST_LINKS or len(found) >= MOST_KEPT:
            break
        reference = resolve(address)
        if reference is None or reference.kind in ("page", "doi", "organisation"):
            continue
        if reference.folded in found or reference.folded == page.folded or _ABOUT_ITSELF.search(near):
            continue
        found[reference.folded] = _mention(reference, address, label, before, page)
    return list(found.values())


def _mention(reference: Reference, address: str, label: str, before: str, page: Reference) -> Mention:
    label, words = _clean(label)[:_MOST_LABEL], _clean(before)[-_MOST_AROUND:].strip()
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


def _plain_markup(text: str) -> str:
    """The same page with tags that carry nothing but what is read here.

    libxml2 compares each attribute of a tag with all before it: two megabytes of attributes take minutes.
    """

    number = count()

    def tag(found: re.Match[str]) -> str:
        name = found["name"]
        if not name:
            return "<!--" if found[0] == "<!--" else "&lt;" if found[0] == "<" else " "
        if found["end"]:
            return f"</{name}>"
        kept: dict[str, str] = {}
        for one in _ATTRIBUTE.finditer(found["rest"]):
            kept.setdefault(one[1].lower(), unescape(one[2] or one[3] or one[4] or ""))
        said = "".join(f' {key}="{escape(value)}"' for key, value in kept.items())
        # A sign of its own tells where in the words around it a link stands.
        return f"<{name}{said}>" + (_sign(next(number)) if name.lower() == "a" else "")

    return _MARKUP.sub(tag, _CONTROL.sub(" ", text))


def _sign(number: int | str) -> str:
    return f"\ue000{number}\ue001"


def _of_html(text: str, page_url: str) -> Iterator[tuple[str, str, str, str]]:
    """(address, label, words before, words of its own block on both sides) of each link of a page."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(_plain_markup(text).encode("utf-8", "replace"), parser=parser)
        anchors = list(root.iter("a"))
        base = urljoin(page_url, next((one.get("href") or "" for one in root.iter("base")), "").strip())
    except (etree.LxmlError, ValueError, AssertionError):
        return
    for anchor in anchors:
        try:
            address = urljoin(base, (anchor.get("href") or "").strip())
        except ValueError:
            continue
        if address.lower().startswith(("http://", "https://")):
            label = _label(anchor)
            yield address, label, *_around(anchor, label)


def _label(anchor: html.HtmlElement) -> str:
    """What a reader sees of a link: its words, else what stands for its picture."""
    words = squeeze(_SIGN.sub("", _text(anchor)[:_MOST_TEXT]))
    if words:
        return words
    for element in anchor.iter():
        for name in ("aria-label", "alt", "title"):
            if said := squeeze(element.get(name) or ""):
                return said
        if icon := _ICON.search(element.get("class") or element.get("data-icon") or ""):
            return icon.group(1)
    return ""


def _around(anchor: html.HtmlElement, label: str) -> tuple[str, str]:
    """The words before a link in its block, or its row where the block holds the link alone; and those on both
    sides within the block itself, where a page says of itself whose template it is."""
    sign = _SIGN.search(_text(anchor))
    element, before, near = anchor, "", ""
    for _ in range(6):
        element = element.getparent()
        if element is None or sign is None:
            break
        if element.tag not in _BLOCKS:
            continue
        first, _found, after = _text(element).partition(sign[0])
        before = squeeze(_SIGN.sub("", first[-2 * MOST_EVIDENCE :]))
        rest = squeeze(_SIGN.sub("", after[: 2 * MOST_EVIDENCE]))
        near = near or f"{before[-_MOST_NEAR:]} {rest[: len(label) + _MOST_AFTER]}"
        if len(before) + len(rest) > len(label) + 8:
            break
    return before, near


def _text(element: html.HtmlElement) -> str:
    try:
        return str(element.text_content())
    except (ValueError, UnicodeError):
        return ""


def _of_text(text: str) -> Iterator[tuple[str, str, str, str]]:
    """The same of a page without markup, or in Markdown."""
    for link in urls.find(text[: detect.MOST_TEXT], "text"):
        start = max(text.rfind("\n", 0, link.start) + 1, link.start - _MOST_AROUND)
        end = text.find("\n", link.end, link.end + _MOST_AFTER)
        near = text[max(start, link.start - _MOST_NEAR) : end if end >= 0 else link.end + _MOST_AFTER]
        label = squeeze(text[max(start, link.start - 60) : link.start]).rstrip("([<: ")
        yield link.url, label, "", squeeze(near)


def _clean(text: str) -> str:
    return squeeze(_CONTROL.sub("", text.encode("utf-8", "replace").decode()))
