"""The public catalog routes: lists of models, one model, its endpoints.

All come from the worker's cached catalog, filtered to the allowed models first and
paginated last, so that `total_count` and the clients' `.next()` are right.
"""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.api.proxy.model_view import image_model_view, model_view
from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.models.catalog import Model, outputs_of
from hcai_app.worker.context import Worker

MAX_LIMIT = 1000
# Default page size when only an offset is sent: the clients rely on it.
DEFAULT_LIMIT = 500
ALL = "all"

Query = dict[str, str]


async def models(worker: Worker, exchange: Exchange) -> None:
    """List the allowed language and image models, page by page if asked to."""
    query = _query_of(exchange)
    listed = await worker.catalog.language_models()
    found = [model for model in listed if _fits(model, query)]
    await _reply_page(exchange, found, query)


async def count_models(worker: Worker, exchange: Exchange) -> None:
    """Count what `models` lists."""
    query = _query_of(exchange)
    listed = await worker.catalog.language_models()
    number = sum(_fits(model, query) for model in listed)
    await reply_tagged(exchange, msgspec.json.encode({"data": {"count": number}}))


async def embedding_models(worker: Worker, exchange: Exchange) -> None:
    """List the allowed embedding models, page by page if asked to."""
    listed = await worker.catalog.embedders()
    await _reply_page(exchange, listed, _query_of(exchange))


async def image_models(worker: Worker, exchange: Exchange) -> None:
    """List the allowed models that draw."""
    found = await worker.catalog.listed(worker.catalog.image_models)
    listed = [image_model_view(model) for model in found]
    await reply_tagged(exchange, msgspec.json.encode({"object": "list", "data": listed}))


async def show_model(worker: Worker, exchange: Exchange) -> None:
    """Show one allowed model."""
    model = await worker.catalog.model(_named(exchange))
    await reply_tagged(exchange, msgspec.json.encode({"data": model_view(model)}))


async def retrieve_model(worker: Worker, exchange: Exchange) -> None:
    """Show one allowed model as OpenAI's clients retrieve it: without an envelope."""
    model = await worker.catalog.model(_named(exchange))
    await reply_tagged(exchange, msgspec.json.encode(model_view(model)))


async def list_endpoints(worker: Worker, exchange: Exchange) -> None:
    """Send the provider's list of endpoints of an allowed model."""
    await reply_tagged(exchange, await worker.catalog.endpoints(_named(exchange)))


async def reply_tagged(
    exchange: Exchange,
    data: bytes,
    *more: tuple[bytes, bytes],
    kind: tuple[bytes, bytes] = JSON_TYPE,
) -> None:
    """Send a body with its ETag, or 304 when If-None-Match matches."""
    tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
    headers = [(b"etag", tag.encode()), (b"cache-control", b"no-cache"), *more]
    known = exchange.header(b"if-none-match") or ""
    if known == "*" or tag in [part.strip().removeprefix("W/") for part in known.split(",")]:
        await exchange.start(304, *headers)
        await exchange.write(b"", more=False)
    else:
        await exchange.reply(200, data, kind, *headers)


def _named(exchange: Exchange) -> str:
    author, slug = exchange.path_params["author"], exchange.path_params["slug"]
    # No model is called so: this one lacks its author.
    return author if slug == "endpoints" else f"{author}/{slug}"


def _query_of(exchange: Exchange) -> Query:
    return dict(parse_qsl(exchange.query_string.decode("latin-1")))


def _fits(model: Model, query: Query) -> bool:
    """Return whether a model passes the filters; unknown filters are ignored."""
    wanted_outputs = _words(query.get("output_modalities", ALL))
    inputs = items_of(members_of(model.get("architecture")).get("input_modalities"))
    text = f"{model['id']} {model.get('name')}".lower()
    return (
        (ALL in wanted_outputs or any(kind in outputs_of(model) for kind in wanted_outputs))
        and all(kind in inputs for kind in _words(query.get("input_modalities")))
        and all(
            name in items_of(model.get("supported_parameters"))
            for name in _words(query.get("supported_parameters"))
        )
        and query.get("q", "").strip().lower() in text
    )


def _words(value: str | None) -> list[str]:
    return [word.strip() for word in (value or "").split(",") if word.strip()]


async def _reply_page(exchange: Exchange, listed: list[Model], query: Query) -> None:
    offset, limit = _page(query, len(listed))
    end, following = offset + limit, None
    if end < len(listed):
        path = exchange.path.rstrip("/")
        following = f"{path}?{urlencode({**query, 'offset': end, 'limit': limit})}"
    body: dict[str, Any] = {
        "object": "list",
        "data": [model_view(model) for model in listed[offset:end]],
        "links": {"next": following},
        "total_count": len(listed),
    }
    await reply_tagged(exchange, msgspec.json.encode(body))


def _page(query: Query, length: int) -> tuple[int, int]:
    """Return offset and limit; without either parameter, those of the complete list."""
    if "offset" not in query and "limit" not in query:
        return 0, length
    offset = _whole(query, "offset", 0, 0)
    return offset, min(_whole(query, "limit", DEFAULT_LIMIT, 1), MAX_LIMIT)


def _whole(query: Query, name: str, default: int, least: int) -> int:
    value = query.get(name, str(default))
    if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) < least:
        raise InvalidRequest(f"`{name}` must be a whole number from {least} on.", param=name)
    return int(value)
