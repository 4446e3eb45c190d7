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
from tracker.hosts.viewers import shown_address

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


_MOST_WRAPS = 3
"""Viewers of viewers that are followed."""


@lru_cache(maxsize=8192)
def resolve_url(url: str) -> Reference | None:
    """The canonical reference of `url` (with or without its scheme), None where it is not an http(s) address. Never raises.

    The address of a viewer, a mirror or a redirection (`tracker/hosts/viewers.py`) names what it shows.
    """
    if len(url) > MOST_URL or "\0" in url:
        return None
    if not url.isascii():  # JSON may hold half a surrogate pair, which no address and no store can
        url = url.encode("utf-8", "replace").decode()
    address: str | None = url
    for _ in range(_MOST_WRAPS):
        if address is None or len(address) > MOST_URL:
            break
        if (reference := _match_artifact(address)) is not None:
            return reference
        address = shown_address(address)
    return page.HOST.match(url)


def _match_artifact(url: str) -> Reference | None:
    return next((reference for host in HOSTS[:-1] if (reference := host.match(url)) is not None), None)
