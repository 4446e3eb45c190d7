"""The list of all feeds as OPML 2.0 (http://opml.org/spec2.opml), which feed readers import; pure."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from tracker.domain.feeds import RSS, Channel
from tracker.publish.addresses import escape_uri
from tracker.publish.readable_text import readable_text
from tracker.settings import Feed


def write_opml(channels: Sequence[tuple[str, Channel]], feed: Feed, public_url: str) -> bytes:
    """All feeds in the order given, each with the title of its group (`Categories`; empty: no group).

    `public_url` is the address of the site. If it is empty, addresses are relative to the list's own.
    """
    base = f"{public_url.rstrip('/')}/" if public_url else ""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _label(feed.title)
    body = etree.SubElement(root, "body")
    groups = {"": body}
    for group, channel in channels:
        name = _label(group)
        if name not in groups:
            groups[name] = etree.SubElement(body, "outline", text=name)
        title = _label(channel.title) or escape_uri(channel.path(RSS))
        etree.SubElement(
            groups[name],
            "outline",
            type="rss",
            text=title,
            title=title,
            description=_label(channel.description),
            xmlUrl=escape_uri(f"{base}{channel.path(RSS)}"),
            htmlUrl=escape_uri(f"{base}{channel.page}") or "./",
            language="en",
            version="RSS2",
        )
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _label(text: str) -> str:
    """Plain text that no reader can take for HTML, which OPML allows in labels."""
    return readable_text(text).replace("<", "‹").replace(">", "›")
