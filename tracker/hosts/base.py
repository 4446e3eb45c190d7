"""What a host module is, and how a URL becomes the one reference that names its target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, RootModel

from tracker.config_files import ConfigTable, config_dir, read_config
from tracker.domain.artifacts import Check, Reference
from tracker.domain.protocols import Fetch

Match = Callable[[str], Reference | None]
CheckOne = Callable[[Reference, Fetch], Check]
CheckMany = Callable[[Sequence[Reference], Fetch, Mapping[str, str]], Iterator[tuple[Reference, Check]]]

MOST_URL = 2_000
"""Characters of a URL that are read; what is longer is no link that a person wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One place where artifacts live. Each module of this folder but base and resolve exports one as `HOST`.

    `match` is pure and never raises: the reference that a URL names, or None where the URL is not this
    host's (or is a page of the host that names no artifact). `examples` are (url, reference key) pairs that
    it must match, `counterexamples` URLs that it must leave to others. `check` asks the host about one
    reference, `check_all` about many, in any order, each reference once; a host that cannot be asked yet has
    neither.
    """

    name: str
    match: Match
    examples: tuple[tuple[str, str], ...]
    counterexamples: tuple[str, ...] = ()
    check: CheckOne | None = None
    check_all: CheckMany | None = None
    checked_kinds: tuple[str, ...] = ()
    """The kinds of reference that can be asked about."""

    @property
    def checks(self) -> bool:
        """Whether this host can be asked what is there."""
        return self.check is not None or self.check_all is not None

    def ask(
        self, references: Sequence[Reference], fetch: Fetch, known: Mapping[str, str] | None = None
    ) -> Iterator[tuple[Reference, Check]]:
        """Check many references, in a batch where the host has one. Raises UpstreamStopped in the middle.

        `known` holds, by folded reference, the commit at which an artifact was last read whole: where the host
        still shows it, the answer may be `unchanged` and cost no further requests.
        """
        if self.check_all is not None:
            yield from self.check_all(references, fetch, known or {})
        elif self.check is not None:
            for reference in references:
                yield reference, self.check(reference, fetch)


@dataclass(frozen=True, slots=True)
class UrlParts:
    """A URL taken apart: host in lower case without `www.` and default port, decoded path segments."""

    scheme: str
    host: str
    segments: tuple[str, ...]
    path: str
    query: str


@lru_cache(maxsize=4096)
def split_url(url: str) -> UrlParts | None:
    """The parts of an http(s) URL, with or without its scheme; None when it is none or too long."""
    if len(url) > MOST_URL:
        return None
    try:
        split = urlsplit(url if "://" in url else f"https://{url}")
        host, port = split.hostname or "", split.port
    except ValueError:
        return None
    if split.scheme not in ("http", "https") or "." not in host.strip("."):
        return None
    host = host.rstrip(".").removeprefix("www.")
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    segments = tuple(text for piece in split.path.split("/") if (text := unquote(piece).strip()))
    return UrlParts(split.scheme, host, segments, split.path, split.query)


class HostTable(ConfigTable):
    """What `config/hosts.toml` says of one host: domains that run its software, path names that are its own pages, and
    the kind of artifact by the first path segment."""

    domains: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    kinds: dict[str, str] = Field(default_factory=dict)


class HostsFile(RootModel[dict[str, HostTable]]):
    """All of `config/hosts.toml`: a table for each host."""


@cache
def host_settings(host: str) -> HostTable:
    """The table of `config/hosts.toml` about one host, empty where there is none. Raises SettingsError."""
    return read_config(config_dir() / "hosts.toml", HostsFile).root.get(host, HostTable())


@cache
def configured_names(host: str, key: Literal["domains", "reserved"]) -> frozenset[str]:
    """A list of `config/hosts.toml`, folded, such as the reserved path names of a host."""
    return frozenset(name.casefold() for name in getattr(host_settings(host), key))
