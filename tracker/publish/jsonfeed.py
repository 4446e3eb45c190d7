"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) as bytes; pure and deterministic."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tracker.domain.feeds import Channel
from tracker.domain.items import ItemLink
from tracker.domain.terms import Role
from tracker.publish.addresses import PRODUCT_NAME, escape_uri, web_address
from tracker.publish.feed_entry import MOST_ARTIFACTS, FeedEntry
from tracker.publish.readable_text import clean_text, readable_text

log = logging.getLogger(__name__)

VERSION = "https://jsonfeed.org/version/1.1"


def write_json_feed(
    channel: Channel, entries: Sequence[FeedEntry], *, self_url: str | None, page: str, hub: str, site: str
) -> bytes:
    """The feed of these entries. `self_url` is its own address, None if it is not known; `site` is the site's address, `page`
    that of the page for people; `hub` is the WebSub hub, empty if there is no hub."""
    document: dict[str, Any] = {
        "version": VERSION,
        "title": readable_text(channel.title),
        "description": readable_text(channel.description),
        "home_page_url": page,
        "language": "en",
        "authors": [{"name": PRODUCT_NAME}],
    }
    if self_url:
        document |= {"feed_url": self_url, "favicon": escape_uri(f"{site}/favicon.svg")}
    if hub:
        document["hubs"] = [{"type": "WebSub", "url": escape_uri(hub)}]
    lines = []
    for entry in entries:
        try:
            lines.append(json.dumps(_item(entry), ensure_ascii=False).encode())
        except Exception:
            log.exception("%s cannot be written and is left out of the feed", entry.id)
    head = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return head.removesuffix(b"\n}") + b',\n "items": [\n' + b",\n".join(lines) + b"\n ]\n}\n"


def _item(entry: FeedEntry) -> dict[str, Any]:
    values = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.external if entry.external != entry.url else None,
        "title": entry.title,
        "content_html": entry.body,
        "summary": entry.summary,
        "date_published": _stamp(entry.published),
        "date_modified": _stamp(entry.changed),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(dict.fromkeys([*entry.codes, *entry.kinds])),
        "_arxiv_code_tracker": describe_facts(entry),
    }
    return {name: value for name, value in values.items() if value is not None}


def describe_facts(entry: FeedEntry) -> dict[str, Any] | None:
    """The extension object, as `docs/feed.md` describes it; facts that are not known have the state `unknown`. None where
    the entry stands for several papers."""
    item = entry.item
    if item is None:
        return None
    mine = [link for link in item.links if link.role in (Role.OWN, Role.OWN_PAGE)]
    return {
        "arxiv_id": clean_text(item.arxiv_id) if item.arxiv_id else None,
        "doi": entry.identifier,
        "licence": entry.rights,
        "primary_category": clean_text(item.primary_category) or None,
        "withdrawn": item.withdrawn,
        "submitted_at": _stamp(item.submitted_at),
        "announced_at": _stamp(item.announced_at),
        "opened_at": _stamp(item.opened_at),
        "grade": readable_text(item.grade) or None,
        "facts": {
            verdict.fact.value: {
                "state": verdict.state.value,
                "licence_class": verdict.licence_class.value,
                "artifact": clean_text(verdict.reference) if verdict.reference else None,
                "reasons": [readable_text(reason) for reason in verdict.reasons],
            }
            for verdict in item.verdicts
        },
        "artifacts": [_artifact(link) for link in mine[:MOST_ARTIFACTS]],
    }


def _artifact(link: ItemLink) -> dict[str, Any]:
    return {
        "reference": clean_text(link.reference),
        "url": web_address(link.url),
        "host": clean_text(link.host),
        "kind": clean_text(link.kind),
        "role": link.role.value,
        "outcome": link.outcome.value,
        "content": link.content.value,
        "licence": clean_text(link.licence_spdx) if link.licence_spdx else None,
        "licence_class": link.licence_class.value,
        "licence_note": readable_text(link.licence_note) or None,
        "archived": link.archived,
        "gated": link.gated,
        "place": link.place.value,
        "evidence": readable_text(link.evidence) or None,
        "created_at": _stamp(link.created_at),
        "copy_url": web_address(link.copy_url or ""),
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
