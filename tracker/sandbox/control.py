"""The sandbox's own paths, for tests: what was asked, the faults that are ordered, the limits, and a reset."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tracker.sandbox.faults import KINDS
from tracker.sandbox.stand_in import StandIn


def control_routes(stand_in: StandIn) -> list[Route]:
    """The routes below `/_sandbox`."""

    async def requests(request: Request) -> JSONResponse:
        upstream = request.query_params.get("upstream")
        return JSONResponse([entry for entry in stand_in.log if upstream in (None, entry["upstream"])])

    async def misbehave(request: Request) -> JSONResponse:
        if request.method == "GET":
            kinds = {upstream: sorted(names) for upstream, names in KINDS.items()}
            orders = [order.as_dict() for order in stand_in.orders.orders]
            return JSONResponse({"kinds": kinds, "orders": orders})
        try:
            body = json.loads(await request.body())
            given = [stand_in.orders.give(order) for order in (body if isinstance(body, list) else [body])]
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse([order.as_dict() for order in given])

    async def limits(request: Request) -> JSONResponse:
        if request.method == "POST":
            try:
                changes = {str(key): int(value) for key, value in json.loads(await request.body()).items()}
                replace(stand_in.limits, **changes)
            except (ValueError, TypeError, AttributeError):
                names = ", ".join(asdict(stand_in.limits))
                return JSONResponse({"error": f"limits must be numbers of {names}"}, 400)
            for key, value in changes.items():
                setattr(stand_in.limits, key, value)
        return JSONResponse(asdict(stand_in.limits))

    async def reset(_request: Request) -> JSONResponse:
        stand_in.log.clear()
        stand_in.orders.clear()
        stand_in.ledger.clear()
        stand_in.software_heritage.forget_requests()
        return JSONResponse({})

    return [
        Route("/_sandbox/requests", requests, methods=["GET"]),
        Route("/_sandbox/misbehave", misbehave, methods=["GET", "POST"]),
        Route("/_sandbox/limits", limits, methods=["GET", "POST"]),
        Route("/_sandbox/reset", reset, methods=["POST"]),
    ]
