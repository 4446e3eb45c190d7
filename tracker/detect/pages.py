"""The artifacts that a project page links, with the label of each link and the words around it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from itertools import count
from urllib.parse import urljoin

from lxml import etree, html

from tracker.detect import detect
from tracker.detect.links import urls
from tracker.detect.links.link_context import MAX_BEFORE, MAX_EVIDENCE, collapse_spaces
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source

Resolve = Callable[[str], Reference | None]

MAX_LINKS = 400
"""Links of one page that are read."""
MAX_MENTIONS = 60
"""Artifacts of one page that are returned."""
_MAX_LABEL = 80
_MAX_AROUND = 240
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ue000\ue001]"
)
_BLOCKS = frozenset({"p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "footer", "section", "article", "div",
                     "body"})  # fmt: skip
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
_MAX_NEAR = 120
_MAX_AFTER = 100
_MAX_TEXT = 4_000
_MARKER = re.compile("\ue000[0-9]{1,8}\ue001")
_MARKUP = re.compile(
    r"""<(?P<raw>script|style)\b[^<]*+(?:<(?!/(?P=raw)\b)[^<]*+)*+(?:</(?P=raw)[^<>]*+>)?|<!--|<[!?][^<>]*+>?"""
    r"""|<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?P<rest>(?:[^<>"']|"[^"]*+"|'[^']*+')*+)>?|<""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(href|class|title|alt|aria-label|data-icon)\s?=\s?(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'<>]{1,2000}))""",
    re.IGNORECASE,
)


def find_page_mentions(body: bytes, page: Reference, page_url: str, resolve: Resolve) -> list[Mention]:
    """The artifacts that a page links, each once, in the order of the page.

    `page` is the page as the paper names it, `page_url` its address after all redirects. Pages and DOIs are
    left out, and so are links about the page itself (its template, its licence, its own source). Never raises.
    """
    text = body.decode("utf-8", "replace")
    mentions: dict[str, Mention] = {}
    links = _html_links(text, page_url) if _IS_HTML.search(text[:50_000]) else _text_links(text)
    for number, (address, label, before, near) in enumerate(links):
        if number >= MAX_LINKS or len(mentions) >= MAX_MENTIONS:
            break
        reference = resolve(address)
        if reference is None or reference.kind in ("page", "doi", "organisation"):
            continue
        if reference.folded in mentions or reference.folded == page.folded or _ABOUT_ITSELF.search(near):
            continue
        mentions[reference.folded] = _build_mention(reference, address, label, before, page)
    return list(mentions.values())


def _build_mention(reference: Reference, address: str, label: str, before: str, page: Reference) -> Mention:
    label, words = _clean_text(label)[:_MAX_LABEL], _clean_text(before)[-_MAX_AROUND:].strip()
    before = f"{words} {label}: ".lstrip() if label and "://" not in label else words
    evidence = f"{before}{address} (on the project page {page.url})"
    return Mention(
        reference=reference,
        url=address,
        place=Place.PAGE,
        source=Source.PAGE,
        evidence=evidence[:MAX_EVIDENCE],
        before=before[-MAX_BEFORE:],
    )


def _plain_markup(text: str) -> str:
    """The same page with only those attributes of its tags that are read here, and a marker in each link.

    libxml2 compares each attribute of a tag with all before it: two megabytes of attributes take minutes.
    """

    number = count()

    def rewrite_tag(tag: re.Match[str]) -> str:
        name = tag["name"]
        if not name:
            return "<!--" if tag[0] == "<!--" else "&lt;" if tag[0] == "<" else " "
        if tag["end"]:
            return f"</{name}>"
        attributes: dict[str, str] = {}
        for attribute in _ATTRIBUTE.finditer(tag["rest"]):
            value = attribute[2] or attribute[3] or attribute[4] or ""
            attributes.setdefault(attribute[1].lower(), unescape(value))
        written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        # The marker shows the position of the link in the words around it.
        return f"<{name}{written}>" + (_marker(next(number)) if name.lower() == "a" else "")

    return _MARKUP.sub(rewrite_tag, _CONTROL.sub(" ", text))


def _marker(number: int | str) -> str:
    return f"\ue000{number}\ue001"


def _html_links(text: str, page_url: str) -> Iterator[tuple[str, str, str, str]]:
    """(address, label, words before, words on both sides in its own block) of each link of a page."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(_plain_markup(text).encode("utf-8", "replace"), parser=parser)
        anchors = list(root.iter("a"))
        base = urljoin(page_url, next((tag.get("href") or "" for tag in root.iter("base")), "").strip())
    except (etree.LxmlError, ValueError, AssertionError):
        return
    for anchor in anchors:
        try:
            address = urljoin(base, (anchor.get("href") or "").strip())
        except ValueError:
            continue
        if address.lower().startswith(("http://", "https://")):
            label = _label(anchor)
            yield address, label, *_words_around(anchor, label)


def _label(anchor: html.HtmlElement) -> str:
    """What a reader sees of a link: its words, else the words for its picture."""
    words = collapse_spaces(_MARKER.sub("", _element_text(anchor)[:_MAX_TEXT]))
    if words:
        return words
    for element in anchor.iter():
        for name in ("aria-label", "alt", "title"):
            if words := collapse_spaces(element.get(name) or ""):
                return words
        if icon := _ICON.search(element.get("class") or element.get("data-icon") or ""):
            return icon.group(1)
    return ""


def _words_around(anchor: html.HtmlElement, label: str) -> tuple[str, str]:
    """(the words before a link in its block, or in its row where the block has only the link; the words on both sides
    within the block itself, where a page says whose template it uses)."""
    marker = _MARKER.search(_element_text(anchor))
    element, before, near = anchor, "", ""
    for _ in range(6):
        element = element.getparent()
        if element is None or marker is None:
            break
        if element.tag not in _BLOCKS:
            continue
        first, _, after = _element_text(element).partition(marker[0])
        before = collapse_spaces(_MARKER.sub("", first[-2 * MAX_EVIDENCE :]))
        rest = collapse_spaces(_MARKER.sub("", after[: 2 * MAX_EVIDENCE]))
        near = near or f"{before[-_MAX_NEAR:]} {rest[: len(label) + _MAX_AFTER]}"
        if len(before) + len(rest) > len(label) + 8:
            break
    return before, near


def _element_text(element: html.HtmlElement) -> str:
    try:
        return str(element.text_content())
    except (ValueError, UnicodeError):
        return ""


def _text_links(text: str) -> Iterator[tuple[str, str, str, str]]:
    """As `_html_links`, of a page without markup or in Markdown."""
    for link in urls.find_links(text[: detect.MAX_TEXT], "text"):
        start = max(text.rfind("\n", 0, link.start) + 1, link.start - _MAX_AROUND)
        end = text.find("\n", link.end, link.end + _MAX_AFTER)
        near = text[max(start, link.start - _MAX_NEAR) : end if end >= 0 else link.end + _MAX_AFTER]
        label = collapse_spaces(text[max(start, link.start - 60) : link.start]).rstrip("([<: ")
        yield link.url, label, "", collapse_spaces(near)


def _clean_text(text: str) -> str:
    return collapse_spaces(_CONTROL.sub("", text.encode("utf-8", "replace").decode()))
