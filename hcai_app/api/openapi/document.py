"""Builds the document, cached for each set of settings, and serves it."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from hcai_app.api.endpoint import ROOT, Endpoint, Handler, StreamSchema
from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi import errors, headers, offers, parameters, schemas
from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import Schema, ref
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.worker.context import Worker

BEARER, API_KEY = "bearer", "apiKey"
JSON, EVENT_STREAM = "application/json", "text/event-stream"
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
SECURITY = {
    BEARER: {"type": "http", "scheme": "bearer", "description": KEY_SAYS},
    API_KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": f"{KEY_SAYS} On `/messages` only.",
    },
}


class Document(Struct):
    """OpenAPI 3.1."""


def shows(endpoints: Callable[[], Sequence[Endpoint]]) -> Handler:
    """Return a handler that sends the document of a table of endpoints, with its ETag."""

    @lru_cache(maxsize=1)
    def prepared(offer: Offer) -> bytes:
        return msgspec.json.encode(build(endpoints(), offer))

    async def show(worker: Worker, exchange: Exchange) -> None:
        await reply_tagged(exchange, prepared(offers.offer_of(worker.settings)))

    return show


def build(endpoints: Sequence[Endpoint], offer: Offer) -> dict[str, Any]:
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
        "paths": {
            endpoint.path: {endpoint.method.lower(): _operation(endpoint, offer)}
            for endpoint in endpoints
        },
        "components": {
            "schemas": offers.schemas(offer) | schemas.components(_types(endpoints)),
            "headers": headers.components(),
            "responses": errors.responses(),
            "securitySchemes": SECURITY,
        },
    }


def _operation(endpoint: Endpoint, offer: Offer) -> Schema:
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
        built["parameters"] = parameters.of_operation(*item.parameters)
    if item.request:
        body = {"schema": ref(item.request.schema), "examples": item.request.examples(offer)}
        built["requestBody"] = {"required": True, "content": {JSON: body}}
    return built


def _security(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.find_caller is None:
        return ()
    return (BEARER, API_KEY) if endpoint.is_anthropic else (BEARER,)


def _responses(endpoint: Endpoint) -> Schema:
    item = endpoint.description
    answers = {"200": _answer(endpoint)}
    if "ETag" in item.headers:
        says = "You have it already."
        answers["304"] = {"description": says, "headers": headers.of_answer("ETag")}
    return answers | errors.of_operation(*item.errors, is_anthropic=endpoint.is_anthropic)


def _answer(endpoint: Endpoint) -> Schema:
    item = endpoint.description
    schema = ref(item.answer)
    if item.request:  # what is relayed may take long
        late = ref(errors.form_of(is_anthropic=endpoint.is_anthropic))
        says = "An error here came after the 200 had left."
        schema = {"anyOf": [schema, late], "description": says}
    content: Schema = {JSON: {"schema": schema}}
    if item.stream:
        content[EVENT_STREAM] = {"schema": _event(item.stream)}
    return {
        "description": item.summary,
        "headers": headers.of_answer(*item.headers),
        "content": content,
    }


def _event(stream: StreamSchema) -> Schema:
    """Return the schema of one event: 3.1 has no word for a sequence."""
    data: Schema = {"type": "string", "contentMediaType": JSON}
    data["contentSchema"] = ref(stream.payload)
    if stream.has_end_mark:
        data = {"anyOf": [{"type": "string", "const": "[DONE]"}, data]}
    names = {"event": {"type": "string"}} if stream.has_names else {}
    return {
        "type": "object",
        "properties": {"data": data, **names},
        "required": ["data"],
        "additionalProperties": True,
    }


def _types(endpoints: Sequence[Endpoint]) -> Iterator[type[Struct]]:
    """All types that the document refers to."""
    for is_anthropic in (False, True):
        yield errors.form_of(is_anthropic=is_anthropic)
    for item in (endpoint.description for endpoint in endpoints):
        yield item.answer
        if item.request:
            yield item.request.schema
        if item.stream:
            yield item.stream.payload
