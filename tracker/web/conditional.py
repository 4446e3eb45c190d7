"""Which content coding a response has, and whether a reader already has what it asks for. Pure functions.

Sources: RFC 9110 (12.5.3 codings and their weights, 13.1 and 13.2.2 conditional requests, 8.8.3 entity tags).
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

ENDINGS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""The content codings in which a file may lie beside itself, with the ending of that file. The first is preferred
where a reader takes several equally well."""
MOST_CODINGS = 32
"""Items of an Accept-Encoding that are read."""


@lru_cache(maxsize=256)
def accepted_codings(header: bytes) -> tuple[str, ...]:
    """The codings of `ENDINGS` that an Accept-Encoding allows, the best first: by weight, then by size.

    A coding without a name there is refused, unless `*` allows it. One that weighs less than `identity` is left out.
    A malformed weight refuses its coding, since every client takes the plain form.
    """
    weights: dict[str, float] = {}
    for item in header.decode("latin-1").lower().split(",")[:MOST_CODINGS]:
        name, _, parameters = item.partition(";")
        weights[name.strip().removeprefix("x-")] = _weight(parameters.replace(" ", "").replace("\t", ""))
    wildcard, identity = weights.get("*", 0.0), weights.get("identity", 0.0)
    offered = {coding: weights.get(coding, wildcard) for coding in ENDINGS}
    accepted = [coding for coding, weight in offered.items() if weight > 0 and weight >= identity]
    return tuple(sorted(accepted, key=lambda coding: -offered[coding]))


def _weight(text: str) -> float:
    if not text:
        return 1.0
    try:
        weight = float(text.removeprefix("q=")) if text.startswith("q=") and len(text) <= 7 else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0


def is_not_modified(
    digest: str, modified: datetime, if_none_match: bytes | None, if_modified_since: bytes | None
) -> bool:
    """Whether 304 is the right status for content with this digest, modified at this second (aware UTC).

    If-None-Match decides where it is sent, else If-Modified-Since (RFC 9110, 13.2.2). A malformed date is ignored.
    """
    if if_none_match is not None:
        return matches_etag(if_none_match, digest)
    if if_modified_since is None:
        return False
    try:
        moment = parsedate_to_datetime(if_modified_since.decode("latin-1"))
        return modified <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return False


def matches_etag(if_none_match: bytes, digest: str) -> bool:
    """Whether an If-None-Match names this digest in any coding.

    A reader that asks for another coding than before has the same content, so the coding in a tag does not count.
    """
    if if_none_match.strip() == b"*":
        return True
    return any(_digest(tag) == digest for tag in if_none_match.decode("latin-1").split(","))


def _digest(tag: str) -> str:
    """A tag without its quotes, its weakness (tags are compared weakly, RFC 9110, 13.1.2) and its coding."""
    plain = tag.strip().removeprefix("W/").strip('"')
    stem, _, coding = plain.partition("-")
    return stem if coding in ENDINGS else plain
