"""What the Hub says of an artifact beside its files: name, licence, papers and origin, from its tags and card; pure.

`info` is always the artifact's record as the Hub's API returns it, and `card` the text of its README.md. The Hub makes
the tags `license:`, `arxiv:` and `base_model:` from a card's front matter and links (huggingface.co/docs/hub, "Model
Cards", "Dataset Cards", "Paper Pages").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from tracker.domain.artifacts import LicenceFile, Reference
from tracker.hosts import json_fields
from tracker.hosts.inspect import headings, readme, stated_terms

UPSTREAM = "huggingface"
SITE = "https://huggingface.co"
PLURALS = {"models": "model", "datasets": "dataset", "spaces": "space"}
"""Kinds by the plural that the Hub's addresses use; in a web address, models have no such folder."""
CARD = "README.md"
MOST_TAGS = 500
MOST_BASES = 20
RELATIONS = frozenset({"adapter", "finetune", "merge", "quantized"})
"""The ways in which a model is made from another (`base_model_relation`)."""

_ARXIV_TAG = re.compile(r"arxiv:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
_FRONT = re.compile(r"\A\ufeff?\s{0,100}---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_LICENCE_LINE = re.compile(r"^license:[ \t]*[\"'\[]{0,2}([A-Za-z0-9][\w.+-]{0,80})", re.MULTILINE)
_NO_TERMS = frozenset({"other", "unknown"})


def make_reference(kind: str, name: str) -> Reference:
    """The reference of a `model`, `dataset` or `space` with the name `NS/NAME`."""
    folder = {"model": "", "dataset": "datasets/", "space": "spaces/"}[kind]
    return Reference(f"hf-{kind}:{name}", "huggingface", kind, f"{SITE}/{folder}{name}")


_WEIGHT_TAGS = frozenset({"safetensors", "gguf"})


def record_reference(kind: str, info: Mapping[str, Any]) -> Reference | None:
    """The reference of the artifact that a record describes, None where it has no valid name."""
    name = json_fields.as_text(info.get("id")) or json_fields.as_text(info.get("modelId"))
    return make_reference(kind, name) if name and _NAME.fullmatch(name) else None


def text_tags(info: Mapping[str, Any]) -> Iterator[str]:
    """The tags of a record that are text, at most `MOST_TAGS`."""
    return (tag for tag in json_fields.as_list(info.get("tags"))[:MOST_TAGS] if isinstance(tag, str))


def tagged_papers(info: Mapping[str, Any]) -> tuple[str, ...]:
    """The arXiv ids in its tags: the papers that the card links, which need not be its own."""
    matches = (_ARXIV_TAG.fullmatch(tag) for tag in text_tags(info))
    return tuple(dict.fromkeys(match[1] for match in matches if match))


def has_weights(info: Mapping[str, Any]) -> bool:
    """Whether the Hub itself found weights in a model.

    It then counts the parameters, and adds tags for the formats (`safetensors`, `gguf`) that the card does not name.
    """
    own = json_fields.as_list(json_fields.as_mapping(info.get("cardData")).get("tags"))
    counted = json_fields.as_mapping(info.get("safetensors")) or json_fields.as_mapping(info.get("gguf"))
    return bool(counted) or any(tag in _WEIGHT_TAGS and tag not in own for tag in text_tags(info))


def creation_time(info: Mapping[str, Any]) -> datetime | None:
    """When the artifact was created, in UTC; None where the record does not say."""
    return json_fields.as_time(info.get("createdAt"))


def list_bases(info: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the artifacts from which it was made, by `base_model` of its card and by its tags."""
    own = (json_fields.as_text(info.get("id")) or "").casefold()
    bases: dict[str, None] = {}
    for name in (
        *_card_bases(json_fields.as_mapping(info.get("cardData")).get("base_model")),
        *_tagged_bases(info),
    ):
        if _NAME.fullmatch(name) and name.casefold() != own:
            bases[name] = None
        if len(bases) >= MOST_BASES:
            break
    return tuple(bases)


def _card_bases(value: object) -> Iterator[str]:
    for name in value[:MOST_BASES] if isinstance(value, list) else [value]:
        if isinstance(name, str):
            yield name.strip().removeprefix(f"{SITE}/")


def _tagged_bases(info: Mapping[str, Any]) -> Iterator[str]:
    for tag in text_tags(info):
        if tag.startswith("base_model:"):
            relation, colon, name = tag.removeprefix("base_model:").partition(":")
            yield name if colon and relation in RELATIONS else tag.removeprefix("base_model:")


def stated_licence(info: Mapping[str, Any]) -> str | None:
    """The licence id of the card, else that of the tags; `other:NAME` where `other` comes with a name; None for none.

    Several licences are joined by AND, because the card does not say which part each of them covers.
    """
    card = json_fields.as_mapping(info.get("cardData"))
    stated = list(_stated(card.get("license"))) or [
        licence
        for tag in text_tags(info)
        if tag.startswith("license:") and (licence := json_fields.as_text(tag[8:].strip()))
    ]
    ids = list(dict.fromkeys(stated))[:MOST_BASES]
    if ids == ["other"]:
        # The prefix stays, because a name that the authors chose is not a licence id, even if it looks like one.
        name = json_fields.as_text(card.get("license_name"))
        return f"other:{name}" if name else "other"
    return " AND ".join(ids) or None


def _stated(value: object) -> Iterator[str]:
    for licence in value if isinstance(value, list) else [value]:
        text = json_fields.as_text(licence)
        if text and text.strip():
            yield text.strip()


def states_no_terms(claim: str | None) -> bool:
    """Whether a licence claim (`other`, `unknown` or None) does not say which terms apply."""
    return claim is None or claim.casefold() in _NO_TERMS


def linked_licence_path(info: Mapping[str, Any], name: str) -> str | None:
    """The path of the file of this artifact to which its card's `license_link` leads, None for any other link.

    `name` is the artifact's `NS/NAME`.
    """
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
    front = _FRONT.match(text)
    return text[front.end() :] if front else text


def front_matter_licence(card: str) -> str | None:
    """The licence id that a card's front matter states on one line, None where it states none."""
    front = _FRONT.match(card[: headings.MOST_TEXT])
    line = _LICENCE_LINE.search(front[1]) if front else None
    return line[1] if line else None


def card_licence_statements(card: str) -> tuple[LicenceFile, ...]:
    """What the card's own words state of its licence, in its section on it and elsewhere (`Check.licence_statements`)."""
    return stated_terms.licence_statements(strip_front_matter(card))


def card_papers(card: str) -> tuple[str, ...]:
    """The papers that a card names, as `arxiv:ID` and `title:KEY` (see `find_named_papers`)."""
    return readme.find_named_papers(strip_front_matter(card), "")
