"""Faults that can be ordered of the stand-in, a given number of times, while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tracker.sandbox import datacite, web
from tracker.sandbox.arxiv import oai, site
from tracker.sandbox.arxiv.api import error_feed
from tracker.sandbox.messages import HTML, TEXT, SandboxRequest, SandboxResponse, json_response

Respond = Callable[[str], SandboxResponse]
"""Gives the honest response; the argument is a fault of arXiv's index, or empty."""

_EVERYWHERE = frozenset({"429", "503", "empty", "html", "cut", "hang"})
TWISTS = frozenset({"false-empty", "unsorted", "moving"})
KINDS: Mapping[str, frozenset[str]] = {
    "arxiv_api": _EVERYWHERE | TWISTS | {"403", "truncated", "error-400", "error-200"},
    "arxiv_oai": _EVERYWHERE | oai.FAULTS | oai.TWISTS,
    "arxiv_rss": _EVERYWHERE | {"403", "truncated"},
    "arxiv_site": _EVERYWHERE | site.FAULTS,
    "web": _EVERYWHERE | web.FAULTS,
    "github_api": _EVERYWHERE | {"403", "403-primary", "401", "502", "503-html", "partial", "rate-limit-200"},
    "huggingface": _EVERYWHERE | {"401", "empty-list"},
    "gitlab": _EVERYWHERE,
    "codeberg": _EVERYWHERE,
    "bitbucket": _EVERYWHERE,
    "zenodo": _EVERYWHERE,
    "software_heritage": _EVERYWHERE,
    "datacite": _EVERYWHERE | datacite.TWISTS,
}
LONGEST_SECONDS = 300.0
_SECONDARY = {
    "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
}


