"""Decides which addresses from papers and pages may be fetched: only those of the public web.

Strangers write links, and may point them at this machine, at its network or at the metadata service of a cloud.
Everything that is not plainly a public address is refused. That includes other notations of an address that a
resolver or a browser accepts (WHATWG URL standard, "IPv4 parser": decimal, octal, hex, short forms), and addresses
within addresses (IPv4 in IPv6: RFC 4291, RFC 6052, 6to4, Teredo).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from tracker.domain.errors import UpstreamError

UPSTREAM = "web"
PORTS = frozenset({80, 443, 8000, 8080, 8443})
MOST_URL = 2_000
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_ENDS_IN_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.ASCII)
_UNSAFE = re.compile("[\x00-\x20\x7f\\\\]")
# Top-level names of private networks (RFC 6761, 6762, 7686, 8375, 9476, and what companies and clouds use).
_PRIVATE_TEXT = """localhost local internal intranet lan home corp private test invalid example onion arpa alt localdomain
    home.arpa"""
_PRIVATE = frozenset(_PRIVATE_TEXT.split())
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All IPv6 addresses of the public internet (IANA, "IPv6 address space"), except NAT64 and mapped IPv4."""
# Networks that some releases of `ipaddress` call global: addresses for protocols (RFC 2928, Teredo among them),
# documentation (RFC 9637), 6to4 and its relays (RFC 7526; newer releases refuse all of it) and IPv4 addresses for
# protocols (RFC 6890; one cloud serves metadata at 192.0.0.192). The last is an ordinary address, at which Azure
# answers each of its machines with that machine's own data.
_NOT_GLOBAL_TEXT = """2001::/23 2002::/16 3fff::/20 192.88.99.0/24 192.0.0.0/24 168.63.129.16/32"""
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, _NOT_GLOBAL_TEXT.split()))
_ISATAP = frozenset({0x5EFE, 0x2005EFE})
"""The middle part of an interface id that ends with an IPv4 address (RFC 5214, 6.1)."""
_SAFE_PATH = "/%:@!$&'()*+,;=~-._"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be fetched. `host` is a name in ASCII; `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The whole address, without the port where that is the scheme's default."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and port as in a `Host` header."""
        usual = self.port == (443 if self.scheme == "https" else 80)
        return self.host if usual else f"{self.host}:{self.port}"


def check_url(url: str) -> Target:
    """The target that an address names. Raises UpstreamError with the reason where it may not be fetched."""
    if len(url) > MOST_URL:
        raise refusal("the address is too long")
    if _UNSAFE.search(url):
        raise refusal("the address holds characters that are not allowed")
    try:
        split = urlsplit(url)
        port = split.port
        host = split.hostname or ""
    except ValueError:
        raise refusal("it is not an address") from None
    if split.scheme not in ("http", "https"):
        raise refusal("it is not an http address")
    if "@" in split.netloc:
        raise refusal("the address carries a user name")
    if port is None:
        port = 443 if split.scheme == "https" else 80
    if port not in PORTS:
        raise refusal(f"port {port} is not asked")
    target = Target(split.scheme, _host(host), port, _path(split))
    if len(target.url) > MOST_URL:
        raise refusal("the address is too long once it is quoted")
    return target


def check_addresses(resolved: Iterable[str]) -> list[str]:
    """The addresses of a name without repetitions. Raises UpstreamError where one is not public, or there is none.

    All of them must be public: a name with a public and a private address could lead to either at any time.
    """
    addresses = list(dict.fromkeys(resolved))
    if not addresses:
        raise refusal("the name has no address")
    for text in addresses:
        try:
            public = is_public(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError:
            public = False
        if not public:
            raise refusal("the name leads to an address that is not public")
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address, and each address within it, belongs to the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.ipv4_mapped is not None or address in _NAT64:
            return is_public(last)
        if address not in _UNICAST:
            return False
        if int(address) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(last):
            return False
    if any(address in network for network in _NOT_GLOBAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def refusal(reason: str) -> UpstreamError:
    """The error for an address that is not fetched, for the `reason` given."""
    return UpstreamError(UPSTREAM, f"not asked: {reason}")


def _host(host: str) -> str:
    host = host.rstrip(".")
    if ":" in host:
        raise refusal("its host is a number instead of a name")
    try:
        name = host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError:
        raise refusal("its host is not a valid name") from None
    labels = name.split(".")
    if _ENDS_IN_NUMBER.fullmatch(labels[-1]):
        raise refusal("its host is a number instead of a name")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refusal("its host is not a valid name")
    if len(labels) < 2 or labels[-1] in _PRIVATE or ".".join(labels[-2:]) in _PRIVATE:
        raise refusal("its host name belongs to a private network")
    return name


def _path(split: SplitResult) -> str:
    try:
        path = quote(_without_dots(split.path), safe=_SAFE_PATH)
        return f"{path}?{quote(split.query, safe=_SAFE_PATH + '?')}" if split.query else path
    except UnicodeError:
        raise refusal("the address holds characters that are not allowed") from None


def _without_dots(path: str) -> str:
    """The path without `.` and `..`, also in escaped form (WHATWG URL, "double-dot URL path segment").

    Below an operator's base address for `web`, they would lead out of the folder of the host.
    """
    parts: list[str] = []
    dots = False
    for part in path.split("/")[1:]:
        plain = part.lower().replace("%2e", ".")
        dots = plain in (".", "..")
        if plain == "..":
            parts = parts[:-1]
        elif not dots:
            parts.append(part)
    return "/" + "/".join([*parts, ""] if dots and parts else parts)
