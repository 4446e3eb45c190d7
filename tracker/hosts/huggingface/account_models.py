"""The newest models of one namespace of the Hub, and which of them are releases without a paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tracker.domain.artifacts import Reference
from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Fetch
from tracker.hosts import json_fields
from tracker.hosts.huggingface import metadata
from tracker.hosts.huggingface.metadata import UPSTREAM

MOST_MODELS = 50
"""Models that are read of one namespace: the newest. One request gives them."""
VARIANT_TAGS = frozenset({"adapter", "awq", "exl2", "gguf", "gptq", "lora", "merge", "mergekit", "peft"})
"""Tags of models that are made from another one, which many such cards do not name as their base: the formats of
quantized copies, and libraries of adapters and merges. `4-bit` and `8-bit` are not among them: models are also released in
such numbers first."""


def list_new_models(namespace: str, since: datetime, fetch: Fetch) -> tuple[Reference, ...]:
    """The models that a namespace released without a paper at or after `since` (aware), the oldest first.

    Raises UpstreamStopped and UpstreamError.
    """
    params = {
        "author": namespace,
        "sort": "createdAt",
        "direction": "-1",
        "limit": str(MOST_MODELS),
        "full": "true",
    }
    response = fetch.get(UPSTREAM, "/api/models", params=params)
    listed = json_fields.parse_body(response)
    if response.status != 200 or not isinstance(listed, list):
        raise UpstreamError(UPSTREAM, f"the models of {namespace} could not be listed (status {response.status})")
    return choose_releases(map(json_fields.as_mapping, listed[:MOST_MODELS]), namespace, since)


def choose_releases(
    records: Iterable[Mapping[str, Any]], namespace: str, since: datetime
) -> tuple[Reference, ...]:
    """Those of the Hub's records of models that are releases without a paper, the oldest first.

    Such a model is public, lies in the namespace, was created at or after `since`, names no paper and no base model, and
    has no tag of a variant. What a record does not say counts against it.
    """
    chosen: dict[Reference, datetime] = {}
    for info in records:
        reference, created = metadata.record_reference("model", info), metadata.creation_time(info)
        if reference is None or created is None or created < since:
            continue
        owner, _, name = reference.key.removeprefix("hf-model:").partition("/")
        if name and owner.casefold() == namespace.casefold() and _is_original(info):
            chosen.setdefault(reference, created)
    return tuple(sorted(chosen, key=lambda reference: (chosen[reference], reference.key)))


def _is_original(info: Mapping[str, Any]) -> bool:
    """Whether a record says that its model is public, and names no paper and no other model."""
    if info.get("private") is not False or not isinstance(info.get("tags"), list):
        return False
    tags = {tag.casefold() for tag in metadata.text_tags(info)}
    named = any(tag.startswith(("arxiv:", "base_model:")) for tag in tags)
    return not (named or tags & VARIANT_TAGS or metadata.list_bases(info))
