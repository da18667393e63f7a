"""The table of `/proxy/v1`: one entry for each endpoint, and nothing about one anywhere else.

Routes, doors, error forms, paths at the provider and the OpenAPI document come from here.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from hcai_app.api.endpoint import Description, Endpoint, Handler, RequestSchema, StreamSchema, Tag
from hcai_app.api.openapi import document, errors
from hcai_app.api.openapi.headers import SIMULATED, STANDING
from hcai_app.api.openapi.parameters import Cached, Filters, GenerationQuery, ModelPath, Paging
from hcai_app.api.proxy import (
    account,
    callers,
    catalog,
    chat,
    completions,
    conversation,
    embeddings,
    images,
    messages,
    model_view,
    moderations,
    responses,
    road,
)
from hcai_app.api.proxy.operations import Operation
from hcai_app.services.limits import period
from hcai_app.upstream.openrouter import dialects


def _generating(
    operation: Operation, name: str, tag: Tag, summary: str, text: str, **schemas: Any
) -> Endpoint:
    """Describe a generating call; `schemas` are those of its description."""
    described = Description(name, tag, summary, text, **schemas)
    return Endpoint(
        "POST",
        operation.endpoint,
        replace(described, errors=errors.GENERATING, headers=(*STANDING, "GenerationId?", "Help?")),
        handler_for=partial(road.of, operation),
        find_caller=callers.by_either_key if operation.is_anthropic else callers.by_key,
        is_anthropic=operation.is_anthropic,
    )


CHAT = Operation("/chat/completions", chat.parse)
# A chat completion of the playground, whose request we make.
CONVERSATION = replace(CHAT, make=conversation.request_body)
GENERATING = (
    _generating(
        CHAT,
        "createChatCompletion",
        "Talk",
        "Ask a model",
        "The heart of it all. Send a conversation, get the next thing that is said. Works with "
        "pictures, PDFs, tools and JSON, and, with `stream: true`, word by word.",
        request=RequestSchema(chat.ChatRequest, chat.examples),
        answer=chat.ChatCompletion,
        stream=StreamSchema(chat.ChatChunk),
    ),
    _generating(
        Operation("/responses", responses.parse, dialect=dialects.RESPONSES),
        "createResponse",
        "Talk",
        "Ask a model, the OpenAI Responses way",
        "For programs that speak OpenAI's newer form. Nothing is kept between two calls.",
        request=RequestSchema(responses.ResponsesRequest, responses.examples),
        answer=responses.ResponsesAnswer,
        stream=StreamSchema(responses.ResponsesEvent, has_names=True),
    ),
    _generating(
        Operation("/messages", messages.parse, dialect=dialects.MESSAGES, is_anthropic=True),
        "createMessage",
        "Talk",
        "Ask a model, the Anthropic way",
        "For programs that speak Anthropic's form. Any model answers, not "
        "only Claude. The key may also come as `x-api-key`, and errors have Anthropic's form.",
        request=RequestSchema(messages.MessagesRequest, messages.examples),
        answer=messages.MessagesAnswer,
        stream=StreamSchema(messages.MessagesEvent, has_names=True, has_end_mark=False),
    ),
    _generating(
        Operation("/completions", completions.parse, dialect=dialects.TEXT),
        "createCompletion",
        "Talk",
        "Go on with a text",
        "The older form, for programs that send a `prompt`. New ones ask `/chat/completions`.",
        request=RequestSchema(completions.CompletionRequest, completions.examples),
        answer=completions.Completion,
        stream=StreamSchema(completions.CompletionChunk),
    ),
    _generating(
        Operation(
            "/embeddings",
            embeddings.parse,
            lambda catalog: catalog.embedding_models,
            has_instructions=False,
            prompt="",
        ),
        "createEmbedding",
        "Make",
        "Turn texts into vectors",
        "Texts that mean nearly the same get nearly the same numbers: the stuff that searches "
        "and recommendations are made of.",
        request=RequestSchema(embeddings.EmbeddingRequest, embeddings.examples),
        answer=embeddings.EmbeddingList,
    ),
    _generating(
        Operation(
            "/images/generations",
            images.parse,
            lambda catalog: catalog.image_models,
            dialects.EVENTS,
            upstream_path="/images",
            has_instructions=False,
            prompt="picture",
        ),
        "createImage",
        "Make",
        "Draw a picture",
        "Say what you want to see. The picture comes as base64, ready to be saved.",
        request=RequestSchema(images.ImageRequest, images.examples),
        answer=images.ImageList,
        stream=StreamSchema(images.ImageEvent),
    ),
    _generating(
        Operation(
            "/images",
            images.parse_own,
            lambda catalog: catalog.image_models,
            dialects.PICTURES,
            has_instructions=False,
            prompt="picture",
        ),
        "createPicture",
        "Make",
        "Draw a picture, the OpenRouter way",
        "The same in the form that OpenRouter's clients send.",
        request=RequestSchema(images.PictureRequest, images.examples),
        answer=images.ImageList,
        stream=StreamSchema(images.ImageEvent),
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
        request=RequestSchema(moderations.ModerationRequest, moderations.examples),
        answer=moderations.Moderation,
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
        answer=model_view.ModelList,
        parameters=(Filters, Paging, Cached),
        errors=("400", *errors.ANYWHERE),
    ),
    _public(
        "/embeddings/models",
        catalog.embedding_models,
        "listEmbeddingModels",
        "Every model for embeddings",
        "The same for `/embeddings`.",
        answer=model_view.ModelList,
        parameters=(Paging, Cached),
        errors=("400", *errors.ANYWHERE),
    ),
    _public(
        "/images/models",
        catalog.image_models,
        "listImageModels",
        "Every model that draws",
        "The same for `/images`, in the form that OpenRouter's clients read.",
        answer=model_view.ImageModelList,
        parameters=(Cached,),
    ),
    _public(
        "/models/count",
        catalog.count_models,
        "countModels",
        "How many models there are",
        "The length of `GET /models`, with the same filters.",
        answer=model_view.ModelCount,
        parameters=(Filters, Cached),
    ),
    _public(
        "/model/{author}/{slug}",
        catalog.show_model,
        "getModel",
        "One model",
        "All about a single model.",
        answer=model_view.ModelAnswer,
        parameters=(ModelPath, Cached),
        errors=("404", *errors.ANYWHERE),
    ),
    _public(
        "/models/{author}/{slug}",
        catalog.retrieve_model,
        "retrieveModel",
        "One model, as OpenAI's clients retrieve it",
        "The model without an envelope.",
        answer=model_view.Model,
        parameters=(ModelPath, Cached),
        errors=("404", *errors.ANYWHERE),
    ),
    _public(
        "/models/{author}/{slug}/endpoints",
        catalog.list_endpoints,
        "listEndpoints",
        "Who runs a model",
        "Its providers, with their prices and how often they are up.",
        answer=model_view.EndpointsAnswer,
        parameters=(ModelPath, Cached),
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
        answer=account.Stats,
    ),
    _own(
        "/key",
        account.key_for,
        "getKey",
        "What you may still use",
        f"{period.POSSESSIVE} budget, what is spent of it, and what is left.",
        answer=account.KeyAnswer,
    ),
    _own(
        "/generation",
        account.generation_for,
        "getGeneration",
        "What one call has cost",
        "Your own calls only. The provider needs a few seconds before it knows: a 404 right after "
        "a call means that you should ask again.",
        answer=account.GenerationAnswer,
        parameters=(GenerationQuery,),
        errors=("400", "404", "502", "504", "default", *errors.WITH_KEY),
    ),
)
DOCUMENT = _public(
    "/openapi.json",
    document.shows(lambda: ENDPOINTS),
    "getDocument",
    "This document",
    "For your code generator, your API client, or your favourite model.",
    answer=document.Document,
    parameters=(Cached,),
)
ENDPOINTS: tuple[Endpoint, ...] = (*GENERATING, MODERATIONS, *LOOK_AROUND, *YOURS, DOCUMENT)
