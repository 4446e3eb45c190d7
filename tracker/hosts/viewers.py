"""Addresses of viewers, mirrors, proxies and redirections, and the address that each of them shows; pure.

Which services do so is data: `config/hosts.toml`. What is not listed stays a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, unquote

from tracker.hosts.base import MOST_URL, UrlParts, host_settings, split_url

_SITES: Mapping[str, str] = MappingProxyType(
    {"github": "github.com", "gist": "gist.github.com", "gitlab": "gitlab.com", "huggingface": "huggingface.co"}
)
_MOST_PREFIX = 4
"""Path segments of a viewer's own before the address that it shows."""
# Binder's names of archives: the DOI follows (mybinder.readthedocs.io, "Using Zenodo").
_DOI_PATHS = frozenset({"zenodo", "figshare", "dataverse"})
_GITPOD = frozenset({"gitpod.io", "app.gitpod.io"})
_HTML_PREVIEWS = frozenset({"htmlpreview.github.io", "html-preview.github.io"})


def shown_address(url: str) -> str | None:
    """The address that a viewer, mirror, proxy or redirection shows, None for every other URL. Never raises."""
    parts = split_url(url)
    if parts is None:
        return None
    return _viewed(parts) or _redirected(parts) or _embedded(parts) or _behind_sign(url, parts)


def _viewed(parts: UrlParts) -> str | None:
    """What a listed viewer shows: the host's own path follows the viewer's."""
    known = _viewers()
    for length in range(min(_MOST_PREFIX, len(parts.segments)) + 1):
        site = known.get("/".join((parts.host, *(segment.lower() for segment in parts.segments[:length]))))
        rest = parts.segments[length:]
        if site and rest:
            # Binder writes a path with subgroups as one segment.
            return _join(site, rest[:1] if "/" in rest[0] else rest)
    if parts.host.endswith("mybinder.org") and parts.segments[:1] == ("v2",) and len(parts.segments) > 3:
        return _join("doi.org", parts.segments[2:4]) if parts.segments[1] in _DOI_PATHS else None
    return None


@cache
def _viewers() -> Mapping[str, str]:
    """The domain that each viewer of the configuration shows, by the viewer's `HOST/PATH` in lower case."""
    return {viewer.lower(): site for name, site in _SITES.items() for viewer in host_settings(name).viewers}


def _redirected(parts: UrlParts) -> str | None:
    """The target of a listed redirection, from its query."""
    keys = host_settings("page").redirections
    path = "/".join((parts.host, *parts.segments))
    domain = parts.host.partition(".")[2]
    key = keys.get(path) or keys.get(parts.host) or keys.get(domain)
    if not key or len(parts.query) > MOST_URL:
        return None
    # Bounded by its length: a bound of fields would raise ValueError.
    values = dict(reversed(parse_qsl(parts.query)))
    # Google writes its target as `q` or as `url`.
    target = values.get(key) or values.get("url")
    return target if target and target.lower().startswith(("http://", "https://")) else None


def _embedded(parts: UrlParts) -> str | None:
    """The address of a well-known host within a path, as proxies and archives write it (`/https://github.com/…`), and as
    a link without its scheme becomes on the way (`https://arxiv.org/html/ID/github.com/…`)."""
    domains = host_settings("page").domains
    for place, segment in enumerate(parts.segments):
        folded = segment.lower()
        if folded in ("http:", "https:"):
            return (
                _join(parts.segments[place + 1], parts.segments[place + 2 :])
                if parts.segments[place + 1 :]
                else None
            )
        if folded.startswith(("http://", "https://")):
            return segment
        if folded.removeprefix("www.") in domains:
            return _join(segment, parts.segments[place + 1 :])
    return None


def _behind_sign(url: str, parts: UrlParts) -> str | None:
    """The address behind the `#` or the `?` of the few services that write it there."""
    if parts.host in _GITPOD:
        return unquote(url.partition("#")[2].lstrip("/")) or None
    if parts.host in _HTML_PREVIEWS:
        return unquote(parts.query) or None
    return None


def _join(site: str, segments: tuple[str, ...]) -> str | None:
    return (
        f"https://{site}/" + "/".join(quote(segment, safe="/@:~", errors="replace") for segment in segments)
        if segments
        else None
    )
