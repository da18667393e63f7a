"""The table of operations: one entry for each route of `/proxy/v1`."""

from typing import Any, NamedTuple

from hcai_app.api.openapi import errors
from hcai_app.api.openapi.headers import SIMULATED, STANDING
from hcai_app.services.limits import period

BEARER, API_KEY = "bearer", "apiKey"
FILTERS = ("Search", "Inputs", "Outputs", "Understood")
GENERATED = (*STANDING, "GenerationId?")


class Operation(NamedTuple):
    """One route: what it does, takes and gives. `answer`, `event` and `request` name schemas."""

    method: str
    path: str
    name: str
    tag: str
    summary: str
    says: str
    answer: str
    request: str = ""
    event: str = ""  # where the answer can be a stream of these
    parameters: tuple[str, ...] = ()
    errors: tuple[str, ...] = errors.ANYWHERE
    error_prefix: str = ""
    headers: tuple[str, ...] = ()
    security: tuple[str, ...] = (BEARER,)

    @property
    def may_fail_late(self) -> bool:
        """Whether an error may come after the 200: what is relayed may take long."""
        return bool(self.request)


TALK = (
    Operation(
        "post",
        "/chat/completions",
        "createChatCompletion",
        "Talk",
        "Ask a model",
        "The heart of it all. Send a conversation, get the next thing that is said. Works with "
        "pictures, PDFs, tools and JSON, and, with `stream: true`, word by word.",
        request="ChatRequest",
        answer="ChatCompletion",
        event="ChatEvent",
        errors=errors.GENERATING,
        headers=GENERATED,
    ),
    Operation(
        "post",
        "/responses",
        "createResponse",
        "Talk",
        "Ask a model, the OpenAI Responses way",
        "For programs that speak OpenAI's newer form. Nothing is kept between two calls.",
        request="ResponsesRequest",
        answer="ResponsesAnswer",
        event="ResponsesEvent",
        errors=errors.GENERATING,
        headers=GENERATED,
    ),
    Operation(
        "post",
        "/messages",
        "createMessage",
        "Talk",
        "Ask a model, the Anthropic way",
        "For programs that speak Anthropic's form. Any model answers, not "
        "only Claude. The key may also come as `x-api-key`, and errors have Anthropic's form.",
        request="MessagesRequest",
        answer="MessagesAnswer",
        event="MessagesEvent",
        errors=errors.GENERATING,
        error_prefix="Messages",
        headers=GENERATED,
        security=(BEARER, API_KEY),
    ),
)
MAKE = (
    Operation(
        "post",
        "/embeddings",
        "createEmbedding",
        "Make",
        "Turn texts into vectors",
        "Texts that mean nearly the same get nearly the same numbers: the stuff that searches and "
        "recommendations are made of.",
        request="EmbeddingRequest",
        answer="EmbeddingList",
        errors=errors.GENERATING,
        headers=GENERATED,
    ),
    Operation(
        "post",
        "/images/generations",
        "createImage",
        "Make",
        "Draw a picture",
        "Say what you want to see. The picture comes as base64, ready to be saved.",
        request="ImageRequest",
        answer="ImageList",
        event="ImageEvent",
        errors=errors.GENERATING,
        headers=GENERATED,
    ),
    Operation(
        "post",
        "/moderations",
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
)


def _look(path: str, name: str, title: str, text: str, **more: Any) -> Operation:
    """Describe one of the questions about the catalogue."""
    common = {"headers": ("ETag",), "security": ()}
    return Operation(
        "get", path, name, "Look around", title, f"{text} No key needed.", **common, **more
    )


LOOK_AROUND = (
    _look(
        "/models",
        "listModels",
        "Every model you can talk to",
        "Language and image models, with what they can and what they cost.",
        answer="ModelList",
        parameters=(*FILTERS, "Offset", "PageSize", "IfNoneMatch"),
        errors=("400", *errors.ANYWHERE),
    ),
    _look(
        "/embeddings/models",
        "listEmbeddingModels",
        "Every model for embeddings",
        "The same for `/embeddings`.",
        answer="ModelList",
        parameters=("Offset", "PageSize", "IfNoneMatch"),
        errors=("400", *errors.ANYWHERE),
    ),
    _look(
        "/models/count",
        "countModels",
        "How many models there are",
        "The length of `GET /models`, with the same filters.",
        answer="ModelCount",
        parameters=(*FILTERS, "IfNoneMatch"),
    ),
    _look(
        "/model/{author}/{slug}",
        "getModel",
        "One model",
        "All about a single model.",
        answer="ModelAnswer",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
    _look(
        "/models/{author}/{slug}",
        "retrieveModel",
        "One model, as OpenAI's clients retrieve it",
        "The model without an envelope.",
        answer="Model",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
    _look(
        "/models/{author}/{slug}/endpoints",
        "listEndpoints",
        "Who runs a model",
        "Its providers, with their prices and how often they are up.",
        answer="EndpointsAnswer",
        parameters=("Author", "Slug", "IfNoneMatch"),
        errors=("404", *errors.ANYWHERE),
    ),
)
YOURS = (
    Operation(
        "get",
        "/stats",
        "getStats",
        "Yours",
        "What you have used",
        "Your calls and tokens since the beginning, over all of your keys.",
        answer="Stats",
        errors=errors.WITH_KEY,
    ),
    Operation(
        "get",
        "/key",
        "getKey",
        "Yours",
        "What you may still use",
        f"{period.POSSESSIVE} budget, what is spent of it, and what is left.",
        answer="KeyAnswer",
        errors=errors.WITH_KEY,
    ),
    Operation(
        "get",
        "/generation",
        "getGeneration",
        "Yours",
        "What one call has cost",
        "Your own calls only. The provider needs a few seconds before it knows: a 404 right after "
        "a call means that you should ask again.",
        answer="GenerationAnswer",
        parameters=("GenerationId",),
        errors=("400", "404", "502", "504", "default", *errors.WITH_KEY),
    ),
    Operation(
        "get",
        "/openapi.json",
        "getDocument",
        "Look around",
        "This document",
        "For your code generator, your API client, or your favourite model. No key needed.",
        answer="Document",
        parameters=("IfNoneMatch",),
        headers=("ETag",),
        security=(),
    ),
)
OPERATIONS = (*TALK, *MAKE, *LOOK_AROUND, *YOURS)
