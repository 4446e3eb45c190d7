"""Kaggle: datasets, notebooks and models. Its API answers only with an account, so nothing is checked."""

from __future__ import annotations

import re

from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch
from tracker.hosts import host_api
from tracker.hosts.base import Host, configured_names, split_url

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_KINDS = {"datasets": "dataset", "code": "code", "kernels": "code", "models": "model"}


def match(url: str) -> Reference | None:
    """The dataset, notebook or model that `url` names."""
    parts = split_url(url)
    if parts is None or parts.host != "kaggle.com" or not parts.segments:
        return None
    kind = _KINDS.get(parts.segments[0].lower())
    # In old addresses, datasets and notebooks both come right below the owner; most of them are datasets.
    path = parts.segments[1:3] if kind else parts.segments[:2]
    if kind is None and parts.segments[0].casefold() in configured_names("kaggle", "reserved"):
        return None
    if len(path) < 2 or not all(_NAME.fullmatch(segment) for segment in path):
        return None
    name = "/".join(path)
    kind = kind or "dataset"
    folder = {"dataset": "datasets", "code": "code", "model": "models"}[kind]
    return Reference(f"kaggle:{kind}/{name}", "kaggle", kind, f"https://www.kaggle.com/{folder}/{name}")


def check(_reference: Reference, _fetch: Fetch) -> Check:
    """An unknown check, without a request: the API needs an account."""
    return host_api.unknown_check("Kaggle's API answers only with an account")


HOST = Host(
    name="kaggle",
    match=match,
    examples=(
        ("https://www.kaggle.com/datasets/owner/name", "kaggle:dataset/owner/name"),
        ("https://kaggle.com/code/owner/name/notebook", "kaggle:code/owner/name"),
        ("https://www.kaggle.com/models/owner/name/pyTorch/1", "kaggle:model/owner/name"),
        ("https://www.kaggle.com/owner/name", "kaggle:dataset/owner/name"),
    ),
    counterexamples=("https://www.kaggle.com/competitions/name", "https://www.kaggle.com/owner"),
    check=check,
)
