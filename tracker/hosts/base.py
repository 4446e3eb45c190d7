"""What a host is, and the parts of a URL that its `match` reads."""

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
CheckMany = Callable[
    [Sequence[Reference], Fetch, Mapping[str, str], Mapping[str, str]], Iterator[tuple[Reference, Check]]
]

MOST_URL = 2_000
"""Characters. A longer URL is not a link that a person wrote, and is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One place where artifacts are kept. Each host module exports one as `HOST`, and `resolve.HOSTS` lists them all.

    `match` is pure and never raises. It returns the reference that a URL names, or None where the URL belongs to
    another host or names no artifact (a search page, a login page). `examples` are (url, reference key) pairs that
    it must match; `counterexamples` are URLs that it must leave to other hosts. `check` asks the host about one
    reference. `check_all` asks about many and yields each reference once, in any order. A host that cannot be asked
    has neither of the two.
    """

    name: str
    match: Match
    examples: tuple[tuple[str, str], ...]
    counterexamples: tuple[str, ...] = ()
    check: CheckOne | None = None
    check_all: CheckMany | None = None
    checked_kinds: tuple[str, ...] = ()
    """The kinds of reference that can be checked, such as `repository`."""

    def check_references(
        self,
        references: Sequence[Reference],
        fetch: Fetch,
        known: Mapping[str, str] | None = None,
        published: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[Reference, Check]]:
        """Check many references, in batches where the host takes them; yields (reference, check) pairs.

        `known` maps the target of a reference to the commit at which the artifact was last read whole: while the host still
        shows that commit, the check may be `unchanged` and cost no further request. `published` maps it to the commit at
        which it was published: the check is `rewritten` where the answer shows, without a further request, that this commit
        is no longer in the history. Raises UpstreamStopped as soon as the host may not be asked; the references that
        were not yielded until then are still due.
        """
        if self.check_all is not None:
            yield from self.check_all(references, fetch, known or {}, published or {})
        elif self.check is not None:
            for reference in references:
                yield reference, self.check(reference, fetch)


@dataclass(frozen=True, slots=True)
class UrlParts:
    """The parts of a URL. `host` is in lower case, without `www.` and without a default port; `segments` are decoded."""

    scheme: str
    host: str
    segments: tuple[str, ...]
    path: str
    query: str


@lru_cache(maxsize=4096)
def split_url(url: str) -> UrlParts | None:
    """The parts of an http(s) URL, given with or without its scheme; None for any other text and for long URLs."""
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
    """What `config/hosts.toml` says of one host: domains that run its software, `others` that look so and do not, path
    names that are its own pages, viewers and mirrors that show its repositories, query keys of redirections, and the kind of artifact by the first
    path segment."""

    domains: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    redirections: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)


class HostsFile(RootModel[dict[str, HostTable]]):
    """All of `config/hosts.toml`: a table for each host."""


@cache
def host_settings(host: str) -> HostTable:
    """The table of `config/hosts.toml` about one host, empty where there is none. Raises SettingsError."""
    return read_config(config_dir() / "hosts.toml", HostsFile).root.get(host, HostTable())


@cache
def configured_names(host: str, key: Literal["domains", "reserved", "others"]) -> frozenset[str]:
    """A list of `config/hosts.toml`, folded, such as the reserved path names of a host."""
    return frozenset(name.casefold() for name in getattr(host_settings(host), key))
