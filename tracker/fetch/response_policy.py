"""What a response means for the next request, by its status, headers and body: pure rules for all upstreams.

Sources: arXiv's robots page (to continue after a 403 "will be interpreted as an attack"); GitHub's best practices for
its REST API (Retry-After first, else x-ratelimit-reset when nothing remains, else a minute that grows); the Hub's rate
limit headers (`RateLimit: "api";r=0;t=55`, as in draft-ietf-httpapi-ratelimit-headers since version 8; earlier versions
have `RateLimit: remaining=0, reset=55`, `RateLimit-Remaining` and `RateLimit-Reset`, which GitLab sends with a Unix
time); `X-RateLimit-Remaining` and `-Reset` of GitHub, Zenodo and Software Heritage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

FIRST_WAIT_SECONDS = 60.0
"""The wait after a refusal that names no time; it doubles with each further refusal …"""
MOST_WAIT_SECONDS = 3600.0
"""… up to an hour, which is also the longest window of GitHub and the Hub."""
LONGEST_RETRY_AFTER_SECONDS = 86_400.0
PATIENCE_SECONDS = {"huggingface": 310.0, "web": 5.0, "hub": 0.0, "webhook": 0.0}
"""The product waits for the end of a stop up to so many seconds; with a longer stop, the work is left for later. The
Hub's window has five minutes, and a harvest of two thousand papers without a token must be able to use one window after
another. A single host of pages is left for later; a WebSub hub (`hub`) and a webhook never delay a cycle."""
USUAL_PATIENCE_SECONDS = 60.0

TOKEN_REFUSED = "is refused (401)"  # noqa: S105 # not a password
"""In the reason of every request that a refused token made fail: what is wrong is the installation's, and stays."""
WHAT_TO_DO = "set a valid one or none; until then requests go without it"
JSON_UPSTREAMS = frozenset({"github_api", "huggingface"})
"""Upstreams whose responses are JSON or, for cards, plain text, so that a web page is a maintenance notice."""

_REMAINING = re.compile(r"(?:;\s*r|\bremaining)=(\d{1,9})\b", re.ASCII)
_UNTIL = re.compile(r"(?:;\s*t|\breset)=(\d{1,9})\b", re.ASCII)
_NUMBER = re.compile(r"\d{1,11}", re.ASCII)
_PREFIXES = ("x-ratelimit", "ratelimit")
_FIRST_UNIX_TIME = 1_000_000_000
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_PRIVATE_SOURCE = re.compile(rb"\bsource\b[^<>]{0,60}\bnot public|\bencrypted source\b", re.IGNORECASE)