@dataclass(slots=True, kw_only=True)
class FaultOrder:
    """One fault: `times` requests of `upstream` get it, after `after` others, of those whose path contains `path`.

    `retry_after` is the header's seconds (None: no header); `seconds` how long a hang lasts before a 504.
    """

    upstream: str
    kind: str
    times: int = 1
    after: int = 0
    retry_after: int | None = None
    seconds: float = 30.0
    path: str = ""
    done: int = field(default=0)

    def as_dict(self) -> dict[str, Any]:
        """For the control path."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class FaultOrders:
    """The orders in force."""

    def __init__(self) -> None:
        self.orders: list[FaultOrder] = []

    def give(self, wanted: object) -> FaultOrder:
        """Add an order as it came over the control path. Raises ValueError, saying what is wrong with it."""
        if not isinstance(wanted, dict):
            raise ValueError("an order must be a JSON object")
        unknown = sorted(set(wanted) - (set(FaultOrder.__dataclass_fields__) - {"done"}))
        if unknown:
            raise ValueError(f"unknown key {unknown[0]}")
        upstream, kind = str(wanted.get("upstream")), str(wanted.get("kind"))
        if upstream not in KINDS:
            raise ValueError(f"upstream must be one of {', '.join(sorted(KINDS))}")
        if kind not in KINDS[upstream]:
            raise ValueError(f"kind of {upstream} must be one of {', '.join(sorted(KINDS[upstream]))}")
        retry = wanted.get("retry_after")
        try:
            order = FaultOrder(
                upstream=upstream,
                kind=kind,
                times=int(wanted.get("times", 1)),
                after=int(wanted.get("after", 0)),
                retry_after=None if retry is None else int(retry),
                seconds=min(float(wanted.get("seconds", 30.0)), LONGEST_SECONDS),
                path=str(wanted.get("path", "")),
            )
        except (TypeError, ValueError):
            raise ValueError("times, after, retry_after and seconds must be numbers") from None
        self.orders.append(order)
        return order

    def take(self, upstream: str, request: SandboxRequest) -> FaultOrder | None:
        """The order that this request falls under, counted down."""
        for order in self.orders:
            if order.upstream != upstream or order.done >= order.times or order.path not in request.path:
                continue
            if not _fits(order.kind, request):
                continue
            if order.after > 0:
                order.after -= 1
                continue
            order.done += 1
            return order
        return None

    def clear(self) -> None:
        """Behave again."""
        self.orders.clear()


def _fits(kind: str, request: SandboxRequest) -> bool:
    """Some faults only make sense for some requests."""
    if kind == "false-empty":
        return request.param("start", "0") in ("", "0")
    if kind == "moving":
        return request.param("start", "0") not in ("", "0")
    if kind == "expired-token":
        return bool(request.param("resumptionToken"))
    if kind in ("partial", "rate-limit-200"):
        return request.path == "/graphql"
    return True


def faulty_response(order: FaultOrder, request: SandboxRequest, honest: Respond) -> SandboxResponse:
    """The response that shows the ordered fault."""
    kind = order.kind
    special = {"arxiv_oai": oai.fault_response, "arxiv_site": site.fault_response, "web": web.fault_response}.get(
        order.upstream
    )
    if special is not None and (own := special(kind, request)) is not None:
        return own
    if kind in TWISTS | oai.TWISTS | datacite.TWISTS:
        return honest(kind)
    if kind == "hang":
        return SandboxResponse(
            status=504, body=_page("504 Gateway Time-out"), content_type=HTML, fault="hang", seconds=order.seconds
        )
    if kind in ("cut", "truncated"):
        real = honest("")
        body = real.body[: max(1, len(real.body) * 2 // 3)]
        return replace(real, fault="cut") if kind == "cut" else replace(real, body=body)
    if kind == "empty":
        return replace(honest(""), body=b"", status=200)
    if kind in ("html", "503-html"):
        return SandboxResponse(
            status=503 if kind == "503-html" else 200, body=_page("We will be back soon"), content_type=HTML
        )
    if kind in ("error-400", "error-200"):
        return error_feed("search_query cannot be answered now", request.now, 400 if kind == "error-400" else 200)
    if kind in ("partial", "empty-list"):
        return _emptied(honest(""), kind)
    return _refusal(order, request)


def _emptied(real: SandboxResponse, kind: str) -> SandboxResponse:
    if kind == "empty-list":
        return json_response([], headers={key: value for key, value in real.headers.items() if key != "link"})
    try:
        answer = json.loads(real.body)
        names = [name for name, value in answer["data"].items() if isinstance(value, dict) and name != "rateLimit"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return real
    # Every other repository fails, the first of them included.
    for name in names[::2]:
        answer["data"][name] = None
        message = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
        answer.setdefault("errors", []).append({"path": [name], "message": message})
    return json_response(answer, headers=real.headers)


def _refusal(order: FaultOrder, request: SandboxRequest) -> SandboxResponse:
    wait = {} if order.retry_after is None else {"retry-after": str(order.retry_after)}
    if order.upstream == "github_api":
        return _github_refusal(order, request.now, wait)
    if order.upstream == "huggingface" and order.kind == "429":
        seconds = 300 if order.retry_after is None else order.retry_after
        headers = {"ratelimit": f'"api";r=0;t={seconds}', "ratelimit-policy": '"fixed window";"api";q=500;w=300'}
        return json_response({"error": "We had to rate limit your IP."}, 429, headers | wait)
    if order.kind == "401":
        return json_response({"error": "Invalid credentials in Authorization header"}, 401)
    if order.kind == "429":
        return SandboxResponse(status=429, body=b"Rate exceeded.", content_type=TEXT, headers=wait)
    if order.kind == "403":
        return SandboxResponse(status=403, body=_page("Access Denied"), content_type=HTML, headers=wait)
    return SandboxResponse(status=503, body=b"Service Unavailable", content_type=TEXT, headers=wait)


def _github_refusal(order: FaultOrder, now: datetime, wait: dict[str, str]) -> SandboxResponse:
    reset = int(now.timestamp()) + (3600 if order.retry_after is None else order.retry_after)
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    match order.kind:
        case "403-primary":
            message = "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
            docs = "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"
            return json_response({"message": message, "documentation_url": docs}, 403, spent)
        case "rate-limit-200":
            message = "API rate limit already exceeded for user ID 1."
            return json_response(
                {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}]}, 200, spent
            )
        case "401":
            return json_response(
                {
                    "message": "Bad credentials",
                    "documentation_url": "https://docs.github.com/rest",
                    "status": "401",
                },
                401,
            )
        case "502":
            message = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
            return json_response({"data": None, "errors": [{"message": message}]}, 502)
        case "503":
            return json_response(
                {
                    "message": "Service unavailable. Sorry about that. Please try refreshing and contact us if the problem persists."
                },
                503,
                wait,
            )
    return json_response(_SECONDARY, int(order.kind), wait)


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()
