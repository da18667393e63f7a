"""The catalog's routes: lists with filters and pagination, one model, its endpoints."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hcai_app.simulator import catalog, listings, replies
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SCRIPT
from hcai_app.simulator.listings import SimulatedModel
from hcai_app.simulator.wire import Wire

DEFAULT_LIMIT = 500
MAX_LIMIT = 1000


async def drawn(request: web.Request, payload: Any) -> web.StreamResponse:
    """Send a payload under this path's scripted scenario; without one, unchanged."""
    scenario = request.app[SCRIPT].draw(request.path, is_generating=False)
    wire = Wire(request, scenario)
    if scenario.status:
        return await replies.send_error(wire, scenario, {})
    return await replies.send_json(wire, scenario, payload, {})


async def list_models(request: web.Request) -> web.StreamResponse:
    """Handle GET /models."""
    found = [listing for listing in listings.LISTINGS.values() if _fits(listing, request)]
    return await drawn(request, _page(request, found))


async def list_embedding_models(request: web.Request) -> web.StreamResponse:
    """Handle GET /embeddings/models."""
    return await drawn(request, _page(request, listings.EMBEDDING_MODELS))


async def count(request: web.Request) -> web.StreamResponse:
    """Handle GET /models/count."""
    number = sum(_fits(listing, request) for listing in listings.LISTINGS.values())
    return await drawn(request, {"data": {"count": number}})


async def show(request: web.Request) -> web.StreamResponse:
    """Handle GET /model/{author}/{slug}."""
    return await drawn(request, {"data": catalog.model_json(_named(request))})


async def endpoints(request: web.Request) -> web.StreamResponse:
    """Handle GET /models/{author}/{slug}/endpoints."""
    return await drawn(request, {"data": catalog.endpoints_json(_named(request))})


def _named(request: web.Request) -> SimulatedModel:
    name = f"{request.match_info['author']}/{request.match_info['slug']}"
    listing = listings.find(name)
    if listing is None:
        raise Refusal(404, f"Model {name} not found")
    return listing


def _fits(listing: SimulatedModel, request: web.Request) -> bool:
    query = request.query
    outputs = query.get("output_modalities", "text")
    wanted = _words(query.get("supported_parameters"))
    return (
        (outputs == "all" or bool(_words(outputs) & {*listing.outputs}))
        and _words(query.get("input_modalities")) <= {*listing.inputs}
        and wanted <= {*catalog.parameters(listing)}
        and query.get("q", "").lower() in f"{listing.id} {listing.name}".lower()
    )


def _words(value: str | None) -> set[str]:
    return set(value.split(",")) if value else set()


def _page(request: web.Request, found: Iterable[SimulatedModel]) -> dict[str, Any]:
    """Return the requested page; with neither offset nor limit, the whole list."""
    models = [catalog.model_json(listing) for listing in found]
    query = request.query
    if not ("offset" in query or "limit" in query):
        return {"data": models, "links": {"next": None}, "total_count": len(models)}
    offset = _number(query.get("offset", "0"), 0, 10**9)
    limit = _number(query.get("limit", str(DEFAULT_LIMIT)), 1, MAX_LIMIT)
    end, following = offset + limit, None
    if end < len(models):
        following = f"{request.path}?{urlencode({**query, 'offset': end, 'limit': limit})}"
    return {
        "data": models[offset:end],
        "links": {"next": following},
        "total_count": len(models),
    }


def _number(text: str, least: int, most: int) -> int:
    if not text.isdigit() or not least <= int(text) <= most:
        raise Refusal(400, f"Expected a number from {least} to {most}, not {text!r}")
    return int(text)