class Action(Enum):
    """What to do with a response."""

    TAKE = "take"
    RETRY = "retry"
    WAIT = "wait"
    REFUSED = "refused"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The action for a response, and the reason in words.

    `seconds` is the wait that the upstream named, if any: before a RETRY or WAIT; with TAKE, until the next request,
    because its budget is used up. REFUSED stops the upstream for hours.
    """

    action: Action
    seconds: float | None = None
    reason: str = ""


def rule_on_response(upstream: str, status: int, headers: Mapping[str, str], body: bytes) -> Ruling:
    """The ruling on one response; `headers` has lower-case names."""
    wait = parse_retry_after(headers)
    if status == 429:
        return Ruling(Action.WAIT, _first(wait, _reset(headers, refused=True)), "too many requests (429)")
    if status == 403 and upstream.startswith("arxiv") and not _is_private_source(upstream, body):
        return Ruling(Action.REFUSED, wait, "access denied (403)")
    if status >= 500:
        return Ruling(Action.RETRY, wait, f"server error ({status})")
    if status == 200 and upstream in JSON_UPSTREAMS and _is_stand_in(headers, body):
        return Ruling(Action.RETRY, wait, "a web page or nothing instead of JSON")
    refusal = _account_refused(upstream, status, headers, body) or _limited(upstream, status, headers, body, wait)
    if refusal is not None:
        return refusal
    return Ruling(Action.TAKE, _reset(headers), "the budget of requests is used up")


def patience_seconds(upstream: str) -> float:
    """Up to how many seconds the product waits for the end of a stop, instead of leaving the work for later."""
    return PATIENCE_SECONDS.get(upstream.partition(":")[0], USUAL_PATIENCE_SECONDS)


def refusal_wait_seconds(refusals: int) -> float:
    """The wait in seconds after the n-th refusal in a row (n from 1) that named no time."""
    return min(MOST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(max(0, refusals - 1), 10))


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of `Retry-After` (RFC 9110, 10.2.3: seconds or a date), None where it is missing or invalid."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_RETRY_AFTER_SECONDS)
    moment = _date(text)
    if moment is None:
        return None
    seconds = (moment - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds()
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)


def _date(text: str) -> datetime | None:
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _first(*waits: float | None) -> float | None:
    return next((wait for wait in waits if wait is not None), None)


def _reset(headers: Mapping[str, str], *, refused: bool = False) -> float | None:
    """The seconds until the end of the window whose budget is used up, None where no header names one.

    `refused` says that the response itself reports a used-up budget, so that no header need say so.
    """
    waits = []
    for remaining, until in _budgets(headers):
        if until is None or not (remaining == 0 or (refused and remaining is None)):
            continue
        seconds = float(until)
        if until >= _FIRST_UNIX_TIME:
            date = _date(headers.get("date", ""))
            if date is None:
                continue
            seconds -= date.timestamp()
        # No window is longer than an hour; a longer time comes from clocks that disagree.
        if 0.0 <= seconds <= MOST_WAIT_SECONDS + 60.0:
            waits.append(seconds + 1.0)
    return max(waits, default=None)


def _budgets(headers: Mapping[str, str]) -> Iterator[tuple[int | None, int | None]]:
    """(remaining, reset) of each budget that the headers name."""
    for policy in headers.get("ratelimit", "")[:500].split(',"' if ";" in headers.get("ratelimit", "") else "\n"):
        remaining, until = _REMAINING.search(policy), _UNTIL.search(policy)
        if remaining or until:
            yield (int(remaining[1]) if remaining else None), (int(until[1]) if until else None)
    for prefix in _PREFIXES:
        remaining = _NUMBER.fullmatch(headers.get(f"{prefix}-remaining", "").strip())
        until = _NUMBER.fullmatch(headers.get(f"{prefix}-reset", "").strip())
        if remaining or until:
            yield (int(remaining[0]) if remaining else None), (int(until[0]) if until else None)


def _is_spent(headers: Mapping[str, str]) -> bool:
    return any(remaining == 0 for remaining, _ in _budgets(headers))


def _is_stand_in(headers: Mapping[str, str], body: bytes) -> bool:
    kind = headers.get("content-type", "").lower()
    return "html" in kind or ("json" in kind and not body.strip())


def _is_private_source(upstream: str, body: bytes) -> bool:
    """Whether a 403 is arXiv's page for a paper whose source is not public (arXiv/arxiv-browse, template `not_public`).

    Such a response is about that file, while any other 403 is about this client.
    """
    return upstream == "arxiv_site" and _PRIVATE_SOURCE.search(body[:100_000]) is not None


def _account_refused(upstream: str, status: int, headers: Mapping[str, str], body: bytes) -> Ruling | None:
    """The ruling on a refused token, None for other responses: nothing asked with such a token may count as absent."""
    if status != 401:
        return None
    text = (headers.get("x-error-message", "") + body[:2000].decode("utf-8", "replace")).lower()
    if upstream == "github_api":
        return Ruling(Action.FAIL, None, f"GITHUB_TOKEN {TOKEN_REFUSED}; {WHAT_TO_DO}")
    if "credentials in authorization" in text or "access token" in text:
        return Ruling(Action.FAIL, None, f"HF_TOKEN {TOKEN_REFUSED}; {WHAT_TO_DO}")
    return None


def _limited(
    upstream: str, status: int, headers: Mapping[str, str], body: bytes, wait: float | None
) -> Ruling | None:
    """The ruling on a rate limit that comes as 403 or, at GitHub, inside a GraphQL response with status 200; else None."""
    if upstream != "github_api":
        # A 403 of arXiv is ruled on before; elsewhere (Gitee, Zenodo) a 403 with such a header is a limit too.
        limited = status == 403 and not upstream.startswith("arxiv") and (wait is not None or _is_spent(headers))
        return Ruling(Action.WAIT, _first(wait, _reset(headers)), "rate limit (403)") if limited else None
    if status not in (200, 403):
        return None
    if status == 200:
        limited = b"RATE_LIMIT" in body and _graphql_limited(body)
        return Ruling(Action.WAIT, _first(wait, _reset(headers)), "rate limit of GraphQL") if limited else None
    message = body[:2000].decode("utf-8", "replace").lower()
    if "access blocked" in message:
        return None
    if "secondary rate limit" in message or "abuse detection" in message or wait is not None:
        return Ruling(Action.WAIT, wait, "secondary rate limit (403)")
    if _is_spent(headers) or "rate limit exceeded" in message:
        return Ruling(Action.WAIT, _reset(headers, refused=True), "rate limit (403)")
    return None


def _graphql_limited(body: bytes) -> bool:
    try:
        document: Any = json.loads(body)
    except ValueError:
        return False
    errors = document.get("errors") if isinstance(document, dict) else None
    return isinstance(errors, list) and any(
        isinstance(error, dict) and str(error.get("type", "")).upper() in ("RATE_LIMITED", "RATE_LIMIT")
        for error in errors
    )
