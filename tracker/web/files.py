"""What a reader gets of the published files: whether at all, which form, which headers, whether anything changed.

Sources: RFC 9110 (12.5.3 codings and weights, 13.1 and 13.2.2 conditions, 8.8.3 tags), RFC 9111 and 5861 (caching).
"""

from __future__ import annotations

import gzip
import hashlib
import ipaddress
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any

from tracker.domain.protocols import Clock

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HTML = "text/html; charset=utf-8"
TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".zst": "application/zstd",
    ".sha256": "text/plain; charset=utf-8",
}
FEEDS = frozenset({".xml", ".atom", ".json", ".opml"})
"""What other sites' scripts may read, and readers poll."""
OTHERWISE = {"sitemap.xml": "application/xml; charset=utf-8", "tracker.db.zst.json": "application/json"}
"""Files that are not what their ending says."""
ENDINGS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""Codings that are kept beside a file, the one preferred among equals first, by the ending of their file."""
NOSNIFF = (b"x-content-type-options", b"nosniff")
SECURITY: Headers = [
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
            b"frame-ancestors 'none'"
        ),
    ),
    NOSNIFF,
    (b"referrer-policy", b"no-referrer"),
]
VARY = (b"vary", b"Accept-Encoding")
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
PAGE_SECONDS = 300
"""How long a page for people may be kept at most: it tells how the tracker is doing."""
MOST_HELD = 8 * 1024 * 1024
"""Bytes of bodies kept in memory; what was asked for longest ago is read from disk again."""
LARGE = 4 * 1024 * 1024
"""Bytes above which a file is sent from disk, and uncompressed."""
BURST, PER_SECOND, CLIENTS = 60, 5.0, 4096
"""A client may ask this many times at once and then so often a second; so many clients are remembered."""
LOOK_SECONDS = 0.001
"""A file that was looked at so short ago is not looked at again: under load, a look is shared by many requests."""
LONGEST_NAME = 300
CHUNK = 256 * 1024
WORTH_PACKING = 1024
MOST_RANGES = 8
"""Byte ranges that an honest reader asks for at once. All are answered whole, as any server may; more are abuse
(RFC 9110, 14.2 and 17.15)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A page in one coding. Both lists of headers lack Cache-Control, which the time of day decides."""

    tag: bytes
    body: bytes
    full: Headers
    unchanged: Headers


@dataclass(slots=True)
class Page:
    """A published file: its tag without the coding, its time, and the forms that were asked for.

    One that is too large for memory has no body: it is sent from its path, as it is.
    """

    path: Path
    suffix: str
    kind: str
    tag: str
    stamp: int
    """Nanoseconds since 1970."""
    size: int
    good_until: float = 0.0
    """When the file is looked at again, by the monotonic clock."""
    forms: dict[str, Form | None] = field(default_factory=dict)

    @property
    def modified(self) -> datetime:
        """As Last-Modified tells it: to the second."""
        return datetime.fromtimestamp(self.stamp // 1_000_000_000, UTC)

    @property
    def is_large(self) -> bool:
        """Whether it is sent from disk."""
        return self.size > LARGE

    @property
    def plain(self) -> Form:
        """As it is; always there."""
        form = self.forms[""]
        assert form is not None  # noqa: S101 # only packed forms may be missing
        return form

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return sum(len(form.body) for form in self.forms.values() if form)


class Files:
    """The published files, kept in memory and read again when they change on disk."""

    def __init__(self, folder: Path, most: int = MOST_HELD) -> None:
        self._folder, self._most, self._held = str(folder), most, 0
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def page(self, name: str) -> Page | None:
        """A file of the site by its path, None when there is none. Only names inside the folder exist."""
        known = self._pages.get(name)
        moment = monotonic()
        if known is not None and moment < known.good_until:
            return known
        if known is None and not is_name(name):
            return None
        try:
            now = os.stat(f"{self._folder}/{name}")  # noqa: PTH116 # with each request: four times as fast
            if known is not None:
                if (known.stamp, known.size) == (now.st_mtime_ns, now.st_size):
                    self._pages.move_to_end(name)
                    known.good_until = moment + LOOK_SECONDS
                    return known
                self._forget(name)
            return self._read(name)
        except (OSError, ValueError):
            self._forget(name)
            return None

    def form(self, page: Page, codings: tuple[str, ...]) -> Form:
        """The page in the first of the codings in which it is there; without any as it is."""
        for coding in () if page.is_large else codings:
            if coding not in page.forms:
                self._hold(page, coding, _packed(page, coding))
            if form := page.forms[coding]:
                return form
        return page.plain

    def _read(self, name: str) -> Page:
        path = Path(self._folder, name)
        with path.open("rb") as handle:
            found = os.fstat(handle.fileno())
            content = handle.read(found.st_size) if found.st_size <= LARGE else b""
        mark = hashlib.sha256(content or f"{found.st_mtime_ns} {found.st_size}".encode())
        kind = OTHERWISE.get(name) or TYPES[path.suffix]
        page = Page(path, path.suffix, kind, mark.hexdigest()[:32], found.st_mtime_ns, found.st_size)
        self._pages[name] = page
        self._hold(page, "", _form(page, content, ""))
        return page

    def _hold(self, page: Page, coding: str, form: Form | None) -> None:
        page.forms[coding] = form
        self._held += len(form.body) if form else 0
        while self._held > self._most and len(self._pages) > 1:
            _, oldest = self._pages.popitem(last=False)
            self._held -= oldest.held

    def _forget(self, name: str) -> None:
        if page := self._pages.pop(name, None):
            self._held -= page.held


def is_name(name: str) -> bool:
    """Whether a path names a file that the site may have: of a known kind, no hidden part, no step outside."""
    if len(name) > LONGEST_NAME or "\\" in name or "\0" in name:
        return False
    if any(part == "" or part[0] == "." for part in name.split("/")):
        return False
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 # a path of an address, not of a disk
    # `feed.xml.zst` is a form of `feed.xml`, not a file of its own.
    return suffix in TYPES and not (suffix == ".zst" and os.path.splitext(stem)[1] in TYPES)  # noqa: PTH122


def _packed(page: Page, coding: str) -> Form | None:
    """The packed form beside a file, if it is that of these bytes: then it carries the same time."""
    try:
        with page.path.with_name(page.path.name + ENDINGS[coding]).open("rb") as handle:
            if os.fstat(handle.fileno()).st_mtime_ns != page.stamp:
                return None
            content = handle.read()
    except OSError:
        return None
    return _form(page, content, coding) if content else None


def _form(page: Page, body: bytes, coding: str) -> Form:
    tag = f'"{page.tag}{"-" + coding if coding else ""}"'.encode()
    unchanged: Headers = [
        (b"etag", tag),
        (b"last-modified", format_datetime(page.modified, usegmt=True).encode()),
        VARY,
    ]
    if page.suffix in FEEDS:
        unchanged.append(ANY_ORIGIN)
    full = [
        *unchanged,
        (b"content-type", page.kind.encode()),
        (b"content-length", str(len(body) if body else page.size).encode()),
        *(SECURITY if page.suffix in (".html", ".svg") else [NOSNIFF]),
    ]
    if coding:
        full.append((b"content-encoding", coding.encode()))
    return Form(tag, body, full, unchanged)


@lru_cache(maxsize=256)
def codings(header: bytes) -> tuple[str, ...]:
    """The packed codings that an Accept-Encoding allows, best first: by weight, then by size.

    What is not named is refused, unless `*` takes it; a packed form less welcome than the plain one is left out.
    A weight that is none refuses, since every client takes the plain form.
    """
    weights: dict[str, float] = {}
    for part in header.decode("latin-1").lower().split(",")[:32]:
        name, _, rest = part.partition(";")
        weights[name.strip().removeprefix("x-")] = _weight(rest.replace(" ", "").replace("\t", ""))
    anything, plain = weights.get("*", 0.0), weights.get("identity", 0.0)
    told = {coding: weights.get(coding, anything) for coding in ENDINGS}
    return tuple(sorted((one for one in told if told[one] > 0 and told[one] >= plain), key=lambda one: -told[one]))


def _weight(text: str) -> float:
    if not text:
        return 1.0
    try:
        weight = float(text.removeprefix("q=")) if text.startswith("q=") and len(text) <= 7 else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0


def is_unchanged(page: Page, tags: bytes | None, since: bytes | None) -> bool:
    """Whether a 304 answers: If-None-Match decides where it is sent, else If-Modified-Since (RFC 9110, 13.2.2).

    A tag is known in every coding: a reader that asks for another one than before has the same content. A date that
    is none counts as not sent.
    """
    if tags is not None:
        return is_known(tags, page.tag)
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since.decode("latin-1"))
        return page.modified <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return False


def is_known(tags: bytes, tag: str) -> bool:
    """Whether an If-None-Match names this tag in any coding."""
    return tags.strip() == b"*" or any(_bare(one) == tag for one in tags.decode("latin-1").split(","))


def _bare(tag: str) -> str:
    """A tag without its quotes, its weakness (compared weakly, RFC 9110, 13.1.2) and its coding."""
    plain = tag.strip().removeprefix("W/").strip('"')
    stem, _, coding = plain.partition("-")
    return stem if coding in ENDINGS else plain


class Flood:
    """A token bucket for each client address, bounded in number."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Whether one more request of this client is served."""
        now = self._clock.now().timestamp()
        left, at = self._buckets.pop(client, (float(BURST), now))
        left = min(float(BURST), left + max(0.0, now - at) * PER_SECOND)
        served = left >= 1
        self._buckets[client] = (left - 1 if served else left, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return served


@lru_cache(maxsize=1024)
def house(client: str) -> str:
    """Whom a bucket counts: an IPv4 address, or the /64 of an IPv6 one, all of which one machine may use."""
    try:
        return str(ipaddress.ip_network(f"{client}/64", strict=False)) if ":" in client else client
    except ValueError:
        return client


@lru_cache(maxsize=8)
def pack(body: bytes) -> bytes:
    """What was made on demand, as gzip; kept for the readers who follow at once."""
    return gzip.compress(body, compresslevel=5, mtime=0)


class Reply:
    """One request's headers that matter, and the ways to answer it (ASGI 3). HEAD gets what GET gets, but no body."""

    __slots__ = ("_is_head", "_send", "accepts", "asks_much", "is_forwarded", "query", "since", "tags")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send, self._is_head = send, scope["method"] == "HEAD"
        self.query: str = scope["query_string"].decode("latin-1")
        self.accepts = b""
        self.tags: bytes | None = None
        self.since: bytes | None = None
        self.asks_much = self.is_forwarded = False
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                self.accepts = value if not self.accepts else self.accepts + b"," + value
            elif name == b"if-none-match":
                self.tags = value if self.tags is None else self.tags + b"," + value
            elif name == b"if-modified-since":
                self.since = value
            elif name == b"range":
                self.asks_much = value.count(b",") >= MOST_RANGES
            elif name == b"x-forwarded-for":
                self.is_forwarded = True

    async def send(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer; `headers` tell the length of the body of a GET."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self._is_head else body})

    async def text(self, status: int, words: str, headers: Headers) -> None:
        """A few words, as plain text."""
        body = words.encode()
        told = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await self.send(status, [*told, NOSNIFF, *headers], body)

    async def moved(self, location: str) -> None:
        """For ever, to a path of this site: never to a host, which only the request would name."""
        place = f"/{location.lstrip('/')}".encode("ascii", "ignore")
        await self.send(
            301, [(b"location", place), (b"content-length", b"0"), (b"cache-control", b"max-age=86400")], b""
        )

    async def made(self, body: bytes, kind: str, headers: Headers) -> None:
        """What was made for this request: with a tag of its content, packed where the reader takes gzip."""
        tag = hashlib.sha256(body).hexdigest()[:32]
        told: Headers = [*headers, (b"etag", f'W/"{tag}"'.encode()), VARY]
        if self.tags is not None and is_known(self.tags, tag):
            await self.send(304, told, b"")
            return
        if "gzip" in codings(self.accepts) and len(body) > WORTH_PACKING:
            body = pack(body)
            told.append((b"content-encoding", b"gzip"))
        told += [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await self.send(200, told, body)

    async def send_file(self, page: Page, headers: Headers) -> None:
        """A file that is too large for memory, from disk."""
        with page.path.open("rb") as handle:
            if os.fstat(handle.fileno()).st_mtime_ns != page.stamp:
                await self.text(503, "It is being replaced; try again.\n", [(b"retry-after", b"1")])
                return
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            while not self._is_head and (chunk := handle.read(CHUNK)):
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})
