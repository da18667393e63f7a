"""A kind of generating call: its differences on the shared road."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.requests import Request
from hcai_app.services.models.catalog import Catalog
from hcai_app.upstream.openrouter import dialects
from hcai_app.upstream.openrouter.dialects import ChatDialect


def as_it_is(body: Body) -> Body:
    """Return a body that is for the provider already."""
    return body


def chat_models(catalog: Catalog) -> list[str]:
    """Return the text models."""
    return catalog.chat_models


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of generating call."""

    endpoint: str  # below /proxy/v1, and in the ledger
    parse: Callable[[Body], Request]
    models: Callable[[Catalog], list[str]] = chat_models  # the ones on offer for it
    dialect: ChatDialect = dialects.CHAT  # of its streams
    upstream_path: str = ""  # where it is not the endpoint
    has_instructions: bool = True  # its body is judged by fair use, not only its headers
    prompt: Literal["", "words", "picture", "speech"] = "words"  # what it makes, for its check
    make: Callable[[Body], Body] = as_it_is  # what is parsed, of what came
    is_anthropic: bool = False  # keys in `x-api-key`, too, our id in `request-id`, its error form

    @property
    def path(self) -> str:
        """The path at the provider, below its base URL."""
        return self.upstream_path or self.endpoint
