"""What the Hub says of one artifact beside its files: its name, licence, papers and origin, from tags and card; pure.

The Hub makes the tags `license:`, `arxiv:` and `base_model:` from a card's front matter and links
(huggingface.co/docs/hub, "Model Cards", "Dataset Cards", "Paper Pages").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tracker.domain.artifacts import LicenceFile, Reference
from tracker.hosts import json_fields
from tracker.hosts.inspect import headings, readme

UPSTREAM = "huggingface"
SITE = "https://huggingface.co"
PLURALS = {"models": "model", "datasets": "dataset", "spaces": "space"}
"""Kind by the plural of the Hub's addresses; models stand at the root of the site."""
CARD = "README.md"
MOST_TAGS = 500
MOST_BASES = 20
RELATIONS = frozenset({"adapter", "finetune", "merge", "quantized"})
"""How one model may be made from another (`base_model_relation`)."""

_ARXIV_TAG = re.compile(r"arxiv:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
_FRONT = re.compile(r"\A\ufeff?\s{0,100}---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_LICENCE_LINE = re.compile(r"^license:[ \t]*[\"'\[]{0,2}([A-Za-z0-9][\w.+-]{0,80})", re.MULTILINE)
_SAYS_NOTHING = frozenset({"other", "unknown"})


def make_reference(kind: str, name: str) -> Reference:
    """The reference of a `model`, `dataset` or `space` by its `NS/NAME`."""
    folder = {"model": "", "dataset": "datasets/", "space": "spaces/"}[kind]
    return Reference(f"hf-{kind}:{name}", "huggingface", kind, f"{SITE}/{folder}{name}")


_WEIGHT_TAGS = frozenset({"safetensors", "gguf"})


def record_reference(kind: str, info: Mapping[str, Any]) -> Reference | None:
    """The reference that a record of the Hub's API gives itself, None where it gives none that the Hub allows."""
    name = json_fields.as_text(info.get("id")) or json_fields.as_text(info.get("modelId"))
    return make_reference(kind, name) if name and _NAME.fullmatch(name) else None


def text_tags(info: Mapping[str, Any]) -> Iterator[str]:
    """The tags that are texts."""
    return (tag for tag in json_fields.as_list(info.get("tags"))[:MOST_TAGS] if isinstance(tag, str))


def tagged_papers(info: Mapping[str, Any]) -> tuple[str, ...]:
    """The arXiv ids in its tags, which tell what the card links, not whose it is."""
    found = (_ARXIV_TAG.fullmatch(tag) for tag in text_tags(info))
    return tuple(dict.fromkeys(match[1] for match in found if match))


def has_weights(info: Mapping[str, Any]) -> bool:
    """Whether the Hub itself read weights in a model: it counts their parameters, and tags the formats that it finds
    (`safetensors`, `gguf`), which differ from the tags that a card names."""
    own = json_fields.as_list(json_fields.as_mapping(info.get("cardData")).get("tags"))
    counted = json_fields.as_mapping(info.get("safetensors")) or json_fields.as_mapping(info.get("gguf"))
    return bool(counted) or any(tag in _WEIGHT_TAGS and tag not in own for tag in text_tags(info))


def creation_time(info: Mapping[str, Any]) -> datetime | None:
    """When it was created, as the Hub says."""
    return json_fields.as_time(info.get("createdAt"))


def list_bases(info: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the artifacts that it says it was made from (`base_model` of its card, and the tags of that)."""
    own = (json_fields.as_text(info.get("id")) or "").casefold()
    found: dict[str, None] = {}
    for said in (*_bases(json_fields.as_mapping(info.get("cardData")).get("base_model")), *_tagged_bases(info)):
        if _NAME.fullmatch(said) and said.casefold() != own:
            found[said] = None
        if len(found) >= MOST_BASES:
            break
    return tuple(found)


def _bases(said: object) -> Iterator[str]:
    for one in said[:MOST_BASES] if isinstance(said, list) else [said]:
        if isinstance(one, str):
            yield one.strip().removeprefix(f"{SITE}/")


def _tagged_bases(info: Mapping[str, Any]) -> Iterator[str]:
    for tag in text_tags(info):
        if tag.startswith("base_model:"):
            relation, colon, name = tag.removeprefix("base_model:").partition(":")
            yield name if colon and relation in RELATIONS else tag.removeprefix("base_model:")


def stated_licence(info: Mapping[str, Any]) -> str | None:
    """The card's licence id, else the tag's; `other:NAME` where `other` comes with a name.

    Of several licences all are told, joined by AND: the card does not say which part each is for.
    """
    card = json_fields.as_mapping(info.get("cardData"))
    stated = list(_stated(card.get("license"))) or [
        found
        for tag in text_tags(info)
        if tag.startswith("license:") and (found := json_fields.as_text(tag[8:].strip()))
    ]
    ids = list(dict.fromkeys(stated))[:MOST_BASES]
    if ids == ["other"]:
        # The prefix stays: a name that the authors chose is no licence id, though it may look like one.
        name = json_fields.as_text(card.get("license_name"))
        return f"other:{name}" if name else "other"
    return " AND ".join(ids) or None


def _stated(said: object) -> Iterator[str]:
    for one in said if isinstance(said, list) else [said]:
        text = json_fields.as_text(one)
        if text and text.strip():
            yield text.strip()


def states_no_terms(claim: str | None) -> bool:
    """Whether a licence claim says nothing of the terms."""
    return claim is None or claim.casefold() in _SAYS_NOTHING


def linked_licence_path(info: Mapping[str, Any], name: str) -> str | None:
    """The path of the artifact's own file that `license_link` of its card leads to, None for any other link."""
    link = json_fields.as_text(json_fields.as_mapping(info.get("cardData")).get("license_link"))
    if not link or len(link) > 500:
        return None
    if "://" not in link:
        return link.removeprefix("./")
    for start in (SITE, "https://hf.co"):
        for folder in ("", "datasets/", "spaces/"):
            for way in ("blob", "resolve", "raw"):
                prefix = f"{start}/{folder}{name}/{way}/main/"
                if link.casefold().startswith(prefix.casefold()):
                    return unquote(link[len(prefix) :].partition("?")[0])
    return None


def strip_front_matter(card: str) -> str:
    """A card without its front matter, bounded."""
    text = card[: headings.MOST_TEXT]
    found = _FRONT.match(text)
    return text[found.end() :] if found else text


def front_matter_licence(card: str) -> str | None:
    """The licence id that a card's own front matter states on one line."""
    front = _FRONT.match(card[: headings.MOST_TEXT])
    found = _LICENCE_LINE.search(front[1]) if front else None
    return found[1] if found else None


def card_licence_section(card: str) -> tuple[LicenceFile, ...]:
    """The words of a card's section on its licence."""
    section = readme.extract_licence_section(strip_front_matter(card))
    return (LicenceFile(CARD, section),) if section else ()


def card_papers(card: str) -> tuple[str, ...]:
    """The papers that a card names, as `arxiv:ID` and `title:KEY`."""
    return readme.find_named_papers(strip_front_matter(card), "")
