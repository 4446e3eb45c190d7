"""Pages: every http(s) address that no other host matched. Always the last host."""

from __future__ import annotations

import re

from tracker.domain.artifacts import Reference
from tracker.hosts.base import Host, split_url

# Host names of RFC 1123, also in other alphabets as people write them, and an optional port.
_NAME = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{1,59})(?::\d{1,5})?")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?", re.ASCII)


def match(url: str) -> Reference | None:
    """The page under its normal address: host in lower case, without `www.`, fragment and trailing slash."""
    parts = split_url(url)
    if parts is None or not (_NAME.fullmatch(parts.host) or _ADDRESS.fullmatch(parts.host)):
        return None
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    address = f"https://{parts.host}{rest}"
    return Reference(f"page:{address}", "page", "page", address)


HOST = Host(
    name="page",
    match=match,
    examples=(
        ("https://Owner.GitHub.io/Name/", "page:https://owner.github.io/Name"),
        ("http://www.example.org/a?b=c#d", "page:https://example.org/a?b=c"),
        ("https://example.org", "page:https://example.org"),
        ("arxiv.org/abs/2101.00001", "page:https://arxiv.org/abs/2101.00001"),
        ("https://huggingface.co/papers/2101.00001", "page:https://huggingface.co/papers/2101.00001"),
    ),
    counterexamples=("https://", "https://localhost/x", "ftp://example.org/x", "https://exa mple.org"),
)
