"""Builds the document, cached for each set of settings, and serves it."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from hcai_app.api.endpoint import Description, Endpoint, Handler
from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi import (
    account,
    catalog,
    chat,
    dialects,
    errors,
    examples,
    headers,
    media,
    offers,
    parameters,
)
from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import Schema, either, ref
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.worker.context import Worker

BEARER, API_KEY = "bearer", "apiKey"
JSON, EVENT_STREAM = "application/json", "text/event-stream"
ROOT = "/proxy/v1"
DESCRIPTION = """\
Free AI for teenagers who build things: dozens of models behind one key, in the forms that your \
tools know already. Point any OpenAI, OpenRouter or Anthropic client at this server, and ship \
your bot, game or website.

**Three steps:** make a key on the site, send it as `Authorization: Bearer sk-hc-v1-…`, ask away.

**Good to know**

* Unknown members of a request go through to the model untouched, so new tricks work at once.
* Nothing is kept for you between two calls, so what points at stored things is refused: file ids, \
presets, `previous_response_id`, `store: true`.
* A long silence is filled, with comments in streams and white space before JSON; parsers skip both.
* After such a sign of life the status is 200 for good. What breaks later is told in the body: \
look for `error`, whose `code` is the true status.
* Keep your key to yourself: out of your repository, out of your web pages. Lost it? Revoke it, \
and make a new one.
"""
TAGS = {
    "Talk": "Ask, and get answers.",
    "Make": "Vectors, pictures, and a check for nasty things.",
    "Look around": "What there is. No key needed.",
    "Yours": "What you have used, and what is left.",
}
KEY_SAYS = "Your key: `sk-hc-v1-` and 64 more characters. Make one on the site; it is shown once."


def shows(endpoints: Callable[[], Sequence[Endpoint]]) -> Handler:
    """Return a handler that sends the document of a table of endpoints, with its ETag."""

    @lru_cache(maxsize=1)
    def prepared(offer: Offer) -> bytes:
        return msgspec.json.encode(build(endpoints(), offer))

    async def show(worker: Worker, exchange: Exchange) -> None:
        await reply_tagged(exchange, prepared(offers.offer_of(worker.settings)))

    return show


def build(endpoints: Iterable[Endpoint], offer: Offer) -> dict[str, Any]:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HCAI",
            "version": "1",
            "summary": "Free AI for teenagers who build things.",
            "description": DESCRIPTION,
        },
        "externalDocs": {"description": "The docs, for people", "url": f"{offer.origin}/docs"},
        "servers": [{"url": f"{offer.origin}{ROOT}"}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": _paths(endpoints, offer),
        "components": _components(offer),
    }


def _paths(endpoints: Iterable[Endpoint], offer: Offer) -> dict[str, Schema]:
    requests = examples.of_requests(offer)
    return {
        endpoint.path: {endpoint.method.lower(): _operation(endpoint, requests)}
        for endpoint in endpoints
    }


def _operation(endpoint: Endpoint, requests: dict[str, examples.Examples]) -> Schema:
    item = endpoint.description
    built: Schema = {
        "operationId": item.name,
        "tags": [item.tag],
        "summary": item.summary,
        "description": item.text,
        "security": [{name: []} for name in _security(endpoint)],
        "responses": _responses(endpoint),
    }
    if item.parameters:
        built["parameters"] = [ref(name, "parameters") for name in item.parameters]
    if item.request:
        content = {"schema": ref(item.request), "examples": requests[item.request]}
        built["requestBody"] = {"required": True, "content": {JSON: content}}
    return built


def _security(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.find_caller is None:
        return ()
    return (BEARER, API_KEY) if endpoint.is_anthropic else (BEARER,)


def _error_prefix(endpoint: Endpoint) -> str:
    return "Messages" if endpoint.is_anthropic else ""


def _responses(endpoint: Endpoint) -> Schema:
    item = endpoint.description
    answers = {"200": _answer(item, _error_prefix(endpoint))}
    if "ETag" in item.headers:
        says = "You have it already."
        answers["304"] = {"description": says, "headers": headers.of_answer("ETag")}
    return answers | errors.of_operation(*item.errors, prefix=_error_prefix(endpoint))


def _answer(item: Description, error_prefix: str) -> Schema:
    schema = ref(item.answer)
    if item.may_fail_late:
        late = ref(f"{error_prefix}Error")
        schema = either(schema, late, description="An error here came after the 200 had left.")
    content: Schema = {JSON: {"schema": schema}}
    if item.event:
        # As is the custom in 3.1, which has no word for a sequence: the schema is one event's.
        content[EVENT_STREAM] = {"schema": ref(item.event)}
    return {
        "description": item.summary,
        "headers": headers.of_answer(*item.headers),
        "content": content,
    }


def _components(offer: Offer) -> Schema:
    return {
        "schemas": {
            **offers.schemas(offer),
            **chat.schemas(),
            **dialects.schemas(),
            **media.schemas(),
            **catalog.schemas(),
            **account.schemas(),
            **errors.schemas(),
            "Document": {"type": "object", "description": "OpenAPI 3.1."},
        },
        "parameters": parameters.components(),
        "headers": headers.components(),
        "responses": errors.responses(),
        "securitySchemes": {
            BEARER: {"type": "http", "scheme": "bearer", "description": KEY_SAYS},
            API_KEY: {
                "type": "apiKey",
                "in": "header",
                "name": "x-api-key",
                "description": f"{KEY_SAYS} On `/messages` only.",
            },
        },
    }
