"""GitHub's limits of requests, its conditional requests, and the headers that report both."""

from __future__ import annotations

import hashlib

from tracker.sandbox.budget import HOUR_SECONDS, Budget, Ledger, RequestLimits
from tracker.sandbox.github import graphql_api, rest
from tracker.sandbox.github.world import GitHubWorld
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, json_response, with_headers

_NO_USER_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
)


def respond(request: SandboxRequest, world: GitHubWorld, ledger: Ledger, limits: RequestLimits) -> SandboxResponse:
    """GitHub's response, within the limits of the client."""
    world.start_request()
    if not request.headers.get("user-agent", "").strip():
        return SandboxResponse(status=403, body=_NO_USER_AGENT.encode(), content_type="text/html")
    if request.path == "/graphql" and request.method == "POST":
        return _graphql(request, world, ledger, limits)
    client, limit = _client(request), limits.github_account if request.account else limits.github_anonymous
    if request.path == "/rate_limit":
        return _rate_limit(request, ledger, limits)
    budget = ledger.take(client, "core", limit, HOUR_SECONDS, request.now)
    if not budget.granted:
        return with_headers(_exceeded(request), _headers(budget, "core"))
    response = _conditional(request, rest.respond(request, world))
    if response.status == 304 and request.account:
        # Free, but only for requests with an account (docs.github.com, best practices).
        budget = ledger.take(client, "core", limit, HOUR_SECONDS, request.now, cost=-1)
    return with_headers(response, _headers(budget, "core"))


def _client(request: SandboxRequest) -> str:
    return request.account or request.client


def _graphql(
    request: SandboxRequest, world: GitHubWorld, ledger: Ledger, limits: RequestLimits
) -> SandboxResponse:
    limit = limits.graphql if request.account else 0
    budget = ledger.take(_client(request), "graphql", limit, HOUR_SECONDS, request.now)
    if request.account and not budget.granted:
        message = "API rate limit already exceeded for user ID 1."
        errors = {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}]}
        return with_headers(json_response(errors), _headers(budget, "graphql"))
    return with_headers(graphql_api.respond(request, world, budget), _headers(budget, "graphql"))


def _rate_limit(request: SandboxRequest, ledger: Ledger, limits: RequestLimits) -> SandboxResponse:
    client, limit = _client(request), limits.github_account if request.account else limits.github_anonymous
    core = ledger.take(client, "core", limit, HOUR_SECONDS, request.now, cost=0)
    graphql_limit = limits.graphql if request.account else 0
    graphql = ledger.take(client, "graphql", graphql_limit, HOUR_SECONDS, request.now, cost=0)
    states = {"core": _state(core), "graphql": _state(graphql)}
    return with_headers(json_response({"resources": states, "rate": states["core"]}), _headers(core, "core"))


def _state(budget: Budget) -> dict[str, int]:
    return {
        "limit": budget.limit,
        "used": budget.used,
        "remaining": budget.remaining,
        "reset": int(budget.reset.timestamp()),
    }


def _headers(budget: Budget, resource: str) -> dict[str, str]:
    state = _state(budget)
    return {f"x-ratelimit-{name}": str(value) for name, value in state.items()} | {
        "x-ratelimit-resource": resource,
        "x-github-media-type": "github.v4; format=json" if resource == "graphql" else "github.v3; format=json",
    }


def _exceeded(request: SandboxRequest) -> SandboxResponse:
    who = (
        "user ID 1."
        if request.account
        else f"{request.client}. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
    )
    docs = "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"
    return json_response({"message": f"API rate limit exceeded for {who}", "documentation_url": docs}, 403)


def _conditional(request: SandboxRequest, response: SandboxResponse) -> SandboxResponse:
    """The response with its ETag, or 304 if the client has it already."""
    if response.status != 200:
        return response
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    visibility = "private" if request.account else "public"
    headers = {"etag": etag, "cache-control": f"{visibility}, max-age=60, s-maxage=60"}
    if etag.removeprefix("W/") in known or known == ["*"]:
        return SandboxResponse(status=304, headers=headers)
    return with_headers(response, headers)
