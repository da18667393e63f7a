"""The kinds of generating calls: what tells one from another on the road that they share.

A new kind is an entry here, a parser of its requests, and a line in the table of routes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hcai_app.api.proxy import chat, embeddings, images, messages, responses
from hcai_app.api.proxy.requests import Request
from hcai_app.services.models.catalog import Catalog
from hcai_app.upstream.openrouter import dialects
from hcai_app.upstream.openrouter.dialects import ChatDialect


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of generating call."""

    endpoint: str  # below /proxy/v1, and in the ledger
    parse: Callable[[bytes], Request]
    models: Callable[[Catalog], list[str]]  # the ones on offer for it
    form: ChatDialect = dialects.CHAT  # of its streams
    upstream_path: str = ""  # where it is not the endpoint
    is_anthropic: bool = False  # keys in `x-api-key`, too, and our id in `request-id`

    @property
    def path(self) -> str:
        """The path at the provider, below its base URL."""
        return self.upstream_path or self.endpoint


def _chat_models(catalog: Catalog) -> list[str]:
    return catalog.chat_models


CHAT = Operation("/chat/completions", chat.parse, _chat_models)
EMBEDDINGS = Operation("/embeddings", embeddings.parse, lambda catalog: catalog.embedding_models)
RESPONSES = Operation("/responses", responses.parse, _chat_models, dialects.RESPONSES)
MESSAGES = Operation(
    "/messages", messages.parse, _chat_models, dialects.MESSAGES, is_anthropic=True
)
IMAGES = Operation(
    "/images/generations",
    images.parse,
    lambda catalog: catalog.image_models,
    dialects.EVENTS,
    upstream_path="/images",
)
ALL = (CHAT, EMBEDDINGS, RESPONSES, MESSAGES, IMAGES)
