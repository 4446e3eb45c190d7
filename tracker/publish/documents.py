"""The documents of `docs/` as parts of pages: the only use of markdown-it, with raw HTML disabled; pure but for reading.

A link leads to another document of the site, to the web, or nowhere: what a document names in the source tree is shown as
text, because an installation does not serve its source.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tracker.publish.addresses import is_web_url

_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its name without ending, its title as plain text, and its HTML below the title."""

    name: str
    title: str
    html: str


def docs_dir() -> Path:
    """The folder of the documents: package data of a wheel, `docs/` of a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "docs"
    return packaged if packaged.is_dir() else package.parent / "docs"


@lru_cache(maxsize=1)
def load_documents() -> tuple[Document, ...]:
    """All documents in the order of their titles. They are read once for the life of a process."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in docs_dir().glob("*.md")}
    return render_documents(texts)


def render_documents(texts: Mapping[str, str]) -> tuple[Document, ...]:
    """Documents from their Markdown, by name without ending."""
    documents = (render_document(name, text, texts.keys()) for name, text in texts.items())
    return tuple(sorted(documents, key=lambda document: document.title.casefold()))


def render_document(name: str, text: str, names: Collection[str] = ()) -> Document:
    """A document from its Markdown. `names` are those of all documents: links between them stay links."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title = name
    if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title, tokens = _plain(tokens[1]), tokens[3:]
    _name_headings(tokens)
    _mark_tables(tokens)
    for token in tokens:
        if token.children:
            token.children = list(_follow_links(token.children, names))
    return Document(
        name=name, title=title, html=parser.renderer.render(_scroll_tables(tokens), parser.options, {})
    )


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading the anchor that GitHub gives it, so that links to a section work in both places."""
    seen: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            anchor = _NOT_IN_ANCHOR.sub("", _plain(tokens[at + 1]).lower()).replace(" ", "-")
            count = seen[anchor] = seen.get(anchor, -1) + 1
            token.attrSet("id", f"{anchor}-{count}" if count else anchor)


def _mark_tables(tokens: Sequence[Token]) -> None:
    """A class in place of the inline style that aligns numbers: the site's policy allows no inline styles."""
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style.endswith("right"):
                token.attrSet("class", "n")
        if token.type == "th_open":
            token.attrSet("scope", "col")


def _scroll_tables(tokens: Sequence[Token]) -> list[Token]:
    """Each table in a region that scrolls by itself, so that a narrow page does not."""
    found: list[Token] = []
    tables = 0
    for token in tokens:
        if token.type == "table_open":
            tables += 1
            region = Token("region_open", "div", 1, block=True)
            region.attrs = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": f"Table {tables}"}
            found.append(region)
        found.append(token)
        if token.type == "table_close":
            found.append(Token("region_close", "div", -1, block=True))
    return found


def _follow_links(children: Sequence[Token], names: Collection[str]) -> Iterator[Token]:
    """The tokens of a line with the links that lead somewhere. Images are shown by their text."""
    kept: list[bool] = []
    for child in children:
        if child.type == "link_open":
            target = _target(str(child.attrs.get("href", "")), names)
            kept.append(target is not None)
            if target is not None:
                child.attrs["href"] = target
                yield child
        elif child.type == "link_close":
            if kept.pop():
                yield child
        elif child.type == "image":
            text = Token("text", "", 0)
            text.content = child.content
            yield text
        else:
            yield child


def _target(href: str, names: Collection[str]) -> str | None:
    """Where a link leads as seen from `docs/NAME`; None where the site has no such page."""
    if is_web_url(href):
        return href
    path, mark, anchor = href.partition("#")
    if not path:
        return href
    document = PurePosixPath(path)
    if document.suffix != ".md" or document.parent != PurePosixPath() or document.stem not in names:
        return None
    return f"{document.stem}{mark}{anchor}"
