"""`GET /models` and `GET /stats`: what is offered, and what a key's owner has used."""

import hashlib
from typing import Any
from urllib.parse import parse_qs

import msgspec

from hcai_app.api.exchange import JSON_TYPE, Exchange
from hcai_app.api.proxy.road import bearer_key
from hcai_app.errors import InvalidRequest
from hcai_app.services import stats
from hcai_app.services.catalog import Model
from hcai_app.worker import Worker

MAX_LIMIT = 1000
# What the OpenRouter clients require of every model, beyond what OpenAI's list form has.
REQUIRED_KEYS = ("context_length", "per_request_limits", "default_parameters", "supported_voices")


async def models(worker: Worker, exchange: Exchange) -> None:
    """List the allowed language and image models, page by page if asked to."""
    offset, limit = _page(exchange)
    listed = await worker.catalog.models(worker.catalog.chat_models)
    page = [model_view(model) for model in listed[offset : offset + limit]]
    following = offset + limit
    path = f"/proxy/v1/models?offset={following}&limit={limit}"
    body = {
        "object": "list",
        "data": page,
        "links": {"next": path if following < len(listed) else None},
        "total_count": len(listed),
    }
    await reply_tagged(exchange, body)


async def show_stats(worker: Worker, exchange: Exchange) -> None:
    """Tell the key's owner their totals."""
    caller = await worker.keyring.authenticate(bearer_key(exchange), exchange.address)
    worker.keyring.check_allowed(caller)
    totals = await stats.of_user(worker.database, caller.user_id)
    body = {
        "totalRequests": totals.requests,
        "totalTokens": totals.total_tokens,
        "totalPromptTokens": totals.prompt_tokens,
        "totalCompletionTokens": totals.completion_tokens,
    }
    await exchange.reply_json(200, body)


def model_view(model: Model) -> dict[str, Any]:
    """Return a model in OpenRouter's form and OpenAI's at once."""
    author = str(model["id"]).split("/", 1)[0]
    missing = {name: None for name in REQUIRED_KEYS if name not in model}
    return {**missing, **model, "object": "model", "owned_by": author}


async def reply_tagged(exchange: Exchange, body: Any) -> None:
    """Send JSON with an ETag, or 304 to a client that has it already."""
    data = msgspec.json.encode(body)
    tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
    headers = [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
    known = exchange.header(b"if-none-match") or ""
    if known == "*" or tag in [part.strip().removeprefix("W/") for part in known.split(",")]:
        await exchange.start(304, *headers)
        await exchange.write(b"", more=False)
    else:
        await exchange.reply(200, data, JSON_TYPE, *headers)


def _page(exchange: Exchange) -> tuple[int, int]:
    query = parse_qs(exchange.scope["query_string"].decode("latin-1"))
    offset = _whole(query, "offset", 0, 0)
    return offset, min(_whole(query, "limit", MAX_LIMIT, 1), MAX_LIMIT)


def _whole(query: dict[str, list[str]], name: str, default: int, least: int) -> int:
    value = query.get(name, [str(default)])[-1]
    if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) < least:
        raise InvalidRequest(f"`{name}` must be a whole number from {least} on.", param=name)
    return int(value)
