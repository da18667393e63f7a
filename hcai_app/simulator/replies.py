"""JSON responses, with the faults of a scenario."""

import datetime
import email.utils
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from hcai_app.simulator.errors import Refusal, envelope, error_object, html_page
from hcai_app.simulator.scenarios import Scenario
from hcai_app.simulator.wire import Wire

JSON = "application/json"
# Decimals become JSON numbers with all their digits; floats would round the money.
encode = msgspec.json.Encoder(decimal_format="number").encode


async def send_json(
    wire: Wire, scenario: Scenario, payload: Any, headers: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    """Send a payload as JSON, with the scenario's faults."""
    data = damaged(encode(payload), scenario)
    return await _send(wire, scenario, data, _Head(status, JSON, headers))


async def send_error(
    wire: Wire, scenario: Scenario, headers: Mapping[str, str], path: str = ""
) -> web.StreamResponse:
    """Send the scenario's error, as JSON or as a CDN's HTML page."""
    extra = {**headers}
    if scenario.retry_after:
        extra["Retry-After"] = retry_after(scenario.retry_after)
    if scenario.html:
        page = html_page(scenario.status)
        return await _send(wire, scenario, page, _Head(scenario.status, "text/html", extra))
    payload = envelope(path, error_from(scenario, scenario.status), scenario.status)
    return await send_json(wire, scenario, payload, extra, scenario.status)


def refusal(error: Refusal, path: str = "") -> web.Response:
    """Return the response to an invalid request, whatever the scenario."""
    inner = error_object(error.status, error.message, error.error_type)
    payload = envelope(path, inner, error.status)
    return web.Response(body=encode(payload), status=error.status, content_type=JSON)


def error_from(scenario: Scenario, code: int) -> dict[str, Any]:
    """Build an error object from the scenario."""
    return error_object(code, scenario.message, scenario.error_type, scenario.error_code)


def damaged(data: bytes, scenario: Scenario) -> bytes:
    """Return the body with the scenario's damage."""
    match scenario.body:
        case "half":
            return data[: len(data) // 2]
        case "empty":
            return b""
        case "invalid":
            return b"{not json: " + data[1:]
    return data


def retry_after(value: str) -> str:
    """Return a Retry-After value; `date+60` becomes the HTTP date in 60 seconds."""
    if not value.startswith("date"):
        return value
    seconds = float(value.removeprefix("date").lstrip("+") or 0)
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(moment, usegmt=True)


class _Head(msgspec.Struct, frozen=True):
    status: int
    content_type: str
    headers: Mapping[str, str]


async def _send(wire: Wire, scenario: Scenario, data: bytes, head: _Head) -> web.StreamResponse:
    if scenario.is_plain:
        await wire.pause(scenario.before)
        return web.Response(
            body=data, status=head.status, content_type=head.content_type, headers=head.headers
        )
    await wire.open(head.status, head.content_type, head.headers, length=len(data))
    await wire.pause(scenario.first)
    middle = len(data) // 2
    await wire.send(data[:middle])
    for place in ("body", "chunks", "line"):
        await wire.meet(place)
    await wire.pause(scenario.between)
    await wire.send(data[middle:])
    return await wire.close()
