"""The table of `/proxy/v1`: one entry for each endpoint, and nothing about one anywhere else.

Routes, doors, error forms, paths at the provider and the OpenAPI document come from here.
"""

from functools import partial
from typing import Any

from hcai_app.api.endpoint import Description, Endpoint, Handler
from hcai_app.api.openapi import document, errors
from hcai_app.api.openapi.headers import SIMULATED, STANDING
from hcai_app.api.proxy import (
    account,
    callers,
    catalog,
    chat,
    embeddings,
    images,
    messages,
    moderations,
    responses,
    road,
)
from hcai_app.api.proxy.operations import Operation
from hcai_app.services.limits import period
from hcai_app.upstream.openrouter import dialects

FILTERS = ("Search", "Inputs", "Outputs", "Understood")


def _generating(operation: Operation, description: Description) -> Endpoint:
    return Endpoint(
        "POST",
        operation.endpoint,
        description,
        handler_for=partial(road.of, operation),
        find_caller=callers.by_either_key if operation.is_anthropic else callers.by_key,
        is_anthropic=operation.is_anthropic,
    )


def _generates(name: str, tag: Any, summary: str, text: str, **schemas: str) -> Description:
    return Description(
        name,
        tag,
        summary,
        text,
        **schemas,  # pyright: ignore[reportArgumentType]
        errors=errors.GENERATING,
        headers=(*STANDING, "GenerationId?"),
    )


GENERATING = (
    _generating(
        Operation("/chat/completions", chat.parse),
        _generates(
            "createChatCompletion",
            "Talk",
            "Ask a model",
            "The heart of it all. Send a conversation, get the next thing that is said. Works with "
            "pictures, PDFs, tools and JSON, and, with `stream: true`, word by word.",
            request="ChatRequest",
            answer="ChatCompletion",
            event="ChatEvent",
        ),
    ),
    _generating(
        Operation("/responses", responses.parse, dialect=dialects.RESPONSES),
        _generates(
            "createResponse",
            "Talk",
            "Ask a model, the OpenAI Responses way",
            "For programs that speak OpenAI's newer form. Nothing is kept between two calls.",
            request="ResponsesRequest",
            answer="ResponsesAnswer",
            event="ResponsesEvent",
        ),
    ),
    _generating(
        Operation("/messages", messages.parse, dialect=dialects.MESSAGES, is_anthropic=True),
        _generates(
            "createMessage",
            "Talk",
            "Ask a model, the Anthropic way",
            "For programs that speak Anthropic's form. Any model answers, not "
            "only Claude. The key may also come as `x-api-key`, and errors have Anthropic's form.",
            request="MessagesRequest",
            answer="MessagesAnswer",
            event="MessagesEvent",
        ),
    ),
    _generating(
        Operation("/embeddings", embeddings.parse, lambda catalog: catalog.embedding_models),
        _generates(
            "createEmbedding",
            "Make",
            "Turn texts into vectors",
            "Texts that mean nearly the same get nearly the same numbers: the stuff that searches "
            "and recommendations are made of.",
            request="EmbeddingRequest",
            answer="EmbeddingList",
        ),
    ),
    _generating(
        Operation(
            "/images/generations",
            images.parse,
            lambda catalog: catalog.image_models,
            dialects.EVENTS,
            upstream_path="/images",
        ),
        _generates(
            "createImage",
            "Make",
            "Draw a picture",
            "Say what you want to see. The picture comes as base64, ready to be saved.",
            request="ImageRequest",
            answer="ImageList",
            event="ImageEvent",
        ),
    ),
)
MODERATIONS = Endpoint(
    "POST",
    "/moderations",
    Description(
        "createModeration",
        "Make",
        "Check whether something is nasty",
        "Good manners for your Discord bot: is this text or picture hateful, violent, or worse? "
        "It costs nothing of your budget.",
        request="ModerationRequest",
        answer="Moderation",
        errors=errors.MODERATING,
        headers=(*STANDING, SIMULATED),
    ),
    handler_for=moderations.of,
    find_caller=callers.by_key,
)


def _public(
    path: str, handler: Handler, name: str, summary: str, text: str, **more: Any
) -> Endpoint:
    """Describe a question about the catalog, which anybody may ask."""
    described = Description(
        name, "Look around", summary, f"{text} No key needed.", headers=("ETag",), **more
    )
    return Endpoint("GET", path, described, handler)


LOOK_AROUND = (
    _public(
        "/models",
        catalog.models,
        "listModels",
        "Every model you can talk to",
        "Language and image models, with what they can and what they cost.",
        answer="ModelList",
        parameters=(*FILTERS, "Offset", "PageSize", "IfNoneMatch"),
        errors=("400", *errors.ANYWHERE),
    ),
    _public(
        "/embeddings/models",
        catalog.embedding_models,
        "listEmbeddingModels",
        "Every model for embeddings",
        "The same for `/embeddings`.",
        answer="ModelList",
        parameters=("Offset", "PageSize", "IfNoneMatch"),
        errors=("400", *errors.ANYWHERE),
    ),
    _public(
        "/models/count",
        catalog.count_models,
        "countModels",
        "How many models there are",
        "The length of `GET /models`, with the same filters.",
        answer="ModelCount",
        parameters=(*FILTERS, "IfNoneMatch"),
    ),
    _public(
        "/model/{author}/{slug}",
        catalog.show_model,
        "getModel",
        "One model",
        "All about a single model.",
        answer="ModelAnswer",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
    _public(
        "/models/{author}/{slug}",
        catalog.retrieve_model,
        "retrieveModel",
        "One model, as OpenAI's clients retrieve it",
        "The model without an envelope.",
        answer="Model",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
    _public(
        "/models/{author}/{slug}/endpoints",
        catalog.list_endpoints,
        "listEndpoints",
        "Who runs a model",
        "Its providers, with their prices and how often they are up.",
        answer="EndpointsAnswer",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
)


def _own(path: str, handler_for: Any, *texts: str, **more: Any) -> Endpoint:
    """Describe a question about the caller."""
    name, summary, text = texts
    facts: dict[str, Any] = {"errors": errors.WITH_KEY, **more}
    described = Description(name, "Yours", summary, text, **facts)
    return Endpoint("GET", path, described, handler_for=handler_for, find_caller=callers.by_key)


YOURS = (
    _own(
        "/stats",
        account.stats_for,
        "getStats",
        "What you have used",
        "Your calls and tokens since the beginning, over all of your keys.",
        answer="Stats",
    ),
    _own(
        "/key",
        account.key_for,
        "getKey",
        "What you may still use",
        f"{period.POSSESSIVE} budget, what is spent of it, and what is left.",
        answer="KeyAnswer",
    ),
    _own(
        "/generation",
        account.generation_for,
        "getGeneration",
        "What one call has cost",
        "Your own calls only. The provider needs a few seconds before it knows: a 404 right after "
        "a call means that you should ask again.",
        answer="GenerationAnswer",
        parameters=("GenerationId",),
        errors=("400", "404", "502", "504", "default", *errors.WITH_KEY),
    ),
)
DOCUMENT = _public(
    "/openapi.json",
    document.shows(lambda: ENDPOINTS),
    "getDocument",
    "This document",
    "For your code generator, your API client, or your favourite model.",
    answer="Document",
    parameters=("IfNoneMatch",),
)
ENDPOINTS: tuple[Endpoint, ...] = (*GENERATING, MODERATIONS, *LOOK_AROUND, *YOURS, DOCUMENT)
