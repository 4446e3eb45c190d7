"""All hosts, and from a URL to the one reference that names its target."""

from __future__ import annotations

from functools import lru_cache

from tracker.domain.artifacts import Reference
from tracker.hosts import (
    anon4open,
    bitbucket,
    doi,
    forgejo,
    gitee,
    gitlab,
    kaggle,
    modelscope,
    osf,
    page,
    swh,
    zenodo,
)
from tracker.hosts.base import MOST_URL, Host
from tracker.hosts.github import github
from tracker.hosts.huggingface import huggingface

HOSTS: tuple[Host, ...] = (
    github.HOST,
    huggingface.HOST,
    gitlab.HOST,
    forgejo.HOST,
    bitbucket.HOST,
    gitee.HOST,
    zenodo.HOST,
    osf.HOST,
    doi.HOST,
    swh.HOST,
    kaggle.HOST,
    modelscope.HOST,
    anon4open.HOST,
    page.HOST,
)
"""All hosts, in the order in which they are tried; `page` is last and takes what no other host matched."""


@lru_cache(maxsize=8192)
def resolve_url(url: str) -> Reference | None:
    """The canonical reference of `url` (with or without its scheme), None where it is not an http(s) address."""
    if len(url) > MOST_URL:
        return None
    return next((reference for host in HOSTS if (reference := host.match(url)) is not None), None)
