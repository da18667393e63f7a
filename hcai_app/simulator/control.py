"""The simulator's control endpoints under /_simulator: queue scenarios, list requests."""

from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from hcai_app.simulator import replies
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import CALLS, SCRIPT
from hcai_app.simulator.scenarios import UnknownDirective
from hcai_app.simulator.scripts import Step


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_simulator/script."""

    scenario: dict[str, Any] = {}
    times: int | None = None
    path: str | None = None


async def script(request: web.Request) -> web.Response:
    """Queue `{"scenario": {…}, "times": 3, "path": "/models"}`; `times` and `path` are optional."""
    try:
        order = msgspec.json.decode(await request.read(), type=Order)
        scenario = request.app[SCRIPT].default.changed(order.scenario)
    except (msgspec.DecodeError, UnknownDirective) as error:
        raise Refusal(400, str(error)) from error
    request.app[SCRIPT].add(Step(scenario, order.times, order.path))
    return _json({"ok": True})


async def reset(request: web.Request) -> web.Response:
    """Reset the script and the call log."""
    request.app[SCRIPT].clear()
    request.app[CALLS].clear()
    return _json({"ok": True})


async def list_calls(request: web.Request) -> web.Response:
    """Return the calls, oldest first; with `?summary=1` only their ledger fields."""
    is_summary = request.query.get("summary") == "1"
    calls = request.app[CALLS]
    return _json([call.summary() if is_summary else call.full() for call in calls])


async def list_requests(request: web.Request) -> web.Response:
    """Return method, path and time of the latest requests, catalog look-ups included."""
    return _json(list(request.app[CALLS].requests))


async def count(request: web.Request) -> web.Response:
    """Return the number of calls and their totals."""
    calls = request.app[CALLS]
    totals = {
        "count": calls.count,
        "running": sum(call.finished_at is None for call in calls),
        "cancelled": sum(call.cancelled for call in calls),
        "cost": sum((call.cost for call in calls), Decimal(0)),
    }
    return _json(totals)


def _json(payload: Any) -> web.Response:
    return web.Response(body=replies.encode(payload), content_type=replies.JSON)
